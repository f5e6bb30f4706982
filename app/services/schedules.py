"""When tasks recur in a shop: reading and setting schedules, and making a due one a run, once (decision 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.access import Access
from app.domain.identifiers import RunId
from app.domain.webhook_topics import TASK_TOPICS
from app.ports.clock import Clock, IdFactory
from app.ports.errors import FieldError, InvalidInput, NotFound
from app.ports.job_queue import NudgeKind
from app.ports.recurrence import Recurrence
from app.ports.repositories.runs import NewRun, RunShop
from app.ports.repositories.schedules import ActiveSchedule, Schedule
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.runs import fingerprint, runnable
from app.services.task_input import check_input
from app.services.tasks import BY_SCHEDULE, BY_WEBHOOK, DEFAULT_EVERY_MINUTES, TASKS, TaskName, TaskRunners
from app.services.waking import check_subscriptions

LONGEST_INTERVAL = 7 * 24 * 60
CAUGHT_UP = timedelta(days=1)
"""A due time missed for longer is given up; of several missed ones the last is made up for."""

LOOKED_AT_AGAIN = timedelta(days=7)
"""What is due as rarely as never is computed anew so often."""
SET_BACK = timedelta(seconds=10)
"""Clocks of processes are never so far apart that what one of them has just queued is this late for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """What a person wants of a task in a shop."""

    enabled: bool
    every_minutes: int | None
    cron: str | None
    filters: Mapping[str, Any]
    parameters: Mapping[str, Any]
    category: str | None


