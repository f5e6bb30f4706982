"""Orders read whole from a store: content, order, lists of any length, and what happens when a part cannot be had."""

import resource
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app.domain.identifiers import ShopifyId
from app.domain.orders import LineKind
from app.ports.store_gateway import OrderNotThere, OrderRead, OrderUnreadable
from tests.contract.shopify.stores import SimulatedStore

EUR = {"currencyCode": "EUR"}


def money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, **EUR}}


def line(number: int, **given: Any) -> dict[str, Any]:
    product = {"product": {"legacyResourceId": "801"}, "variant": {"legacyResourceId": "9001"}}
    price = money("10.00")
    return (
        {"legacyResourceId": str(number), "title": "Teapot", "quantity": 1, "originalUnitPriceSet": price}
        | product
        | given
    )


def order(number: int, *, lines: int = 1, **given: Any) -> dict[str, Any]:
    total = money(f"{10 * lines}.00")
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "lineItems": [line(number * 100_000 + place) for place in range(lines)],
        "totalPriceSet": total,
        "currentTotalPriceSet": total,
        "updatedAt": "2026-11-20T10:00:00Z",
        "createdAt": "2026-11-20T10:00:00Z",
        **given,
    }


def ids(*numbers: int) -> list[ShopifyId]:
    return [ShopifyId(str(number)) for number in numbers]


async def test_each_order_comes_once_and_in_the_order_asked(store: SimulatedStore) -> None:
    await store.put(orders=[order(number) for number in range(1, 121)])
    wanted = ids(*range(120, 0, -1), 7, 7)

    readings = await store.gateway.read_orders(store.ref, wanted)

    assert [each.order.shopify_id for each in readings if isinstance(each, OrderRead)] == ids(*range(120, 0, -1))


async def test_nothing_asked_for_asks_the_store_for_nothing(store: SimulatedStore) -> None:
    assert await store.gateway.read_orders(store.ref, []) == []
    assert await store.calls() == []


async def test_an_order_that_is_not_there_is_told_as_such_beside_its_neighbours(store: SimulatedStore) -> None:
    await store.put(orders=[order(1), order(3)])

    first, missing, third = await store.gateway.read_orders(store.ref, ids(1, 2, 3))

    assert isinstance(first, OrderRead)
    assert missing == OrderNotThere(shopify_id=ShopifyId("2"))
    assert isinstance(third, OrderRead)


async def test_what_is_no_order_number_is_refused_without_spoiling_its_neighbours(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])

    first, odd = await store.gateway.read_orders(store.ref, [ShopifyId("1"), ShopifyId("draft-1")])

    assert isinstance(first, OrderRead)
    assert isinstance(odd, OrderUnreadable)
    assert odd.code == "invalid_id"


async def test_lines_beyond_the_first_page_are_read_to_the_end(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=300)])

    found = await store.order(1)

    assert [each.shopify_id for each in found.lines] == [str(100_000 + place) for place in range(300)]


async def test_pages_smaller_than_asked_for_lose_nothing(store: SimulatedStore) -> None:
    shipping = [
        {"legacyResourceId": str(place), "title": "Post", "originalPriceSet": money("1.00")} for place in range(30)
    ]
    await store.put(
        page_sizes={"lineItems": 10, "shippingLines": 7}, orders=[order(1, lines=45, shippingLines=shipping)]
    )

    found = await store.order(1)

    assert len(found.lines) == 45
    assert len(found.shipping_lines) == 30


async def test_the_raw_answers_of_an_order_are_kept_as_one_json_object(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=120), order(2)])

    long, short = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert isinstance(long, OrderRead)
    assert isinstance(short, OrderRead)
    assert set(msgspec.json.decode(short.raw or b"")) == {"order"}
    record = msgspec.json.decode(long.raw or b"")
    assert record["order"]["id"] == "gid://shopify/Order/1"
    paged = [each["node"]["page"]["nodes"] for each in record["parts"]["order_lines_page"]]
    assert len(record["order"]["lineItems"]["nodes"]) + sum(map(len, paged)) == 120


async def test_a_hundred_refunds_with_their_lines_are_read(store: SimulatedStore) -> None:
    refunds = [refund(number, lines=1) for number in range(1, 101)]
    await store.put(orders=[order(1, lines=100, refunds=refunds)])

    found = await store.order(1)

    assert [each.shopify_id for each in found.refunds] == [str(number) for number in range(1, 101)]
    assert {(each.lines[0].quantity, each.lines[0].restock_type) for each in found.refunds} == {(1, "return")}


