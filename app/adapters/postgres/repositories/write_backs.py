"""The queue of orders that are to be written back, in statements over many rows at a time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import asyncpg

from app.domain.erp_number import ERP_NUMBER_KEY
from app.domain.finished_orders import FULFILLED, OPEN_REFUNDS, OPEN_RETURNS, OPEN_SHIPMENTS, PAID
from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.outgoing import HELD_CODES, Hindrance
from app.domain.shop_settings import OrderSettings
from app.ports.repositories.write_backs import WriteBackClaim, WriteBackEnd


def _any(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


# Shops store what differs from the defaults.
_WRITES_NUMBER = "COALESCE((shops.settings::jsonb #>> '{{orders,write_document_number}}')::boolean, {default})"
_CLOSES = "COALESCE((shops.settings::jsonb #>> '{{orders,close_finished_orders}}')::boolean, {default})"

_OF_THE_ORDER = "d.refund_id IS NULL AND d.adjusts_id IS NULL"

# The rule of app.domain.finished_orders; document_due_at: refunds of the last import have no standing yet.
_FINISHED = f"""
    orders.state = 'processed' AND orders.conflict IS NULL AND orders.document_due_at IS NULL
    AND orders.cancelled_at IS NULL AND orders.closed_at IS NULL AND orders.first_closed_at IS NULL
    AND orders.fulfilment_status IN ({_any(FULFILLED)})
    AND COALESCE(orders.body ->> 'return_status', '') NOT IN ({_any(OPEN_RETURNS)})
    AND EXISTS (
        SELECT FROM sales_documents d
        WHERE d.order_id = orders.id AND {_OF_THE_ORDER} AND d.state <> 'cancelled' AND d.unlinked_at IS NULL
          AND d.erp_document_no IS NOT NULL
          AND (d.kind = 'sales_invoice' OR orders.financial_status IN ({_any(PAID)}))
    )
    AND NOT EXISTS (SELECT FROM refunds r WHERE r.order_id = orders.id AND r.state IN ({_any(OPEN_REFUNDS)}))
    AND NOT EXISTS (SELECT FROM shipments s WHERE s.order_id = orders.id AND s.state IN ({_any(OPEN_SHIPMENTS)}))
"""

_WANT = """
INSERT INTO number_write_backs AS queue (
    order_id, store_id, shop_id, wanted, due_at, attempts, claim_no, created_at, updated_at
)
SELECT orders.id, orders.store_id, orders.shop_id, 1, $2, 0, 0, $2, $2
FROM orders JOIN shops ON shops.id = orders.shop_id
WHERE orders.id = ANY($1::text[]) AND {condition}
ORDER BY orders.id
ON CONFLICT (order_id) DO UPDATE SET
    wanted = queue.wanted + 1, due_at = excluded.due_at, attempts = 0, shop_id = excluded.shop_id,
    error_code = NULL, error_detail = NULL, failed_at = NULL, parked_at = NULL, updated_at = excluded.updated_at
RETURNING store_id
"""

_WRITTEN = f"({_WRITES_NUMBER.format(default='$3')} OR ({_CLOSES.format(default='$4')} AND {_FINISHED}))"
_WANT_WRITTEN = _WANT.format(condition=_WRITTEN)
_WANT_CLOSED = _WANT.format(condition=f"{_CLOSES.format(default='$3')} AND {_FINISHED}")

_HOLD = """
UPDATE number_write_backs SET
    due_at = $4, attempts = 0, error_code = $2, error_detail = $3, parked_at = NULL,
    failed_at = CASE WHEN error_code = $2 THEN failed_at ELSE $5::timestamptz END,
    claimed_by = NULL, claimed_until = NULL, claim_no = claim_no + 1, updated_at = $5
