"""Events as rows: written without a position, read by it. Giving positions is ``events_publisher``'s."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.ulid import new_id
from app.domain.events import EventType
from app.domain.identifiers import EventId, ShopId
from app.ports.repositories.events import FeedEvent, FeedRange, NewEvent
from app.ports.signals import Channel

APPEND = f"""
WITH written AS (
    INSERT INTO events (id, type, occurred_at, shop_id, resource_type, resource_id, resource_version)
    SELECT id, type, now(), shop_id, resource_type, resource_id, version
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
         WITH ORDINALITY AS t (id, type, shop_id, resource_type, resource_id, version, place)
    ORDER BY place
    RETURNING seq
)
SELECT pg_notify('{Channel.EVENTS_WRITTEN.value}', '')::text FROM (SELECT count(*) FROM written) AS all_of_them
"""

RANGE = "SELECT last, purged FROM event_positions WHERE id = 1"

# The lock comes in a statement of its own: the next one must see what the previous publisher committed.
LOCK = """
SELECT pg_try_advisory_xact_lock(hashtextextended('orderbridge.event_positions', 0))
   AND EXISTS (SELECT 1 FROM events WHERE position IS NULL)
"""

NUMBER = f"""
WITH batch AS (SELECT seq FROM events WHERE position IS NULL ORDER BY seq LIMIT $1),
numbered AS (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM batch),
counter AS (
    INSERT INTO event_positions AS given (id, last, purged) VALUES (1, (SELECT count(*) FROM batch), 0)
    ON CONFLICT (id) DO UPDATE SET last = given.last + excluded.last
    RETURNING last - (SELECT count(*) FROM batch) AS before
),
placed AS (
    UPDATE events SET position = counter.before + numbered.place
    FROM numbered, counter WHERE events.seq = numbered.seq
    RETURNING 1
)
SELECT number, pg_notify('{Channel.EVENTS_POSITIONED.value}', '')::text
FROM (SELECT count(*) AS number FROM placed) AS all_of_them
"""

PURGE = """
WITH gone AS (
    DELETE FROM events WHERE seq IN (
        SELECT seq FROM events WHERE occurred_at < $1 AND position IS NOT NULL ORDER BY occurred_at LIMIT $2
    )
    RETURNING position
),
noted AS (
    UPDATE event_positions SET purged = greatest(purged, (SELECT max(position) FROM gone))
    WHERE EXISTS (SELECT 1 FROM gone)
)
SELECT count(*) FROM gone
"""

SHOWN = "e.id, e.position, e.type, e.occurred_at, s.code, e.resource_type, e.resource_id, e.resource_version, c.no"
"""What ``feed_event`` reads: of an event, its shop, and the customer it may be about."""
ITS_CUSTOMER = """
LEFT JOIN customers c ON e.resource_type IN ('customer', 'new_customer') AND c.id = e.resource_id
"""
OF_INTEREST = """
    ($3::text[] IS NULL OR e.type = ANY($3) OR split_part(e.type, '.', 1) || '.*' = ANY($3))
    AND ($4::text[] IS NULL OR e.shop_id = ANY($4))
"""
"""The events of some types, families as ``order.*``, and of some shops."""

PAGE = f"""
SELECT {SHOWN} FROM events e JOIN shops s ON s.id = e.shop_id {ITS_CUSTOMER}
WHERE e.position > $1 AND e.position <= $2 AND {OF_INTEREST}
ORDER BY e.position
LIMIT $5
"""


class PostgresEvents:
    """The events of one unit of work: appended together, as its last statement before the end."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver
        self._appended: list[NewEvent] = []

    async def append(
        self,
        type: EventType,  # noqa: A002 - the feed's word
        shop_id: ShopId,
        resource_type: str,
        resource_id: str,
        version: int,
    ) -> None:
        await self.append_many(
            [
                NewEvent(
                    type=type, shop_id=shop_id, resource_type=resource_type, resource_id=resource_id, version=version
                )
            ]
        )

    async def append_many(self, events: Sequence[NewEvent]) -> None:
        self._appended += events

    async def write(self) -> None:
        """What was appended, in its order."""
        events, self._appended = self._appended, []
        if not events:
            return
        await self._driver.execute(
            APPEND,
            [new_id("evt") for _ in events],
            [event.type.value for event in events],
            [event.shop_id for event in events],
            [event.resource_type for event in events],
            [event.resource_id for event in events],
            [event.version for event in events],
        )

    async def feed_range(self) -> FeedRange:
        row = await self._driver.fetchrow(RANGE)
        return FeedRange(last=0, purged=0) if row is None else FeedRange(last=row["last"], purged=row["purged"])

    async def page(
        self, *, after: int, upto: int, types: Collection[str], shops: Collection[ShopId] | None, limit: int
    ) -> Sequence[FeedEvent]:
        rows = await self._driver.fetch(
            PAGE, after, upto, sorted(types) or None, None if shops is None else sorted(shops), limit
        )
        return [feed_event(row) for row in rows]

    async def give_positions(self, limit: int) -> int:
        if not await self._driver.fetchval(LOCK):
            return 0
        number: int = await self._driver.fetchval(NUMBER, limit)
        return number

    async def purge(self, *, before: datetime, limit: int) -> int:
        number: int = await self._driver.fetchval(PURGE, before, limit)
        return number


def feed_event(row: asyncpg.Record) -> FeedEvent:
    """An event from a row that holds what is ``SHOWN``."""
    return FeedEvent(
        id=EventId(row["id"]),
        position=row["position"],
        type=row["type"],
        occurred_at=row["occurred_at"],
        shop=row["code"],
        resource_type=row["resource_type"],
        resource_id=row["resource_id"],
        resource_version=row["resource_version"],
        customer_no=row["no"],
    )
