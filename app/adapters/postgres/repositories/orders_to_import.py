"""The queue of orders to import, in statements over many rows at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg

from app.adapters.postgres.repositories.import_claims import CLAIM, CLAIM_THESE, claim_of
from app.adapters.postgres.ulid import new_id
from app.domain.identifiers import RunId, ShopId, ShopifyId, StoreId
from app.domain.order_freshness import HeldCopy
from app.ports.errors import ConnectorError, ScopeMissing
from app.ports.repositories.orders_to_import import (
    DuePage,
    FinishedImport,
    ImportClaim,
    ImportOutcome,
    StillWanted,
    WantedBy,
    WantedOrder,
)

_HELD = """
SELECT shopify_id, store_updated_at, read_at, own_write_at IS NOT DISTINCT FROM store_updated_at AS vouched
FROM orders WHERE store_id = $1 AND shopify_id = ANY($2::text[])
"""

_NEWER = "excluded.store_updated_at > COALESCE(queue.store_updated_at, '-infinity')"
_ASKED = "($11 AND queue.unclaimed_at IS NOT NULL AND queue.left_out_at IS NULL)"

# A listing that tells the change time we know brings nothing new; a webhook always may, since change times have whole
# seconds. What failed keeps its pause before such a listing, and no run waits for it. A claim by a shop is final: who
# wants the order later does not take it away.
_WANT = """
INSERT INTO orders_to_import AS queue (
    id, store_id, shopify_id, shop_id, name, action, source, wanted, store_updated_at, due_at,
    attempts, claim_by_id, run_id, claim_no, listed_at, updated_at
)
SELECT given.id, $1, given.shopify_id, $6::text, given.name,
       CASE WHEN orders.id IS NULL THEN 'new' ELSE 'update' END, $5::text, given.changes, given.store_updated_at,
       COALESCE(given.due_at, $10::timestamptz), 0, $6::text IS NOT NULL, $8::text, 0, $7, $7
FROM unnest($2::text[], $3::text[], $4::text[], $9::timestamptz[], $12::bigint[], $13::timestamptz[])
    AS given(id, shopify_id, name, store_updated_at, changes, due_at)
LEFT JOIN orders ON orders.store_id = $1 AND orders.shopify_id = given.shopify_id
ORDER BY given.shopify_id
ON CONFLICT (store_id, shopify_id) DO UPDATE SET
    wanted = queue.wanted + CASE WHEN {changed} THEN excluded.wanted ELSE 0 END,
    due_at = CASE WHEN {changed} THEN LEAST(queue.due_at, excluded.due_at) ELSE queue.due_at END,
    attempts = CASE WHEN {changed} THEN 0 ELSE queue.attempts END,
    action = excluded.action,
    source = CASE WHEN queue.due_at IS NOT NULL AND $5 = 'listing' THEN queue.source ELSE excluded.source END,
    name = COALESCE(excluded.name, queue.name),
    store_updated_at = GREATEST(queue.store_updated_at, excluded.store_updated_at),
    shop_id = COALESCE(queue.shop_id, excluded.shop_id),
    claim_by_id = queue.claim_by_id OR excluded.claim_by_id,
    run_id = CASE
        WHEN queue.due_at IS NULL AND {changed} THEN excluded.run_id
        WHEN queue.due_at IS NOT NULL AND ({changed} OR queue.error_code IS NULL)
            THEN COALESCE(excluded.run_id, queue.run_id)
        ELSE queue.run_id
    END,
    error_code = CASE WHEN $5 <> 'request' THEN queue.error_code END,
    error_detail = CASE WHEN $5 <> 'request' THEN queue.error_detail END,
    failed_at = CASE WHEN $5 <> 'request' THEN queue.failed_at END,
    parked_at = NULL,
    unclaimed_at = NULL,
    left_out_at = NULL,
    updated_at = excluded.updated_at
WHERE $5 = 'request'
   OR queue.left_out_at IS NULL AND ($5 = 'webhook' OR queue.unclaimed_at IS NULL AND queue.parked_at IS NULL)
   OR {newer}
   OR {asked}
