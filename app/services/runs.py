"""Runs as people ask for them: start, look at, wait for, cancel. Doing the work is ``app.services.run_task``."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.access import Access
from app.domain.identifiers import RunId, ShopId
from app.failpoints import Act, through
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, NotFound
from app.ports.job_queue import NudgeKind
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.runs import NewRun, Run, RunFilter, RunShop, RunState
from app.ports.signals import Channel, Signals
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.task_input import check_input
from app.services.tasks import TASKS, TaskDefinition, TaskName, TaskRunners

LONGEST_WAIT = 25.0
POLL_SECONDS = 1.0
ENDED = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """``new`` False = an equal run was queued or running, and this is it."""

    run: Run
    new: bool


class StartRun:
    """Queue a run of a task, unless an equal one (shop, task, filters, parameters, category) is still to end."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock, ids: IdFactory, runners: TaskRunners) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._runners = runners

    async def __call__(
        self,
        access: Access,
        shop: str,
        task: str,
        *,
        filters: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        once: Once[StartedRun] = AS_OFTEN_AS_ASKED,
    ) -> StartedRun:
        """Raises ``NotFound``, ``Conflict`` (``task_not_available``), ``InvalidInput``."""
        definition = runnable(task, self._runners)
        given = _without_nulls(filters), _without_nulls(parameters)
        check_input(definition, *given)
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            of = await uow.runs.shop(shop, access.shops)
            if of is None:
                raise NotFound("There is no such shop, or none that this key may see.")
            started = await queued_run(
                uow,
                of,
                definition,
                ids=self._ids,
                now=self._clock.now(),
                filters=given[0],
                parameters=given[1],
                requested_by=access.name,
            )
            await once.answered(uow, started)
            await through(Act.RUN_REQUEST, uow.commit())
        return started


class ReadRuns:
    def __init__(self, unit_of_work: UnitOfWorkFactory, signals: Signals) -> None:
        self._unit_of_work = unit_of_work
        self._signals = signals

    async def get(self, access: Access, run: str, *, wait: float = 0.0) -> Run:
        """The run; with ``wait`` not before it has ended, or after so many seconds. Holds no connection meanwhile."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(wait, LONGEST_WAIT)
        with self._signals.subscribe(Channel.RUN_ENDED, run) as ended:
            while True:
                async with self._unit_of_work() as uow:
                    found = await uow.runs.get(RunId(run), access.shops)
                if found is None:
                    raise NotFound("There is no such run, or none that this key may see.")
                remaining = deadline - loop.time()
                if found.state in ENDED or remaining <= 0 or self._signals.ending:
                    return found
                await ended.wait(min(remaining, POLL_SECONDS))

    async def page(self, access: Access, filters: RunFilter, request: PageRequest) -> Page[Run]:
        """The newest first, of the shops the caller sees."""
        seen = RunFilter(shop_ids=access.shops, shop=filters.shop, task=filters.task, state=filters.state)
        async with self._unit_of_work() as uow:
            return await uow.runs.page(seen, request)


class CancelRun:
    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def __call__(self, access: Access, run: str, once: Once[Run] = AS_OFTEN_AS_ASKED) -> Run:
        """Cancel a queued run at once, ask a running one to end. Raises ``NotFound``, ``Conflict`` if it ended."""
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            if await uow.runs.get(RunId(run), access.shops) is None:
                raise NotFound("There is no such run, or none that this key may see.")
            before = await uow.runs.cancel(RunId(run), now=self._clock.now())
            after = await uow.runs.get(RunId(run))
            assert after is not None, "runs are not deleted while they are looked at"
            if before in ENDED and before is not RunState.CANCELLED:
                raise Conflict(
                    f"The run has {before}; only a queued or running one can be cancelled.", facts={"state": before}
                )
            await once.answered(uow, after)
            await uow.commit()
        return after


async def queued_run(
    uow: UnitOfWork,
    shop: RunShop,
    definition: TaskDefinition,
    *,
    ids: IdFactory,
    now: datetime,
    filters: Mapping[str, Any],
    parameters: Mapping[str, Any],
    requested_by: str,
) -> StartedRun:
    """A run queued in a transaction of the caller's, or the equal one that is still to end; the input was checked.

    It waits its turn among those that the task's schedule in the shop names, whoever asks for it.
    """
    schedule = await uow.schedules.get(shop.id, definition.name)
    category = (schedule and schedule.category) or definition.category(shop.store_domain)
    equal = fingerprint(shop.id, definition.name, filters, parameters, category)
    known = await uow.runs.open_equal(equal)
    run_id = known or RunId(ids.new("run"))
    if known is None:
        new = NewRun(
            id=run_id,
            shop_id=shop.id,
            task=definition.name,
            category=category,
            filters=filters,
            parameters=parameters,
            fingerprint=equal,
            requested_by=requested_by,
        )
        await uow.runs.add(new, now=now)
        await uow.nudge(NudgeKind.RUN, run_id)
    run = await uow.runs.get(run_id)
    assert run is not None, "a run that was just written or found"
    return StartedRun(run=run, new=known is None)


def runnable(task: str, runners: TaskRunners) -> TaskDefinition:
    """The task of this name, if this release can do it. Raises ``NotFound``, ``Conflict`` (``task_not_available``)."""
    if task not in TASKS:
        raise NotFound("There is no such task. GET /v1/tasks lists them.")
    definition = TASKS[TaskName(task)]
    if definition.name not in runners:
        raise Conflict(f"The task {task} is not available in this release.", code="task_not_available")
    return definition


def fingerprint(
    shop: ShopId, task: str, filters: Mapping[str, Any], parameters: Mapping[str, Any], category: str
) -> str:
    """Equal for runs that would do the same."""
    text = json.dumps([shop, task, category, filters, parameters], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_nulls(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Null means not given."""
    return {name: value for name, value in (values or {}).items() if value is not None}
