"""Leadership as a PostgreSQL advisory lock of a connection: when its process dies, the server frees it at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from app.adapters.postgres.database import CONNECTION_TROUBLE, SERVER_SETTINGS, as_plain_url

TRY_SECONDS = 0.5
PROBE_SECONDS = 2.0
NETWORK_SETTINGS = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""So that a leader that vanished with its machine frees the lock within seconds too."""
FROZEN_MILLISECONDS = "10000"
"""Who has not probed for so long is frozen, or as good as that: the server ends its session, and another one leads."""


class PostgresLeadership:
    """Each leadership holds one connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = as_plain_url(url)

    async def lead(self, name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(*CONNECTION_TROUBLE):
                await self._lead_once(name, work, stop)
            await _pause(stop)

    async def _lead_once(self, name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(
            self._url,
            timeout=PROBE_SECONDS,
            command_timeout=PROBE_SECONDS,
            server_settings=SERVER_SETTINGS | NETWORK_SETTINGS | {"idle_session_timeout": FROZEN_MILLISECONDS},
        )
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name):
                await _pause(stop)
                if stop.is_set():
                    return
            await _while_held(connection, work, stop)
        finally:
            connection.terminate()


async def _while_held(connection: asyncpg.Connection, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Run the work as long as the connection that holds the lock answers; the work's own end or failure ends it too."""
    task = asyncio.ensure_future(work())
    try:
        while not stop.is_set() and not task.done():
            await _pause(stop, task)
            await connection.execute("SELECT 1")
        if task.done():
            await task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _pause(stop: asyncio.Event, *others: "asyncio.Future[None]") -> None:
    stopped = asyncio.ensure_future(stop.wait())
    try:
        waited_for: set[asyncio.Future[Any]] = {stopped, *others}
        await asyncio.wait(waited_for, timeout=TRY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