""".format(changed=f"($5 <> 'listing' OR {_NEWER} OR {_ASKED})", newer=_NEWER, asked=_ASKED)

# What failed, and what waits because the filters of another run left it out. A run by schedule leaves what failed its
# pause, else a run a minute would use all attempts up at once; for want of a scope none is used. Everywhere rows are
# locked in the order of their Shopify ids, so that nobody waits in a circle.
_RETRY_FAILED = """
UPDATE orders_to_import SET due_at = $3, run_id = $4
WHERE id IN (
    SELECT id FROM orders_to_import AS queue
    WHERE store_id = $1 AND parked_at IS NULL AND left_out_at IS NULL AND unclaimed_at IS NULL
      AND (shop_id IS NULL OR shop_id = $2)
      AND CASE
          WHEN error_code IS NOT NULL THEN due_at <= $3 OR NOT $5 OR error_code = 'scope_missing'
          ELSE due_at IS NULL AND (SELECT filters FROM runs WHERE runs.id = queue.run_id)
               IS DISTINCT FROM (SELECT filters FROM runs WHERE runs.id = $4)
      END
    ORDER BY shopify_id FOR UPDATE
)
"""

# Never waits: whoever works on the row finds that nothing but ours has changed.
_FORGET_ECHOES = """
DELETE FROM orders_to_import WHERE id IN (
    SELECT id FROM orders_to_import
    JOIN unnest($2::text[], $3::timestamptz[]) AS echo(shopify_id, at) USING (shopify_id)
    WHERE store_id = $1 AND source <> 'request'
      AND (store_updated_at = echo.at AND wanted <= 1 OR store_updated_at IS NULL AND wanted = 0)
      AND attempts = 0 AND due_at IS NOT NULL AND error_code IS NULL AND run_id IS NULL
    FOR UPDATE OF orders_to_import SKIP LOCKED
)
"""

# Never waits, either: whoever is writing what he read by now is found out by the second look at our write.
_OVERTAKE = """
UPDATE orders_to_import SET wanted = wanted + 1 WHERE id IN (
    SELECT id FROM orders_to_import
    WHERE store_id = $1 AND shopify_id = $2 AND due_at IS NOT NULL AND claimed_until IS NOT NULL
    FOR UPDATE SKIP LOCKED
)
"""

_RETRY_UNCLAIMED = """
UPDATE orders_to_import SET due_at = $2, unclaimed_at = NULL, run_id = NULL, attempts = 0 WHERE id IN (
    SELECT id FROM orders_to_import
    WHERE store_id = $1 AND unclaimed_at IS NOT NULL AND left_out_at IS NULL ORDER BY shopify_id FOR UPDATE
)
"""

_STILL = """
SELECT queue.id FROM orders_to_import AS queue
JOIN unnest($1::text[], $2::bigint[]) AS claim(id, claim_no) ON claim.id = queue.id AND claim.claim_no = queue.claim_no
ORDER BY queue.shopify_id FOR UPDATE OF queue
"""

_DONE = """
DELETE FROM orders_to_import AS queue
USING unnest($1::text[], $2::bigint[]) AS claim(id, wanted)
WHERE queue.id = claim.id AND queue.wanted = claim.wanted
"""

_KEPT = """
UPDATE orders_to_import AS queue SET
    claimed_by = NULL, claimed_until = NULL,
    shop_id = CASE WHEN done.outcome = 'unclaimed' THEN NULL ELSE COALESCE(done.shop_id, queue.shop_id) END,
    name = COALESCE(done.name, queue.name),
    due_at = CASE
        WHEN queue.wanted <> done.wanted THEN $8::timestamptz
        WHEN done.outcome = 'failed' THEN done.retry_at
    END,
    attempts = CASE WHEN queue.wanted <> done.wanted OR done.outcome <> 'failed' THEN 0 ELSE queue.attempts END,
    error_code = CASE WHEN done.outcome = 'failed' THEN done.error_code END,
    error_detail = CASE WHEN done.outcome = 'failed' THEN done.error_detail END,
    failed_at = CASE WHEN done.outcome = 'failed' THEN $8::timestamptz END,
    parked_at = CASE
        WHEN queue.wanted = done.wanted AND done.outcome = 'failed' AND (done.parked OR done.retry_at IS NULL)
        THEN $8::timestamptz
    END,
    unclaimed_at = CASE WHEN queue.wanted = done.wanted AND done.outcome = 'unclaimed' THEN $8::timestamptz END,
    run_id = CASE WHEN queue.wanted <> done.wanted OR done.outcome = 'waiting' THEN queue.run_id END,
    updated_at = $8
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $9::text[], $10::bool[]
) AS done(id, wanted, outcome, shop_id, error_code, error_detail, retry_at, name, parked)
WHERE queue.id = done.id
"""

_EXTEND = """
UPDATE orders_to_import SET claimed_until = $3::timestamptz + $4::interval
WHERE id IN (
    SELECT queue.id FROM orders_to_import AS queue
    JOIN unnest($1::text[], $2::bigint[]) AS claim(id, claim_no)
      ON claim.id = queue.id AND claim.claim_no = queue.claim_no
    FOR UPDATE OF queue SKIP LOCKED
)
"""

_RELEASE = """
UPDATE orders_to_import SET
    claimed_by = NULL, claimed_until = NULL, due_at = $3, updated_at = $4,
    attempts = GREATEST(0, attempts - CASE WHEN $5 THEN 1 ELSE 0 END),
    error_code = COALESCE($6, error_code), error_detail = COALESCE($7, error_detail),
    failed_at = CASE WHEN $6::text IS NULL THEN failed_at ELSE $4 END,
    run_id = CASE WHEN $6::text IS NULL THEN run_id END
