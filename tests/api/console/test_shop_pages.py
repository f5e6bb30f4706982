"""How a shop works, set in the console: settings, mappings and schedules as forms (P82)."""

import re
from typing import Any

import pytest

from tests.api.console.visits import Browser, form_of, said
from tests.erp_surface import Surface


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    said = {name: without_nulls(each) if isinstance(each, dict) else each for name, each in values.items()}
    return {name: each for name, each in said.items() if each is not None}


async def test_a_form_of_settings_that_is_sent_untouched_changes_nothing(house: Surface, admin: Browser) -> None:
    before = (await house.get("/v1/shops/web"))["settings"]
    page = await admin.get("/console/shops/web/settings")

    for part in before:
        sent = await admin.press(
            f"/console/shops/web/settings/{part}",
            **form_of(await admin.get("/console/shops/web/settings"), f"/console/shops/web/settings/{part}"),
        )
        assert said(sent) == f"The settings of {part} are saved."

    assert (await house.get("/v1/shops/web"))["settings"] == before
    assert "Write the ERP" in page.text or "document" in page.text


async def test_a_setting_is_changed_with_its_help_beside_it_and_filters_are_replaced(
    house: Surface, admin: Browser
) -> None:
    action = "/console/shops/web/settings/orders"
    for filters, kept in [
        ('{"tags": {"contains": ["b2b"]}}', {"tags": {"contains": ["b2b"]}}),
        ('{"tags": {"not_contains": ["b2b"]}, "test": false}', {"tags": {"not_contains": ["b2b"]}, "test": False}),
        ("", {}),
    ]:
        fields = form_of(await admin.get("/console/shops/web/settings"), action)
        page = await admin.press(action, **(fields | {"filters": filters, "number_series.sales_order": "X-"}))

        orders = (await house.get("/v1/shops/web"))["settings"]["orders"]
        assert said(page) == "The settings of orders are saved."
        assert without_nulls(orders["filters"]) == kept
        assert orders["number_series"]["sales_order"] == "X-"


async def test_what_is_wrong_with_a_setting_is_told(house: Surface, admin: Browser) -> None:
    action = "/console/shops/web/settings/orders"
    fields = form_of(await admin.get("/console/shops/web/settings"), action)

    assert "not JSON" in said(await admin.press(action, **(fields | {"filters": "{"})))
    wrong = said(await admin.press(action, **(fields | {"cursor_overlap_minutes": "soon"})))

    assert "cursor_overlap_minutes" in wrong


async def test_a_setting_that_somebody_else_changed_meanwhile_is_not_overwritten(
    house: Surface, admin: Browser
) -> None:
    action = "/console/shops/web/settings/accounts"
    fields = form_of(await admin.get("/console/shops/web/settings"), action)
    await house.client.patch("/v1/shops/web", json={"settings": {"accounts": {"tips": "4711"}}})

    refused = await admin.press(action, **(fields | {"tips": "0815"}))

    assert said(refused) == "Version 2 is the current one. Read it again and decide anew."
    assert (await house.get("/v1/shops/web"))["settings"]["accounts"]["tips"] == "4711"


async def test_mappings_are_added_changed_and_removed(house: Surface, operator: Browser) -> None:
    terms = "/console/shops/web/shipment-method-mappings"
    await operator.press(terms, **{"key.id": "", "title": "Standard", "shipment_method_code": "POST", "back": terms})
    [added] = (await house.get("/v1/shops/web/shipment-method-mappings"))["data"]
    assert added["shipment_method_code"] == "POST"

    changed = form_of(await operator.get(terms), terms) | {"shipment_method_code": "DHL"}
    assert said(await operator.press(terms, **changed)) == "The mapping is saved."
    [after] = (await house.get("/v1/shops/web/shipment-method-mappings"))["data"]
    assert (after["id"], after["shipment_method_code"]) == (added["id"], "DHL")

    removed = await operator.press(terms, **(changed | {"remove": "yes"}))
    assert said(removed) == "The mapping is removed."
    assert (await house.get("/v1/shops/web/shipment-method-mappings"))["data"] == []


@pytest.mark.parametrize(
    ("table", "key", "given", "address"),
    [
        ("/shops/web/location-mappings", {"location_id": "71"}, {"location_code": "BLUE"}, "/71"),
        ("/shops/web/staff-mappings", {"staff_id": "5"}, {"salesperson_code": "AB"}, "/5"),
        ("/shops/web/customer-templates", {"country_code": "NL", "province": ""}, {"template_code": "T"}, "/NL"),
        ("/shops/web/customer-templates", {"country_code": "US", "province": "CA"}, {"template_code": "T"}, "/US/CA"),
        ("/tax-areas", {"country_code": "NL", "province": ""}, {"tax_area_code": "EU"}, "/NL"),
        ("/currency-mappings", {"iso": "USD"}, {"currency_code": "DOL"}, "/USD"),
    ],
    ids=["location", "staff", "country", "province", "tax_area", "currency"],
)
async def test_every_table_of_mappings_takes_a_row(
    house: Surface, operator: Browser, table: str, key: dict[str, str], given: dict[str, str], address: str
) -> None:
    keys = {f"key.{name}": value for name, value in key.items()}
    page = await operator.press(f"/console{table}", **keys, **given, back=f"/console{table}")

    assert said(page) == "The mapping is saved."
    stored = await house.get(f"/v1{table}{address}")
    assert {name: stored[name] for name in given} == given


async def test_a_schedule_is_set_and_keeps_what_it_asks_for(house: Surface, operator: Browser) -> None:
    action = "/console/shops/web/schedules/import_orders"
    pages = "/console/shops/web/schedules"
    fields = form_of(await operator.get(pages), action)
    given = {"enabled": "true", "every_minutes": "10", "cron": "", "filters": '{"test": false}', "parameters": ""}
    page = await operator.press(action, **(fields | given))

    assert said(page) == "The schedule is saved."
    again = form_of(await operator.get(pages), action)
    await operator.press(action, **(again | {"every_minutes": "20"}))
    stored = await house.get("/v1/shops/web/schedules/import_orders")
    assert (stored["every_minutes"], stored["filters"]) == (20, {"test": False})


async def test_the_page_of_a_shop_leads_to_all_others_and_each_opens(house: Surface, operator: Browser) -> None:
    page = await operator.get("/console/shops/web")

    leads = set(re.findall(r'href="(/console/(?:shops/web/|tax|curr)[^"]*)"', page.text))
    assert len(leads) >= 12
    lists = {
        "/console/orders",
        "/console/orders?cue=unmapped_products",
        "/console/audit-entries?shop=web",
        "/console/new-customers",
        "/console/refunds",
        "/console/runs",
        "/console/shops",
    }
    for address in sorted((leads | lists) - {"/console/shops/web/completeness"}):
        assert (await operator.get(address)).status_code == 200, address


async def test_without_a_public_address_no_installation_is_offered_and_the_page_says_why(admin: Browser) -> None:
    page = (await admin.get("/console/shops/web/connection")).text

    assert "ORDERBRIDGE_PUBLIC_URL is not set" in page
    assert "/oauth/shopify/install" not in page
