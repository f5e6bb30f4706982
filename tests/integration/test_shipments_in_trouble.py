"""Shipments while something goes wrong: lost answers, dying workers, faults. Nothing is made twice (B6)."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from app.domain.shipments import NotSent, ParcelTracking, ShipmentState
from app.ports.errors import Unavailable
from app.ports.shipment_gateway import NewFulfilment, RecordedFulfilment, ShipmentGateway
from app.ports.store_gateway import StoreRef
from tests.integration.shipping import (
    THERE,
    OddWay,
    acts,
    fulfilment_order,
    imported,
    now,
    outcome,
    pieces,
    post,
    send,
    ship,
    shipments,
    shipped,
)
from tests.integration.test_write_back_numbers import write
from tests.integration.world import EVERYBODY, HeldReading, World


class InTheSecondOfTheReading(OddWay):
    """The order has the change time after the fulfilment that it had before."""

    async def create_fulfilment(self, store: StoreRef, fulfilment: NewFulfilment) -> RecordedFulfilment:
        made = await super().create_fulfilment(store, fulfilment)
        [copy] = await self.world.fetch("SELECT store_updated_at AS at FROM orders")
        await self.world.store.change(1001, updatedAt=copy["at"].strftime("%Y-%m-%dT%H:%M:%SZ"))
        return replace(made, order_updated_at=copy["at"])


async def read_as(world: World) -> str:
    """How far our copy is shipped once all is read that is wanted, without any word of the store's."""
    world.clock.pass_by(seconds=6)
    await world.process().import_orders(world.store_id)
    status: str = (await world.order())["fulfilment_status"]
    return status


@pytest.mark.long
async def test_an_answer_lost_after_the_effect_is_looked_up_and_never_repeated(world: World) -> None:
    await imported(world, 3)
    await world.store.fails("timeout_after", operation="FulfilmentCreate")

    first = await ship(world, shipped(1, 2), tracking="TRK1")
    world.clock.pass_by(seconds=3)
    await send(world)

    assert (first.state, first.reason) == (ShipmentState.PENDING, "outcome_unknown")
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None)])
    assert await pieces(world) == [[("1", 2)]]


@pytest.mark.long
async def test_an_answer_lost_without_effect_is_awaited_for_a_minute_and_then_asked_for_again(world: World) -> None:
    await imported(world, 3)
    await world.store.fails("timeout_before", operation="FulfilmentCreate")

    await ship(world, shipped(1, 2))
    world.clock.pass_by(seconds=3)
    await send(world)
    soon = await pieces(world)
    world.clock.pass_by(seconds=61)
    await send(world)

    assert soon == []
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None)])
    assert await pieces(world) == [[("1", 2)]]


@pytest.mark.long
async def test_what_a_person_shipped_before_is_not_taken_for_what_was_lost(world: World) -> None:
    await imported(world, 4)
    await ship(world, shipped(1, 2))
    await world.do("DELETE FROM shipment_sendings")
    await world.time_passes(seconds=60)
    await world.store.fails("timeout_before", operation="FulfilmentCreate")

    await ship(world, shipped(1, 2), no="S-2")
    for _ in range(2):
        world.clock.pass_by(seconds=61)
        await send(world)

    assert outcome(await now(world, "S-2")) == (ShipmentState.SYNCHRONISED, [(2, None)])
    assert await pieces(world) == [[("1", 2)], [("1", 2)]]


@pytest.mark.long
async def test_a_worker_that_dies_after_the_effect_leaves_what_it_asked_for_to_be_found(world: World) -> None:
    await imported(world, 3)
    way = OddWay(world)

    async def dies() -> None:
        raise asyncio.CancelledError

    way.after = dies
    await post(world, shipped(1, 2), tracking="TRK1")
    with pytest.raises(asyncio.CancelledError):
        await send(world, gateway=cast("ShipmentGateway", way), worker="dying")
    await send(world, worker="other")
    early = await now(world)
    world.clock.pass_by(seconds=61)
    await send(world, worker="other")

    assert early.state is ShipmentState.PENDING
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None)])
    assert await pieces(world) == [[("1", 2)]]
    assert await read_as(world) == "partially_fulfilled"


