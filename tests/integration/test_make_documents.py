"""Documents of orders we hold: made by themselves when what was missing appears, and never twice (P30–P34)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.links import StoreVariantLink
from app.domain.mapping_entries import CurrencyMapping
from app.domain.mappings import ChargeType, CustomerTemplate, LocationMapping, ShipmentMethodMapping
from app.ports.errors import Conflict
from app.ports.once import AS_OFTEN_AS_ASKED
from app.ports.versions import ANY_VERSION
from tests.integration.test_import_customers import CREATING, of_person
from tests.integration.test_import_orders import UNFORESEEN
from tests.integration.world import EVERYBODY, World, a_line, a_person, an_order, money

SHIPPING = {"id": "gid://shopify/ShippingLine/1", "title": "Standard", "originalPriceSet": money("5.00")}
UNKNOWN_ITEM = an_order(1001, lineItems=[a_line(1, sku="LATER")])
AT_LOCATION = an_order(
    1001,
    lineItems=[a_line(1)],
    fulfillmentOrders=[
        {
            "id": "gid://shopify/FulfillmentOrder/1",
            "status": "OPEN",
            "assignedLocation": {"location": {"legacyResourceId": "5001"}},
            "lineItems": [
                {
                    "id": "gid://shopify/FulfillmentOrderLineItem/1",
                    "lineItem": {"id": "gid://shopify/LineItem/1"},
                    "totalQuantity": 1,
                    "remainingQuantity": 1,
                }
            ],
        }
    ],
)
ANNA = a_person(70, email="anna@example.com")
Appears = Callable[[World], Awaitable[object]]


async def put_location(world: World) -> None:
    mapping = LocationMapping(location_id=ShopifyId("5001"), location_code="BLUE")
    await world.mappings.locations.put(world.shop, mapping)


async def put_currency(world: World) -> None:
    await world.mappings.currencies.put(None, CurrencyMapping(iso="EUR", currency_code="EURO"))


async def put_template(world: World) -> None:
    await world.mappings.customer_templates.put(
        world.shop, CustomerTemplate(country_code="NL", default_customer_no="C100")
    )


async def put_shipment_method(world: World) -> None:
    charge = ShipmentMethodMapping(title="Standard", charge_type=ChargeType.CHARGE, charge_no="FREIGHT")
    await world.mappings.shipment_methods.post(world.shop, charge, once=AS_OFTEN_AS_ASKED)


async def link_variant(world: World) -> None:
    link = StoreVariantLink(store_variant_id=ShopifyId("9001"), item_no="ITEM-A")
    await world.links.put_store_variant(world.shop, link, expected=ANY_VERSION)


async def link_customer(world: World) -> None:
    await world.links.put_store_customer(world.shop, ShopifyId("70"), "C100", expected=ANY_VERSION)


BY_EMAIL = {"customers": CREATING | {"auto_create": False}}
CHARGED = an_order(1001, shippingLines=[SHIPPING])
MISSING: dict[str, tuple[dict[str, Any], dict[str, Any], str, Appears]] = {
    "an item by its number": ({}, UNKNOWN_ITEM, "item_missing", lambda world: world.item("LATER")),
    "an item by its barcode": (
        {},
        an_order(1001, lineItems=[a_line(1, sku=None, variant={"legacyResourceId": "9001", "barcode": "4711"})]),
        "item_missing",
        lambda world: world.item("LATER", barcodes=("4711",)),
    ),
    "a link of the variant": ({}, UNKNOWN_ITEM, "item_missing", link_variant),
    "a customer by e-mail": (
        BY_EMAIL,
        of_person(1001, ANNA),
        "customer_missing",
        lambda world: world.customer("C200", email="anna@example.com"),
    ),
    "a link of the customer": (BY_EMAIL, of_person(1001, ANNA), "customer_missing", link_customer),
    "a default customer": (
        {"customers": {"default_customer_no": "C999"}},
        an_order(1001),
        "customer_missing",
        lambda world: world.customer("C999"),
    ),
    "a setting that allows creating": (
        BY_EMAIL,
        of_person(1001, ANNA),
        "customer_missing",
        lambda world: world.set(customers={"auto_create": True}),
    ),
    "a template of the country": (BY_EMAIL, of_person(1001, ANNA), "customer_missing", put_template),
    "an account": (
        {"accounts": {"shipping_charges": None}},
        CHARGED,
        "account_missing",
        lambda world: world.set(accounts={"shipping_charges": "4100"}),
    ),
    "a mapping of the shipment method": (
        {"accounts": {"shipping_charges": None}},
        CHARGED,
        "account_missing",
        put_shipment_method,
    ),
    "a currency": (
        {"general": {"local_currency": "USD"}, "orders": {"currency_handling": "presentment"}},
        an_order(1001),
        "currency_missing",
        put_currency,
    ),
    "a location": ({"orders": {"location_mandatory": True}}, AT_LOCATION, "location_missing", put_location),
}


@pytest.mark.parametrize("missing", MISSING)
async def test_an_order_is_documented_by_itself_when_what_it_lacks_appears(world: World, missing: str) -> None:
    """D17."""
    settings, order, problem, appears = MISSING[missing]
    await world.set(**settings)
    await world.store.has(order, customers=[ANNA])
    await world.imports(1001)
    assert await world.problems() == [problem]
    assert (await world.order())["state"] == "blocked"
    await world.take_nudges("documents")

    await appears(world)
    await world.works_off()

    assert await world.problems() == []
    assert (await world.order())["state"] == "processed"
    assert (await world.document_of())["totals"]["amount"] in ("10.00", "15.00")


async def test_what_appears_while_an_order_is_found_blocked_is_seen_a_moment_later(world: World) -> None:
    """Neither transaction sees the other's rows, so the order looks once more by itself."""
    await world.store.has(UNKNOWN_ITEM)
    async with world.uow() as late:
        await late.driver.execute(
            "INSERT INTO items (no, description, base_unit, blocked, variants, barcodes, version, created_at,"
            " updated_at) VALUES ('LATER', 'Article', 'PCS', false, '[]', '{}', 1, now(), now())"
        )
        await late.driver.execute("INSERT INTO item_codes VALUES ('LATER', '', 'item_no', 'later')")
        await late.awaiting.appeared({"item:later"})
        await world.imports(1001)
        await late.commit()
    assert await world.problems() == ["item_missing"]

    world.clock.pass_by(seconds=4)
    await world.process().make_documents.due(world.shop)

    assert await world.is_documented()


