"""Shipments of the ERP become fulfilments: what fits, once, with the reason for what does not (P60)."""

from datetime import timedelta
from typing import cast

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.mappings import LocationMapping
from app.domain.shipments import NotSent, ParcelTracking, ShipmentState
from app.domain.shipping_agents import ShippingAgent
from app.ports.paging import PageRequest
from app.ports.repositories.skipped_records import SkippedRecordFilter
from app.ports.shipment_gateway import ShipmentGateway
from app.services.tasks import TaskName
from tests.integration.shipping import (
    THERE,
    OddWay,
    acts,
    announced,
    fulfilment_order,
    hear,
    hears,
    imported,
    now,
    outcome,
    pieces,
    post,
    recorded,
    send,
    ship,
    shipments,
    shipped,
)
from tests.integration.world import EVERYBODY, World

FULFILMENT_ORDER = "gid://shopify/FulfillmentOrder/"


async def test_a_shipment_becomes_one_fulfilment_with_its_tracking(world: World) -> None:
    await imported(world, 3)
    await world.mappings.shipping_agents.put(
        None,
        ShippingAgent(code="DHL", tracking_company="DHL Express", tracking_url_template="https://t.example/{number}"),
    )

    done = await ship(world, shipped(1, 3), tracking="TRK1 TRK2", shipping_agent_code="DHL", notify_customer=False)

    assert outcome(done) == (ShipmentState.SYNCHRONISED, [(3, None)])
    [fulfilment] = await recorded(world)
    assert [each["company"] for each in fulfilment["trackingInfo"]] == ["DHL Express"] * 2
    assert [each["url"] for each in fulfilment["trackingInfo"]] == ["https://t.example/TRK1", "https://t.example/TRK2"]
    assert fulfilment["notifyCustomer"] is False
    assert [*done.results[0].fulfilments] == [fulfilment["id"].rsplit("/", 1)[-1]]
    assert (await world.events())[-1] == "shipment.synchronised"


async def test_what_was_sent_is_not_sent_again(world: World) -> None:
    await imported(world, 3)
    await ship(world, shipped(1, 1))

    again = await post(world, shipped(1, 1))
    await send(world)
    await send(world)

    assert again.created is False
    assert await pieces(world) == [[("1", 1)]]


@pytest.mark.long
async def test_three_hundred_and_one_lines_are_two_fulfilments(world: World) -> None:
    await imported(world, *[1] * 301)

    done = await ship(world, *(shipped(line) for line in range(1, 302)), tracking="T")

    assert done.state is ShipmentState.SYNCHRONISED
    sent = await pieces(world)
    assert [len(each) for each in sent] == [250, 51]
    assert len({line for each in sent for line in each}) == 301


@pytest.mark.long
async def test_two_locations_are_two_fulfilments_and_only_the_refused_one_is_repeated(world: World) -> None:
    """Case 31 of what others ran into: a shipment over two locations."""
    orders = [fulfilment_order(10, (1, 2)), fulfilment_order(20, (2, 1), location=THERE)]
    await imported(world, 2, 1, orders=orders)
    refusal = {"kind": "user_errors", "mutation": "fulfillmentCreate", "operation": "FulfilmentCreate"}
    await world.store.fails(**refusal, userErrors=[{"field": ["fulfillment"], "message": "Not today."}])

    first = await ship(world, shipped(1, 2), shipped(2, 1))
    await shipments(world).retry(EVERYBODY, first.id)
    await send(world)

    assert outcome(first) == (ShipmentState.PARTIALLY, [(0, NotSent.REFUSED_BY_SHOPIFY), (1, None)])
    assert first.reason_detail == "Not today."
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None), (1, None)])
    assert await pieces(world) == [[("2", 1)], [("1", 2)]]
    assert (await world.events())[-2:] == ["shipment.partially", "shipment.synchronised"]


@pytest.mark.long
async def test_the_same_variant_on_two_lines_is_matched_by_line(world: World) -> None:
    """Case 32: the lines of a fulfilment order are found by order line, never by variant."""
    await imported(world, 1, 2)

    await ship(world, shipped(2, 2))

    assert await pieces(world) == [[("2", 2)]]


@pytest.mark.long
async def test_an_item_fills_its_order_lines_in_their_order(world: World) -> None:
    await imported(world, 1, 2)

    done = await ship(world, shipped(None, 2, item_no="ITEM-A"), shipped(None, 1, item_no="ITEM-B"))

    assert outcome(done) == (ShipmentState.SYNCHRONISED, [(2, None), (0, NotSent.NOT_ON_ORDER)])
    assert await pieces(world) == [[("1", 1), ("2", 1)]]