async def test_a_refund_of_five_hundred_lines_is_read_to_its_end(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=500, refunds=[refund(1, lines=500)])])

    [found] = (await store.order(1)).refunds

    assert [each.line_id for each in found.lines] == [str(100_000 + place) for place in range(500)]


def refund(number: int, *, lines: int) -> dict[str, Any]:
    """A refund of as many lines, each of one piece; the n-th refund begins at the n-th line."""
    taken = [
        {
            "legacyResourceId": str(number * 1000 + place),
            "quantity": 1,
            "restockType": "RETURN",
            "lineItem": {"id": f"gid://shopify/LineItem/{100_000 + number - 1 + place}"},
            "subtotalSet": money("10.00"),
            "totalTaxSet": money("0.00"),
        }
        for place in range(lines)
    ]
    return {
        "legacyResourceId": str(number),
        "createdAt": "2026-11-20T11:00:00Z",
        "totalRefundedSet": money(f"{10 * lines}.00"),
        "refundLineItems": taken,
    }


async def test_exchanged_lines_are_told_from_the_others(store: SimulatedStore) -> None:
    exchange = {"legacyResourceId": "51", "quantity": 1, "lineItems": [{"id": "gid://shopify/LineItem/100001"}]}
    returned = {"legacyResourceId": "41", "name": "#1-R1", "status": "OPEN", "exchangeLineItems": [exchange]}
    await store.put(orders=[order(1, lines=2, returnStatus="IN_PROGRESS", returns=[returned])])

    found = await store.order(1)

    assert [each.exchange for each in found.lines] == [False, True]
    assert "returns" not in found.unknown


async def test_orders_without_a_return_are_not_asked_for_any(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])

    await store.order(1)

    assert await store.calls("OrderReturns") == []


async def test_a_part_whose_scope_was_not_granted_is_unknown_and_not_asked_for(store: SimulatedStore) -> None:
    await store.put(
        app={"scopes": ["read_orders", "read_customers", "read_products", "read_locations", *FULFILMENT_SCOPES]},
        orders=[order(1, returnStatus="IN_PROGRESS")],
    )

    found = await store.order(1)

    assert found.unknown == ("payment_terms", "returns", "staff")
    assert found.payment_terms is None
    assert await store.calls("OrderReturns") == []


FULFILMENT_SCOPES = ("read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders")


async def test_payment_terms_are_read_where_their_scope_is_granted(store: SimulatedStore) -> None:
    terms = {
        "paymentTermsName": "Net 30",
        "paymentTermsType": "NET",
        "dueInDays": 30,
        "paymentSchedules": [{"dueAt": "2026-12-20T10:00:00Z"}],
    }
    await store.put(orders=[order(1, paymentTerms=terms)])

    found = await store.order(1)

    assert found.payment_terms is not None
    assert (found.payment_terms.name, found.payment_terms.type, found.payment_terms.due_in_days) == (
        "Net 30",
        "net",
        30,
    )
    assert "payment_terms" not in found.unknown


async def test_the_card_behind_a_gift_card_payment_is_told(store: SimulatedStore) -> None:
    paid = {
        "legacyResourceId": "61",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "gift_card",
        "amountSet": money("10.00"),
        "receiptJson": '{"gift_card_id": 4711}',
    }
    await store.put(orders=[order(1, transactions=[paid])])

    [transaction] = (await store.order(1)).transactions

    assert transaction.gift_card_id == "4711"


async def test_an_error_beside_the_data_spoils_only_the_order_it_names(store: SimulatedStore) -> None:
    """B4."""
    await store.put(orders=[order(1), order(2), order(3)])
    await store.fail(
        "partial_data", operation="OrdersWhole", path=["nodes", 1, "shippingAddress"], code="ACCESS_DENIED"
    )

    first, second, third = await store.gateway.read_orders(store.ref, ids(1, 2, 3))

    assert isinstance(first, OrderRead)
    assert isinstance(second, OrderUnreadable)
    assert (second.code, second.retryable) == ("access_denied", False)
    assert "shippingAddress" in second.detail
    assert isinstance(third, OrderRead)


async def test_an_order_that_turned_null_by_an_error_is_not_taken_for_gone(store: SimulatedStore) -> None:
    await store.put(orders=[order(1), order(2)])
    await store.fail("partial_data", operation="OrdersWhole", path=["nodes", 0])

    first, second = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert isinstance(first, OrderUnreadable)
    assert first.retryable
    assert isinstance(second, OrderRead)


