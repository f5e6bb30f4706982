"""Sweeps over what changed lately: whatever nobody told of comes in, and nothing is read twice (A15, P10, F3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.ports.repositories.runs import Run, RunState
from app.ports.repositories.store_state import Sweeps
from app.ports.store_gateway import OrderListing
from app.services.reconcile_orders import Sweep, sweep_of
from app.services.tasks import TaskName
from tests.integration.world import World, an_order

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def sweeps(**telling: Any) -> Sweeps:
    plain = {"connected_at": NOW - 30 * DAY, "listed_at": None, "swept_at": None, "swept_widely_at": None}
    return Sweeps(**plain | telling)


def since(sweep: Sweep) -> timedelta | None:
    """How long before now a sweep begins."""
    return NOW - sweep.listing.updated_since if sweep.listing.updated_since else None


def test_a_sweep_reaches_a_day_behind_what_was_listed_and_once_a_day_a_week() -> None:
    listed = NOW - timedelta(hours=2)

    wide = sweep_of(sweeps(listed_at=listed), now=NOW, asked=False)
    usual = sweep_of(sweeps(listed_at=listed, swept_widely_at=NOW - timedelta(hours=23)), now=NOW, asked=False)
    again = sweep_of(sweeps(listed_at=listed, swept_widely_at=NOW - timedelta(hours=24)), now=NOW, asked=False)

    assert (since(wide), since(usual), since(again)) == (
        timedelta(days=7, hours=2),
        timedelta(days=1, hours=2),
        timedelta(days=7, hours=2),
    )
    assert (wide.wide, usual.wide, again.wide) == (True, False, True)


def test_what_is_older_than_the_connection_never_comes_in_by_schedule_alone() -> None:
    """Peers 20: nobody asked for history."""
    new = sweep_of(sweeps(connected_at=NOW - timedelta(hours=1)), now=NOW, asked=False)

    assert (since(new), new.moves_cursor) == (timedelta(hours=1), False)
    assert sweep_of(sweeps(), now=NOW, asked=True).listing == OrderListing(open_only=True)


def test_after_an_outage_a_sweep_begins_where_the_last_one_did() -> None:
    swept = NOW - 12 * DAY

    assert since(sweep_of(sweeps(swept_at=swept, swept_widely_at=NOW), now=NOW, asked=False)) == 13 * DAY


def at(ago: timedelta) -> str:
    return f"{datetime.now(UTC) - ago:%Y-%m-%dT%H:%M:%SZ}"


async def sweep(world: World, *, by_schedule: bool = False) -> Run:
    return await world.run(TaskName.RECONCILE_ORDERS, by_schedule=by_schedule)


async def test_a_change_that_nobody_told_is_found_however_old_the_order_is(world: World) -> None:
    """Peers 4: changed five days ago, created forty days ago, no webhook."""
    await world.store.has(an_order(1001, createdAt=at(40 * DAY), updatedAt=at(30 * DAY)))
    await world.run()
    await world.store.has(an_order(1002, createdAt=at(2 * DAY), updatedAt=at(timedelta(hours=1))))
    await world.run()
    await world.store.change(1001, note="Leave it at the door", updatedAt=at(5 * DAY))

    run = await sweep(world)

    assert (run.state, run.counts["found"], run.counts["imported"]) == (RunState.SUCCEEDED, 1, 1)
    assert (await world.order("#1001"))["body"]["note"] == "Leave it at the door"


async def test_without_any_webhook_and_without_a_run_everything_since_the_connection_arrives(world: World) -> None:
    await world.do("UPDATE stores SET created_at = now() - interval '2 days'")
    closed = {"closed": True, "closedAt": at(timedelta(hours=3))}
    await world.store.has(
        an_order(1001, createdAt=at(10 * DAY), updatedAt=at(9 * DAY)),
        an_order(1002, createdAt=at(DAY), updatedAt=at(DAY)),
        an_order(1003, createdAt=at(timedelta(hours=5)), updatedAt=at(timedelta(hours=3)), **closed),
        an_order(1004, createdAt=at(10 * DAY), updatedAt=at(timedelta(hours=3)), **closed),
    )

    run = await sweep(world, by_schedule=True)

    assert (run.counts["found"], run.counts["documents"]) == (2, 2)
    assert await world.orders() == ["#1002", "#1003"]
    assert await world.is_true("SELECT orders_listed_at IS NULL FROM stores")


async def test_orders_that_did_not_change_are_listed_and_not_read(world: World) -> None:
    """F3: listing a thousand unchanged orders again costs pages of the listing and nothing else."""
    await world.store.has(*(an_order(number, updatedAt=at(timedelta(hours=2))) for number in range(1001, 1041)))
    await sweep(world)
    await world.store.forget_calls()
    before = await world.events()

    run = await sweep(world)

    assert (run.counts["listed"], run.counts["unchanged"], run.counts["found"]) == (40, 40, 0)
    assert len(await world.store.calls("OrderListing")) == 1
    assert await world.store.calls("OrdersWhole") == []
    assert await world.events() == before


async def test_a_second_shop_of_the_store_does_not_sweep_it_again(world: World) -> None:
    await world.store.has(an_order(1001, updatedAt=at(timedelta(hours=2))))
    await world.set_up_shop("pos", {})
    await sweep(world, by_schedule=True)
    await world.store.forget_calls()

    run = await world.run(TaskName.RECONCILE_ORDERS, shop="pos", by_schedule=True)

    assert (run.state, run.counts["swept_lately"]) == (RunState.SUCCEEDED, 1)
    assert await world.store.calls("OrderListing") == []


async def test_what_is_older_than_the_start_of_the_shop_stays_out_of_sweeps_webhooks_and_listings_alike(
    world: World,
) -> None:
    await world.set(general={"start_date": f"{datetime.now(UTC) - 3 * DAY:%Y-%m-%d}"})
    old = {"createdAt": at(20 * DAY), "updatedAt": at(timedelta(hours=2))}
    await world.store.has(an_order(1001, **old), an_order(1002, createdAt=at(DAY), updatedAt=at(timedelta(hours=2))))

    await sweep(world)
    await world.run()
    await world.imports(1001)

    assert await world.orders() == ["#1002"]
    assert await world.queue("unclaimed_at IS NOT NULL") == [("1001", True)]
    asked = await world.run(created_from=at(21 * DAY), created_to=at(19 * DAY))
    assert asked.counts["imported"] == 1
    assert await world.orders() == ["#1001", "#1002"]


async def test_a_sweep_that_fails_half_way_is_not_one_that_was_done(world: World) -> None:
    await world.store.has(*(an_order(number, updatedAt=at(timedelta(hours=2))) for number in range(1001, 1301)))
    await world.store.fails("server_error", operation="OrderListing", times=None, skip=1)

    run = await sweep(world)

    assert run.state is RunState.FAILED
    assert await world.is_true("SELECT orders_swept_at IS NULL AND orders_listed_at IS NULL FROM stores")