async def test_what_our_copy_cannot_take_over_is_read_whatever_becomes_of_its_announcement(world: World) -> None:
    """The order changed and was read between looking and sending, as when it is paid meanwhile."""
    await imported(world, 1)
    way = OddWay(world)

    async def changed_and_read() -> None:
        await world.store.change(1001, note="Please ring twice")
        await world.imports(1001)

    way.before = changed_and_read
    await post(world, shipped(1))
    await send(world, gateway=cast("ShipmentGateway", way))

    assert (await world.order())["fulfilment_status"] == "unfulfilled"
    assert await read_as(world) == "fulfilled"


async def test_what_is_put_on_hold_right_before_it_is_sent_goes_when_the_hold_is_released(world: World) -> None:
    """It is open again when the order is read: as open as it was when the shipment was fitted onto it."""
    await imported(world, 2)
    way = OddWay(world)

    async def is_held() -> None:
        way.before = None
        await acts(world, 10010, "hold", fulfillmentHold={"reason": "OTHER", "notifyMerchant": False})

    way.before = is_held
    await post(world, shipped(1, 2))
    await send(world, gateway=cast("ShipmentGateway", way))
    held = await now(world)
    await acts(world, 10010, "release-hold")
    await world.imports(1001)
    await send(world)

    assert outcome(held) == (ShipmentState.SKIPPED, [(0, NotSent.NOTHING_OPEN)])
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(2, None)])
    assert await pieces(world) == [[("1", 2)]]


async def test_what_is_split_right_before_it_is_sent_is_fitted_anew_at_once(world: World) -> None:
    await imported(world, 3)
    way = OddWay(world)

    async def is_split() -> None:
        way.before = None
        line = {"id": "gid://shopify/FulfillmentOrderLineItem/1001000001", "quantity": 1}
        await acts(world, 10010, "split", fulfillmentOrderLineItems=[line])

    way.before = is_split
    await post(world, shipped(1, 3))
    await send(world, gateway=cast("ShipmentGateway", way))

    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(3, None)])
    assert [sum(each for _, each in one) for one in await pieces(world)] == [3]


@pytest.mark.long
async def test_a_worker_whose_claim_was_taken_over_sends_nothing_more(world: World) -> None:
    """The first fulfilment of two took longer than the lease; whoever took over has sent the rest."""
    orders = [fulfilment_order(10, (1, 1)), fulfilment_order(20, (2, 1), location=THERE)]
    await imported(world, 1, 1, orders=orders)
    way = OddWay(world)

    async def is_overtaken() -> None:
        way.after = None
        world.clock.pass_by(seconds=125)
        await send(world, worker="other")

    way.after = is_overtaken
    await post(world, shipped(1), shipped(2))
    await send(world, gateway=cast("ShipmentGateway", way), worker="slow")

    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(1, None), (1, None)])
    assert await pieces(world) == [[("1", 1)], [("2", 1)]]


@pytest.mark.long
async def test_shipments_of_one_order_are_sent_one_after_the_other(world: World) -> None:
    await imported(world, 9)
    for number in range(3):
        await post(world, shipped(1, 2), no=f"S-{number}")

    await asyncio.gather(*(send(world, worker=f"worker {number}") for number in range(3)))
    await send(world)

    assert await pieces(world) == [[("1", 2)]] * 3
    assert {(await now(world, f"S-{number}")).state for number in range(3)} == {ShipmentState.SYNCHRONISED}


@pytest.mark.long
@pytest.mark.parametrize("fault", ["throttled", "server_error", "rate_limited"])
async def test_faults_pass_by_themselves(world: World, fault: str) -> None:
    await imported(world, 1)
    await world.store.fails(fault, operation="OrderShipping", times=None)
    await post(world, shipped(1))
    with pytest.raises(Unavailable):
        await send(world)
    waiting = await now(world)
    await world.store.mends()
    world.clock.pass_by(minutes=5)

    await send(world)

    assert (waiting.state, waiting.reason in {"throttled", "store_unavailable"}) == (ShipmentState.PENDING, True)
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(1, None)])