class Schedules:
    """Raises ``NotFound`` for shops the caller does not see and for tasks that do not exist."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, clock: Clock, recurrence: Recurrence, runners: TaskRunners
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._recurrence = recurrence
        self._runners = runners

    async def get(self, access: Access, shop: str, task: str) -> Schedule:
        """The schedule as set, else the one that holds until it is set: version 0."""
        if task not in TASKS:
            raise NotFound("There is no such task. GET /v1/tasks lists them.")
        async with self._unit_of_work() as uow:
            of = await _shop(uow, access, shop)
            return await uow.schedules.get(of.id, task) or _unset(task, self._clock.now())

    async def put(
        self, access: Access, shop: str, task: str, wanted: NewSchedule, expected: Expected = ANY_VERSION
    ) -> Schedule:
        """Set it. Raises ``InvalidInput``, ``VersionConflict``, ``Conflict`` for a task that is not available."""
        definition = runnable(task, self._runners)
        check_input(definition, wanted.filters, wanted.parameters)
        async with self._unit_of_work() as uow:
            of = await _shop(uow, access, shop)
            self._check_times(wanted, of.time_zone)
            current = await uow.schedules.get(of.id, task, lock=True)
            expected.check(None if current is None else current.version)
            schedule = Schedule(
                task=task,
                enabled=wanted.enabled,
                every_minutes=wanted.every_minutes,
                cron=wanted.cron,
                filters=wanted.filters,
                parameters=wanted.parameters,
                category=wanted.category,
                version=1 if current is None else current.version + 1,
                updated_at=self._clock.now(),
            )
            if current is not None and replace(schedule, version=0, updated_at=current.updated_at) == replace(
                current, version=0
            ):
                return current
            await uow.schedules.put(of.id, schedule)
            if task in TASK_TOPICS and schedule.enabled != (current is not None and current.enabled):
                await check_subscriptions(uow, of.store_id)
            await uow.commit()
        return schedule

    def _check_times(self, wanted: NewSchedule, time_zone: str) -> None:
        errors: list[FieldError] = []
        if wanted.every_minutes is not None and wanted.cron is not None:
            detail = "Give either every_minutes or cron."
            errors = [
                FieldError(pointer=f"/{name}", code="contradiction", detail=detail)
                for name in ("every_minutes", "cron")
            ]
        elif wanted.every_minutes is not None and not 1 <= wanted.every_minutes <= LONGEST_INTERVAL:
            detail = f"This must be 1 to {LONGEST_INTERVAL} minutes."
            errors = [FieldError(pointer="/every_minutes", code="wrong_value", detail=detail)]
        elif wanted.cron is not None and (wrong := self._recurrence.wrong_cron(wanted.cron, time_zone)):
            errors = [FieldError(pointer="/cron", code="wrong_value", detail=wrong)]
        elif wanted.enabled and wanted.every_minutes is None and wanted.cron is None:
            detail = "An enabled schedule needs every_minutes or cron."
            errors = [FieldError(pointer="/every_minutes", code="required", detail=detail)]
        if errors:
            raise InvalidInput(f"{errors[0].pointer}: {errors[0].detail}", errors=errors)


class ScheduleTicks:
    """For whoever keeps the schedules: which there are, and turning a due one into a run."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        ids: IdFactory,
        recurrence: Recurrence,
        runners: TaskRunners,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._recurrence = recurrence
        self._runners = runners

    async def active(self) -> Sequence[ActiveSchedule]:
        """Those that may run: enabled, of a task that is available, in a shop that allows background work,
        while there is a way to the store.
        """
        async with self._unit_of_work() as uow:
            found = await uow.schedules.active(DEFAULT_EVERY_MINUTES)
        return [each for each in found if each.shop.allow_background and self._may_run(each)]

    def _may_run(self, active: ActiveSchedule) -> bool:
        """A store that is not connected, or refuses us, has nothing to be asked: its schedules stand still (A27)."""
        if active.schedule.task not in self._runners:
            return False
        return active.shop.reachable or not TASKS[TaskName(active.schedule.task)].reaches_store

    async def tick(self, active: ActiveSchedule) -> RunId | None:
        """Queue a run for the latest due time, unless that was done before or an equal run is still to end.

        May be called at any moment and by several at once: the due time is computed, not taken from the caller's clock
        tick, and is part of the run's unique key.
        """
        schedule, now = active.schedule, self._clock.now()
        due = self._recurrence.last_due(
            every_minutes=schedule.every_minutes,
            cron=schedule.cron,
            time_zone=active.shop.time_zone,
            after=max(schedule.updated_at, now - CAUGHT_UP),
            now=now,
            counted_from=schedule.counted_from,
        )
        if due is None:
            return None
        run = self._run(active, due)
        async with self._unit_of_work() as uow:
            if await uow.runs.open_equal(run.fingerprint) is not None or not await uow.runs.add(run, now=now):
                return None
            await uow.nudge(NudgeKind.RUN, run.id)
            await uow.commit()
        return run.id

    def now(self) -> datetime:
        """The instant by which everything here goes."""
        return self._clock.now()

    def next_due(self, active: ActiveSchedule, *, after: datetime) -> datetime:
        """Until when there is nothing to tick."""
        schedule = active.schedule
        due = self._recurrence.next_due(
            every_minutes=schedule.every_minutes,
            cron=schedule.cron,
            time_zone=active.shop.time_zone,
            after=after,
            counted_from=schedule.counted_from,
        )
        return after + LOOKED_AT_AGAIN if due is None else due

    async def forget_what_is_to_come(self) -> None:
        """Once the clock was set back: intervals go on from where it stands. Times of day that have been are over."""
        async with self._unit_of_work() as uow:
            await uow.schedules.forget_due_times(after=self._clock.now() + SET_BACK)
            await uow.commit()

    async def wake(self) -> int:
        """Queue a run of each schedule that webhooks woke; the number of runs. While an equal one is still to end it
        waits: that one may have looked already.
        """
        queued = 0
        async with self._unit_of_work() as uow:
            for active in await uow.schedules.woken(now=self._clock.now()):
                if not active.shop.allow_background or not self._may_run(active):
                    await uow.schedules.went_to_work(active.shop.id, active.schedule.task)
                    continue
                run = self._run(active, None)
                if await uow.runs.open_equal(run.fingerprint) is not None:
                    continue
                await uow.runs.add(run, now=self._clock.now())
                await uow.schedules.went_to_work(active.shop.id, active.schedule.task)
                await uow.nudge(NudgeKind.RUN, run.id)
                queued += 1
            await uow.commit()
        return queued

    def _run(self, active: ActiveSchedule, due: datetime | None) -> NewRun:
        """``due`` None = a webhook asks for it."""
        shop, schedule = active.shop, active.schedule
        definition = TASKS[TaskName(schedule.task)]
        category = schedule.category or definition.category(shop.store_domain)
        return NewRun(
            id=RunId(self._ids.new("run")),
            shop_id=shop.id,
            task=schedule.task,
            category=category,
            filters=schedule.filters,
            parameters=schedule.parameters,
            fingerprint=fingerprint(shop.id, schedule.task, schedule.filters, schedule.parameters, category),
            requested_by=BY_WEBHOOK if due is None else BY_SCHEDULE,
            schedule_key=None if due is None else f"{shop.id}:{schedule.task}:{due.isoformat()}",
        )


async def _shop(uow: UnitOfWork, access: Access, code: str) -> RunShop:
    shop = await uow.runs.shop(code, access.shops)
    if shop is None:
        raise NotFound("There is no such shop, or none that this key may see.")
    return shop


def _unset(task: str, now: datetime) -> Schedule:
    every_minutes = DEFAULT_EVERY_MINUTES.get(task)
    return Schedule(
        task=task,
        enabled=every_minutes is not None,
        every_minutes=every_minutes,
        cron=None,
        filters={},
        parameters={},
        category=None,
        version=0,
        updated_at=now,
    )
