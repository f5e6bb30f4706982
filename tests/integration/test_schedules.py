"""Decision 5: a schedule makes one run per due time, whoever ticks and however often."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.jobs.recurrence import ApschedulerRecurrence
from app.ports.errors import Conflict, InvalidInput, VersionConflict
from app.ports.repositories.schedules import ActiveSchedule
from app.ports.versions import Expected
from app.services.schedules import NewSchedule, Schedules, ScheduleTicks
from app.services.tasks import RunContext, TaskName
from tests.machinery import EVERYBODY, Machinery, machinery

RECURRENCE = ApschedulerRecurrence()


async def nothing(_: RunContext) -> None:
    return


RUNNERS = dict.fromkeys((TaskName.IMPORT_ORDERS, TaskName.CREATE_DOCUMENTS, TaskName.CHECK_SUBSCRIPTIONS), nothing)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


def schedules(house: Machinery) -> Schedules:
    return Schedules(house.unit_of_work, house.clock, RECURRENCE, RUNNERS)


def ticks(house: Machinery) -> ScheduleTicks:
    return ScheduleTicks(house.unit_of_work, house.clock, house.ids, RECURRENCE, RUNNERS)


def every(minutes: int | None = 10, **telling: Any) -> NewSchedule:
    plain: dict[str, Any] = {"enabled": True, "cron": None, "filters": {}, "parameters": {}, "category": None}
    return NewSchedule(every_minutes=minutes, **(plain | telling))


async def orders_of(house: Machinery, shop: str = "web") -> ActiveSchedule:
    active = await ticks(house).active()
    [found] = [each for each in active if (each.shop.code, each.schedule.task) == (shop, "import_orders")]
    return found


async def set_long_ago(house: Machinery) -> None:
    await schedules(house).put(EVERYBODY, "web", "import_orders", every())
    await house.do("UPDATE schedules SET updated_at = now() - interval '1 hour'")


async def runs(house: Machinery) -> int:
    number: int = await house.value("SELECT count(*) FROM runs")
    return number


async def test_orders_do_not_recur_until_somebody_says_so_but_the_house_is_kept_in_order(house: Machinery) -> None:
    service = schedules(house)

    assert not (await service.get(EVERYBODY, "web", "import_orders")).enabled
    assert (await service.get(EVERYBODY, "web", "check_subscriptions")).every_minutes == 1440
    assert {each.schedule.task for each in await ticks(house).active()} == {"check_subscriptions"}


async def test_many_ticks_at_once_make_one_run(house: Machinery) -> None:
    """C8."""
    await set_long_ago(house)
    active = await orders_of(house)

    made = await asyncio.gather(*(ticks(house).tick(active) for _ in range(12)))

    assert len([run for run in made if run is not None]) == 1
    assert await runs(house) == 1
    assert await house.value("SELECT requested_by FROM runs") == "schedule"


async def test_a_due_time_makes_no_second_run_after_the_first_has_ended(house: Machinery) -> None:
    await set_long_ago(house)
    active = await orders_of(house)
    await ticks(house).tick(active)
    await house.do("UPDATE runs SET state = 'succeeded', finished_at = now()")
    key = await house.value("SELECT schedule_key FROM runs")

    await ticks(house).tick(active)

    # Only when the test ran over a border of ten minutes is there a second one, of another due time.
    assert await house.value("SELECT count(*) FROM runs WHERE schedule_key = $1", key) == 1


async def test_several_missed_ticks_are_made_up_for_by_one_run(house: Machinery) -> None:
    """C9."""
    await schedules(house).put(EVERYBODY, "web", "import_orders", every(1))
    await house.do("UPDATE schedules SET updated_at = now() - interval '3 hours'")

    await ticks(house).tick(await orders_of(house))

    assert await runs(house) == 1


async def test_a_schedule_just_set_is_not_due_for_times_gone_by(house: Machinery) -> None:
    await schedules(house).put(EVERYBODY, "web", "import_orders", every(1440))

    await ticks(house).tick(await orders_of(house))

    assert await runs(house) == 0


async def test_a_tick_that_meets_an_equal_run_adds_none(house: Machinery) -> None:
    await set_long_ago(house)
    active = await orders_of(house)
    await ticks(house).tick(active)
    await house.do("UPDATE runs SET schedule_key = 'an earlier due time', state = 'running'")

    assert await ticks(house).tick(active) is None
    assert await runs(house) == 1


async def test_a_shop_that_allows_no_background_work_has_no_active_schedule(house: Machinery) -> None:
    await set_long_ago(house)
    await house.do("""UPDATE shops SET settings = '{"general": {"allow_background": false}}'""")

    assert await ticks(house).active() == []


async def test_what_contradicts_itself_is_refused_by_name(house: Machinery) -> None:
    for wrong, pointer in (
        (every(10, cron="* * * * *"), "/every_minutes"),
        (every(None), "/every_minutes"),
        (every(0), "/every_minutes"),
        (every(10_081), "/every_minutes"),
        (every(None, cron="61 * * * *"), "/cron"),
        (every(10, filters={"colour": "red"}), "/filters/colour"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await schedules(house).put(EVERYBODY, "web", "import_orders", wrong)
        assert refused.value.errors[0].pointer == pointer
    with pytest.raises(Conflict):
        await schedules(house).put(EVERYBODY, "web", "sync_prices", every())


async def test_versions_rise_with_changes_only_and_are_checked(house: Machinery) -> None:
    service = schedules(house)

    assert (await service.put(EVERYBODY, "web", "import_orders", every())).version == 1
    assert (await service.put(EVERYBODY, "web", "import_orders", every())).version == 1
    known = Expected(versions=frozenset({1}))
    assert (await service.put(EVERYBODY, "web", "import_orders", every(20), known)).version == 2
    with pytest.raises(VersionConflict):
        await service.put(EVERYBODY, "web", "import_orders", every(30), known)


async def test_scheduling_a_task_that_webhooks_wake_has_the_subscriptions_looked_at(house: Machinery) -> None:
    runners = {**RUNNERS, TaskName.SYNC_PAYOUTS: nothing}
    service = Schedules(house.unit_of_work, house.clock, RECURRENCE, runners)

    async def due() -> bool:
        found = await house.value("SELECT subscriptions_checked_at IS NULL FROM stores")
        await house.do("UPDATE stores SET subscriptions_checked_at = now()")
        return bool(found)

    for task, wanted, looked_at in (
        ("import_orders", every(), False),
        ("sync_payouts", every(), True),
        ("sync_payouts", every(20), False),
        ("sync_payouts", every(20, enabled=False), True),
    ):
        await service.put(EVERYBODY, "web", task, wanted)
        assert await due() == looked_at, (task, wanted)


async def test_a_store_that_refuses_us_has_no_schedule_but_what_needs_no_store(house: Machinery) -> None:
    """A27: until somebody connects it again."""
    runners = {**RUNNERS, TaskName.PURGE_EXPIRED: nothing}
    service = ScheduleTicks(house.unit_of_work, house.clock, house.ids, RECURRENCE, runners)
    await house.do("UPDATE stores SET access_revoked_at = now()")

    assert {each.schedule.task for each in await service.active()} == {"purge_expired"}
    await house.do("UPDATE stores SET access_revoked_at = NULL, credentials = NULL")
    assert {each.schedule.task for each in await service.active()} == {"purge_expired"}


async def test_what_recurs_by_itself_is_due_so_long_after_the_shop_was_made(house: Machinery) -> None:
    runners = dict.fromkeys((TaskName.RECONCILE_ORDERS,), nothing)
    service = ScheduleTicks(house.unit_of_work, house.clock, house.ids, RECURRENCE, runners)
    await house.do("UPDATE shops SET created_at = now() - interval '59 minutes' WHERE code = 'pos'")
    await house.do("UPDATE shops SET created_at = now() - interval '61 minutes' WHERE code = 'web'")

    made = {each.shop.code: await service.tick(each) is not None for each in await service.active()}

    assert made == {"web": True, "pos": False}
