"""C9: clocks that jump and clocks that differ: no run lost, none doubled, none beside another of its category."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.clock import SharedClock
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.ulid import Ulids
from app.jobs.recurrence import ApschedulerRecurrence
from app.jobs.scheduler import SchedulerOfTasks
from app.services.run_task import RunTask
from app.services.runs import StartRun
from app.services.schedules import ScheduleTicks
from app.services.tasks import RunContext, TaskName
from tests.machinery import EVERYBODY, Machinery, machinery

pytestmark = pytest.mark.long

NIGHT = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)


async def nothing(_: RunContext) -> None:
    return


RUNNERS = {TaskName.IMPORT_ORDERS: nothing}


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


@dataclass(slots=True)
class SetClock:
    at: datetime = NIGHT

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True, kw_only=True)
class Watch:
    """A leader whose clock goes on by minutes, and whose runs end as soon as they are made."""

    house: Machinery
    clock: SetClock = field(default_factory=SetClock)
    counts: list[int] = field(default_factory=list)
    """The runs that each minute made."""

    def leader(self) -> SchedulerOfTasks:
        ticks = ScheduleTicks(self.house.unit_of_work, self.clock, Ulids(), ApschedulerRecurrence(), RUNNERS)
        return SchedulerOfTasks(ticks, PostgresSignals(self.house.url))

    async def recurs(self, *, every_minutes: int | None = None, cron: str | None = None) -> SchedulerOfTasks:
        """The one schedule there is, and whoever keeps it."""
        await self.house.do(
            "INSERT INTO schedules (shop_id, task, enabled, every_minutes, cron, filters, parameters, version,"
            " updated_at) VALUES ('sho_web', 'import_orders', true, $1, $2, '{}', '{}', 1, $3)",
            every_minutes,
            cron,
            NIGHT - timedelta(hours=2),
        )
        made = self.leader()
        await made.follow()
        await made.look()
        await self._end_runs()
        return made

    async def pass_minutes(self, leader: SchedulerOfTasks, minutes: int) -> int:
        """How many runs were made meanwhile; in no minute more than one."""
        self.counts.clear()
        for _ in range(minutes):
            self.clock.at += timedelta(minutes=1)
            await leader.look()
            self.counts.append(await self._end_runs())
        assert max(self.counts) <= 1
        return sum(self.counts)

    async def _end_runs(self) -> int:
        ended: int = await self.house.value("SELECT count(*) FROM runs WHERE state = 'queued'")
        await self.house.do("UPDATE runs SET state = 'succeeded', finished_at = queued_at WHERE state = 'queued'")
        return ended


@pytest.fixture
def watch(house: Machinery) -> Watch:
    return Watch(house=house)


@pytest.mark.parametrize("jump", [-60, -10, 10, 60])
async def test_an_interval_goes_on_by_the_time_that_passes_wherever_the_clock_is_put(watch: Watch, jump: int) -> None:
    leader = await watch.recurs(every_minutes=5)
    before = await watch.pass_minutes(leader, 15)

    watch.clock.at += timedelta(minutes=jump)
    await watch.pass_minutes(leader, 1)
    after = await watch.pass_minutes(leader, 15)

    assert (before, after) == (3, 3)


async def test_a_clock_that_went_ahead_and_is_put_right_again_costs_no_run(watch: Watch) -> None:
    leader = await watch.recurs(every_minutes=5)

    watch.clock.at += timedelta(minutes=10)
    await watch.pass_minutes(leader, 3)
    watch.clock.at -= timedelta(minutes=10)
    after = await watch.pass_minutes(leader, 15)

    assert after in (3, 4)


async def test_who_leads_after_the_clock_was_put_back_goes_on_with_its_intervals(watch: Watch) -> None:
    before = await watch.recurs(every_minutes=5)
    await watch.pass_minutes(before, 30)

    watch.clock.at -= timedelta(minutes=20)
    leader = watch.leader()
    await leader.follow()

    assert await watch.pass_minutes(leader, 15) == 3


async def test_a_time_of_day_that_has_been_does_not_come_again_when_the_clock_is_put_back(watch: Watch) -> None:
    leader = await watch.recurs(cron="0 1 * * *")
    before = await watch.pass_minutes(leader, 40)

    watch.clock.at -= timedelta(hours=1)
    after = await watch.pass_minutes(leader, 120)

    assert (before, after) == (1, 0)


async def test_two_whose_clocks_differ_both_believe_to_lead_and_each_due_time_makes_one_run(watch: Watch) -> None:
    await watch.recurs(every_minutes=5)
    other = Watch(house=watch.house, clock=SetClock(NIGHT + timedelta(seconds=8)))
    leaders = watch.leader(), other.leader()
    for leader in leaders:
        await leader.follow()

    made = 0
    for _ in range(60):
        made += await watch.pass_minutes(leaders[0], 1)
        made += await other.pass_minutes(leaders[1], 1)

    assert made == 12


async def test_a_worker_ten_minutes_ahead_takes_over_nothing_that_is_worked_on(house: Machinery) -> None:
    working, end = asyncio.Event(), asyncio.Event()
    begun: list[str] = []

    async def work(context: RunContext) -> None:
        begun.append(context.run_id)
        working.set()
        await end.wait()

    run = await StartRun(house.unit_of_work, house.clock, house.ids, RUNNERS)(EVERYBODY, "web", "import_orders")
    clocks = [await heard(house, ahead=ahead) for ahead in (timedelta(0), timedelta(minutes=10))]
    workers = [
        RunTask(house.unit_of_work, clock, {TaskName.IMPORT_ORDERS: work}, worker=f"worker {place}")
        for place, clock in enumerate(clocks)
    ]

    first = asyncio.ensure_future(workers[0](run.run.id))
    await working.wait()
    await workers[1](run.run.id)
    end.set()
    await first

    assert begun == [run.run.id]
    assert await house.value("SELECT state || ' ' || attempts FROM runs") == "succeeded 1"


async def heard(house: Machinery, *, ahead: timedelta) -> SharedClock:
    """Of a process on a machine whose clock is ahead, when it has asked the database."""
    clock = SharedClock(SetClock(datetime.now(UTC) + ahead))
    asked = clock.ticks()
    clock.hear(await house.value("SELECT clock_timestamp()"), asked=asked)
    return clock
