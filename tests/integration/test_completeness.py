"""The proof of completeness: days compared with the store, what is missing imported, the rest explained (P10, A15)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.completeness import DayCompared
from app.ports.errors import InvalidInput, NotFound
from app.ports.paging import PageRequest
from app.ports.repositories.completeness import KeptDay
from app.ports.repositories.runs import Run, RunState
from app.ports.repositories.skipped_records import SkippedRecordFilter
from app.services.completeness import CompareDays, ReadCompleteness
from app.services.read_activities import ReadActivities
from app.services.read_skipped_records import ReadSkippedRecords
from app.services.tasks import TaskName
from tests.integration.world import EVERYBODY, World, an_order, money

DAY = date(2026, 1, 15)
NEXT = date(2026, 1, 16)
REFUND = "gid://shopify/Refund/7"


def sold(number: int, at: str = "2026-01-15T09:00:00Z", amount: str = "10.00", **fields: Any) -> dict[str, Any]:
    """An order of the day that amounts to so much."""
    return an_order(number, createdAt=at, updatedAt=at, currentTotalPriceSet=money(amount), **fields)


async def compare(world: World, first: date = DAY, last: date = DAY, shop: str = "web") -> list[DayCompared]:
    proof = ReadCompleteness(world.uow, CompareDays(world.uow, world.gateway, world.clock))
    return list((await proof(EVERYBODY, shop, first=first, last=last)).days)


def differences(day: DayCompared) -> list[tuple[str, str]]:
    return [(each.kind.value, each.shopify_id) for each in day.differences]


def explained(day: DayCompared) -> dict[str, int]:
    return {reason.value: each.orders.count for reason, each in day.explained.items()}


async def check(world: World, first: str, last: str) -> Run:
    given: dict[str, Any] = {"from": first, "to": last}
    return await world.run(TaskName.CHECK_COMPLETENESS, **given)


async def test_a_day_whose_orders_are_all_here_is_complete(world: World) -> None:
    await world.store.has(sold(1001), sold(1002, amount="12.50"))
    await world.run()

    [day] = await compare(world)

    assert day.complete
    assert (day.orders_there.count, day.orders_here.count) == (2, 2)
    assert day.orders_there.amount == day.orders_here.amount
    assert day.explained == {}


async def test_an_order_that_was_never_told_is_missing_by_its_id(world: World) -> None:
    await world.store.has(sold(1001))
    await world.run()
    await world.store.has(sold(1002))

    [day] = await compare(world)

    assert differences(day) == [("missing", "1002")]
    assert (day.orders_there.count, day.orders_here.count) == (2, 1)


async def test_orders_are_counted_on_the_day_of_the_shop_and_not_of_greenwich(world: World) -> None:
    await world.set(general={"time_zone": "Europe/Amsterdam"})
    await world.store.has(sold(1001, "2026-01-15T22:59:59Z"), sold(1002, "2026-01-15T23:00:00Z"))
    await world.run()

    days = await compare(world, DAY, NEXT)

    assert [(day.day, day.orders_there.count, day.orders_here.count) for day in days] == [(DAY, 1, 1), (NEXT, 1, 1)]


async def test_an_order_that_amounts_to_something_else_by_now_differs(world: World) -> None:
    await world.store.has(sold(1001))
    await world.run()
    await world.do("""UPDATE orders SET body = jsonb_set(body, '{totals,current_total,shop}', '"99.00"')""")

    [day] = await compare(world)

    assert differences(day) == [("changed", "1001")]


async def test_refunds_are_counted_on_their_own_day_of_whichever_days_order(world: World) -> None:
    await world.store.has(sold(1001, "2026-01-10T09:00:00Z"))
    await world.run()
    refund = {"id": REFUND, "createdAt": "2026-01-15T12:00:00Z", "totalRefundedSet": money("4.00")}
    await world.store.change(1001, refunds=[refund], updatedAt="2026-01-15T12:00:00Z")

    [day] = await compare(world)
    assert differences(day) == [("refund_missing", "7")]
    assert (day.orders_there.count, day.refunds_there.count, day.refunds_here.count) == (0, 1, 0)

    await world.run()
    [day] = await compare(world)
    assert day.complete
    assert day.refunds_there.amount == day.refunds_here.amount == Decimal(4)


async def test_what_is_rightly_not_here_is_explained(world: World) -> None:
    await world.set(
        general={"start_date": "2026-01-15"},
        orders={"filters": {"tags": {"not_contains": ["pos"]}}, "auto_create_documents": True},
    )
    await world.set_up_shop("pos", {"orders": {"filters": {"tags": {"contains": ["till"]}}}})
    await world.store.has(
        sold(1001),
        sold(1002, tags=["pos"]),
        sold(1003, tags=["pos", "till"]),
        sold(1004, closed=True, closedAt="2026-01-15T10:00:00Z"),
    )
    await world.run()
    await world.wants(1005)
    await world.store.has(sold(1005), sold(1006))
    await world.wants(1006)
    await world.do("UPDATE orders_to_import SET left_out_at = now(), due_at = NULL WHERE shopify_id = '1006'")

    [day] = await compare(world)

    assert day.complete
    assert explained(day) == {"unclaimed": 1, "other_shop": 1, "closed": 1, "waiting": 1, "left_out": 1}
    assert (day.orders_there.count, day.orders_here.count) == (6, 1)
    await world.store.has(sold(1007, "2026-01-14T09:00:00Z"))
    [before] = await compare(world, date(2026, 1, 14), date(2026, 1, 14))
    assert explained(before) == {"before_start": 1}


async def test_history_that_nobody_asked_for_is_not_missing(world: World) -> None:
    """Peers 20."""
    await world.store.has(sold(1001))

    [day] = await compare(world)

    assert (day.complete, explained(day)) == (True, {"before_connection": 1})


async def test_an_order_that_the_store_deleted_is_told_and_is_nothing_to_mend(world: World) -> None:
    await world.store.has(sold(1001), sold(1002))
    await world.run()
    await world.store.loses(1002)

    [day] = await compare(world)

    assert (differences(day), list(day.to_mend)) == ([("gone", "1002")], [])


async def test_the_daily_check_imports_what_is_missing_and_reads_again_what_differs(world: World) -> None:
    await world.store.has(sold(1001))
    await world.run()
    await world.do("""UPDATE orders SET body = jsonb_set(body, '{totals,current_total,shop}', '"99.00"'),
        body_hash = '', read_at = now() - interval '1 day'""")
    await world.store.has(sold(1002))

    run = await check(world, "2026-01-15", "2026-01-16")

    assert run.state is RunState.SUCCEEDED, run.problem
    told = {name: run.counts[name] for name in ("days", "days_differing", "read_again", "days_still_differing")}
    assert told == {"days": 2, "days_differing": 1, "read_again": 2, "days_still_differing": 0}
    assert await world.orders() == ["#1001", "#1002"]
    assert [day.complete for day in await compare(world, DAY, NEXT)] == [True, True]
    assert await cue(world) == 0


async def cue(world: World) -> int:
    found = await ReadActivities(world.uow, world.clock)(EVERYBODY, shop="web")
    return next(each.count for each in found if each.cue == "synchronisation_errors")


async def test_a_day_that_differs_even_then_raises_the_cue_until_it_does_not(world: World) -> None:
    await world.store.has(sold(1001))
    await world.run()
    await world.store.has(sold(1002))
    broken = {"data": None, "errors": [{"message": "Boom", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    await world.store.fails("answer", operation="OrdersWhole", status=200, body=broken, times=None)

    run = await check(world, "2026-01-15", "2026-01-15")

    assert await cue(world) == 1, run
    assert await world.value("SELECT detail FROM completeness_days") in (
        "#1002: missing here.",
        "#1002: could not be imported.",
    )
    await world.store.mends()
    await world.do("UPDATE orders_to_import SET due_at = now(), parked_at = NULL")
    await world.process().import_orders(world.store_id)
    await check(world, "2026-01-15", "2026-01-15")
    assert await cue(world) == 0


async def test_days_beyond_reason_are_refused_by_name(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        await compare(world, NEXT, DAY)
    assert refused.value.errors[0].pointer == "to"
    with pytest.raises(InvalidInput):
        await compare(world, date(2026, 1, 1), date(2026, 2, 1))
    with pytest.raises(NotFound):
        await compare(world, shop="nowhere")


async def test_the_list_behind_the_cue_names_the_day_and_what_differs_on_it(world: World) -> None:
    async with world.uow() as uow:
        kept = [KeptDay(day=DAY, detail="#1002: missing here."), KeptDay(day=NEXT, detail="")]
        await uow.completeness.keep(world.shop, kept, now=world.clock.now())
        await uow.completeness.keep(world.shop, kept, now=world.clock.now())
        await uow.commit()

    read = ReadSkippedRecords(world.uow)
    page = await read(EVERYBODY, SkippedRecordFilter(resource_type="completeness_day"), PageRequest(limit=10))

    [record] = page.rows
    assert (record.no, record.reason, record.detail) == ("2026-01-15", "days_differ", "#1002: missing here.")
    assert (record.shop, record.count, await cue(world)) == ("web", 2, 1)
