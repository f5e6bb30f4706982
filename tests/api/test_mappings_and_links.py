"""P04 and the links: every table has list, GET, PUT and DELETE, and what waited for an entry is tried again (P33)."""

from typing import Any

import pytest

from app.domain import awaited
from app.domain.identifiers import ShopId, ShopifyId
from tests.erp_surface import Surface
from tests.stored_documents import an_order

SHOP = "/v1/shops/web"
KEYED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (f"{SHOP}/location-mappings/71", {"location_code": "BLUE", "location_filter": ["A", "B"]}, {"location_id": "71"}),
    (f"{SHOP}/catalogs/88001", {"price_group": "WHOLESALE"}, {"catalog_id": "88001"}),
    (
        f"{SHOP}/payment-terms-mappings/4",
        {"name": "Net 30", "type": "net", "payment_terms_code": "30D"},
        {"terms_id": "4"},
    ),
    (f"{SHOP}/staff-mappings/901", {"salesperson_code": "JR"}, {"staff_id": "901"}),
    (f"{SHOP}/customer-templates/NL", {"template_code": "EU"}, {"country_code": "NL", "province": None}),
    (f"{SHOP}/customer-templates/US/CA", {"prices_include_tax": False}, {"country_code": "US", "province": "CA"}),
    ("/v1/tax-areas/US", {"tax_area_code": "US", "tax_liable": True}, {"country_code": "US", "province": None}),
    ("/v1/tax-areas/US/CA", {"province_name": "California"}, {"country_code": "US", "province": "CA"}),
    ("/v1/currency-mappings/USD", {"currency_code": "DOLLAR"}, {"iso": "USD"}),
    (f"{SHOP}/store-customers/7001", {"customer_no": "C1"}, {"store_customer_id": "7001"}),
    (f"{SHOP}/store-customers/7001/addresses/8001", {"customer_no": "C1"}, {"address_id": "8001"}),
    (f"{SHOP}/store-companies/9001", {"customer_no": "C1"}, {"store_company_id": "9001"}),
    (f"{SHOP}/company-locations/9101", {"sell_to_customer_no": "C1", "bill_to_customer_no": "C2"}, {}),
    (f"{SHOP}/store-variants/6001", {"item_no": "A", "variant_code": "RED", "unit": "PCS"}, {}),
]


async def with_master_data(house: Surface) -> None:
    item = {"variants": [{"code": "RED"}]}
    for path, body in (("/v1/customers/C1", {}), ("/v1/customers/C2", {}), ("/v1/items/A", item)):
        assert (await house.client.put(path, json=body)).status_code == 201


def listing(path: str) -> str:
    if "templates" in path or "tax-areas" in path:
        return path.split("/US", maxsplit=1)[0].split("/NL", maxsplit=1)[0]
    return path.rsplit("/", 1)[0]


async def test_every_table_is_kept_by_its_key(house: Surface) -> None:
    await with_master_data(house)
    for path, body, key in KEYED:
        made = await house.client.put(path, json=body)
        again = await house.client.put(path, json=body)
        assert (made.status_code, made.headers["etag"]) == (201, '"1"'), (path, made.text)
        assert (again.status_code, again.headers["etag"]) == (200, '"1"'), (path, again.text)
        shown = await house.get(path)
        assert {name: shown[name] for name in body | key} == body | key
        assert shown in (await house.get(listing(path)))["data"]
        assert (await house.client.put(path, json=body | {"nonsense": 1})).json()["code"] == "unknown_field"
        assert (await house.client.delete(path, headers={"If-Match": '"9"'})).status_code == 412
        assert (await house.client.delete(path)).status_code == 204
        assert (await house.client.get(path)).status_code == 404
        assert (await house.client.delete(path)).status_code == 404


async def test_what_a_put_does_not_give_is_null(house: Surface) -> None:
    path = f"{SHOP}/location-mappings/71"
    await house.client.put(path, json={"location_code": "BLUE", "stock_calculation": "on_hand"})

    changed = await house.client.put(path, json={"location_code": "RED"})

    assert (changed.headers["etag"], changed.json()["stock_calculation"]) == ('"2"', None)


async def test_terms_without_the_stores_name_and_type_say_that_no_order_finds_them(house: Surface) -> None:
    path = f"{SHOP}/payment-terms-mappings/4"

    early = await house.client.put(path, json={"payment_terms_code": "30D"})
    assert (early.status_code, early.json()["matches_orders"]) == (201, False)
    [listed] = (await house.get(f"{SHOP}/payment-terms-mappings"))["data"]
    assert (listed["payment_terms_code"], listed["matches_orders"]) == ("30D", False)

    given = await house.client.put(path, json={"payment_terms_code": "30D", "name": "Net 30", "type": "net"})
    assert given.json()["matches_orders"] is True


