"""Goods that come back, over a database and a store: noted, never a conflict, and credited by their refunds (P52)."""

import json
from typing import Any

from app.domain.identifiers import ShopifyId
from app.domain.parts_of_orders import OrderPart, OrderPartKind
from app.ports.paging import PageRequest
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.read_orders import OrderView, ReadOrders
from tests.integration.test_refunds import AUTOMATIC, a_refund
from tests.integration.world import EVERYBODY, World, a_line, an_order, money

LINE = 1_001_000
PIECES = {
    "lineItems": [a_line(LINE, quantity=2)],
    "totalPriceSet": money("20.00"),
    "currentTotalPriceSet": money("20.00"),
    "displayFulfillmentStatus": "FULFILLED",
}
SHIPPED = {
    "fulfillments": [
        {
            "legacyResourceId": "61",
            "fulfillmentLineItems": [
                {
                    "id": "gid://shopify/FulfillmentLineItem/62",
                    "quantity": 2,
                    "lineItem": {"id": f"gid://shopify/LineItem/{LINE}"},
                }
            ],
        }
    ]
}
ASKED = {"lines": [{"id": f"gid://shopify/LineItem/{LINE}", "quantity": 1, "customerNote": "Too tight for me"}]}


async def booked(world: World, **fields: Any) -> None:
    """A shipped order of two pieces, documented."""
    await world.store.has(an_order(1001, **PIECES, **SHIPPED, **fields))
    await world.imports(1001)
    assert (await world.order())["state"] == "processed"


async def after(world: World, action: str, **given: Any) -> OrderView:
    """The order as it is after something happened in the store and was imported."""
    await world.store.act(1001, action, **given)
    await world.imports(1001)
    return await ReadOrders(world.uow).one(EVERYBODY, await world.order_id())


async def test_a_return_is_noted_and_nothing_that_becomes_of_it_is_a_conflict(world: World) -> None:
    await booked(world)
    states = []
    for action, given in (
        ("requestReturn", ASKED),
        ("approveReturn", {}),
        ("shipReturn", {"tracking": {"number": "R1"}}),
        ("disposeReturn", {"dispositions": [{"type": "MISSING", "quantity": 1}]}),
        ("processReturn", {}),
        ("closeReturn", {}),
    ):
        stored = (await after(world, action, **given)).stored
        assert stored.conflict is None
        states.append(stored.order.returns[0].status)

    assert states == ["requested", "open", "open", "open", "open", "closed"]
    page = await ReadOrders(world.uow).history(EVERYBODY, await world.order_id(), PageRequest())
    told = [[(str(each.kind), str(each.severity)) for each in entry.changes] for entry in page.rows if entry.changes]
    assert told == [[("return_added", "noted")]] * 6
    assert len(await world.documents_of()) == 1


async def test_a_refund_without_lines_is_credited_by_the_lines_of_its_return(world: World) -> None:
    await world.set(refunds=AUTOMATIC, accounts={"refunds": "4300"})
    await booked(world)
    await after(world, "requestReturn", **ASKED)
    view = await after(world, "approveReturn")
    back = {"id": f"gid://shopify/Return/{view.stored.order.returns[0].shopify_id}"}
    await world.store.change(1001, refunds=[a_refund(refundLineItems=[]) | {"return": back}])

    await world.imports(1001)
    await world.works_off()

    memo = (await world.documents_of())[-1]
    assert [(line["type"], line["no"], line["quantity"], line["amount"]) for line in memo["lines"]] == [
        ("item", "ITEM-A", "1", "10.00")
    ]


async def test_the_order_of_a_return_is_found_by_the_return_alone(world: World) -> None:
    await booked(world)
    await after(world, "requestReturn", **ASKED)
    [back] = (await after(world, "approveReturn")).stored.order.returns
    known = OrderPart(kind=OrderPartKind.RETURN, shopify_id=back.shopify_id)
    reverse = OrderPart(kind=OrderPartKind.REVERSE_ORDER, shopify_id=back.reverse_orders[0].shopify_id)
    strange = OrderPart(kind=OrderPartKind.RETURN, shopify_id=ShopifyId("5"))

    async with world.uow() as uow:
        found = await uow.orders.of_parts(world.store_id, [strange, known, reverse])

    assert found == {known: "1001", reverse: "1001"}


async def test_a_webhook_that_names_a_return_alone_has_its_order_read(world: World) -> None:
    await booked(world)
    await after(world, "requestReturn", **ASKED)
    [back] = (await after(world, "approveReturn")).stored.order.returns
    for number, (topic, gid) in enumerate(
        [
            ("returns/update", f"gid://shopify/Return/{back.shopify_id}"),
            ("returns/update", "gid://shopify/Return/5"),
            (
                "reverse_fulfillment_orders/dispose",
                f"gid://shopify/ReverseFulfillmentOrder/{back.reverse_orders[0].shopify_id}",
            ),
        ]
    ):
        await world.do(
            "INSERT INTO webhook_inbox (store_id, webhook_id, topic, body) VALUES ($1, $2, $3, $4)",
            world.store_id,
            f"w-{number}",
            topic,
            json.dumps({"admin_graphql_api_id": gid}).encode(),
        )

    await DispatchWebhooks(world.uow, world.clock, world.ids)()

    states = await world.fetch("SELECT state, detail FROM webhook_inbox ORDER BY webhook_id")
    assert [(row["state"], row["detail"]) for row in states] == [
        ("handled", None),
        ("kept", "The body names no order."),
        ("handled", None),
    ]
    assert [row["shopify_id"] for row in await world.fetch("SELECT shopify_id FROM orders_to_import")] == ["1001"]


async def test_a_charge_that_was_refunded_and_then_taken_away_changes_no_document(world: World) -> None:
    charge = {"id": "gid://shopify/ShippingLine/51", "title": "Post", "originalPriceSet": money("5.00")}
    whole = {"totalPriceSet": money("25.00"), "currentTotalPriceSet": money("25.00")}
    await world.set(refunds=AUTOMATIC, accounts={"refunds": "4300"})
    await world.store.has(an_order(1001, **PIECES | whole, shippingLines=[charge]))
    await world.store.has(
        an_order(1002, **PIECES | whole, shippingLines=[charge | {"id": "gid://shopify/ShippingLine/52"}])
    )
    await world.imports(1001)
    for number in (1001, 1002):
        part = {"shippingLine": {"id": f"gid://shopify/ShippingLine/{number - 950}"}}
        await world.store.act(number, "refund", refund={"refundShippingLines": [part]})
        removed = {"removeShippingLine": {"shippingLineId": part["shippingLine"]["id"]}}
        await world.store.act(number, "edit", changes=[removed])

    await world.imports(1001, 1002)
    await world.works_off()

    view = await ReadOrders(world.uow).one(EVERYBODY, await world.order_id())
    assert view.stored.conflict is None
    for name in ("#1001", "#1002"):
        order, memo = await world.documents_of(name)
        assert (order["totals"]["amount_including_tax"], memo["totals"]["amount_including_tax"]) == ("25.00", "5.00")
        assert [line["no"] for line in memo["lines"]] == ["4100"]
