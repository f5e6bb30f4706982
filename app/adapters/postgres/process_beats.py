"""What a process tells of itself every few seconds: that it lives, how far its machine's clock is from the database's
and the shared one from the stores', and whose webhooks were signed wrongly. Who watches reads the tables; nothing is
decided here. In return it hears the database's time, by which it goes.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

import structlog

from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.clocks import APART
from app.domain.identifiers import StoreId
from app.ports.clock import Clock
from app.ports.errors import ConnectorError

Role = Literal["api", "worker"]

SECONDS: Final = 10.0
_BEAT: Final = """
INSERT INTO process_beats AS before (process, role, beat_at, ahead_of_database, ahead_of_stores, differs_since)
SELECT $1, $2, now(), ahead, $4, CASE WHEN greatest(abs(ahead), abs($4)) > $5 THEN now() END
FROM (SELECT extract(epoch FROM $3::timestamptz - clock_timestamp())::float8 AS ahead) AS told
ON CONFLICT (process) DO UPDATE SET
    role = excluded.role, beat_at = excluded.beat_at, ahead_of_database = excluded.ahead_of_database,
    ahead_of_stores = excluded.ahead_of_stores,
    differs_since = CASE WHEN excluded.differs_since IS NOT NULL
        THEN coalesce(before.differs_since, excluded.differs_since) END
RETURNING ahead_of_database, clock_timestamp() AS at
"""
_FORGET: Final = "DELETE FROM process_beats WHERE beat_at < now() - interval '1 day'"
_SIGNED: Final = "DELETE FROM refused_webhooks WHERE store_id = ANY($1::text[])"
_REFUSED: Final = """
INSERT INTO refused_webhooks AS before (store_id, refused, since)
SELECT told.*, now() FROM unnest($1::text[], $2::int[]) AS told(store_id, refused)
WHERE store_id IN (SELECT id FROM stores)
ON CONFLICT (store_id) DO UPDATE SET refused = least(before.refused::bigint + excluded.refused, 2147483647)
"""
"""However often a stranger signs wrongly, the beat beside it is taken."""

log = structlog.get_logger(__name__)


class SharedTime(Protocol):
    """The clock that hears the database's (``app.adapters.clock.SharedClock``)."""

    def ticks(self) -> float: ...

    def hear(self, told: datetime, *, asked: float) -> None: ...


class Signatures:
    """How webhooks were signed since it was last told, for the door to count in passing."""

    def __init__(self) -> None:
        self._signed: set[StoreId] = set()
        self._refused: Counter[StoreId] = Counter()

    def signed(self, store: StoreId) -> None:
        """One that was right ends whatever was wrong before."""
        self._signed.add(store)

    def refused(self, store: StoreId) -> None:
        """One that was wrong."""
        self._refused[store] += 1

    def taken(self) -> tuple[list[StoreId], dict[StoreId, int]]:
        """The stores of which one was right, and the wrong ones of others; counted from zero again."""
        signed, refused = self._signed, self._refused
        self._signed, self._refused = set(), Counter()
        return sorted(signed), {store: refused[store] for store in sorted(refused) if store not in signed}

    def untold(self, signed: Iterable[StoreId], refused: Mapping[StoreId, int]) -> None:
        """What was taken and could not be told is to be told with the next."""
        self._signed.update(signed)
        self._refused.update(refused)


class ProcessBeats:
    """Of one process. A beat that the database does not take is the next one's."""

    def __init__(
        self,
        unit_of_work: Callable[[], PostgresUnitOfWork],
        machine: Clock,
        shared: SharedTime,
        *,
        process: str,
        ahead_of_stores: Callable[[], timedelta | None],
        signatures: Signatures,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._machine = machine
        self._shared = shared
        self._process = process
        self._ahead_of_stores = ahead_of_stores
        self._signatures = signatures
        self._told: set[str] = set()

    async def run(self, role: Role) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.beat(role)
            except ConnectorError:
                """Others say that the database is away."""
            except Exception:
                log.exception("process_beat_failed")
            await asyncio.sleep(SECONDS)

    @asynccontextmanager
    async def beating(self, role: Role) -> AsyncIterator[None]:
        """Beside whatever is done inside."""
        task = asyncio.ensure_future(self.run(role))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def beat(self, role: Role) -> None:
        """Once."""
        stores = self._ahead_of_stores()
        ahead = None if stores is None else stores.total_seconds()
        signed, refused = self._signatures.taken()
        try:
            async with self._unit_of_work() as uow:
                # The time of the asking, not of the waiting for a connection before it.
                asked, ours = self._shared.ticks(), self._machine.now()
                told = await uow.driver.fetchrow(_BEAT, self._process, role, ours, ahead, APART.total_seconds())
                assert told is not None, "a beat is written or raises"
                self._shared.hear(told["at"], asked=asked)
                await uow.driver.execute(_FORGET)
                await _tell_signatures(uow, signed, refused)
                await uow.commit()
        except BaseException:
            self._signatures.untold(signed, refused)
            raise
        self._warn("database", told["ahead_of_database"])
        self._warn("stores", ahead)

    def _warn(self, of: str, ahead: float | None) -> None:
        """Once, until the clocks agree again."""
        if ahead is None or abs(ahead) <= APART.total_seconds():
            self._told.discard(of)
        elif of not in self._told:
            self._told.add(of)
            log.warning("clocks_differ", of=of, seconds=round(ahead))


async def _tell_signatures(uow: PostgresUnitOfWork, signed: Sequence[StoreId], refused: Mapping[StoreId, int]) -> None:
    if signed:
        await uow.driver.execute(_SIGNED, signed)
    if refused:
        await uow.driver.execute(_REFUSED, list(refused), list(refused.values()))
