"""Listing orders: by a cursor with overlap, nothing lost, closed ones left out (P10, 1.03–1.06)."""

from datetime import timedelta
from typing import Any

import pytest

from app.ports.repositories.runs import RunState
from tests.integration.world import World, an_order


def changed(number: int, minute: int, **fields: Any) -> dict[str, Any]:
    """An order that changed so many minutes after nine."""
    return an_order(number, updatedAt=f"2026-01-15T09:{minute:02}:00Z", **fields)


async def cursor(world: World) -> str:
    at = await world.value("SELECT orders_listed_at FROM stores WHERE id = $1", world.store_id)
    return f"{at:%H:%M}" if at else "never"


async def listed_since(world: World) -> str:
    """The search of the last listing."""
    return str((await world.store.calls("OrderListing"))[-1]["variables"]["query"])


async def test_the_first_run_lists_open_orders_only(world: World) -> None:
    await world.store.has(an_order(1001), an_order(1002, closed=True, closedAt="2026-01-15T10:00:00Z"))

    run = await world.run()

    assert run.state is RunState.SUCCEEDED, run.problem
    assert (run.counts["listed"], run.counts["imported"], run.counts["documents"]) == (1, 1, 1)
    assert await world.orders() == ["#1001"]
    assert await listed_since(world) == "status:open"


async def test_the_next_run_lists_from_the_last_change_told_less_the_overlap(world: World) -> None:
    await world.store.has(changed(1001, 10), changed(1002, 30))
    await world.run()
    assert await cursor(world) == "09:30"

    await world.store.has(changed(1003, 28), changed(1004, 45))
    await world.run()

    assert await listed_since(world) == "updated_at:>='2026-01-15T09:25:00Z'"
    assert await world.orders() == ["#1001", "#1002", "#1003", "#1004"]
    assert await cursor(world) == "09:45"


async def test_unchanged_orders_within_the_overlap_are_not_read_again(world: World) -> None:
    await world.store.has(changed(1001, 10), changed(1002, 11))
    await world.run()
    await world.store.forget_calls()

    run = await world.run()

    assert (run.counts["listed"], run.counts["unchanged"], run.counts.get("imported", 0)) == (2, 2, 0)
    assert await world.store.calls("OrdersWhole") == []


async def test_closed_orders_are_left_out_unless_we_hold_a_copy_or_are_asked_for_them(world: World) -> None:
    await world.store.has(changed(1001, 10))
    await world.run()
    closed = {"closed": True, "closedAt": "2026-01-15T09:20:00Z"}
    await world.store.has(changed(1001, 20, **closed), changed(1002, 21, **closed))

    await world.run()

    assert await world.orders() == ["#1001"]
    assert (await world.order("#1001"))["closed_at"] is not None
    await world.run(updated_since="2026-01-15T00:00:00Z", include_closed=True)
    assert await world.orders() == ["#1001", "#1002"]


async def test_a_run_lists_the_range_of_creation_it_is_asked_for_and_moves_no_cursor(world: World) -> None:
    await world.store.has(
        an_order(1001, createdAt="2026-01-10T09:00:00Z"),
        an_order(1002, createdAt="2026-01-11T09:00:00Z"),
        an_order(1003, createdAt="2026-01-12T09:00:00Z"),
    )

    await world.run(created_from="2026-01-11T00:00:00Z", created_to="2026-01-11T23:59:59Z")

    assert await world.orders() == ["#1002"]
    assert await cursor(world) == "never"


async def test_a_run_from_later_than_the_cursor_does_not_move_it_over_what_lies_between(world: World) -> None:
    await world.store.has(changed(1001, 10))
    await world.run()
    await world.store.has(changed(1002, 20), changed(1003, 40))

    await world.run(updated_since="2026-01-15T09:30:00Z")
    assert (await world.orders(), await cursor(world)) == (["#1001", "#1003"], "09:10")

    await world.run()
    assert (await world.orders(), await cursor(world)) == (["#1001", "#1002", "#1003"], "09:40")


async def test_a_page_that_fails_loses_nothing_before_or_behind_it(world: World) -> None:
    await world.store.has(*(changed(number, 10) for number in range(1001, 1301)))
    await world.store.fails("server_error", operation="OrderListing", times=None, skip=1)

    run = await world.run()

    assert (run.state, (run.problem or {})["code"]) == (RunState.FAILED, "store_unavailable")
    assert await cursor(world) == "never"
    waiting = len(await world.queue())
    assert 0 < waiting < 300
    await world.store.mends()
    assert (await world.run()).state is RunState.SUCCEEDED
    assert len(await world.orders()) == 300


async def test_orders_older_than_the_start_date_stay_unclaimed(world: World) -> None:
    """1.14: the day the shop went live, in its own time zone."""
    await world.set(general={"start_date": "2026-01-15", "time_zone": "Europe/Amsterdam"})
    await world.store.has(
        an_order(1001, createdAt="2026-01-14T22:59:59Z"), an_order(1002, createdAt="2026-01-14T23:00:00Z")
    )

    await world.run()

    assert await world.orders() == ["#1002"]
    assert await world.queue("unclaimed_at IS NOT NULL") == [("1001", True)]


async def test_a_range_that_is_asked_for_reaches_behind_the_start_date_once(world: World) -> None:
    """Peers 20: history comes in when somebody asks for it, and not twice."""
    await world.set(general={"start_date": "2026-01-15"})
    await world.store.has(
        an_order(1001, createdAt="2025-11-01T09:00:00Z"),
        an_order(1002, createdAt="2025-12-01T09:00:00Z"),
        an_order(1003, createdAt="2026-01-15T09:00:00Z"),
    )
    await world.run()
    assert await world.orders() == ["#1003"]

    asked: dict[str, Any] = {"created_from": "2025-11-15T00:00:00Z", "created_to": "2025-12-31T00:00:00Z"}
    first, second = await world.run(**asked), await world.run(**asked)

    assert (first.counts["imported"], second.counts.get("imported", 0)) == (1, 0)
    assert await world.orders() == ["#1002", "#1003"]
    assert await world.queue("unclaimed_at IS NOT NULL") == [("1001", True)]


async def test_a_copy_read_in_the_second_of_its_change_is_read_once_more(world: World) -> None:
    """Change times have whole seconds: the copy may be the older of two changes in one second."""
    now = world.clock.now().replace(microsecond=0)
    await world.store.has(an_order(1001, updatedAt=now.isoformat()))
    await world.run()
    await world.store.forget_calls()

    await world.run()
    assert len(await world.store.calls("OrdersWhole")) == 1

    await world.time_passes(seconds=30)
    await world.run()
    await world.store.forget_calls()
    await world.run()
    assert await world.store.calls("OrdersWhole") == []


@pytest.mark.parametrize("skew", [timedelta(hours=-2), timedelta(hours=2)], ids=["behind", "ahead"])
async def test_a_clock_of_ours_that_is_wrong_loses_no_order(world: World, skew: timedelta) -> None:
    """1.05: the cursor is a time that the store told."""
    world.clock.pass_by(seconds=skew.total_seconds())
    now = world.clock.now() - skew
    await world.store.has(an_order(1001, updatedAt=now.replace(microsecond=0).isoformat()))
    await world.run()
    later = (now + timedelta(seconds=60)).replace(microsecond=0)
    await world.store.has(an_order(1002, updatedAt=later.isoformat()))

    await world.run()

    assert await world.orders() == ["#1001", "#1002"]
