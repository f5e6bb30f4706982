"""Events as deliveries of an endpoint, in statements over many rows at a time."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import asyncpg
import msgspec

from app.adapters.postgres.repositories.events import ITS_CUSTOMER, OF_INTEREST, SHOWN, feed_event
from app.adapters.postgres.repositories.paging import page_of
from app.domain.identifiers import EventId, WebhookEndpointId
from app.domain.webhook_deliveries import MOST_ATTEMPTS, DeliveryState
from app.ports.paging import Page, PageRequest
from app.ports.repositories.webhook_endpoints import (
    Delivery,
    DeliveryClaim,
    DeliveryEnd,
    PastAttempt,
    WebhookEndpoint,
)

# What was a delivery before is due again with all its attempts: that is what going back in the feed means.
_FAN_OUT = f"""
WITH found AS (
    SELECT e.position, e.id, e.type FROM events e
    WHERE e.position > $1 AND e.position <= $2 AND {OF_INTEREST}
    ORDER BY e.position LIMIT $5
),
written AS (
    INSERT INTO webhook_deliveries AS known (
        endpoint_id, position, event_id, type, state, due_at, attempts, history, claim_no, created_at, updated_at
    )
    SELECT $6, position, id, type, 'pending', $7, 0, '[]', 0, $7, $7 FROM found ORDER BY position
    ON CONFLICT (endpoint_id, position) DO UPDATE SET
        state = 'pending', due_at = excluded.due_at, attempts = 0, delivered_at = NULL,
        claim_no = known.claim_no + 1, claimed_by = NULL, claimed_until = NULL, updated_at = excluded.updated_at
)
SELECT count(*) AS number, max(position) AS last FROM found
"""

_CLAIM = f"""
WITH due AS (
    SELECT position FROM webhook_deliveries
    WHERE endpoint_id = $1 AND due_at <= $4 AND (claimed_until IS NULL OR claimed_until < $4)
    ORDER BY due_at, position LIMIT $3 FOR UPDATE SKIP LOCKED
),
claimed AS (
    UPDATE webhook_deliveries d SET
        claimed_by = $2, claimed_until = $4 + $5::interval, claim_no = d.claim_no + 1, attempts = d.attempts + 1
    FROM due WHERE d.endpoint_id = $1 AND d.position = due.position
    RETURNING d.position AS delivery, d.claim_no, d.attempts
)
SELECT claimed.*, {SHOWN} FROM claimed
LEFT JOIN events e ON e.position = claimed.delivery
LEFT JOIN shops s ON s.id = e.shop_id {ITS_CUSTOMER}
ORDER BY claimed.delivery
"""

_FINISH = f"""
WITH ended AS (
    SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::jsonb[])
        AS t (position, claim_no, state, again_at, attempt)
)
UPDATE webhook_deliveries d SET
    state = ended.state, due_at = ended.again_at,
    history = (
        SELECT jsonb_agg(each ORDER BY place) FROM (
            SELECT each, place FROM jsonb_array_elements(d.history || ended.attempt) WITH ORDINALITY AS h (each, place)
            ORDER BY place DESC LIMIT {MOST_ATTEMPTS}
        ) AS latest
    ),
    delivered_at = CASE WHEN ended.state = 'delivered' THEN $7::timestamptz END,
    claimed_by = NULL, claimed_until = NULL, updated_at = $7
FROM ended
WHERE d.endpoint_id = $1 AND d.position = ended.position AND d.claim_no = ended.claim_no AND d.claimed_by IS NOT NULL
"""

_RELEASE = """
UPDATE webhook_deliveries d SET
    due_at = $4, attempts = greatest(0, d.attempts - 1), claimed_by = NULL, claimed_until = NULL
FROM unnest($2::bigint[], $3::bigint[]) AS t (position, claim_no)
WHERE d.endpoint_id = $1 AND d.position = t.position AND d.claim_no = t.claim_no AND d.claimed_by IS NOT NULL
"""

_PAGE = """
SELECT position, event_id, type, state, attempts, due_at, delivered_at, created_at, history
FROM webhook_deliveries
WHERE endpoint_id = $1 AND ($2::bigint IS NULL OR position < $2) AND ($3::text IS NULL OR state = $3)
ORDER BY position DESC LIMIT $4
"""

_PURGE = """
DELETE FROM webhook_deliveries d USING (
    SELECT endpoint_id, position FROM webhook_deliveries WHERE due_at IS NULL AND updated_at < $1
    ORDER BY updated_at LIMIT $2
) AS old
WHERE d.endpoint_id = old.endpoint_id AND d.position = old.position
"""

_history = msgspec.json.Decoder(tuple[PastAttempt, ...])


class PostgresWebhookDeliveries:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def fan_out(self, endpoint: WebhookEndpoint, *, upto: int, limit: int, now: datetime) -> tuple[int, int]:
        types, shops = list(endpoint.types) or None, endpoint.shop_ids
        given = (endpoint.position, upto, types, None if shops is None else list(shops), limit, endpoint.id, now)
        row = await self._driver.fetchrow(_FAN_OUT, *given)
        number: int = row["number"]
        return number, row["last"] if number == limit else upto

    async def claim(
        self, endpoint: WebhookEndpointId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[DeliveryClaim]:
        return [
            DeliveryClaim(
                position=row["delivery"],
                claim_no=row["claim_no"],
                attempts=row["attempts"],
                event=None if row["id"] is None else feed_event(row),
            )
            for row in await self._driver.fetch(_CLAIM, endpoint, by, limit, now, lease)
        ]

    async def finish(self, endpoint: WebhookEndpointId, ends: Sequence[DeliveryEnd], *, now: datetime) -> int:
        done: str = await self._driver.execute(
            _FINISH,
            endpoint,
            *_keys([end.claim for end in ends]),
            [end.state.value for end in ends],
            [end.again_at for end in ends],
            [msgspec.json.encode(asdict(end.attempt)).decode() for end in ends],
            now,
        )
        return int(done.rpartition(" ")[2])

    async def release(self, endpoint: WebhookEndpointId, claims: Sequence[DeliveryClaim], *, now: datetime) -> None:
        await self._driver.execute(_RELEASE, endpoint, *_keys(claims), now)

    async def page(
        self, endpoint: WebhookEndpointId, request: PageRequest, *, state: DeliveryState | None
    ) -> Page[Delivery]:
        (before,) = request.after or (None,)
        rows = await self._driver.fetch(_PAGE, endpoint, before, state, request.limit + 1)
        return page_of(rows, request, shape=_delivery, key=lambda row: (row["position"],))

    async def purge(self, *, before: datetime, limit: int) -> int:
        done: str = await self._driver.execute(_PURGE, before, limit)
        return int(done.rpartition(" ")[2])


def _keys(claims: Sequence[DeliveryClaim]) -> tuple[list[int], list[int]]:
    return [claim.position for claim in claims], [claim.claim_no for claim in claims]


def _delivery(row: asyncpg.Record) -> Delivery:
    return Delivery(
        position=row["position"],
        event_id=EventId(row["event_id"]),
        type=row["type"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_attempt_at=row["due_at"],
        delivered_at=row["delivered_at"],
        created_at=row["created_at"],
        history=_history.decode(row["history"]),
    )
