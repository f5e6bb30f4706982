"""A process of its own for tests that kill: a worker whose runs say where they are, or a door that stops at a point.

Started as ``python -m tests.faults.worker_process <role> <database url> [<seconds>]``, the last = so far is the clock
of its machine ahead; prints a line when it is where it should be.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from app.adapters.clock import SharedClock
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.job_runner import PostgresJobQueue
from app.adapters.postgres.leadership import PostgresLeadership
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork, unit_of_work_factory
from app.jobs.recurrence import ApschedulerRecurrence
from app.jobs.worker import WorkerParts, run_worker
from app.ports.job_queue import NudgeKind
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.nudge_due_work import NudgeDueWork
from app.services.publish_events import PublishEvents
from app.services.run_task import RunTask
from app.services.schedules import ScheduleTicks
from app.services.tasks import RunContext, TaskName
from tests.machinery import RealClock, delivery, door


def say(word: str) -> None:
    print(word, flush=True)


async def work(context: RunContext) -> None:
    """``include_closed`` makes it endless: for whoever is to be killed."""
    if context.parameters.get("include_closed"):
        say("working")
        await asyncio.Event().wait()
    await context.count("done")


class WrongClock:
    """As the machine has it."""

    def now(self) -> datetime:
        return RealClock().now() + timedelta(seconds=float((*sys.argv[3:], "0")[0]))


async def parts(url: str) -> WorkerParts:
    engine = create_engine(url)
    unit_of_work = unit_of_work_factory(engine)
    clock, ids, runners = SharedClock(WrongClock()), Ulids(), dict.fromkeys(TaskName, work)
    asked = clock.ticks()
    async with unit_of_work() as uow:
        clock.hear(await uow.driver.fetchval("SELECT clock_timestamp()"), asked=asked)

    async def import_orders(store: str) -> None:
        async with unit_of_work() as uow:
            await uow.driver.execute(
                "UPDATE orders_to_import SET due_at = NULL, attempts = attempts + 1 WHERE store_id = $1", store
            )
            await uow.commit()

    return WorkerParts(
        dispatch=DispatchWebhooks(unit_of_work, clock, Ulids()),
        publish=PublishEvents(unit_of_work),
        nudge_due_work=NudgeDueWork(unit_of_work, clock),
        ticks=ScheduleTicks(unit_of_work, clock, ids, ApschedulerRecurrence(), runners),
        work={
            NudgeKind.ORDERS_TO_IMPORT: import_orders,
            NudgeKind.RUN: RunTask(unit_of_work, clock, runners, worker=f"worker {os.getpid()}"),
        },
        queue=PostgresJobQueue(url),
        leadership=PostgresLeadership(url),
        signals=PostgresSignals(url),
    )


async def run_a_worker(url: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    say("started")
    await run_worker(await parts(url), stop)


async def lead(url: str) -> None:
    async def leading() -> None:
        say("leading")
        try:
            await asyncio.Event().wait()
        finally:
            say("no longer leading")

    await PostgresLeadership(url).lead("test", leading, asyncio.Event())


async def receive_and_say_so(url: str) -> None:
    """Stores webhooks, saying which; stops for ever after the third."""
    async with door(url) as receive:
        for number in range(3):
            await receive(delivery(webhook_id=f"w-{number}"))
            say(f"w-{number}")
        await asyncio.Event().wait()


class _StopsBeforeCommit(PostgresUnitOfWork):
    """All of the dispatcher's statements have run; its commit never comes."""

    async def commit(self) -> None:
        say("before commit")
        await asyncio.Event().wait()


class _StopsAfterCommit(PostgresUnitOfWork):
    async def commit(self) -> None:
        await super().commit()
        say("after commit")
        await asyncio.Event().wait()


async def dispatch_until(kind: type[PostgresUnitOfWork], url: str) -> None:
    engine = create_engine(url)
    await DispatchWebhooks(lambda: kind(engine), RealClock(), Ulids())()


ROLES: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {
    "worker": run_a_worker,
    "leader": lead,
    "door": receive_and_say_so,
    "dispatcher_before_commit": lambda url: dispatch_until(_StopsBeforeCommit, url),
    "dispatcher_after_commit": lambda url: dispatch_until(_StopsAfterCommit, url),
}

if __name__ == "__main__":
    asyncio.run(ROLES[sys.argv[1]](sys.argv[2]))