@pytest.mark.parametrize(
    ("path", "body", "same"),
    [
        (
            f"{SHOP}/shipment-method-mappings",
            {"title": "Standard", "charge_type": "account", "charge_no": "4100"},
            {"title": "STANDARD"},
        ),
        (
            f"{SHOP}/payment-method-mappings",
            {"gateway": "shopify_payments", "card_company": "Visa", "payment_method_code": "CARD"},
            {"gateway": "Shopify_Payments", "card_company": "VISA"},
        ),
    ],
)
async def test_entries_for_a_text_are_posted_and_addressed_by_our_id(
    house: Surface, path: str, body: dict[str, Any], same: dict[str, Any]
) -> None:
    made = await house.client.post(path, json=body)
    replaced = await house.client.post(path, json=same)
    own = f"{path}/{made.json()['id']}"

    assert (made.status_code, made.headers["location"]) == (201, own)
    assert (replaced.status_code, replaced.json()["id"]) == (200, made.json()["id"])
    assert (await house.client.put(own, json=body)).json() | {"updated_at": ""} == made.json() | {"updated_at": ""}
    assert [row["id"] for row in (await house.get(path))["data"]] == [made.json()["id"]]
    other = {name: f"{value}x" if name in {"title", "gateway"} else value for name, value in body.items()}
    assert (await house.client.put(own, json=other)).json()["code"] == "key_cannot_change"
    assert (await house.client.delete(own)).status_code == 204
    assert (await house.client.get(own)).status_code == 404


async def test_a_link_to_a_variant_that_the_item_lacks_names_the_variants_it_has(house: Surface) -> None:
    await with_master_data(house)
    path = f"{SHOP}/store-variants/6001"

    refused = await house.client.put(path, json={"item_no": "A", "variant_code": "GREEN", "unit": "PALLET"})
    taken = await house.client.put(path, json={"item_no": "A", "variant_code": "RED", "unit": "PALLET"})

    assert (refused.status_code, taken.status_code) == (422, 201)
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/variant_code", "unknown_variant")
    assert "(its variants: RED). Send the item with this variant first" in error["detail"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("store-customers/1", {"customer_no": "nobody"}, "customer_no"),
        ("store-customers/1/addresses/2", {"customer_no": "nobody"}, "customer_no"),
        ("store-companies/1", {"customer_no": "nobody"}, "customer_no"),
        ("company-locations/1", {"bill_to_customer_no": "nobody"}, "bill_to_customer_no"),
        ("store-variants/1", {"item_no": "nothing"}, "item_no"),
    ],
)
async def test_a_link_to_nothing_names_what_is_missing(
    house: Surface, path: str, body: dict[str, Any], field: str
) -> None:
    answer = await house.client.put(f"{SHOP}/{path}", json=body)

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == f"/{field}"
    assert body[field] in error["detail"]


async def test_entries_of_one_shop_are_not_those_of_another(house: Surface) -> None:
    await house.client.put(f"{SHOP}/location-mappings/71", json={})

    assert (await house.get("/v1/shops/pos/location-mappings"))["data"] == []
    assert (await house.client.get("/v1/shops/pos/location-mappings/71")).status_code == 404


async def test_whatever_waited_for_an_entry_is_due_at_once(house: Surface) -> None:
    await with_master_data(house)
    shop = ShopId((await house.get(SHOP))["id"])
    cases = [
        (f"{SHOP}/location-mappings/71", {}, awaited.location_mapping(shop, ShopifyId("71"))),
        (f"{SHOP}/customer-templates/NL", {}, awaited.customer_template(shop, "NL")),
        ("/v1/currency-mappings/USD", {"currency_code": "DOLLAR"}, awaited.currency_mapping("USD")),
        (f"{SHOP}/store-customers/7001", {"customer_no": "C1"}, awaited.store_customer_link(shop, ShopifyId("7001"))),
        (f"{SHOP}/store-companies/9001", {"customer_no": "C1"}, awaited.company_link(shop, ShopifyId("9001"))),
        (
            f"{SHOP}/company-locations/9101",
            {"sell_to_customer_no": "C1"},
            awaited.company_link(shop, ShopifyId("9002")),
        ),
        (f"{SHOP}/store-variants/6001", {"item_no": "A"}, awaited.variant_link(shop, ShopifyId("6001"))),
        ("/v1/customers/C9", {"email": "A@example.com"}, awaited.customer_email("a@example.com")),
        ("/v1/items/B", {"barcodes": ["X-1"]}, awaited.item_code("X-1")),
    ]
    for path, body, fact in cases:
        async with house.rows() as uow:
            order = await an_order(uow.driver, state="blocked")
            await uow.driver.execute(
                "UPDATE orders SET shop_id = $3, waits_for = $2, document_due_at = NULL WHERE id = $1",
                order,
                [fact],
                shop,
            )
            await uow.commit()

        await house.client.put(path, json=body)

        [row] = await house.fetch("SELECT document_due_at FROM orders WHERE id = $1", order)
        assert row["document_due_at"] is not None, path


async def test_a_setting_wakes_what_waited_for_it(house: Surface) -> None:
    shop = ShopId((await house.get(SHOP))["id"])
    async with house.rows() as uow:
        order = await an_order(uow.driver, state="blocked")
        await uow.driver.execute(
            "UPDATE orders SET waits_for = $2, document_due_at = NULL WHERE id = $1",
            order,
            [awaited.setting(shop, "accounts.tips")],
        )
        await uow.commit()

    await house.client.patch(SHOP, json={"settings": {"accounts": {"tips": "4100"}}})

    [row] = await house.fetch("SELECT document_due_at FROM orders WHERE id = $1", order)
    assert row["document_due_at"] is not None
