"""P04: what the store has gets its row, what was mapped stays, and imported orders leave rows for what they name."""

from typing import Any

from app.domain.identifiers import ShopifyId
from app.domain.mapping_entries import CurrencyMapping
from app.domain.mappings import (
    CustomerTemplate,
    LocationMapping,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.ports.once import AS_OFTEN_AS_ASKED
from app.ports.repositories.runs import Run, RunState
from app.services.tasks import TaskName
from tests.integration.world import Json, World, an_order, money

ROWS = "SELECT location_id, name, status, location_code FROM location_mappings ORDER BY location_id::int"


async def pulled(world: World) -> Run:
    run = await world.run(TaskName.PULL_MAPPINGS)
    assert run.state is RunState.SUCCEEDED, run.problem
    return run


def a_place(number: int, name: str, **fields: Any) -> Json:
    return {"legacyResourceId": str(number), "name": name} | fields


def a_profile(*titles: str, countries: dict[str, dict[str, str]] | None = None) -> Json:
    told = [
        {"code": {"countryCode": code}, "provinces": [{"code": key, "name": name} for key, name in provinces.items()]}
        for code, provinces in (countries or {}).items()
    ]
    zone = {"zone": {"countries": told}, "methodDefinitions": [{"name": title} for title in titles]}
    return {"profileLocationGroups": [{"locationGroup": {}, "locationGroupZones": [zone]}]}


async def test_a_hundred_and_twenty_locations_are_all_there_to_be_mapped(world: World) -> None:
    """Peers 41."""
    await world.store.has(locations=[a_place(number, f"Place {number}") for number in range(1, 121)])
    run = await pulled(world)

    rows = await world.fetch(ROWS)
    assert [row["name"] for row in rows] == [f"Place {number}" for number in range(1, 121)]
    assert {row["status"] for row in rows} == {"active"}
    assert {row["location_code"] for row in rows} == {None}
    assert run.counts["locations"] == 120
    assert (run.done, run.total) == (6, 6)


async def test_what_was_mapped_stays_and_the_stores_side_is_brought_up_to_date(world: World) -> None:
    await world.store.has(locations=[a_place(71, "Old name"), a_place(72, "Shop")])
    mapped = LocationMapping(location_id=ShopifyId("71"), location_code="BLUE", location_filter=("A",))
    await world.mappings.locations.put(world.shop, mapped)
    await pulled(world)
    await world.store.has(locations=[a_place(71, "New name", isActive=False)])

    run = await pulled(world)

    kept = await world.mappings.locations.get(world.shop, ("71",))
    assert (kept.value, kept.value.name, kept.value.status) == (mapped, "New name", "inactive")
    assert run.counts["changed"] == 1
    assert run.counts["added"] == 0


async def test_a_location_that_was_deleted_keeps_its_mapping_and_is_flagged(world: World) -> None:
    await world.store.has(locations=[a_place(71, "Closed down"), a_place(72, "Shop")])
    await pulled(world)
    await world.mappings.locations.put(world.shop, LocationMapping(location_id=ShopifyId("71"), location_code="BLUE"))
    await world.store.has(replace=True, locations=[a_place(72, "Shop")])

    await pulled(world)
    assert [tuple(row) for row in await world.fetch(ROWS)] == [
        ("71", "Closed down", "not_at_store", "BLUE"),
        ("72", "Shop", "active", None),
    ]

    await world.store.has(locations=[a_place(71, "Open again")])
    await pulled(world)
    assert (await world.mappings.locations.get(world.shop, ("71",))).value.status == "active"


async def test_the_same_mapping_given_again_is_no_change_whatever_the_store_tells(world: World) -> None:
    await world.store.has(locations=[a_place(71, "Shop")])
    await pulled(world)
    mapped = LocationMapping(location_id=ShopifyId("71"), location_code="BLUE")

    first = await world.mappings.locations.put(world.shop, mapped)
    again = await world.mappings.locations.put(world.shop, mapped)

    assert (again.kept.version, again.kept.value.name) == (first.kept.version, "Shop")


async def test_pulling_again_adds_and_changes_nothing(world: World) -> None:
    await world.store.has(
        an_order(1001, shippingLines=[{"title": "Seen", "originalPriceSet": money("0.00")}]),
        locations=[a_place(71, "Shop")],
        deliveryProfiles=[a_profile("Standard", countries={"US": {"CA": "California"}})],
        shop={"shipsToCountries": ["NL", "US"], "enabledPresentmentCurrencies": ["EUR", "CHF"]},
    )
    first = await pulled(world)
    again = await pulled(world)

    assert first.counts["added"] > 0
    assert (again.counts["added"], again.counts["changed"]) == (0, 0)
    told = {name: number for name, number in first.counts.items() if name != "added"}
    assert told == {name: number for name, number in again.counts.items() if name != "added"}


async def test_every_way_of_shipping_of_profiles_markets_and_orders_has_one_row(world: World) -> None:
    market = {"delivery": {"shipping": {"optionDefinitions": [{"name": "Market way"}, {"name": "STANDARD"}]}}}
    await world.store.has(
        an_order(1001, shippingLines=[{"title": "Seen on an order", "originalPriceSet": money("0.00")}]),
        deliveryProfiles=[a_profile("Standard", "Express")],
        markets=[market],
        shop={"features": {"marketDrivenShipping": True}},
    )
    mapped = ShipmentMethodMapping(title="express", shipment_method_code="EXP")
    await world.mappings.shipment_methods.post(world.shop, mapped, once=AS_OFTEN_AS_ASKED)

    run = await pulled(world)

    rows = await world.fetch("SELECT title, shipment_method_code FROM shipment_method_mappings ORDER BY title_key")
    assert [tuple(row) for row in rows] == [
        ("express", "EXP"),
        ("Market way", None),
        ("Seen on an order", None),
        ("Standard", None),
    ]
    assert run.counts["shipment_methods"] == 4


async def test_markets_are_left_alone_where_profiles_name_the_ways_of_shipping(world: World) -> None:
    market = {"delivery": {"shipping": {"optionDefinitions": [{"name": "Market way"}]}}}
    await world.store.has(markets=[market])

    await pulled(world)

    assert await world.fetch("SELECT 1 FROM shipment_method_mappings") == []
    assert await world.store.calls("MarketShipping") == []


async def test_gateways_have_a_row_for_each_card_company_seen(world: World) -> None:
    card = {"kind": "SALE", "status": "SUCCESS", "gateway": "shopify_payments", "paymentDetails": {"company": "Visa"}}
    await world.store.has(an_order(1001, transactions=[card, {"kind": "SALE", "gateway": "paypal"}]))

    await pulled(world)

    rows = await world.fetch("SELECT gateway, card_company FROM payment_method_mappings ORDER BY gateway")
    assert [tuple(row) for row in rows] == [("paypal", None), ("shopify_payments", "Visa")]


async def test_terms_mapped_by_id_alone_are_found_by_the_orders_that_come_after_a_pull(world: World) -> None:
    terms = {"paymentTermsName": "Net 30", "paymentTermsType": "NET", "dueInDays": 30, "paymentSchedules": []}
    await world.store.has(an_order(1001, paymentTerms=terms), an_order(1002, paymentTerms=terms))
    put = world.mappings.payment_terms.put
    early = await put(world.shop, PaymentTermsMapping(terms_id=ShopifyId("4"), payment_terms_code="30D"))
    await world.imports(1001)
    assert not early.kept.value.matches_orders
    assert (await world.document_of())["payment_terms_code"] is None

    await pulled(world)
    await world.imports(1002)

    assert (await world.mappings.payment_terms.get(world.shop, ("4",))).value.matches_orders
    assert (await world.document_of("#1002"))["payment_terms_code"] == "30D"


async def test_terms_take_the_stores_name_and_keep_the_code(world: World) -> None:
    mapped = PaymentTermsMapping(terms_id=ShopifyId("4"), payment_terms_code="30D", primary=True)
    await world.mappings.payment_terms.put(world.shop, mapped)

    await pulled(world)

    kept = (await world.mappings.payment_terms.get(world.shop, ("4",))).value
    assert kept == PaymentTermsMapping(
        terms_id=ShopifyId("4"), name="Net 30", type="net", payment_terms_code="30D", primary=True
    )
    assert await world.value("SELECT count(*) FROM payment_terms_mappings") == 9


async def test_a_code_given_without_a_name_keeps_the_name_that_orders_are_found_by(world: World) -> None:
    await pulled(world)

    await world.mappings.payment_terms.put(
        world.shop, PaymentTermsMapping(terms_id=ShopifyId("4"), payment_terms_code="30D")
    )

    kept = (await world.mappings.payment_terms.get(world.shop, ("4",))).value
    assert (kept.name, kept.type, kept.payment_terms_code) == ("Net 30", "net", "30D")


async def test_countries_have_a_template_and_a_tax_area_and_provinces_a_tax_area_with_their_name(world: World) -> None:
    await world.store.has(
        shop={"shipsToCountries": ["NL", "US"]},
        deliveryProfiles=[a_profile(countries={"US": {"CA": "California", "NY": "New York"}, "DE": {}})],
    )
    california = TaxArea(country_code="US", province="CA", tax_area_code="TAXCA", tax_liable=True)
    await world.mappings.tax_areas.put(None, california)
    dutch = CustomerTemplate(country_code="NL", template_code="NL-WEB")
    await world.mappings.customer_templates.put(world.shop, dutch)

    await pulled(world)

    templates = "SELECT country_code, province, template_code FROM customer_templates ORDER BY country_code"
    assert [tuple(row) for row in await world.fetch(templates)] == [
        ("DE", "", None),
        ("NL", "", "NL-WEB"),
        ("US", "", None),
    ]
    areas = "SELECT country_code, province, province_name, tax_area_code FROM tax_areas ORDER BY country_code, province"
    assert [tuple(row) for row in await world.fetch(areas)] == [
        ("DE", "", None, None),
        ("NL", "", None, None),
        ("US", "", None, None),
        ("US", "CA", "California", "TAXCA"),
        ("US", "NY", "New York", None),
    ]


async def test_a_part_without_its_scope_is_skipped_with_the_reason_and_the_rest_is_done(world: World) -> None:
    await world.store.has(
        app={"scopes": ["read_orders"]},
        locations=[a_place(71, "Shop")],
        deliveryProfiles=[a_profile("Standard")],
        shop={"enabledPresentmentCurrencies": ["EUR", "CHF"]},
    )

    run = await pulled(world)

    errors = {error["id"]: (error["code"], error["detail"]) for error in run.errors}
    assert set(errors) == {"locations", "delivery_profiles"}
    assert {code for code, _ in errors.values()} == {"scope_missing"}
    assert "read_locations" in errors["locations"][1]
    assert "read_shipping" in errors["delivery_profiles"][1]
    assert run.counts["skipped"] == 2
    assert run.counts["currencies"] == 2
    assert await world.value("SELECT count(*) FROM payment_terms_mappings") == 9
    assert await world.value("SELECT access_revoked_at IS NULL FROM stores")


async def test_a_store_in_trouble_fails_the_run_and_what_was_done_stays(world: World) -> None:
    await world.store.has(locations=[a_place(71, "Shop")])
    await world.store.fails("server_error", operation="SalesAreas", times=None)

    run = await world.run(TaskName.PULL_MAPPINGS)

    assert (run.state, run.problem and run.problem["code"]) == (RunState.FAILED, "store_unavailable")
    assert await world.value("SELECT count(*) FROM location_mappings") == 1


async def test_another_shops_tables_are_its_own(world: World) -> None:
    await world.store.has(locations=[a_place(71, "Shop")])
    await world.set_up_shop("pos", {})

    await pulled(world)

    assert [row["shop_id"] for row in await world.fetch("SELECT shop_id FROM location_mappings")] == [world.shop]


async def test_a_currency_that_only_has_its_row_is_a_refusal_and_never_local(world: World) -> None:
    """G8: a currency that nobody mapped is not the local one."""
    await world.store.has(shop={"enabledPresentmentCurrencies": ["EUR", "CHF"]})
    await pulled(world)
    await world.set(orders={"currency_handling": "presentment"})
    await world.store.has(an_order(1001, presentmentCurrencyCode="CHF"))

    await world.imports(1001)
    assert await world.problems() == ["currency_missing"]
    assert not await world.is_documented()

    await world.mappings.currencies.put(None, CurrencyMapping(iso="CHF", currency_code="FRANC"))
    await world.works_off()
    document = await world.document_of()
    assert (document["currency"], document["currency_code"]) == ("CHF", "FRANC")


async def test_rows_that_wait_hide_nothing_that_was_mapped_more_widely(world: World) -> None:
    await world.set(orders={"tax_area_priority": ["ship_to"]})
    await world.store.has(deliveryProfiles=[a_profile(countries={"US": {"CA": "California"}})])
    await world.mappings.tax_areas.put(None, TaxArea(country_code="US", tax_area_code="TAXUS", tax_liable=True))
    await world.mappings.payment_methods.post(
        world.shop,
        PaymentMethodMapping(gateway="shopify_payments", payment_method_code="CARD"),
        once=AS_OFTEN_AS_ASKED,
    )
    place = {"city": "Fresno", "countryCodeV2": "US", "provinceCode": "CA", "province": "California"}
    card = {"kind": "SALE", "status": "SUCCESS", "gateway": "shopify_payments", "paymentDetails": {"company": "Visa"}}
    await world.store.has(an_order(1001, shippingAddress=place, transactions=[card]))

    await pulled(world)
    await world.imports(1001)

    assert await world.value("SELECT count(*) FROM payment_method_mappings") == 2
    document = await world.document_of()
    assert (document["tax_area_code"], document["payment_method_code"]) == ("TAXUS", "CARD")


SHIPS_FROM = {
    "status": "OPEN",
    "assignedLocation": {"name": "Warehouse", "location": {"legacyResourceId": "71"}},
    "lineItems": [{"lineItem": {"id": "gid://shopify/LineItem/1001000"}, "totalQuantity": 1, "remainingQuantity": 1}],
}


async def test_an_imported_order_leaves_rows_for_what_it_names(world: World) -> None:
    card = {"kind": "SALE", "status": "SUCCESS", "gateway": "shopify_payments", "paymentDetails": {"company": "Visa"}}
    await world.store.has(
        an_order(
            1001,
            fulfillmentOrders=[SHIPS_FROM],
            shippingLines=[{"title": "Drone", "originalPriceSet": money("5.00")}],
            transactions=[card],
        )
    )

    await world.imports(1001)

    assert [tuple(row) for row in await world.fetch(ROWS)] == [("71", "Warehouse", None, None)]
    titles = await world.fetch("SELECT title, charge_type FROM shipment_method_mappings")
    assert [tuple(row) for row in titles] == [("Drone", None)]
    gateways = await world.fetch("SELECT gateway, card_company, payment_method_code FROM payment_method_mappings")
    assert [tuple(row) for row in gateways] == [("shopify_payments", "Visa", None)]
    assert await world.is_documented()


async def test_what_has_its_row_is_not_written_again(world: World) -> None:
    shipping = [{"title": "Drone", "originalPriceSet": money("5.00")}]
    await world.store.has(an_order(1001, shippingLines=shipping), an_order(1002, shippingLines=shipping))
    await world.imports(1001)
    await world.mappings.shipment_methods.post(
        world.shop, ShipmentMethodMapping(title="DRONE", shipment_method_code="FLY"), once=AS_OFTEN_AS_ASKED
    )

    await world.imports(1001, 1002)

    [row] = await world.fetch("SELECT title, shipment_method_code, version FROM shipment_method_mappings")
    assert tuple(row) == ("DRONE", "FLY", 2)


async def test_a_line_of_a_deleted_location_gets_the_blank_one_and_a_problem_where_one_is_needed(world: World) -> None:
    """Peers 48."""
    gone = SHIPS_FROM | {"assignedLocation": {"name": "Closed down", "location": None}}
    await world.mappings.locations.put(world.shop, LocationMapping(location_id=ShopifyId("71"), location_code="BLUE"))
    await world.store.has(an_order(1001, fulfillmentOrders=[gone]))
    await world.imports(1001)
    [line] = (await world.document_of())["lines"]
    assert line["location_code"] is None

    await world.set(orders={"location_mandatory": True})
    other = {"lineItem": {"id": "gid://shopify/LineItem/1002000"}, "totalQuantity": 1, "remainingQuantity": 1}
    await world.store.has(an_order(1002, fulfillmentOrders=[gone | {"lineItems": [other]}]))
    await world.imports(1002)

    [problem] = (await world.order("#1002"))["problems"]
    assert (problem["code"], problem["pointer"]) == ("location_missing", "/lines/1002000/location_code")
    assert "Closed down" in problem["detail"]
    assert not await world.is_documented("#1002")