async def test_what_appears_while_an_order_that_was_due_is_decided_about_has_it_decided_about_again(
    world: World,
) -> None:
    """However long the deciding takes: it has seen nothing of what appeared meanwhile."""
    await world.store.has(UNKNOWN_ITEM)
    await world.imports(1001)
    await world.do("UPDATE orders SET document_due_at = now() - interval '1 second'")

    async with world.uow() as deciding:
        [order] = await deciding.orders.take_due(world.shop, limit=10, now=world.clock.now())
        await deciding.orders.locked([order])
        appears = asyncio.ensure_future(world.item("LATER"))
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        async with asyncio.timeout(10):
            while not appears.done() and not await deciding.driver.fetch(waiting):
                await deciding.driver.execute("SELECT pg_stat_clear_snapshot()")
        await deciding.commit()
    await appears
    await world.works_off()

    assert await world.is_documented()


async def test_looking_again_in_vain_happens_once_and_says_nothing(world: World) -> None:
    await world.store.has(UNKNOWN_ITEM)
    await world.imports(1001)
    before, told = await world.order(), await world.events()
    world.clock.pass_by(seconds=4)

    await world.process().make_documents.due(world.shop)

    after = await world.order()
    assert {name for name in after if after[name] != before[name]} == {"document_due_at"}
    assert (after["document_due_at"], await world.events()) == (None, told)