@pytest.mark.parametrize(("plan", "asked"), [("Basic", False), ("Shopify Plus", True), ("Developer Preview", True)])
async def test_staff_are_asked_for_only_where_the_plan_tells_them(
    store: SimulatedStore, plan: str, asked: bool
) -> None:
    """0.04; the plan as the last run found it."""
    await store.put(orders=[order(1)])
    store.ref = replace(store.ref, plan=plan)

    await store.order(1)

    [call] = await store.calls("OrdersWhole")
    assert call["variables"]["staff"] is asked


@pytest.mark.parametrize("field", ["paymentTerms", "staffMember"])
async def test_a_denied_part_of_its_own_scope_is_unknown_and_the_order_is_whole(
    store: SimulatedStore, field: str
) -> None:
    await store.put(orders=[order(1)])
    await store.fail("partial_data", operation="OrdersWhole", path=["nodes", 0, field], code="ACCESS_DENIED")

    found = await store.order(1)

    assert {"paymentTerms": "payment_terms", "staffMember": "staff"}[field] in found.unknown


@pytest.mark.parametrize("operation", ["OrderLinesPage", "FulfilmentOrderLinesPage", "RefundsWhole", "RefundLinesPage"])
async def test_a_part_read_in_part_makes_the_order_unreadable(store: SimulatedStore, operation: str) -> None:
    fulfilment_order = {"legacyResourceId": "81", "lineItems": [shipped(place) for place in range(120)]}
    long = order(1, lines=120, refunds=[refund(1, lines=120)], fulfillmentOrders=[fulfilment_order])
    await store.put(orders=[long, order(2)])
    await store.fail("partial_data", operation=operation)

    first, second = await store.gateway.read_orders(store.ref, ids(1, 2))

    assert isinstance(first, OrderUnreadable)
    assert first.retryable
    assert isinstance(second, OrderRead)


def shipped(place: int) -> dict[str, Any]:
    item = {"id": f"gid://shopify/LineItem/{100_000 + place}"}
    return {"legacyResourceId": str(9000 + place), "totalQuantity": 1, "remainingQuantity": 1, "lineItem": item}


async def test_fulfilment_orders_come_with_location_and_every_line(store: SimulatedStore) -> None:
    location = {"name": "Main store", "location": {"legacyResourceId": "5001", "name": "Main store"}}
    fulfilment_orders = [
        {
            "legacyResourceId": str(80 + number),
            "assignedLocation": location,
            "lineItems": [shipped(place) for place in range(60)],
        }
        for number in range(12)
    ]
    await store.put(orders=[order(1, lines=60, fulfillmentOrders=fulfilment_orders)])

    found = await store.order(1)

    assert len(found.fulfilment_orders) == 12
    assert {(each.location_id, each.location_name, len(each.lines)) for each in found.fulfilment_orders} == {
        ("5001", "Main store", 60)
    }


@pytest.mark.long
async def test_many_shipping_lines_and_ten_thousand_lines_are_read_in_bounded_memory(store: SimulatedStore) -> None:
    shipping = [
        {"legacyResourceId": str(place), "title": "Post", "originalPriceSet": money("1.00")} for place in range(300)
    ]
    await store.put(orders=[order(1, lines=10_000, shippingLines=shipping)])
    await store.forget_calls()

    before = highest_memory()
    found = await store.order(1)
    grown = highest_memory() - before

    assert len({each.shopify_id for each in found.lines}) == 10_000
    assert sum(each.unit_price.shop for each in found.lines) == Decimal("100000.00")
    assert len(found.shipping_lines) == 300
    assert len(await store.calls("OrderLinesPage")) == 40
    assert grown < 300 * 1024


def highest_memory() -> int:
    """The most memory this process, simulator included, ever had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def test_a_generated_day_of_orders_is_read_without_a_remainder(store: SimulatedStore) -> None:
    wanted = await store.generate(count=300, seed=11)

    readings = await store.gateway.read_orders(store.ref, wanted)

    assert [type(each).__name__ for each in readings] == ["OrderRead"] * 300
    kinds = {each.kind for reading in readings if isinstance(reading, OrderRead) for each in reading.order.lines}
    assert kinds == {LineKind.ITEM, LineKind.TIP, LineKind.GIFT_CARD, LineKind.CUSTOM}