WHERE order_id IN (
    SELECT order_id FROM number_write_backs
    WHERE shop_id = ANY($1::text[]) AND due_at <= $5 AND vouched_at IS NULL
    ORDER BY order_id FOR UPDATE
)
"""

_LET_GO = """
UPDATE number_write_backs SET due_at = $3 WHERE order_id IN (
    SELECT order_id FROM number_write_backs WHERE shop_id = $1 AND error_code = ANY($2::text[])
    ORDER BY order_id FOR UPDATE
)
RETURNING store_id
"""

_RETRY = """
UPDATE number_write_backs SET due_at = $2, attempts = 0, parked_at = NULL
WHERE order_id = $1 AND error_code IS NOT NULL RETURNING order_id
"""

_DOCUMENTS = f"FROM sales_documents d WHERE d.order_id = q.order_id AND {_OF_THE_ORDER}"

_CLAIM = f"""
WITH q AS (
    UPDATE number_write_backs SET
        claimed_by = $2, claim_no = claim_no + 1, claimed_until = $4::timestamptz + $5::interval,
        attempts = attempts + 1
    WHERE order_id IN (
        SELECT order_id FROM number_write_backs
        WHERE store_id = $1 AND due_at <= $4 AND (claimed_until IS NULL OR claimed_until < $4)
        ORDER BY due_at, order_id LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING order_id, shop_id, claim_no, wanted, attempts, vouched_at
)
SELECT q.*, orders.shopify_id, orders.store_updated_at AS copy_changed_at, orders.read_at AS copy_read_at,
    (SELECT d.erp_document_no {_DOCUMENTS} AND d.state <> 'cancelled' AND d.unlinked_at IS NULL) AS number,
    ARRAY(SELECT d.erp_document_no {_DOCUMENTS} AND d.erp_document_no IS NOT NULL) AS ours,
    (SELECT each ->> 'value' FROM jsonb_array_elements(orders.body -> 'attributes') AS each
     WHERE each ->> 'key' = $8 LIMIT 1) AS told,
    {_WRITES_NUMBER.format(default="$6")} AS writes_number, ({_CLOSES.format(default="$7")} AND {_FINISHED}) AS finished
FROM q JOIN orders ON orders.id = q.order_id JOIN shops ON shops.id = orders.shop_id
ORDER BY q.order_id
"""

_BEING_WRITTEN = """
SELECT orders.shopify_id FROM orders JOIN number_write_backs AS queue ON queue.order_id = orders.id
WHERE orders.store_id = $1 AND orders.shopify_id = ANY($2::text[]) AND queue.claimed_until > $3
UNION
SELECT orders.shopify_id FROM orders JOIN shipments ON shipments.order_id = orders.id
WHERE orders.store_id = $1 AND orders.shopify_id = ANY($2::text[]) AND shipments.claimed_until > $3
"""

_VOUCH = """
INSERT INTO number_write_backs AS queue (
    order_id, store_id, shop_id, wanted, due_at, attempts, vouched_at, claim_no, created_at, updated_at
)
SELECT id, store_id, shop_id, 1, $3, 0, $2, 0, $4, $4 FROM orders WHERE id = $1
ON CONFLICT (order_id) DO UPDATE SET
    wanted = queue.wanted + 1, vouched_at = excluded.vouched_at, due_at = excluded.due_at, parked_at = NULL,
    updated_at = excluded.updated_at
"""

_STILL = """
SELECT queue.order_id FROM number_write_backs AS queue
JOIN unnest($1::text[], $2::bigint[]) AS claim(order_id, claim_no)
  ON claim.order_id = queue.order_id AND claim.claim_no = queue.claim_no AND queue.claimed_by IS NOT NULL
ORDER BY queue.order_id FOR UPDATE OF queue
"""

_DONE = """
DELETE FROM number_write_backs AS queue
USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS ended(id, claim_no, wanted)
WHERE queue.order_id = ended.id AND queue.claim_no = ended.claim_no AND queue.wanted = ended.wanted
"""

_KEPT = """
UPDATE number_write_backs AS queue SET
    claimed_by = NULL, claimed_until = NULL,
    due_at = CASE WHEN queue.wanted <> ended.wanted THEN $8::timestamptz ELSE ended.again_at END,
    attempts = CASE WHEN queue.wanted <> ended.wanted OR NOT ended.attempted THEN 0 ELSE queue.attempts END,
    vouched_at = CASE
        WHEN queue.wanted <> ended.wanted THEN GREATEST(queue.vouched_at, ended.vouched_at) ELSE ended.vouched_at
    END,
    error_code = ended.error_code,
    error_detail = ended.error_detail,
    failed_at = CASE WHEN ended.error_code IS NOT NULL THEN COALESCE(queue.failed_at, $8::timestamptz) END,
    parked_at = CASE
        WHEN queue.wanted = ended.wanted AND ended.error_code IS NOT NULL AND ended.again_at IS NULL
        THEN $8::timestamptz
    END,
    updated_at = $8
FROM unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $9::boolean[]
) AS ended(id, claim_no, wanted, again_at, vouched_at, error_code, error_detail, attempted)
WHERE queue.order_id = ended.id AND queue.claim_no = ended.claim_no
"""

_RELEASE = """
UPDATE number_write_backs SET
    claimed_by = NULL, claimed_until = NULL, due_at = $3, updated_at = $4, attempts = GREATEST(0, attempts - 1)
