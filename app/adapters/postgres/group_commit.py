"""Many small writes as few large ones: what arrives while a write runs goes into the next one, without any timer.

Knows neither tables nor webhooks. A caller hears of its row after the write that held it has returned, never before.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from app.ports.errors import Unavailable

Row = TypeVar("Row")
Result = TypeVar("Result")

MOST_ROWS = 500
MOST_BYTES = 16 * 1024 * 1024
"""Of one write; a single larger row still goes, alone."""


class GroupCommit(Generic[Row, Result]):
    """Rows go to ``write`` in batches, at most ``at_once`` of them at the same time.

    ``write`` answers one result per row. A batch that it refuses is written again row by row, so that one bad row
    cannot fail its neighbours; ``Unavailable`` is everybody's trouble and is not repeated here.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], Awaitable[Sequence[Result]]],
        *,
        size: Callable[[Row], int],
        at_once: int = 2,
        most_waiting: int = 5_000,
        most_waiting_bytes: int = 128 * 1024 * 1024,
    ) -> None:
        self._write = write
        self._size = size
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._most_waiting_bytes = most_waiting_bytes
        self._waiting: deque[tuple[Row, asyncio.Future[Result]]] = deque()
        self._waiting_bytes = 0
        self._writers: set[asyncio.Task[None]] = set()
        self._closed = False

    async def submit(self, row: Row) -> Result:
        """The row's result, once its batch is written. Raises ``Unavailable`` at once when too much waits."""
        if self._closed:
            raise Unavailable("The service is stopping.", retry_after=timedelta(seconds=1))
        if len(self._waiting) >= self._most_waiting or self._waiting_bytes > self._most_waiting_bytes:
            raise Unavailable("More is arriving than can be stored.", retry_after=timedelta(seconds=2), code="busy")
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, result))
        self._waiting_bytes += self._size(row)
        if len(self._writers) < self._at_once:
            writer = asyncio.create_task(self._write_waiting())
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return await result

    async def drain(self) -> None:
        """Take nothing more and finish what has been taken."""
        self._closed = True
        while self._writers:
            await asyncio.wait(self._writers)

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            if not await self._settle(batch):
                for single in batch:
                    await self._settle([single], last=True)

    def _next_batch(self) -> list[tuple[Row, asyncio.Future[Result]]]:
        batch: list[tuple[Row, asyncio.Future[Result]]] = []
        held = 0
        while self._waiting and len(batch) < MOST_ROWS:
            size = self._size(self._waiting[0][0])
            if batch and held + size > MOST_BYTES:
                break
            held += size
            batch.append(self._waiting.popleft())
        self._waiting_bytes -= held
        return batch

    async def _settle(self, batch: list[tuple[Row, asyncio.Future[Result]]], *, last: bool = False) -> bool:
        """Write and tell everyone; False = refused, and worth trying row by row."""
        try:
            results = await self._write([row for row, _ in batch])
        except asyncio.CancelledError:
            for _, waiter in batch:
                waiter.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is each waiter's to raise
            if not last and len(batch) > 1 and not isinstance(error, Unavailable):
                return False
            for _, waiter in batch:
                if not waiter.done():
                    waiter.set_exception(error)
            return True
        for (_, waiter), result in zip(batch, results, strict=True):
            # A caller that gave up meanwhile has cancelled its own future; its row is stored all the same.
            if not waiter.done():
                waiter.set_result(result)
        return True