@pytest.mark.long
async def test_a_third_partys_location_is_left_alone_and_the_rest_is_sent(world: World) -> None:
    """Case 33: what another fulfilment service ships is skipped with the reason, the rest goes on."""
    service = {"id": "gid://shopify/FulfillmentService/9", "serviceName": "Theirs"}
    there = {"legacyResourceId": "69", "name": "Theirs", "fulfillmentService": service}
    await world.store.has(locations=[there])
    orders = [fulfilment_order(10, (1, 1)), fulfilment_order(20, (2, 1), location="69")]
    await imported(world, 1, 1, orders=orders)

    both = await ship(world, shipped(1), shipped(2))
    alone = await ship(world, shipped(2), no="S-2")

    assert outcome(both) == (ShipmentState.PARTIALLY, [(1, None), (0, NotSent.THIRD_PARTY_LOCATION)])
    assert outcome(alone) == (ShipmentState.SKIPPED, [(0, NotSent.THIRD_PARTY_LOCATION)])
    async with world.uow() as uow:
        [record] = (await uow.skipped_records.page(SkippedRecordFilter(), PageRequest())).rows
    assert (record.resource_type, record.no, record.reason) == ("shipment", "S-2", "third_party_location")


@pytest.mark.long
async def test_a_request_to_our_own_service_is_accepted_and_then_shipped(world: World) -> None:
    service = {"id": "gid://shopify/FulfillmentService/9", "serviceName": "Ours"}
    locations = [{"legacyResourceId": "69", "name": "Ours", "fulfillmentService": service}]
    await world.store.has(locations=locations, app={"fulfilment_services": [service["id"]]})
    await imported(world, 1, orders=[fulfilment_order(10, (1, 1), location="69", requestStatus="SUBMITTED")])
    await world.set(fulfilment={"service_name": "Ours"})

    done = await ship(world, shipped(1))

    assert outcome(done) == (ShipmentState.SYNCHRONISED, [(1, None)])
    assert len(await world.store.calls("FulfilmentRequestAccept")) == 1


async def test_what_is_on_hold_waits_and_goes_when_the_order_changes(world: World) -> None:
    await imported(world, 2)
    hold = {"reason": "OTHER", "notifyMerchant": False}
    await acts(world, 10010, "hold", fulfillmentHold=hold)

    held = await ship(world, shipped(1, 2))
    await world.imports(1001)
    await send(world)
    still = await now(world)
    await acts(world, 10010, "release-hold")
    await world.imports(1001)
    await send(world)

    assert outcome(held) == outcome(still) == (ShipmentState.SKIPPED, [(0, NotSent.NOTHING_OPEN)])
    assert "on hold" in (held.reason_detail or "")
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None)])


@pytest.mark.long
async def test_more_than_is_open_stays_until_it_is_retried_and_the_other_line_goes(world: World) -> None:
    await imported(world, 1, 1)

    done = await ship(world, shipped(1, 2), shipped(2))
    world.clock.pass_by(hours=5)
    await send(world)

    assert outcome(done) == (ShipmentState.PARTIALLY, [(0, NotSent.QUANTITY_EXCEEDS_OPEN), (1, None)])
    assert await pieces(world) == [[("2", 1)]]


@pytest.mark.long
async def test_a_location_on_no_mapping_keeps_its_line_back(world: World) -> None:
    await imported(world, 1, 1)
    await world.mappings.locations.put(world.shop, LocationMapping(location_id=ShopifyId("61"), location_code="BLUE"))

    done = await ship(world, shipped(1, location_code="GREEN"), shipped(2, location_code="BLUE"))

    assert outcome(done) == (ShipmentState.PARTIALLY, [(0, NotSent.LOCATION_UNMAPPED), (1, None)])


async def test_tracking_given_later_is_told_to_the_store(world: World) -> None:
    await imported(world, 2)
    done = await ship(world, shipped(1, 2), tracking="OLD")

    await shipments(world).give_tracking(EVERYBODY, done.id, [ParcelTracking(number="NEW")], notify_customer=False)
    await send(world)

    told = await now(world)
    assert (told.state, told.tracking_changed) == (ShipmentState.SYNCHRONISED, False)
    [update] = await world.store.calls("FulfilmentTrackingUpdate")
    assert (update["variables"]["tracking"], update["variables"]["notifyCustomer"]) == ({"numbers": ["NEW"]}, False)
    assert len(await recorded(world)) == 1


async def test_the_task_ends_when_all_is_sent_or_has_its_reason(world: World) -> None:
    await imported(world, 2, 1)
    await post(world, shipped(1, 1))
    await post(world, shipped(1, 5), no="S-2")
    await post(world, shipped(7), no="S-3")

    run = await world.run(TaskName.PUSH_SHIPMENTS)

    assert run.state == "succeeded"
    assert {name: number for name, number in run.counts.items() if number} == {
        "synchronised": 1,
        "failed": 1,
        "skipped": 1,
    }
    assert {error["code"] for error in run.errors} == {"quantity_exceeds_open", "not_on_order"}


@pytest.mark.long
async def test_the_task_is_about_the_posting_days_asked_for(world: World) -> None:
    await imported(world, 2)
    await post(world, shipped(1, 1))

    run = await world.run(TaskName.PUSH_SHIPMENTS, posting_date_from="2026-02-01")

    assert sum(run.counts.values()) == 0
    assert (await now(world)).state is ShipmentState.PENDING


