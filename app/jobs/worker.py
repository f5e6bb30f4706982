"""A worker process: dispatcher, publisher, sweeper, jobs and, in one of them, the schedules. Knows no business."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from app.jobs.scheduler import LEADERSHIP, SchedulerOfTasks
from app.ports.errors import ConnectorError
from app.ports.job_queue import LANE, JobKind, JobQueue, NudgeKind
from app.ports.leadership import Leadership
from app.ports.signals import Channel, Signals, Subscription
from app.services.schedules import ScheduleTicks

BATCH = 500
POLL_SECONDS = 1.0
RETRY_SECONDS = 1.0
STOP_SECONDS = 18.0
"""Of the twenty that a process has from SIGTERM to its end."""

AT_ONCE: Mapping[NudgeKind, int] = {
    NudgeKind.ORDERS_TO_IMPORT: 0,
    NudgeKind.DOCUMENTS: 0,
    NudgeKind.WRITE_BACK: 0,
    NudgeKind.SHIPMENTS: 0,
    NudgeKind.STOCK: 0,
    NudgeKind.WEBHOOK_DELIVERIES: 0,
    NudgeKind.RUN: 32,
    NudgeKind.CHECK_SUBSCRIPTIONS: 4,
    NudgeKind.PRIVACY: 1,
}
"""Over all processes; those of 0 are bounded by one job per store, shop or endpoint."""

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class Listening(Signals, Protocol):
    """Signals that this process listens to itself."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerParts:
    """What the composition root gives a worker; ``work`` is called with the key of a nudge, ``left`` with the same."""

    dispatch: Callable[[int], Awaitable[int]]
    publish: Callable[[int], Awaitable[int]]
    nudge_due_work: Callable[[], Awaitable[int]]
    ticks: ScheduleTicks
    work: Mapping[NudgeKind, Callable[[str], Awaitable[None]]]
    queue: JobQueue
    leadership: Leadership
    signals: Listening
    left: Mapping[NudgeKind, Callable[[str], Awaitable[bool]]] = field(default_factory=dict)


async def run_worker(parts: WorkerParts, stop: asyncio.Event) -> None:
    """Work until ``stop``, through restarts of the database; then end within twenty seconds."""
    await parts.signals.start()
    schedules = SchedulerOfTasks(parts.ticks, parts.signals)
    left = {kind: _by_key(asked) for kind, asked in parts.left.items()}
    kinds = [
        JobKind(kind=kind, work=_by_key(work), at_once=AT_ONCE[kind], left=left.get(kind))
        for kind, work in parts.work.items()
    ]
    signals = parts.signals
    loops = [
        _repeat("dispatch", parts.dispatch, signals.subscribe(Channel.WEBHOOKS_ARRIVED), stop),
        _repeat("publish", parts.publish, signals.subscribe(Channel.EVENTS_WRITTEN), stop),
        _sweep(parts.nudge_due_work, stop),
        parts.queue.run(kinds, stop),
        parts.leadership.lead(LEADERSHIP, schedules, stop),
    ]
    tasks = {asyncio.ensure_future(loop) for loop in loops}
    stopped = asyncio.ensure_future(stop.wait())
    everything: set[asyncio.Future[Any]] = {stopped, *tasks}
    try:
        await asyncio.wait(everything, return_when=asyncio.FIRST_COMPLETED)
        _raise_failures(task for task in tasks if task.done())
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        _raise_failures(task for task in tasks if task.done())
    finally:
        stop.set()
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
        await parts.signals.stop()


def _by_key(asked: Callable[[str], Awaitable[Answer]]) -> Callable[[str], Awaitable[Answer]]:
    """Lanes are for the queue only: the work is called with what they are lanes of."""

    async def called(key: str) -> Answer:
        return await asked(key.partition(LANE)[0])

    return called


def _raise_failures(done: "Iterable[asyncio.Future[Any]]") -> None:
    """A loop that ended by an error nobody foresaw ends the process; whoever started it starts another one."""
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def _repeat(name: str, work: Callable[[int], Awaitable[int]], wake: Subscription, stop: asyncio.Event) -> None:
    """Work as long as there is some; then sleep until woken, a second at most."""
    with wake:
        while not stop.is_set():
            done = await _attempt(name, lambda: work(BATCH))
            if done is None:
                await _pause(stop, RETRY_SECONDS)
            elif done < BATCH:
                await _first(stop, wake.wait(POLL_SECONDS))


async def _sweep(work: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _attempt("sweep", work)
        await _pause(stop, POLL_SECONDS)


async def _attempt(name: str, work: Callable[[], Awaitable[int]]) -> int | None:
    """The number of things done; None = it failed, was logged, and is worth trying again soon."""
    try:
        return await work()
    except ConnectorError as error:
        log.warning("loop waits", extra={"loop": name, "reason": error.detail})
    except Exception:
        log.exception("loop failed; it goes on", extra={"loop": name})
    return None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def _first(stop: asyncio.Event, waiting: Awaitable[object]) -> None:
    tasks = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(waiting)}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
