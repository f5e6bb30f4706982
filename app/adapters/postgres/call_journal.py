"""Notes calls of stores for the log, in batches beside the work: a call waits for none, and a lost one costs nothing.

What is noted are calls that changed something at the store and calls that failed; everything else is in the process's
log. Passes all it is told on to whoever traces.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.ports.clock import Clock, IdFactory
from app.ports.errors import ConnectorError
from app.ports.sight import seeing
from app.ports.tracing import Fact, Spans

CALL: Final = "shopify call"
MOST_WAITING: Final = 5_000
REFUSED: Final = 400
_INSERT: Final = """
INSERT INTO store_calls (id, store_id, called_at, operation, writes, attempt, status, points, milliseconds)
SELECT call.* FROM unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::bool[], $6::int[], $7::int[], $8::int[], $9::int[]
) AS call (id, store_id, called_at, operation, writes, attempt, status, points, milliseconds)
WHERE store_id IN (SELECT id FROM stores)
"""

_Note = tuple[str, str, datetime, str, bool, int, int | None, int | None, int]

log = logging.getLogger(__name__)


class CallJournal:
    """Stands between the way to the stores and whoever traces. Close it when done: the last notes are written then."""

    def __init__(
        self,
        unit_of_work: Callable[[], PostgresUnitOfWork],
        clock: Clock,
        ids: IdFactory,
        spans: Spans,
        *,
        seconds: float = 1.0,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._spans = spans
        self._seconds = seconds
        self._waiting: deque[_Note] = deque(maxlen=MOST_WAITING)
        self._writer: asyncio.Task[None] | None = None

    def open(self, name: str, **facts: Fact) -> AbstractContextManager[object]:
        """Only passed on."""
        return self._spans.open(name, **facts)

    def done(self, name: str, *, seconds: float, failed: bool = False, **facts: Fact) -> None:
        """Note it, if it is a call that the log tells of."""
        self._spans.done(name, seconds=seconds, failed=failed, **facts)
        status = facts.get("status")
        refused = isinstance(status, int) and status >= REFUSED
        if name != CALL or not (failed or refused or facts.get("writes")):
            return
        self._waiting.append(
            (
                self._ids.new("cal"),
                str(facts["store_id"]),
                self._clock.now(),
                str(facts["operation"]),
                bool(facts.get("writes")),
                int(facts["attempt"]),
                None if status is None else int(status),
                None if "points" not in facts else int(facts["points"]),
                round(seconds * 1000),
            )
        )
        if self._writer is None or self._writer.done():
            # Also of a call that a reading makes, which writes nothing itself.
            with seeing(None):
                self._writer = asyncio.get_running_loop().create_task(self._write_soon())

    async def aclose(self) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await self._write()

    async def _write_soon(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._seconds)
            await self._write()

    async def _write(self) -> None:
        notes = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not notes:
            return
        try:
            async with self._unit_of_work() as uow:
                await uow.driver.execute(_INSERT, *(list(column) for column in zip(*notes, strict=True)))
                await uow.commit()
        except ConnectorError:
            log.warning("calls of stores could not be noted", extra={"calls": len(notes)})
