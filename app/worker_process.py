"""The process that works: everything but HTTP, of which it loads nothing."""

import asyncio
import os
import signal

import structlog
import uvloop

from app.bootstrap import open_installation, set_up_logging
from app.database_server import database_of
from app.jobs.processes import CHILD, stop_with_parent
from app.jobs.worker import run_worker
from app.schema_state import ensure_schema, schema_at_head
from app.settings import Settings
from app.stored_secrets import missing_keys, refuse_missing_keys, renew_beside_work

log = structlog.get_logger(__name__)


def work(settings: Settings, *, migrate_first: bool) -> None:
    """Run until SIGTERM or SIGINT, or until the parent has ended if there is one; then end within twenty seconds."""
    set_up_logging(settings)
    with database_of(settings) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings, url, migrate_first=migrate_first))


async def _work(settings: Settings, url: str, *, migrate_first: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if not os.environ.get(CHILD):
        await ensure_schema(url, migrate_first=migrate_first or settings.embedded, migration_url=settings.owners_url)
        await refuse_missing_keys(settings, url)
        await run_worker_process(settings, url, stop)
        return
    parent = asyncio.ensure_future(stop_with_parent(stop))
    try:
        # The schema is the parent's to mend or to refuse, and so are missing keys.
        if await schema_at_head(url, stop):
            await (stop.wait() if await missing_keys(settings, url) else run_worker_process(settings, url, stop))
    finally:
        parent.cancel()
        await asyncio.gather(parent, return_exceptions=True)


async def run_worker_process(settings: Settings, url: str, stop: asyncio.Event) -> None:
    """Work on a database that is as this release needs it, until ``stop``."""
    async with open_installation(settings, url) as installation, installation.beats.beating("worker"):
        log.info("worker_started", pid=os.getpid())
        renewal = asyncio.ensure_future(renew_beside_work(settings, url))
        try:
            await run_worker(installation.worker, stop)
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)
