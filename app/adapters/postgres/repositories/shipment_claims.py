"""Shipments being sent: claimed with a lease, what was asked for written down before and after, ended (decision 4)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import asyncpg

from app.adapters.postgres.repositories.stored_json import decoder, encoded
from app.domain.identifiers import OrderId, ShipmentId, ShopId, ShopifyId, StoreId
from app.domain.shipment_fitting import Part
from app.domain.shipments import LineResult, Shipment, ShipmentState
from app.ports.repositories.shipments import Sending, SendingState, ShipmentClaim, ShipmentEnd
from app.ports.shipment_gateway import FulfilmentTracking

_shipment = decoder(Shipment)
_results = decoder(tuple[LineResult, ...])
_parts = decoder(tuple[Part, ...])
_tracking = decoder(FulfilmentTracking | None)  # type: ignore[arg-type]

# Held until the claim is committed, so that two do not take two shipments of one order.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('shipments of ' || $1, 0))"

_CLAIM = """
WITH due AS (
    SELECT DISTINCT ON (s.order_id) s.id, s.due_at FROM shipments s
    WHERE s.store_id = $1 AND s.due_at <= $4 AND (s.claimed_until IS NULL OR s.claimed_until < $4)
      AND NOT EXISTS (SELECT FROM shipments o WHERE o.order_id = s.order_id AND o.claimed_until >= $4)
    ORDER BY s.order_id, s.due_at, s.id
), q AS (
    UPDATE shipments SET
        claimed_by = $2, claim_no = claim_no + 1, claimed_until = $4::timestamptz + $5::interval,
        attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM shipments WHERE id IN (SELECT id FROM due ORDER BY due_at, id LIMIT $3)
        FOR UPDATE SKIP LOCKED
    )
    RETURNING *
)
SELECT q.*, orders.shopify_id AS order_shopify_id,
    (SELECT array_agg(each.fulfilment_shopify_id) FROM shipment_sendings each
     WHERE each.order_id = q.order_id AND each.fulfilment_shopify_id IS NOT NULL) AS known
FROM q JOIN orders ON orders.id = q.order_id ORDER BY q.id
"""

_SENDINGS = """
SELECT shipment_id, no, body -> 'parts' AS parts, body -> 'tracking' AS tracking, state, fulfilment_shopify_id,
    begun_at, ended_at, (body ->> 'looked_at')::timestamptz AS looked_at
FROM shipment_sendings WHERE shipment_id = ANY($1::text[]) ORDER BY shipment_id, no
"""

_EXTEND = """
UPDATE shipments SET claimed_until = $3::timestamptz + $4::interval WHERE id IN (
    SELECT s.id FROM shipments s JOIN unnest($1::text[], $2::bigint[]) AS claim(id, claim_no)
      ON claim.id = s.id AND claim.claim_no = s.claim_no AND s.claimed_by IS NOT NULL
    ORDER BY s.id FOR UPDATE OF s
)
"""

_HOLD = """
UPDATE shipments SET claimed_until = GREATEST(claimed_until, $3)
WHERE id = $1 AND claim_no = $2 AND claimed_by IS NOT NULL RETURNING order_id
"""

_BEGIN = """
INSERT INTO shipment_sendings (shipment_id, no, store_id, order_id, body, state, begun_at)
VALUES ($1, $2, $3, $4, $5::text::jsonb, 'begun', $6)
"""

_END = """
UPDATE shipment_sendings SET state = $3, fulfilment_shopify_id = $4, ended_at = $5 WHERE shipment_id = $1 AND no = $2
"""

_NOTE = """
UPDATE shipments SET results = $3::text::jsonb, version = version + 1, updated_at = $4
WHERE id = $1 AND claim_no = $2 AND claimed_by IS NOT NULL
"""

_TOLD = "UPDATE shipment_sendings SET body = $3::text::jsonb WHERE shipment_id = $1 AND no = $2"

_FINISH = """
UPDATE shipments SET
    claimed_by = NULL, claimed_until = NULL,
    results = $4::text::jsonb, state = $5, reason = $6, reason_detail = $7,
    tracking_changed = CASE WHEN due_at IS DISTINCT FROM $3 THEN tracking_changed ELSE $8 END,
    due_at = CASE WHEN due_at IS DISTINCT FROM $3 THEN due_at ELSE $9::timestamptz END,
    seen = COALESCE($10, seen),
    attempts = CASE WHEN $11 THEN attempts ELSE 0 END,
    failed_at = CASE WHEN $5 = 'synchronised' THEN NULL ELSE COALESCE(failed_at, $12::timestamptz) END,
    version = version + 1, updated_at = $12
WHERE id = $1 AND claim_no = $2 AND claimed_by IS NOT NULL
RETURNING version
"""

_RELEASE = """
UPDATE shipments SET
    claimed_by = NULL, claimed_until = NULL, due_at = $3, attempts = GREATEST(0, attempts - 1),
    reason = COALESCE($4, reason)
