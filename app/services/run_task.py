"""Doing a run: claim it, let the task's code work, keep lease and progress meanwhile, write how it ended."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta

from app.domain.events import EventType
from app.domain.identifiers import RunId
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import ConnectorError, Unavailable
from app.ports.job_queue import NudgeKind
from app.ports.repositories.runs import ClaimedRun, LeaseLost, RunReport, RunState
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.tasks import BY_SCHEDULE, RunContext, TaskName, TaskRunners

LEASE = timedelta(seconds=10)
HEARTBEAT_SECONDS = 2.0
MOST_ATTEMPTS = 5

log = logging.getLogger(__name__)


class RunTask:
    """Works on the next run of the category of the run it is called with. ``worker`` names this process in claims."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        runners: TaskRunners,
        *,
        worker: str,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        lease: timedelta = LEASE,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._runners = runners
        self._worker = worker
        self._heartbeat_seconds = heartbeat_seconds
        self._lease = lease

    async def __call__(self, run: str) -> None:
        claim = await self._claim(RunId(run))
        if claim is None:
            return
        context = RunContext(
            run_id=claim.run.id,
            task=TaskName(claim.run.task),
            shop_id=claim.run.shop_id,
            store_id=claim.store_id,
            filters=claim.run.filters,
            parameters=claim.run.parameters,
            by_schedule=claim.run.requested_by == BY_SCHEDULE,
        )
        try:
            state, problem = await self._worked(claim, context)
        except LeaseLost:
            log.warning("run was taken over by another worker", extra={"run_id": claim.run.id})
        except asyncio.CancelledError:
            await self._release(claim)
            raise
        else:
            await self._finish(claim, context, state, problem)

    async def _claim(self, run: RunId) -> ClaimedRun | None:
        async with self._unit_of_work() as uow:
            claim = await uow.runs.claim_next(run, by=self._worker, lease=self._lease, now=self._clock.now())
            if claim is not None:
                await through(Act.RUN_CLAIM, uow.commit())
        return claim

    async def _worked(self, claim: ClaimedRun, context: RunContext) -> tuple[RunState, dict[str, object] | None]:
        """How the task's code ended. Raises ``LeaseLost`` as soon as the run is not ours any more."""
        if claim.run.attempts > MOST_ATTEMPTS:
            detail = f"The process that worked on it ended {MOST_ATTEMPTS} times before it was done."
            return RunState.FAILED, {"code": "crashed", "detail": detail}
        runner = self._runners.get(context.task)
        if runner is None:
            detail = f"The task {context.task} is not available in this release."
            return RunState.FAILED, {"code": "task_not_available", "detail": detail}
        work = asyncio.ensure_future(runner(context))
        beat = asyncio.ensure_future(self._keep_lease(claim, context))
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await beat
            return _outcome(work, context)
        finally:
            for task in (beat, work):
                task.cancel()
            await asyncio.gather(beat, work, return_exceptions=True)

    async def _keep_lease(self, claim: ClaimedRun, context: RunContext) -> None:
        """Renew until cancelled. A database that is away is waited for as long as the lease can still be ours."""
        loop = asyncio.get_running_loop()
        held_until = loop.time() + self._lease.total_seconds()
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            began = loop.time()
            try:
                async with self._unit_of_work() as uow:
                    asked = await uow.runs.renew(claim, _report(context), lease=self._lease, now=self._clock.now())
                    await uow.commit()
            except Unavailable:
                if loop.time() > held_until:
                    raise LeaseLost from None
                continue
            held_until = began + self._lease.total_seconds()
            if asked is not None:
                context.cancel()

    async def _finish(
        self, claim: ClaimedRun, context: RunContext, state: RunState, problem: dict[str, object] | None
    ) -> None:
        async with self._unit_of_work() as uow:
            now = self._clock.now()
            ended = await uow.runs.finish(claim, state, _report(context), problem=problem, now=now)
            if ended is None:
                log.warning("run ended elsewhere", extra={"run_id": claim.run.id})
                return
            if state is RunState.FAILED:
                await uow.events.append(EventType.RUN_FAILED, claim.run.shop_id, "run", claim.run.id, 1)
            if ended.following is not None:
                await uow.nudge(NudgeKind.RUN, ended.following)
            await through(Act.RUN_FINISH, uow.commit())

    async def _release(self, claim: ClaimedRun) -> None:
        """Best effort: without it the lease runs out by itself."""
        with suppress(ConnectorError, TimeoutError):
            async with asyncio.timeout(2), self._unit_of_work() as uow:
                await uow.runs.release(claim)
                await uow.nudge(NudgeKind.RUN, claim.run.id)
                await uow.commit()


def _outcome(work: "asyncio.Future[None]", context: RunContext) -> tuple[RunState, dict[str, object] | None]:
    error = work.exception()
    match error:
        case None:
            return (RunState.CANCELLED if context.cancelled else RunState.SUCCEEDED), None
        case ConnectorError():
            return RunState.FAILED, {"code": error.code, "detail": error.detail}
        case Exception():
            log.error("run failed", extra={"run_id": context.run_id, "task": context.task}, exc_info=error)
            detail = f"This was not foreseen ({type(error).__name__}). It is in the log under the run's id."
            return RunState.FAILED, {"code": "internal_error", "detail": detail}
        case _:
            raise error


def _report(context: RunContext) -> RunReport:
    kept = context.kept
    return RunReport(
        done=kept.done,
        total=kept.total,
        counts=dict(kept.counts),
        errors=[asdict(error) for error in kept.errors],
    )
