"""What reading costs, counted from the store's own answers (F1), and what a page that is too dear leads to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.shopify.points import Priority
from app.domain.identifiers import ShopifyId
from app.ports.store_access import PointsState
from app.ports.store_gateway import OrderListing
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import ids, line, money, order

ORDERS = 1000


def typical(number: int) -> dict[str, Any]:
    """Two lines, a shipping charge, a transaction, a fulfilment order."""
    lines = [line(number * 10), line(number * 10 + 1)]
    charge = {"legacyResourceId": str(number), "title": "Post", "originalPriceSet": money("4.90")}
    paid = {"legacyResourceId": str(number), "kind": "SALE", "status": "SUCCESS", "amountSet": money("24.90")}
    shipped = [
        {
            "legacyResourceId": str(number * 10 + place),
            "totalQuantity": 1,
            "remainingQuantity": 1,
            "lineItem": {"id": gid},
        }
        for place, gid in enumerate(f"gid://shopify/LineItem/{number * 10 + place}" for place in range(2))
    ]
    fulfilment_order = {"legacyResourceId": str(number), "lineItems": shipped}
    return order(
        number, lineItems=lines, shippingLines=[charge], transactions=[paid], fulfillmentOrders=[fulfilment_order]
    )


async def test_a_catch_up_of_typical_orders_costs_at_most_seven_points_an_order(store: SimulatedStore) -> None:
    await store.put(orders=[typical(number) for number in range(1, ORDERS + 1)])

    wanted: list[ShopifyId] = []
    async for page in store.gateway.list_orders(store.ref, OrderListing()):
        wanted += [each.shopify_id for each in page]
    found = await store.orders(wanted)

    calls = await store.calls()
    assert len(found) == ORDERS
    assert all((len(each.lines), len(each.transactions), len(each.fulfilment_orders)) == (2, 1, 1) for each in found)
    assert sum(call["requestedQueryCost"] for call in calls) / ORDERS <= 7
    assert len(calls) <= ORDERS / 250 + ORDERS / 50 + 1


async def test_a_single_order_is_read_in_one_call_of_less_than_a_hundred_points(store: SimulatedStore) -> None:
    await store.put(orders=[typical(1)])
    await store.order(1)
    await store.forget_calls()

    await store.order(1)

    [call] = await store.calls()
    assert call["requestedQueryCost"] < 100


async def test_what_the_store_charges_is_remembered_for_the_next_call(store: SimulatedStore) -> None:
    await store.put(orders=[typical(1)])

    await store.order(1)

    [call] = await store.calls("OrdersWhole")
    assert call["requestedQueryCost"] in store.bucket.costs.values()
    assert store.bucket.corrections[-1].maximum == 10_000_000


async def test_a_page_too_dear_is_read_in_smaller_ones(store: SimulatedStore) -> None:
    """Peers 40."""
    await store.put(orders=[typical(number) for number in range(1, 21)])
    await store.order(1)
    refusal = {
        "errors": [{"message": "too dear", "extensions": {"code": "MAX_COST_EXCEEDED", "cost": 1200, "maxCost": 1000}}]
    }
    await store.fail("answer", operation="OrdersWhole", body=refusal)
    wanted = ids(*range(1, 21))

    first = await store.orders(wanted)
    await store.forget_calls()
    second = await store.orders(wanted)

    assert len(first) == len(second) == 20
    assert [len(call["variables"]["ids"]) for call in await store.calls("OrdersWhole")] == [8, 8, 4]


async def test_a_page_of_lines_too_dear_is_read_in_smaller_ones(store: SimulatedStore) -> None:
    await store.put(orders=[order(1, lines=200)])
    refusal = {
        "errors": [{"message": "too dear", "extensions": {"code": "MAX_COST_EXCEEDED", "cost": 1200, "maxCost": 1000}}]
    }
    await store.fail("answer", operation="OrderLinesPage", body=refusal)

    assert len((await store.order(1)).lines) == 200
    assert [call["variables"]["first"] for call in await store.calls("OrderLinesPage")][1:] == [50, 50, 50, 50]


async def test_a_catch_up_leaves_half_of_the_points_to_what_was_announced(store: SimulatedStore) -> None:
    """With little more than half of the bucket left, an announced order is read at once and a catch-up waits."""
    await store.put(orders=[typical(number) for number in range(1, 4)])

    def half_is_left() -> None:
        store.pauses.taken.clear()
        store.bucket.states[store.ref.id] = PointsState(
            maximum=1000, available=520, restore_rate=50, measured_at=store.clock.now()
        )

    half_is_left()
    await store.gateway.read_orders(store.ref, ids(1))
    assert store.pauses.taken == []
    half_is_left()
    await store.gateway.read_orders(store.ref, ids(2), catch_up=True)
    assert sum(store.pauses.taken) > 0


async def test_a_call_waits_no_longer_than_the_bucket_needs(store: SimulatedStore) -> None:
    """Case RL-01: (cost - available) / restore rate, less the time gone by already."""
    points = store.gateway.transport.points
    state = PointsState(maximum=1000, available=50, restore_rate=50, measured_at=store.clock.now())

    store.bucket.states[store.ref.id] = state
    await points.take(store.ref, 150, Priority.URGENT)
    assert sum(store.pauses.taken) == pytest.approx(2.0, abs=0.2)

    store.pauses.taken.clear()
    store.bucket.states[store.ref.id] = replace(state, measured_at=store.clock.now() - timedelta(seconds=2))
    await points.take(store.ref, 200, Priority.URGENT)
    assert sum(store.pauses.taken) == pytest.approx(1.0, abs=0.4)

    store.pauses.taken.clear()
    store.bucket.states[store.ref.id] = replace(state, available=1000, measured_at=store.clock.now())
    await points.take(store.ref, 200, Priority.URGENT)
    assert store.pauses.taken == []