WHERE id IN (
    SELECT queue.id FROM orders_to_import AS queue
    JOIN unnest($1::text[], $2::bigint[]) AS claim(id, claim_no)
      ON claim.id = queue.id AND claim.claim_no = queue.claim_no
    ORDER BY queue.shopify_id FOR UPDATE OF queue
)
"""


_SCOPES_GRANTED = """
UPDATE orders_to_import SET due_at = $2 WHERE id IN (
    SELECT id FROM orders_to_import WHERE store_id = $1 AND due_at > $2 AND error_code = $3
    ORDER BY shopify_id FOR UPDATE
)
"""

_SEEN = """
AND ($2::text[] IS NULL OR shop_id = ANY($2)
     OR shop_id IS NULL AND store_id IN (SELECT store_id FROM shops WHERE id = ANY($2)))
"""

_RETRY = f"""
UPDATE orders_to_import SET due_at = $3, attempts = 0, parked_at = NULL, unclaimed_at = NULL, left_out_at = NULL,
    source = 'request', run_id = NULL, updated_at = $3,
    wanted = wanted + CASE WHEN claimed_until IS NULL THEN 0 ELSE 1 END
WHERE id = $1 {_SEEN} RETURNING store_id
"""

_LEAVE_OUT = f"""
UPDATE orders_to_import SET due_at = NULL, left_out_at = $3, run_id = NULL, updated_at = $3,
    store_updated_at = COALESCE(store_updated_at, $3),
    claim_no = claim_no + 1, claimed_by = NULL, claimed_until = NULL
