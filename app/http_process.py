"""The process that listens: the HTTP surface behind Shopify's door, on one socket. Knows nothing of other processes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from app.api.app import Lifespan, create_app
from app.api.shopify_door import ShopifyDoor
from app.bootstrap import Installation, open_installation, set_up_logging
from app.bootstrap.tracing import resources_of
from app.request_heads import BoundedHeads
from app.schema_state import ensure_schema
from app.settings import PREFIX, Settings, SettingsError
from app.stored_secrets import refuse_missing_keys

KEEP_ALIVE_SECONDS = 75
LAST_REQUESTS_SECONDS = 10


async def run_http(settings: Settings, url: str, stop: asyncio.Event, *, migrate_first: bool) -> None:
    """Listen until ``stop``; say where, once the database at ``url`` is as this release needs it."""
    set_up_logging(settings)
    await ensure_schema(url, migrate_first=migrate_first or settings.embedded, migration_url=settings.owners_url)
    await refuse_missing_keys(settings, url)
    async with open_installation(settings, url) as installation, installation.beats.beating("api"):
        await _listen(settings, installation, stop)


async def _listen(settings: Settings, installation: Installation, stop: asyncio.Event) -> None:
    surface = create_app(installation.container, lifespan=_lifespan(installation))
    door = ShopifyDoor(surface, installation.receive_webhook, installation.ack_times)
    resources = resources_of(getattr(route, "path", "") for route in surface.routes)
    with _bound(settings.host, settings.port) as listener:
        server = _Server(
            uvicorn.Config(
                installation.around_requests(door, resources),
                http=BoundedHeads,
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=settings.trusted_proxies,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
            )
        )
        serving = asyncio.ensure_future(server.serve(sockets=[listener]))
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await _announce(settings, installation, server, listener, stop)
            await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            stopped.cancel()
            installation.signals.end_waiting()
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
    settings: Settings,
    installation: Installation,
    server: uvicorn.Server,
    listener: socket.socket,
    stop: asyncio.Event,
) -> None:
    """Say where we listen, once we are ready to be called."""
    while not server.started and not server.should_exit:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    while not stop.is_set() and await installation.container.unready():  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0.1)
    if stop.is_set():
        return
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"listening on http://{host}:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - promised to whoever starts us


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)
        except OSError as error:
            raise SettingsError(
                f"{PREFIX}HOST, {PREFIX}PORT: cannot listen on {host}, port {port}: {error.strerror}. "
                "Stop what listens there, or set another address or port; port 0 takes a free one."
            ) from error
        yield listener


class _Server(uvicorn.Server):
    """Signals are ours: one stop for HTTP and workers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