async def test_an_order_of_which_nothing_is_left_makes_no_document_and_is_no_problem_of_anyone(world: World) -> None:
    gone = a_line(1, currentQuantity=0)
    await world.store.has(
        an_order(1001, lineItems=[gone], cancelledAt="2026-01-16T09:00:00Z", displayFinancialStatus="VOIDED")
    )

    await world.imports(1001)

    assert ((await world.order())["state"], await world.problems()) == ("unprocessed", ["nothing_to_document"])
    with pytest.raises(Conflict) as refused:
        await world.requests.create_document(EVERYBODY, await world.order_id())
    assert refused.value.code == "nothing_to_document"


async def test_a_name_of_shopify_that_another_live_document_holds_blocks_the_order(world: World) -> None:
    await world.set(orders={"use_shopify_order_number": True})
    await world.store.has(an_order(1001), an_order(1002, name="#1001"))

    await world.imports(1001)
    await world.imports(1002)

    rows = await world.fetch("SELECT shopify_id, state, problems -> 0 ->> 'code' FROM orders ORDER BY shopify_id")
    assert [tuple(row) for row in rows] == [("1001", "processed", None), ("1002", "blocked", "number_taken")]


async def test_a_document_that_loses_its_name_to_a_later_one_is_announced(world: World) -> None:
    await world.set(orders={"use_shopify_order_number": True})
    await world.store.has(an_order(1001))
    await world.imports(1001)
    document = await world.document_of()
    await world.actions.cancel(EVERYBODY, document["id"], reason="twice")

    await world.requests.create_document(EVERYBODY, await world.order_id())

    numbers = [each["number"] for each in await world.documents_of()]
    assert numbers == ["#1001-1", "#1001"]
    assert (await world.events()).count("sales_document.updated") == 1


async def test_twenty_who_ask_at_once_get_one_document(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await world.store.has(an_order(1001))
    await world.imports(1001)
    order = await world.order_id()

    answers = await asyncio.gather(
        *(world.requests.create_document(EVERYBODY, order) for _ in range(20)), return_exceptions=True
    )

    refusals = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(refusals), {refusal.code for refusal in refusals}) == (19, {"already_processed"})
    document = await world.document_of()
    assert {refusal.facts["document_id"] for refusal in refusals} == {document["id"]}


async def test_those_who_ask_and_imports_at_the_same_time_make_one_document(world: World) -> None:
    await world.set(orders={"auto_create_documents": False})
    await world.store.has(an_order(1001))
    await world.imports(1001)
    order = await world.order_id()
    await world.set(orders={"auto_create_documents": True})
    await world.store.change(1001, note="changed")
    await world.wants(1001)

    await asyncio.gather(
        world.process("one").import_orders(world.store_id),
        world.process("two").make_documents.all(world.shop, wanted=lambda _: True),
        *(world.requests.create_document(EVERYBODY, order) for _ in range(5)),
        return_exceptions=True,
    )

    assert len(await world.documents_of()) == 1
    assert (await world.order())["state"] == "processed"


async def test_one_bad_order_does_not_keep_the_documents_of_others_from_being_made(world: World) -> None:
    await world.set(general={"time_zone": "UTC"}, orders={"auto_create_documents": False})
    await world.store.has(an_order(1001), an_order(6666, **UNFORESEEN), an_order(1002))
    await world.imports(1001, 6666, 1002)
    await world.set(general={"time_zone": "Europe/Amsterdam"})

    counts = await world.process().make_documents.all(world.shop, wanted=lambda _: True)

    assert (counts.documents, counts.failed) == (2, (await world.order_id("#6666"),))


async def test_one_bad_order_does_not_hold_up_what_is_due(world: World) -> None:
    await world.set(general={"time_zone": "UTC"}, orders={"auto_create_documents": False})
    await world.store.has(an_order(1001), an_order(6666, **UNFORESEEN))
    await world.imports(1001, 6666)
    await world.set(general={"time_zone": "Europe/Amsterdam"}, orders={"auto_create_documents": True})
    await world.do("UPDATE orders SET document_due_at = now() - interval '1 minute'")

    counts = await world.process().make_documents.due(world.shop)

    assert (counts.documents, len(counts.failed)) == (1, 1)
    assert await world.value("SELECT count(*) FROM orders WHERE document_due_at IS NOT NULL") == 0
