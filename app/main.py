"""The processes of ``orderbridge serve``: HTTP with Shopify's door in one, workers as its children (decision 13)."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from app.api.app import Lifespan, create_app
from app.api.shopify_door import ShopifyDoor
from app.bootstrap import Installation, database_of, ensure_schema, open_installation, set_up_logging
from app.jobs.processes import WorkerProcesses, stop_with_parent
from app.jobs.worker import run_worker
from app.settings import Settings

ROLES = ("all", "api", "worker")
CHILD = "ORDERBRIDGE_CHILD_OF_SERVE"
"""Set for worker children, which end with their parent."""
KEEP_ALIVE_SECONDS = 75
LAST_REQUESTS_SECONDS = 15

log = structlog.get_logger(__name__)


def serve(settings: Settings, *, role: str, migrate_first: bool) -> None:
    """Run until SIGTERM or SIGINT, then end within twenty seconds."""
    set_up_logging(settings)
    with database_of(settings) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, url, role=role, migrate_first=migrate_first))


async def _serve(settings: Settings, url: str, *, role: str, migrate_first: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await ensure_schema(url, migrate_first=migrate_first or settings.embedded)
    async with open_installation(settings, url) as installation:
        if role == "worker":
            await _work(installation, stop)
            return
        workers = WorkerProcesses(_worker_command(), settings.workers if role == "all" else 0, _child_environment())
        async with asyncio.TaskGroup() as group:
            group.create_task(workers.run(stop))
            group.create_task(_listen(settings, installation, stop))


async def _work(installation: Installation, stop: asyncio.Event) -> None:
    parent = asyncio.ensure_future(stop_with_parent(stop)) if os.environ.get(CHILD) else None
    log.info("worker_started", pid=os.getpid())
    try:
        await run_worker(installation.worker, stop)
    finally:
        if parent is not None:
            parent.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await parent


async def _listen(settings: Settings, installation: Installation, stop: asyncio.Event) -> None:
    with _bound(settings.host, settings.port) as listener:
        server = _Server(
            uvicorn.Config(
                ShopifyDoor(
                    create_app(installation.container, lifespan=_lifespan(installation)), installation.receive_webhook
                ),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
            )
        )
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await _announce(settings, installation, server, listener)
            await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            stopped.cancel()
            server.should_exit = True
            await serving


def _lifespan(installation: Installation) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await installation.signals.start()
        try:
            yield
        finally:
            await installation.webhook_inbox.drain()
            await installation.signals.stop()

    return lifespan


async def _announce(
    settings: Settings, installation: Installation, server: uvicorn.Server, listener: socket.socket
) -> None:
    """Say where we listen, once we are ready to be called."""
    while not server.started and not server.should_exit:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    while not server.should_exit and await installation.container.unready():  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0.1)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"listening on http://{host}:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - promised to whoever starts us


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
        yield listener


class _Server(uvicorn.Server):
    """Signals are ours: one stop for HTTP and workers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "app.cli", "serve", "--role", "worker"]


def _child_environment() -> dict[str, str]:
    return {**os.environ, CHILD: "1"}