async def test_a_shop_that_lets_nothing_out_keeps_its_shipments_until_it_does(world: World) -> None:
    await imported(world, 1)
    await world.set(general={"allow_outgoing": False})

    held = await ship(world, shipped(1))
    await world.set(general={"allow_outgoing": True})
    await send(world)

    assert (held.state, held.reason) == (ShipmentState.PENDING, "outgoing_not_allowed")
    assert outcome(await now(world)) == (ShipmentState.SYNCHRONISED, [(1, None)])


@pytest.mark.long
async def test_without_a_scope_shipments_wait(world: World) -> None:
    await imported(world, 1)
    scopes = ["read_orders", "read_locations", "read_merchant_managed_fulfillment_orders"]
    await world.store.has(app={"scopes": scopes})
    world.clock.pass_by(hours=2)

    waiting = await ship(world, shipped(1))

    assert (waiting.state, waiting.reason) == (ShipmentState.PENDING, "scope_missing")
    assert await pieces(world) == []


@pytest.mark.long
async def test_tracking_whose_answer_was_lost_is_told_once_however_often_it_is_retried(world: World) -> None:
    await imported(world, 2)
    done = await ship(world, shipped(1, 2), tracking="OLD")
    await world.store.fails("timeout_after", operation="FulfilmentTrackingUpdate")

    await shipments(world).give_tracking(EVERYBODY, done.id, [ParcelTracking(number="NEW")], notify_customer=None)
    await send(world)
    lost = await now(world)
    await shipments(world).retry(EVERYBODY, done.id)
    await send(world)

    told = await now(world)
    assert (lost.reason, told.reason, told.tracking_changed) == ("outcome_unknown", None, False)
    assert len(await world.store.calls("FulfilmentTrackingUpdate")) == 1


@pytest.mark.long
async def test_tracking_that_the_store_refuses_stays_to_be_seen(world: World) -> None:
    await imported(world, 2)
    done = await ship(world, shipped(1, 2), tracking="OLD")
    words = [{"field": ["fulfillmentId"], "message": "Fulfillment does not exist."}]
    await world.store.fails("user_errors", mutation="fulfillmentTrackingInfoUpdate", userErrors=words)

    await shipments(world).give_tracking(EVERYBODY, done.id, [ParcelTracking(number="NEW")], notify_customer=None)
    await send(world)

    told = await now(world)
    assert (told.state, told.reason, told.tracking_changed) == (ShipmentState.SYNCHRONISED, "refused_by_shopify", True)


@pytest.mark.long
async def test_a_shipment_nobody_could_foresee_to_fail_is_left_after_five_attempts(world: World) -> None:
    await imported(world, 1)
    way = OddWay(world)

    async def breaks() -> None:
        raise ValueError("nobody foresaw")

    way.after = breaks
    way.look_at_shipping = breaks  # type: ignore[attr-defined]
    await post(world, shipped(1))
    for _ in range(6):
        await send(world, gateway=cast("ShipmentGateway", way))
        world.clock.pass_by(hours=1)

    left = await now(world)
    assert (left.state, left.reason) == (ShipmentState.FAILED, "broke_off")


async def test_a_reading_from_before_our_fulfilment_that_is_written_after_its_proof_is_made_good(world: World) -> None:
    """Both are of one second, by which nobody can tell which is the older."""
    await imported(world, 1)
    await world.wants(1001)
    held, way = HeldReading(world.gateway), InTheSecondOfTheReading(world)
    reading = asyncio.create_task(world.process("slow", gateway=held).import_orders(world.store_id))
    await held.has_read.wait()

    await post(world, shipped(1))
    await send(world, gateway=cast("ShipmentGateway", way))
    world.clock.pass_by(seconds=7)
    await write(world)
    assert await world.fetch("SELECT * FROM number_write_backs") == []
    held.let_go.set()
    await reading

    assert (await world.order())["fulfilment_status"] == "fulfilled"