WHERE id = $1 AND left_out_at IS NULL {_SEEN} RETURNING id
"""

_ELSEWHERE = """
SELECT shopify_id FROM orders WHERE store_id = $1 AND shopify_id = ANY($2::text[]) AND shop_id <> $3
UNION
SELECT shopify_id FROM orders_to_import WHERE store_id = $1 AND shopify_id = ANY($2::text[]) AND shop_id <> $3
"""

_DUE_PAGE = """
SELECT min(due_at) AS first_at, max(due_at) AS last_at, count(*) AS number FROM (
    SELECT due_at FROM orders_to_import
    WHERE store_id = $1 AND due_at <= $2 AND (claimed_until IS NULL OR claimed_until < $4)
    ORDER BY due_at LIMIT $3
) AS page
"""

_STILL_WANTED = """
SELECT error_code, error_detail, due_at IS NOT NULL AS waiting FROM orders_to_import
WHERE store_id = $1 AND shopify_id = $2
"""


class PostgresOrdersToImport:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def held_copies(self, store: StoreId, ids: Sequence[ShopifyId]) -> Mapping[ShopifyId, HeldCopy]:
        rows = await self._driver.fetch(_HELD, store, list(ids))
        return {
            ShopifyId(row["shopify_id"]): HeldCopy(row["store_updated_at"], row["read_at"], row["vouched"])
            for row in rows
        }

    async def want(
        self,
        store: StoreId,
        orders: Sequence[WantedOrder],
        *,
        by: WantedBy,
        now: datetime,
        due_at: datetime | None = None,
        run: RunId | None = None,
        shop: ShopId | None = None,
        reclaim: bool = False,
    ) -> int:
        if not orders:
            return 0
        by_id = {order.shopify_id: order for order in orders}
        done: str = await self._driver.execute(
            _WANT,
            store,
            [new_id("oti") for _ in by_id],
            list(by_id),
            [order.name for order in by_id.values()],
            by.value,
            shop,
            now,
            run,
            [order.store_updated_at for order in by_id.values()],
            due_at or now,
            reclaim,
            [order.changes for order in by_id.values()],
            [order.due_at for order in by_id.values()],
        )
        return _number(done)

    async def claimed_elsewhere(self, store: StoreId, ids: Sequence[ShopifyId], *, shop: ShopId) -> set[ShopifyId]:
        rows = await self._driver.fetch(_ELSEWHERE, store, list(ids), shop)
        return {ShopifyId(row["shopify_id"]) for row in rows}

    async def forget_echoes(self, store: StoreId, changed_at: Mapping[ShopifyId, datetime]) -> None:
        if changed_at:
            await self._driver.execute(_FORGET_ECHOES, store, list(changed_at), list(changed_at.values()))

    async def overtake(self, store: StoreId, order: ShopifyId) -> None:
        await self._driver.execute(_OVERTAKE, store, order)

    async def retry_failed(
        self, store: StoreId, shop: ShopId, *, run: RunId, now: datetime, pausing: bool = False
    ) -> int:
        done: str = await self._driver.execute(_RETRY_FAILED, store, shop, now, run, pausing)
        return _number(done)

    async def scopes_granted(self, store: StoreId, *, now: datetime) -> int:
        done: str = await self._driver.execute(_SCOPES_GRANTED, store, now, ScopeMissing.code)
        return _number(done)

    async def retry_unclaimed(self, store: StoreId, *, now: datetime) -> int:
        done: str = await self._driver.execute(_RETRY_UNCLAIMED, store, now)
        return _number(done)

    async def claim(
        self,
        store: StoreId,
        *,
        by: str,
        limit: int,
        lease: timedelta,
        now: datetime,
        due_until: datetime | None = None,
    ) -> Sequence[ImportClaim]:
        rows = await self._driver.fetch(CLAIM, store, by, limit, now, lease, due_until or now)
        return [claim_of(row) for row in rows]

    async def claim_these(
        self,
        store: StoreId,
        orders: Sequence[ShopifyId],
        *,
        by: str,
        lease: timedelta,
        attempts_below: int,
        now: datetime,
    ) -> Sequence[ImportClaim]:
        rows = await self._driver.fetch(CLAIM_THESE, store, by, list(orders), now, lease, attempts_below)
        return [claim_of(row) for row in rows]

    async def still_claimed(self, claims: Sequence[ImportClaim]) -> set[str]:
        rows = await self._driver.fetch(_STILL, [claim.id for claim in claims], [claim.claim_no for claim in claims])
        return {row["id"] for row in rows}

    async def finish(self, finished: Sequence[FinishedImport], *, now: datetime) -> None:
        imported = [done.claim for done in finished if done.outcome is ImportOutcome.IMPORTED]
        ended = 0
        if imported:
            gone = await self._driver.execute(
                _DONE, [claim.id for claim in imported], [claim.wanted for claim in imported]
            )
            ended = _number(gone)
        if ended == len(finished):
            return
        await self._driver.execute(
            _KEPT,
            [done.claim.id for done in finished],
            [done.claim.wanted for done in finished],
            [done.outcome.value for done in finished],
            [done.shop_id for done in finished],
            [done.error_code for done in finished],
            [done.error_detail for done in finished],
            [done.retry_at for done in finished],
            now,
            [done.name for done in finished],
            [done.parked for done in finished],
        )

    async def extend(self, claims: Sequence[ImportClaim], *, lease: timedelta, now: datetime) -> None:
        ids = [claim.id for claim in claims]
        await self._driver.execute(_EXTEND, ids, [claim.claim_no for claim in claims], now, lease)

    async def release(
        self,
        claims: Sequence[ImportClaim],
        *,
        due_at: datetime,
        now: datetime,
        undo_attempt: bool,
        why: ConnectorError | None = None,
    ) -> None:
        ids, numbers = [claim.id for claim in claims], [claim.claim_no for claim in claims]
        told = (why.code, why.detail) if why else (None, None)
        await self._driver.execute(_RELEASE, ids, numbers, due_at, now, undo_attempt, *told)

    async def retry(self, row: str, *, shops: Collection[ShopId] | None, now: datetime) -> StoreId | None:
        found: str | None = await self._driver.fetchval(_RETRY, row, _listed(shops), now)
        return StoreId(found) if found else None

    async def leave_out(self, row: str, *, shops: Collection[ShopId] | None, now: datetime) -> bool:
        return await self._driver.fetchval(_LEAVE_OUT, row, _listed(shops), now) is not None

    async def due_page(self, store: StoreId, *, until: datetime, limit: int, now: datetime) -> DuePage | None:
        row = await self._driver.fetchrow(_DUE_PAGE, store, until, limit, now)
        return DuePage(**dict(row)) if row and row["number"] else None

    async def still_wanted(self, store: StoreId, order: ShopifyId) -> StillWanted | None:
        row = await self._driver.fetchrow(_STILL_WANTED, store, order)
        return StillWanted(**dict(row)) if row else None


def _number(done: str) -> int:
    """How many rows a statement was about, as the server says."""
    return int(done.rpartition(" ")[2])


def _listed(shops: Collection[ShopId] | None) -> list[str] | None:
    return None if shops is None else sorted(shops)