WHERE order_id IN (
    SELECT queue.order_id FROM number_write_backs AS queue
    JOIN unnest($1::text[], $2::bigint[]) AS claim(order_id, claim_no)
      ON claim.order_id = queue.order_id AND claim.claim_no = queue.claim_no AND queue.claimed_by IS NOT NULL
    ORDER BY queue.order_id FOR UPDATE OF queue
)
"""


class PostgresWriteBacks:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def want(self, orders: Sequence[OrderId], *, now: datetime) -> Sequence[StoreId]:
        settings = OrderSettings()
        defaults = settings.write_document_number, settings.close_finished_orders
        return _stores(await self._driver.fetch(_WANT_WRITTEN, list(orders), now, *defaults))

    async def want_closed(self, orders: Collection[OrderId], *, now: datetime) -> Sequence[StoreId]:
        by_default = OrderSettings().close_finished_orders
        return _stores(await self._driver.fetch(_WANT_CLOSED, sorted(orders), now, by_default))

    async def drop(self, shops: Collection[ShopId]) -> None:
        await self._driver.execute(
            "DELETE FROM number_write_backs WHERE shop_id = ANY($1::text[]) AND vouched_at IS NULL", sorted(shops)
        )

    async def hold(self, shops: Collection[ShopId], why: Hindrance, *, until: datetime, now: datetime) -> None:
        await self._driver.execute(_HOLD, sorted(shops), why.code, why.detail, until, now)

    async def let_go(self, shop: ShopId, *, now: datetime) -> Sequence[StoreId]:
        return _stores(await self._driver.fetch(_LET_GO, shop, list(HELD_CODES), now))

    async def retry(self, order: OrderId, *, now: datetime) -> bool:
        return await self._driver.fetchval(_RETRY, order, now) is not None

    async def claim(
        self, store: StoreId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[WriteBackClaim]:
        settings = OrderSettings()
        defaults = settings.write_document_number, settings.close_finished_orders
        return [
            WriteBackClaim(
                order_id=OrderId(row["order_id"]),
                shopify_id=ShopifyId(row["shopify_id"]),
                shop_id=ShopId(row["shop_id"]),
                claim_no=row["claim_no"],
                wanted=row["wanted"],
                attempts=row["attempts"],
                number=row["number"],
                ours=frozenset(row["ours"]),
                writes_number=row["writes_number"],
                finished=row["finished"],
                told=row["told"],
                copy_changed_at=row["copy_changed_at"],
                copy_read_at=row["copy_read_at"],
                vouched_at=row["vouched_at"],
            )
            for row in await self._driver.fetch(_CLAIM, store, by, limit, now, lease, *defaults, ERP_NUMBER_KEY)
        ]

    async def being_written(self, store: StoreId, orders: Sequence[ShopifyId], *, now: datetime) -> set[ShopifyId]:
        rows = await self._driver.fetch(_BEING_WRITTEN, store, list(orders), now)
        return {ShopifyId(row["shopify_id"]) for row in rows}

    async def vouch(self, order: OrderId, changed_at: datetime, *, look_at: datetime, now: datetime) -> None:
        await self._driver.execute(_VOUCH, order, changed_at, look_at, now)

    async def still_claimed(self, claims: Sequence[WriteBackClaim]) -> set[OrderId]:
        rows = await self._driver.fetch(_STILL, *_keys(claims))
        return {OrderId(row["order_id"]) for row in rows}

    async def finish(self, ends: Sequence[WriteBackEnd], *, now: datetime) -> None:
        done = [end.claim for end in ends if end.again_at is None and end.error_code is None]
        if done:
            await self._driver.execute(_DONE, *_keys(done), [claim.wanted for claim in done])
        if ends:
            await self._driver.execute(
                _KEPT,
                *_keys([end.claim for end in ends]),
                [end.claim.wanted for end in ends],
                [end.again_at for end in ends],
                [end.vouched_at for end in ends],
                [end.error_code for end in ends],
                [end.error_detail for end in ends],
                now,
                [end.attempted for end in ends],
            )

    async def release(self, claims: Sequence[WriteBackClaim], *, due_at: datetime, now: datetime) -> None:
        await self._driver.execute(_RELEASE, *_keys(claims), due_at, now)


def _keys(claims: Sequence[WriteBackClaim]) -> tuple[list[str], list[int]]:
    return [claim.order_id for claim in claims], [claim.claim_no for claim in claims]


def _stores(rows: Sequence[asyncpg.Record]) -> Sequence[StoreId]:
    return sorted({StoreId(row["store_id"]) for row in rows})