WHERE id IN (
    SELECT s.id FROM shipments s JOIN unnest($1::text[], $2::bigint[]) AS claim(id, claim_no)
      ON claim.id = s.id AND claim.claim_no = s.claim_no AND s.claimed_by IS NOT NULL
    WHERE NOT $5 OR NOT EXISTS (SELECT FROM shipment_sendings b WHERE b.shipment_id = s.id AND b.state = 'begun')
    ORDER BY s.id FOR UPDATE OF s
)
"""


class PostgresShipmentClaims:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def claim(
        self, store: StoreId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[ShipmentClaim]:
        await self._driver.execute(_ONE_AT_A_TIME, store)
        rows = await self._driver.fetch(_CLAIM, store, by, limit, now, lease)
        if not rows:
            return []
        sent: dict[str, list[Sending]] = {}
        for row in await self._driver.fetch(_SENDINGS, [row["id"] for row in rows]):
            sent.setdefault(row["shipment_id"], []).append(_sending(row))
        return [_claimed(row, tuple(sent.get(row["id"], ()))) for row in rows]

    async def extend(self, claims: Sequence[ShipmentClaim], *, lease: timedelta, now: datetime) -> None:
        await self._driver.execute(_EXTEND, *_keys(claims), now, lease)

    async def begin(self, claim: ShipmentClaim, sending: Sending, *, store: StoreId, until: datetime) -> bool:
        if not await self._held(claim, until):
            return False
        await self._driver.execute(
            _BEGIN, claim.id, sending.no, store, claim.order_id, _body(sending), sending.begun_at
        )
        return True

    async def end(
        self,
        claim: ShipmentClaim,
        sending: Sending,
        results: Sequence[LineResult] | None = None,
        *,
        now: datetime,
    ) -> bool:
        if not await self._held(claim, now):
            return False
        await self._driver.execute(_END, claim.id, sending.no, sending.state.value, sending.fulfilment_id, now)
        if results is not None:
            await self._driver.execute(_NOTE, claim.id, claim.claim_no, encoded(list(results)).decode(), now)
        return True

    async def told(self, claim: ShipmentClaim, sending: Sending, *, now: datetime) -> None:
        if await self._held(claim, now):
            await self._driver.execute(_TOLD, claim.id, sending.no, _body(sending))

    async def finish(self, end: ShipmentEnd, *, now: datetime) -> int | None:
        claim = end.claim
        version: int | None = await self._driver.fetchval(
            _FINISH,
            claim.id,
            claim.claim_no,
            claim.due_at,
            encoded(list(end.results)).decode(),
            end.state.value,
            end.reason,
            end.reason_detail,
            end.tracking_changed,
            end.due_at,
            end.seen,
            end.attempted,
            now,
        )
        return version

    async def release(
        self,
        claims: Sequence[ShipmentClaim],
        *,
        due_at: datetime,
        reason: str | None = None,
        idle_only: bool = False,
    ) -> None:
        await self._driver.execute(_RELEASE, *_keys(claims), due_at, reason, idle_only)

    async def known_fulfilments(self, store: StoreId, ids: Collection[ShopifyId]) -> set[ShopifyId]:
        rows = await self._driver.fetch(
            "SELECT fulfilment_shopify_id FROM shipment_sendings"
            " WHERE store_id = $1 AND fulfilment_shopify_id = ANY($2::text[])",
            store,
            list(ids),
        )
        return {ShopifyId(row["fulfilment_shopify_id"]) for row in rows}

    async def _held(self, claim: ShipmentClaim, until: datetime) -> bool:
        return await self._driver.fetchval(_HOLD, claim.id, claim.claim_no, until) is not None


def _claimed(row: asyncpg.Record, sendings: tuple[Sending, ...]) -> ShipmentClaim:
    return ShipmentClaim(
        id=ShipmentId(row["id"]),
        shop_id=ShopId(row["shop_id"]),
        order_id=OrderId(row["order_id"]),
        order_shopify_id=ShopifyId(row["order_shopify_id"]),
        claim_no=row["claim_no"],
        attempts=row["attempts"],
        shipment=_shipment.decode(row["body"]),
        results=_results.decode(row["results"]),
        state=ShipmentState(row["state"]),
        reason=row["reason"],
        tracking_changed=row["tracking_changed"],
        due_at=row["due_at"],
        sendings=sendings,
        known_fulfilments=frozenset(ShopifyId(each) for each in row["known"] or ()),
    )


def _sending(row: asyncpg.Record) -> Sending:
    return Sending(
        no=row["no"],
        parts=_parts.decode(row["parts"]),
        tracking=_tracking.decode(row["tracking"]),
        state=SendingState(row["state"]),
        fulfilment_id=ShopifyId(row["fulfilment_shopify_id"]) if row["fulfilment_shopify_id"] else None,
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
        looked_at=row["looked_at"],
    )


def _body(sending: Sending) -> str:
    body = {"parts": sending.parts, "tracking": sending.tracking, "looked_at": sending.looked_at}
    return encoded(body).decode()


def _keys(claims: Sequence[ShipmentClaim]) -> tuple[list[str], list[int]]:
    return [claim.id for claim in claims], [claim.claim_no for claim in claims]
