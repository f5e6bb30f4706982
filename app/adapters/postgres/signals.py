"""Signals by LISTEN: one connection a process, however many are waiting."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

import asyncpg

from app.adapters.postgres.database import CONNECTION_TROUBLE, SERVER_SETTINGS, as_plain_url
from app.ports.signals import Channel

PROBE_SECONDS = 5.0
RETRY_SECONDS = 0.5


class PostgresSubscription:
    """Belongs to one waiting task."""

    def __init__(self, signals: "PostgresSignals", channel: Channel, payload: str | None) -> None:
        self._signals = signals
        self.channel = channel
        self._payload = payload
        self._came = asyncio.Event()

    def __enter__(self) -> Self:
        self._signals.waiting.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._signals.waiting.discard(self)

    def hear(self, payload: str | None) -> None:
        """Something came; None = anything may have."""
        if payload is None or self._payload is None or payload == self._payload:
            self._came.set()

    async def wait(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._came.wait()
        came = self._came.is_set()
        self._came.clear()
        return came


class PostgresSignals:
    """Between ``start`` and ``stop`` it listens, and reconnects when it must."""

    def __init__(self, url: str) -> None:
        self._url = as_plain_url(url)
        self.waiting: set[PostgresSubscription] = set()
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self.ending = False

    def subscribe(self, channel: Channel, payload: str | None = None) -> PostgresSubscription:
        return PostgresSubscription(self, channel, payload)

    def end_waiting(self) -> None:
        """Send everybody home who waits; nobody waits long again."""
        self.ending = True
        for subscription in list(self.waiting):
            subscription.hear(None)

    async def start(self) -> None:
        """Begin to listen; does not wait for the database."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except CONNECTION_TROUBLE:
                self.connected.clear()
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(
            self._url, timeout=5, command_timeout=PROBE_SECONDS, server_settings=SERVER_SETTINGS
        )
        try:
            for channel in Channel:
                await connection.add_listener(channel.value, self._heard)
            self.connected.set()
            # Whatever was said while nobody listened is not said again.
            for subscription in list(self.waiting):
                subscription.hear(None)
            while True:
                await asyncio.sleep(PROBE_SECONDS)
                await connection.execute("SELECT 1")
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        for subscription in list(self.waiting):
            if subscription.channel == channel:
                subscription.hear(str(payload))