@pytest.mark.long
async def test_an_order_with_an_exchange_is_shipped_once(world: World) -> None:
    """Case 12: the piece that came by an exchange is one more line to ship, and is shipped once."""
    await imported(world, 1, 1)

    await ship(world, shipped(1))
    done = await ship(world, shipped(2), no="S-2")
    again = await ship(world, shipped(2), no="S-3")

    assert done.state is ShipmentState.SYNCHRONISED
    assert outcome(again) == (ShipmentState.SKIPPED, [(0, NotSent.NOTHING_OPEN)])
    assert await pieces(world) == [[("1", 1)], [("2", 1)]]


@pytest.mark.long
async def test_a_deleted_location_is_shipped_from(world: World) -> None:
    """Case 48: the fulfilment order's location was deleted at the store."""
    await imported(world, 1, orders=[fulfilment_order(10, (1, 1), location=None)])

    assert (await ship(world, shipped(1))).state is ShipmentState.SYNCHRONISED


async def test_our_own_fulfilment_is_no_news_and_the_order_shows_it_at_once(world: World) -> None:
    await imported(world, 3)
    before = (await world.events())[-1]
    await world.store.forget_calls()

    await ship(world, shipped(1, 2), tracking="TRK1")

    order = await world.order()
    assert order["fulfilment_status"] == order["body"]["fulfilment_status"] == "partially_fulfilled"
    [made] = order["body"]["fulfilments"]
    assert (made["lines"][0]["quantity"], made["tracking"][0]["number"]) == (2, "TRK1")
    [open_now] = order["body"]["fulfilment_orders"]
    assert (open_now["status"], open_now["lines"][0]["remaining_quantity"]) == ("in_progress", 1)
    assert [each for each in await world.events() if each != before][-1] == "shipment.synchronised"
    assert await world.value("SELECT vouched_at = orders.store_updated_at FROM number_write_backs, orders")


@pytest.mark.long
async def test_what_the_copy_took_over_is_what_the_store_says(world: World) -> None:
    await imported(world, 3, 1)
    await ship(world, shipped(1, 2), shipped(2), tracking="TRK1")
    before = await world.order()

    await world.imports(1001)

    after = await world.order()
    assert (after["body_hash"], after["version"]) == (before["body_hash"], before["version"])
    assert "order.updated" not in await world.events()


async def test_the_announcements_of_our_own_fulfilment_want_no_reading(world: World) -> None:
    await imported(world, 3)
    way = OddWay(world)

    way.after = lambda: announced(world)
    await post(world, shipped(1, 2))
    await send(world, gateway=cast("ShipmentGateway", way))
    await announced(world)

    assert await world.fetch("SELECT * FROM orders_to_import") == []


async def test_what_is_announced_with_our_own_fulfilment_is_not_forgotten_with_it(world: World) -> None:
    await imported(world, 3)
    way = OddWay(world)

    async def paid_meanwhile() -> None:
        made = (await recorded(world))[-1]["id"].rsplit("/", 1)[-1]
        told = {"fulfillments/create": {"id": int(made), "order_id": 1001}}
        await hear(world, told | {"order_transactions/create": {"id": 7, "order_id": 1001}})

    way.after = paid_meanwhile
    await post(world, shipped(1, 2))
    await send(world, gateway=cast("ShipmentGateway", way))

    assert await world.queue() == [("1001",)]


async def test_a_webhook_that_names_a_fulfilment_order_alone_wakes_what_waits_for_it(world: World) -> None:
    await imported(world, 2)
    await acts(world, 10010, "hold", fulfillmentHold={"reason": "OTHER", "notifyMerchant": False})
    held = await ship(world, shipped(1, 2))
    await acts(world, 10010, "release-hold")

    await hears(world, "fulfillment_orders/hold_released", {"fulfillment_order": {"id": FULFILMENT_ORDER + "10010"}})
    await hears(world, "fulfillment_orders/hold_released", {"fulfillment_order": {"id": FULFILMENT_ORDER + "99"}})
    world.clock.pass_by(seconds=1)
    await world.imports()
    await send(world)

    assert outcome(held) == (ShipmentState.SKIPPED, [(0, NotSent.NOTHING_OPEN)])
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None)])
    states = await world.fetch("SELECT state, detail FROM webhook_inbox ORDER BY received_at, webhook_id")
    assert [(row["state"], row["detail"]) for row in states] == [
        ("handled", None),
        ("kept", "The body names no order."),
    ]


async def test_an_announcement_older_than_the_copy_wants_no_reading(world: World) -> None:
    await imported(world, 2)
    body = {"fulfillment_order": {"id": FULFILMENT_ORDER + "10010"}}
    before, after = (world.clock.now() + timedelta(seconds=by) for by in (-60, 60))

    await hears(world, "fulfillment_orders/order_routing_complete", body, at=before)
    early = await world.fetch("SELECT 1 FROM orders_to_import WHERE due_at IS NOT NULL")
    await hears(world, "fulfillment_orders/order_routing_complete", body, at=after)

    assert not early
    assert await world.fetch("SELECT 1 FROM orders_to_import WHERE due_at IS NOT NULL")
