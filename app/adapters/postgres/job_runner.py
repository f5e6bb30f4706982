"""Nudges brought to their work by PgQueuer. Heartbeats, limits per kind and taking over dead workers' jobs are its own.

Failing is ours: a job never fails, it waits a little and ends, because what is due is nudged again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job

from app.adapters.postgres.database import CONNECTION_TROUBLE, SERVER_SETTINGS, as_plain_url
from app.adapters.postgres.job_queue import enqueue
from app.ports.errors import ConnectorError
from app.ports.job_queue import LANE, JobKind, Nudge

LOOK_EVERY = timedelta(seconds=2)
BATCH = 10
HEARTBEAT = timedelta(seconds=6)
"""A job whose worker has not been heard of for so long is taken over."""

RETRY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
FINISH_SECONDS = 10.0
RELEASE_SECONDS = 5.0

LET_GO = "UPDATE pgqueuer SET dedupe_key = NULL WHERE id = $1"
"""From here on the same nudge is queued again, although the job lives until the library has noted its end."""

log = logging.getLogger(__name__)


class PostgresJobQueue:
    """One connection for the queue itself; the work brings its own."""

    def __init__(self, url: str) -> None:
        self._url = as_plain_url(url)
        self._failures: Counter[tuple[str, str]] = Counter()

    async def run(self, kinds: Sequence[JobKind], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._run_once(kinds, stop)
            except* CONNECTION_TROUBLE as trouble:
                log.warning("job queue lost its connection", extra={"reason": repr(trouble.exceptions[0])[:200]})
                await _pause(stop, RETRY_SECONDS)

    async def _run_once(self, kinds: Sequence[JobKind], stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._url, timeout=5, command_timeout=30, server_settings=SERVER_SETTINGS)
        running: set[asyncio.Future[None]] = set()
        driver = AsyncpgDriver(connection)
        manager = QueueManager(Queries(driver))
        for kind in kinds:
            entry = self._entry(kind, driver, running, stop)
            manager.entrypoint(kind.kind.value, concurrency_limit=kind.at_once)(entry)
        loop = asyncio.ensure_future(
            manager.run(
                dequeue_timeout=LOOK_EVERY,
                batch_size=BATCH,
                heartbeat_timeout=HEARTBEAT,
                shutdown_on_listener_failure=True,
                log_aggregation_interval=timedelta(0),
            )
        )
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({loop, stopped}, return_when=asyncio.FIRST_COMPLETED)
            manager.shutdown.set()
            await _finish(loop, running)
        finally:
            stopped.cancel()
            loop.cancel()
            for work in running:
                work.cancel()
            await asyncio.gather(loop, *running, return_exceptions=True)
            connection.terminate()

    def _entry(
        self, kind: JobKind, driver: AsyncpgDriver, running: set[asyncio.Future[None]], stop: asyncio.Event
    ) -> Callable[[Job], Awaitable[None]]:
        async def entry(job: Job) -> None:
            work = asyncio.ensure_future(self._work(kind, job, driver, stop))
            running.add(work)
            work.add_done_callback(running.discard)
            await work

        return entry

    async def _work(self, kind: JobKind, job: Job, driver: AsyncpgDriver, stop: asyncio.Event) -> None:
        key = (job.payload or b"").decode()
        name = (kind.kind.value, key)
        try:
            await kind.work(key)
            if kind.left is not None:
                await driver.execute(LET_GO, job.id)
                if await kind.left(key):
                    await enqueue(driver, [Nudge(kind.kind, key.partition(LANE)[0])])
        except ConnectorError as error:
            log.warning("work put off", extra={"kind": name[0], "key": key, "reason": error.detail})
        except Exception:
            log.exception("work failed", extra={"kind": name[0], "key": key})
        else:
            self._failures.pop(name, None)
            return
        # While the job has its key, the same nudge is not queued again: so trouble is not met in a tight circle.
        self._failures[name] += 1
        await _pause(stop, min(2.0 ** (self._failures[name] - 1), LONGEST_PAUSE_SECONDS))


async def _finish(loop: "asyncio.Future[None]", running: set["asyncio.Future[None]"]) -> None:
    """Let running work end; what does not is cancelled and gives back what it holds."""
    await asyncio.wait({loop}, timeout=FINISH_SECONDS)
    if not loop.done():
        for work in list(running):
            work.cancel()
        await asyncio.wait({loop}, timeout=RELEASE_SECONDS)
    if loop.done() and not loop.cancelled() and (error := loop.exception()) is not None:
        raise error


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
