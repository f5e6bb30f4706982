"""Shipping at a store: what is seen of an order, what is recorded, and the ways in which it can go wrong (B5, B6)."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.shipment_sights import CREATE_FULFILMENT, SeenFulfilmentOrder, ShippingSeen
from app.ports.errors import OutcomeUnknown, ScopeMissing, StoreDeclined, StoreRefused
from app.ports.shipment_gateway import FulfilmentPart, FulfilmentTracking, NewFulfilment, RecordedFulfilment
from app.ports.store_gateway import OrderNotThere, OrderUnreadable
from tests.contract.shopify.stores import Json, SimulatedStore
from tests.contract.simulator.shipping_store import (
    FOREIGN_DEPOT,
    LOCATIONS,
    OUR_DEPOT,
    OUR_SERVICE,
    WAREHOUSE,
    order_to_ship,
)

ONE = ShopifyId("1")
LINE = ShopifyId("11")
SHIPPED = NewFulfilment(
    parts=[FulfilmentPart(fulfilment_order_id=ONE, fulfilment_order_line_id=LINE, quantity=2)],
    tracking=None,
    notify_customer=False,
)


async def put(store: SimulatedStore, *orders: Json) -> None:
    await store.put(locations=LOCATIONS, app={"fulfilment_services": [OUR_SERVICE]}, orders=orders)


async def seen(store: SimulatedStore, *, recorded: bool = False) -> ShippingSeen:
    sight = await store.gateway.shipping.look_at_shipping(store.ref, ONE, with_fulfilments=recorded)
    assert isinstance(sight, ShippingSeen), sight
    return sight


async def ship(store: SimulatedStore, fulfilment: NewFulfilment = SHIPPED) -> RecordedFulfilment:
    return await store.gateway.shipping.create_fulfilment(store.ref, fulfilment)


def left(orders: tuple[SeenFulfilmentOrder, ...]) -> list[list[int]]:
    return [[line.remaining_quantity for line in order.lines] for order in orders]


async def test_what_is_open_is_seen_with_its_place_and_what_may_be_done(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3, 1))

    sight = await seen(store)

    [order] = sight.fulfilment_orders
    assert (order.shopify_id, order.status, order.request_status) == (ONE, "open", "unsubmitted")
    assert (order.location_id, order.location_name, order.service_name) == (ShopifyId("61"), "Warehouse", None)
    assert CREATE_FULFILMENT in order.actions
    assert [(line.line_id, line.total_quantity, line.remaining_quantity) for line in order.lines] == [
        ("11", 3, 3),
        ("12", 1, 1),
    ]
    assert (sight.fulfilment_status, sight.fulfilments) == ("unfulfilled", None)
    assert len(await store.calls()) == 1


@pytest.mark.parametrize(
    ("place", "service", "may_ship"),
    [(WAREHOUSE, None, True), (OUR_DEPOT, "ERP", True), (FOREIGN_DEPOT, "3PL", False)],
    ids=["merchant", "our service", "third party"],
)
async def test_a_services_location_is_told_from_the_merchants(
    store: SimulatedStore, place: str, service: str | None, may_ship: bool
) -> None:
    await put(store, order_to_ship(1, at=place))
    [order] = (await seen(store)).fulfilment_orders
    assert (order.service_name, CREATE_FULFILMENT in order.actions) == (service, may_ship)


async def test_many_fulfilment_orders_with_many_lines_are_seen_to_their_end(store: SimulatedStore) -> None:
    await put(store, order_to_ship(*[8] * 55))
    piece = {"id": f"gid://shopify/FulfillmentOrderLineItem/{LINE}", "quantity": 1}
    for _ in range(6):
        await store.act_on_fulfilment_order(1, "split", fulfillmentOrderLineItems=[piece])

    orders = (await seen(store)).fulfilment_orders

    assert left(orders) == [[2, *[8] * 54], *[[1]] * 6]
    assert {line.line_id for order in orders for line in order.lines} == {f"1{place}" for place in range(1, 56)}


async def test_an_order_that_changes_under_the_reading_is_begun_again(store: SimulatedStore) -> None:
    await put(store, order_to_ship(*[1] * 60))
    lines = {"page": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}}
    moved = {"data": {"node": {"order": {"updatedAt": "2027-01-01T00:00:00Z"}, **lines}}}
    await store.fail("answer", operation="FulfilmentOrderLinesPage", body=moved)

    assert left((await seen(store)).fulfilment_orders) == [[1] * 60]

    await store.fail("answer", operation="FulfilmentOrderLinesPage", body=moved, times=None)
    sight = await store.gateway.shipping.look_at_shipping(store.ref, ONE)
    assert isinstance(sight, OrderUnreadable)
    assert (sight.code, sight.retryable) == ("changed_while_reading", True)


async def test_an_order_that_is_gone_is_not_there(store: SimulatedStore) -> None:
    assert isinstance(await store.gateway.shipping.look_at_shipping(store.ref, ONE), OrderNotThere)


async def test_an_order_seen_only_in_part_is_not_taken_for_whole(store: SimulatedStore) -> None:
    await put(store, order_to_ship(1))
    await store.fail("partial_data", operation="OrderShipping", path=["nodes", 0, "fulfillmentOrders"])
    assert isinstance(await store.gateway.shipping.look_at_shipping(store.ref, ONE), OrderUnreadable)


async def test_a_fulfilment_is_recorded_and_the_order_told_as_it_then_stands(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    tracking = FulfilmentTracking(company="GLS", numbers=("1", "2"), urls=("https://t.example/1",))

    made = await ship(store, replace(SHIPPED, tracking=tracking, notify_customer=True))

    after = await seen(store, recorded=True)
    assert (made.status, made.order_fulfilment_status) == ("success", "partially_fulfilled")
    assert made.order_updated_at == after.updated_at
    assert left(after.fulfilment_orders) == [[1]]
    [kept] = after.fulfilments or ()
    assert (kept.shopify_id, kept.created_at, kept.location_id) == (made.shopify_id, made.created_at, ShopifyId("61"))
    assert (kept.tracking_numbers, kept.quantities) == (("1", "2"), ((LINE, 2),))
    [entry] = await store.shipped()
    assert entry["notifyCustomer"] is True
    assert [parcel["url"] for parcel in entry["trackingInfo"]] == ["https://t.example/1", None]


async def test_parts_of_several_fulfilment_orders_are_one_fulfilment(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    piece = {"id": f"gid://shopify/FulfillmentOrderLineItem/{LINE}", "quantity": 1}
    await store.act_on_fulfilment_order(1, "split", fulfillmentOrderLineItems=[piece])
    parts = [
        FulfilmentPart(fulfilment_order_id=order.shopify_id, fulfilment_order_line_id=line.shopify_id, quantity=1)
        for order in (await seen(store)).fulfilment_orders
        for line in order.lines
    ]

    await ship(store, replace(SHIPPED, parts=parts))

    assert left((await seen(store)).fulfilment_orders) == [[1], [0]]
    assert len(await store.shipped()) == 1


async def test_a_fulfilment_of_many_lines_is_seen_to_its_end(store: SimulatedStore) -> None:
    await put(store, order_to_ship(*[1] * 60))
    await store.act(1, "fulfil")
    [kept] = (await seen(store, recorded=True)).fulfilments or ()
    assert len(kept.quantities) == 60


async def test_what_is_refused_is_told_in_shopifys_words_and_not_repeated(store: SimulatedStore) -> None:
    await put(store, order_to_ship(1))

    with pytest.raises(StoreDeclined) as raised:
        await ship(store)
    assert "Invalid fulfillment order line item quantity requested" in raised.value.detail

    assert raised.value.fields == ("fulfillment",)
    assert len(await store.calls("FulfilmentCreate")) == 1
    assert await store.shipped() == []


@pytest.mark.parametrize(("kind", "made"), [("cut_json", 1), ("server_error", 0)])
async def test_a_lost_answer_is_an_unknown_outcome_and_nothing_is_repeated(
    store: SimulatedStore, kind: str, made: int
) -> None:
    await put(store, order_to_ship(3))
    await store.fail(kind, operation="FulfilmentCreate")

    with pytest.raises(OutcomeUnknown):
        await ship(store)

    assert len(await store.calls("FulfilmentCreate")) == 1
    assert len(await store.shipped()) == made
    assert len((await seen(store, recorded=True)).fulfilments or ()) == made


async def test_what_certainly_had_no_effect_is_repeated(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    await store.fail("throttled", operation="FulfilmentCreate")
    await ship(store)
    assert len(await store.shipped()) == 1


async def test_a_refusal_without_a_reason_is_no_success(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    nothing: dict[str, Any] = {"fulfillment": None, "userErrors": []}
    await store.fail("answer", operation="FulfilmentCreate", body={"data": {"fulfillmentCreate": nothing}})
    with pytest.raises(StoreRefused):
        await ship(store)


async def test_tracking_is_replaced(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    made = await ship(store)
    wanted = FulfilmentTracking(company="UPS", numbers=("9",))

    changed = await store.gateway.shipping.update_tracking(store.ref, made.shopify_id, wanted, notify_customer=False)

    after = await seen(store, recorded=True)
    assert (changed.shopify_id, changed.order_updated_at) == (made.shopify_id, after.updated_at)
    assert [kept.tracking_numbers for kept in after.fulfilments or ()] == [("9",)]


async def test_tracking_of_a_fulfilment_that_is_gone_is_declined(store: SimulatedStore) -> None:
    with pytest.raises(StoreDeclined) as raised:
        await store.gateway.shipping.update_tracking(
            store.ref, ShopifyId("5"), FulfilmentTracking(numbers=("9",)), notify_customer=False
        )
    assert "Fulfillment does not exist" in raised.value.detail


async def test_a_request_to_our_service_is_accepted_once_and_then_shipped(store: SimulatedStore) -> None:
    await put(store, order_to_ship(2, at=OUR_DEPOT))
    await store.act_on_fulfilment_order(1, "submit-request")
    [asked] = (await seen(store)).fulfilment_orders
    with pytest.raises(StoreDeclined) as raised:
        await ship(store)
    assert "submitted" in raised.value.detail

    await store.gateway.shipping.accept_request(store.ref, ONE)

    [taken] = (await seen(store)).fulfilment_orders
    assert (asked.request_status, CREATE_FULFILMENT in asked.actions) == ("submitted", False)
    assert (taken.request_status, CREATE_FULFILMENT in taken.actions) == ("accepted", True)
    with pytest.raises(StoreDeclined) as raised:
        await store.gateway.shipping.accept_request(store.ref, ONE)
    assert "request status" in raised.value.detail

    await ship(store)


async def test_a_third_partys_request_is_not_ours_to_accept(store: SimulatedStore) -> None:
    await put(store, order_to_ship(2, at=FOREIGN_DEPOT))
    await store.act_on_fulfilment_order(1, "submit-request")
    with pytest.raises(StoreDeclined) as raised:
        await store.gateway.shipping.accept_request(store.ref, ONE)
    assert "fulfillment service" in raised.value.detail
    with pytest.raises(StoreDeclined) as raised:
        await ship(store)
    assert "does not have access to the fulfillment order" in raised.value.detail


async def test_without_a_scope_nothing_is_shipped_and_the_rest_of_the_store_stays_open(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    assert await store.gateway.shipping.may_ship(store.ref)
    await store.put(app={"scopes": ["read_orders", "read_locations", "read_merchant_managed_fulfillment_orders"]})

    with pytest.raises(ScopeMissing):
        await ship(store)

    assert not await store.gateway.shipping.may_ship(store.ref)
    assert store.vault.revoked == []
    await seen(store)


async def test_without_a_scope_to_see_fulfilment_orders_an_order_is_left_for_later(store: SimulatedStore) -> None:
    await put(store, order_to_ship(3))
    await store.put(app={"scopes": ["read_orders", "read_locations"]})
    sight = await store.gateway.shipping.look_at_shipping(store.ref, ONE)
    assert isinstance(sight, OrderUnreadable)
    assert (sight.code, sight.retryable) == (ScopeMissing.code, True)
