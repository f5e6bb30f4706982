"""``orderbridge serve``: HTTP with Shopify's door in this process, workers as its children (decision 13).

Workers are started before anything heavy is loaded here, and the database starts meanwhile: all is up as soon as the
slowest of the three is.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import uvloop

from app.database_server import database_of
from app.jobs.processes import CHILD, WorkerProcesses
from app.loading import many_modules
from app.settings import Settings, load_settings

ROLES = ("all", "api", "worker")


def serve(settings: Settings, *, role: str, migrate_first: bool) -> None:
    """Run until SIGTERM or SIGINT, then end within twenty seconds."""
    if role == "worker":
        _load_work()(settings, migrate_first=migrate_first)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, workers=settings.workers if role == "all" else 0, migrate_first=migrate_first))


async def _serve(settings: Settings, *, workers: int, migrate_first: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = asyncio.ensure_future(WorkerProcesses(_worker_command(), workers, _child_environment()).run(stop))
    children.add_done_callback(lambda _: stop.set())
    try:
        await _http(settings, stop, children, migrate_first=migrate_first)
    finally:
        stop.set()
        await children


async def _http(
    settings: Settings, stop: asyncio.Event, children: asyncio.Future[None], *, migrate_first: bool
) -> None:
    server = database_of(settings)
    loading = asyncio.ensure_future(asyncio.to_thread(_load_http))
    url = await asyncio.to_thread(server.__enter__)
    try:
        run_http = await loading
        await run_http(settings, url, stop, migrate_first=migrate_first)
    finally:
        stop.set()
        # We let go of an embedded server last: a worker that had to be killed could not stop it.
        await asyncio.wait({children})
        await asyncio.to_thread(server.__exit__, None, None, None)


def _load_http() -> Callable[..., Awaitable[None]]:
    with many_modules():
        from app.http_process import run_http  # noqa: PLC0415 - see above
    return run_http


def _load_work() -> Callable[..., None]:
    with many_modules():
        from app.worker_process import work  # noqa: PLC0415 - see above
    return work


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "app.main"]


def _child_environment() -> dict[str, str]:
    return {**os.environ, CHILD: "1"}


if __name__ == "__main__":
    # A worker child: without the command line, which takes as long to load as all of its words to read.
    serve(load_settings(), role="worker", migrate_first=False)
