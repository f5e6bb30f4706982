"""Stock that the ERP tells and the queue of items to look at, in statements over many rows at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg

from app.domain.identifiers import ShopId, ShopifyId, StoreId
from app.domain.outgoing import HELD_CODES, Hindrance
from app.domain.shop_settings import ItemSettings
from app.domain.stock import ItemKey, StockedVariant
from app.ports.repositories.stock import StockClaim, StockEnd, ToldLevel

# In the order of the key, so that two batches never wait for each other in a circle.
_TELL = """
INSERT INTO inventory_levels AS known (item_no, variant_code, location_code, quantity, updated_at)
SELECT *, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[]) AS told(a, b, c, d) ORDER BY a, b, c
ON CONFLICT (item_no, variant_code, location_code) DO UPDATE SET
    quantity = excluded.quantity, updated_at = excluded.updated_at
WHERE known.quantity <> excluded.quantity
RETURNING item_no, variant_code
"""

_QUEUED = """
ON CONFLICT (shop_id, item_no, variant_code) DO UPDATE SET
    wanted = queue.wanted + 1, due_at = excluded.due_at, attempts = 0, updated_at = excluded.updated_at
"""

_WANT = f"""
INSERT INTO stock_to_tell AS queue (
    shop_id, item_no, variant_code, wanted, due_at, attempts, claim_no, updated_at
)
SELECT shops.id, item.no, item.code, 1, $3, 0, 0, $3
FROM unnest($1::text[], $2::text[]) AS item(no, code)
CROSS JOIN shops JOIN stores ON stores.id = shops.store_id AND stores.deleted_at IS NULL
WHERE EXISTS (
    SELECT FROM location_mappings m WHERE m.shop_id = shops.id AND m.stock_calculation IS NOT NULL
) AND ($4::text IS NULL OR shops.id = $4)
ORDER BY shops.id, item.no, item.code
{_QUEUED}
RETURNING shop_id
"""

_WANT_ALL = f"""
INSERT INTO stock_to_tell AS queue (
    shop_id, item_no, variant_code, wanted, due_at, attempts, claim_no, updated_at
)
SELECT DISTINCT $1, item_no, variant_code, 1, $2::timestamptz, 0, 0, $2::timestamptz FROM inventory_levels
ORDER BY item_no, variant_code
{_QUEUED}
"""

_CLAIM = """
UPDATE stock_to_tell SET
    claimed_by = $2, claim_no = claim_no + 1, claimed_until = $4::timestamptz + $5::interval, attempts = attempts + 1
WHERE (shop_id, item_no, variant_code) IN (
    SELECT shop_id, item_no, variant_code FROM stock_to_tell
    WHERE shop_id = $1 AND due_at <= $4 AND (claimed_until IS NULL OR claimed_until < $4)
    ORDER BY due_at, item_no, variant_code LIMIT $3 FOR UPDATE SKIP LOCKED
)
RETURNING item_no, variant_code, claim_no, wanted, attempts
"""

_OWN = """
    SELECT q.shop_id, q.item_no, q.variant_code FROM stock_to_tell q
    JOIN unnest($2::text[], $3::text[], $4::bigint[]) AS claim(no, code, claim_no)
      ON q.shop_id = $1 AND q.item_no = claim.no AND q.variant_code = claim.code
     AND q.claim_no = claim.claim_no AND q.claimed_by IS NOT NULL
    ORDER BY q.item_no, q.variant_code FOR UPDATE OF q
"""

_DONE = """
WITH ended AS (
    SELECT q.ctid AS place, q.wanted = claim.wanted AS over FROM stock_to_tell q
    JOIN unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS claim(no, code, claim_no, wanted)
      ON q.shop_id = $1 AND q.item_no = claim.no AND q.variant_code = claim.code
     AND q.claim_no = claim.claim_no AND q.claimed_by IS NOT NULL
    ORDER BY q.item_no, q.variant_code FOR UPDATE OF q
), gone AS (
    DELETE FROM stock_to_tell q USING ended WHERE q.ctid = ended.place AND ended.over
)
UPDATE stock_to_tell q SET
    claimed_by = NULL, claimed_until = NULL, reason = NULL, detail = NULL, failed_at = NULL, attempts = 0
FROM ended WHERE q.ctid = ended.place AND NOT ended.over
"""

_FAILED = """
WITH ended AS (
    SELECT q.ctid AS place, q.wanted = claim.wanted AS over, claim.*
    FROM stock_to_tell q
    JOIN unnest(
        $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[], $9::boolean[]
    ) AS claim(no, code, claim_no, wanted, why, words, again_at, attempted)
      ON q.shop_id = $1 AND q.item_no = claim.no AND q.variant_code = claim.code
     AND q.claim_no = claim.claim_no AND q.claimed_by IS NOT NULL
    ORDER BY q.item_no, q.variant_code FOR UPDATE OF q
)
UPDATE stock_to_tell q SET
    claimed_by = NULL, claimed_until = NULL, reason = ended.why, detail = ended.words,
    failed_at = CASE WHEN q.reason = ended.why THEN q.failed_at ELSE $10::timestamptz END,
    due_at = CASE WHEN ended.over THEN ended.again_at ELSE q.due_at END,
    attempts = CASE WHEN ended.attempted AND ended.over THEN q.attempts ELSE 0 END,
    updated_at = $10::timestamptz
FROM ended WHERE q.ctid = ended.place
"""

_RELEASE = f"""
UPDATE stock_to_tell SET
    claimed_by = NULL, claimed_until = NULL, due_at = $5, attempts = GREATEST(0, attempts - 1)
WHERE (shop_id, item_no, variant_code) IN ({_OWN})
"""

_HOLD = """
UPDATE stock_to_tell SET
    due_at = $4, attempts = 0, reason = $2, detail = $3,
    failed_at = CASE WHEN reason = $2 THEN failed_at ELSE $5::timestamptz END, updated_at = $5::timestamptz
WHERE (shop_id, item_no, variant_code) IN (
    SELECT shop_id, item_no, variant_code FROM stock_to_tell
    WHERE shop_id = $1 AND due_at <= $5 AND (claimed_until IS NULL OR claimed_until < $5)
    ORDER BY item_no, variant_code FOR UPDATE
)
"""

_LET_GO = """
UPDATE stock_to_tell SET due_at = $2 WHERE (shop_id, item_no, variant_code) IN (
    SELECT shop_id, item_no, variant_code FROM stock_to_tell WHERE shop_id = $1 AND reason = ANY($3::text[])
    ORDER BY item_no, variant_code FOR UPDATE
)
RETURNING shop_id
"""

_CANDIDATES = """
SELECT DISTINCT v.store_variant_id, v.inventory_item_id, v.sku, v.barcode FROM (
    SELECT known.* FROM store_variant_links link
    JOIN stocked_variants known ON known.store_id = $1 AND known.store_variant_id = link.store_variant_id
    WHERE link.shop_id = $2 AND link.item_no = ANY($3::text[])
    UNION ALL SELECT * FROM stocked_variants WHERE store_id = $1 AND sku_key <> '' AND sku_key = ANY($4::text[])
    UNION ALL SELECT * FROM stocked_variants WHERE store_id = $1 AND barcode_key <> '' AND barcode_key = ANY($4::text[])
) AS v
ORDER BY v.store_variant_id
"""

_KEEP = """
INSERT INTO stocked_variants AS known (
    store_id, store_variant_id, inventory_item_id, sku, barcode, sku_key, barcode_key, listed_at
)
SELECT $1, v.*, $8
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS v(a, b, c, d, e, f)
ORDER BY a
ON CONFLICT (store_id, store_variant_id) DO UPDATE SET
    inventory_item_id = excluded.inventory_item_id, sku = excluded.sku, barcode = excluded.barcode,
    sku_key = excluded.sku_key, barcode_key = excluded.barcode_key, listed_at = excluded.listed_at
"""


class PostgresStock:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def tell(self, levels: Sequence[ToldLevel], *, now: datetime) -> Collection[ItemKey]:
        last = {(each.item_no, each.variant_code, each.location_code): each.quantity for each in levels}
        rows = await self._driver.fetch(_TELL, *_columns(last, 3), list(last.values()), now)
        return {ItemKey(row["item_no"], row["variant_code"]) for row in rows}

    async def want(self, items: Collection[ItemKey], *, now: datetime, shop: ShopId | None = None) -> Sequence[ShopId]:
        if not items:
            return []
        rows = await self._driver.fetch(_WANT, *_keys(items), now, shop)
        return sorted({ShopId(row["shop_id"]) for row in rows})

    async def want_all(self, shop: ShopId, *, now: datetime) -> int:
        done: str = await self._driver.execute(_WANT_ALL, shop, now)
        return int(done.rsplit(" ", 1)[-1])

    async def claim(
        self, shop: ShopId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[StockClaim]:
        rows = await self._driver.fetch(_CLAIM, shop, by, limit, now, lease)
        claims = [
            StockClaim(
                item=ItemKey(row["item_no"], row["variant_code"]),
                claim_no=row["claim_no"],
                wanted=row["wanted"],
                attempts=row["attempts"],
            )
            for row in rows
        ]
        return sorted(claims, key=lambda claim: claim.item)

    async def finish(self, shop: ShopId, ends: Sequence[StockEnd], *, now: datetime) -> None:
        if done := [end.claim for end in ends if end.reason is None]:
            await self._driver.execute(_DONE, shop, *_claims(done), [claim.wanted for claim in done])
        if failed := [end for end in ends if end.reason is not None]:
            await self._driver.execute(
                _FAILED,
                shop,
                *_claims([end.claim for end in failed]),
                [end.claim.wanted for end in failed],
                [end.reason for end in failed],
                [end.detail for end in failed],
                [end.again_at for end in failed],
                [end.attempted for end in failed],
                now,
            )

    async def release(self, shop: ShopId, claims: Sequence[StockClaim], *, due_at: datetime) -> None:
        await self._driver.execute(_RELEASE, shop, *_claims(claims), due_at)

    async def hold(self, shop: ShopId, why: Hindrance, *, until: datetime, now: datetime) -> None:
        await self._driver.execute(_HOLD, shop, why.code, why.detail, until, now)

    async def let_go(self, shop: ShopId, *, now: datetime) -> Sequence[ShopId]:
        return [shop] if await self._driver.fetch(_LET_GO, shop, now, list(HELD_CODES)) else []

    async def drop(self, shop: ShopId) -> None:
        await self._driver.execute("DELETE FROM stock_to_tell WHERE shop_id = $1", shop)

    async def open_of(self, shop: ShopId, *, now: datetime) -> int:
        found: int = await self._driver.fetchval(
            "SELECT count(*) FROM stock_to_tell WHERE shop_id = $1 AND (due_at <= $2 OR claimed_until >= $2)", shop, now
        )
        return found

    async def troubled(self, shop: ShopId) -> Sequence[tuple[ItemKey, str, str]]:
        rows = await self._driver.fetch(
            "SELECT item_no, variant_code, reason, detail FROM stock_to_tell"
            " WHERE shop_id = $1 AND reason IS NOT NULL ORDER BY item_no, variant_code",
            shop,
        )
        return [(ItemKey(row["item_no"], row["variant_code"]), row["reason"], row["detail"] or "") for row in rows]

    async def levels_of(self, items: Collection[ItemKey]) -> Mapping[ItemKey, Mapping[str, Decimal]]:
        rows = await self._driver.fetch(
            "SELECT level.item_no, level.variant_code, location_code, quantity FROM inventory_levels level"
            " JOIN unnest($1::text[], $2::text[]) AS item(no, code)"
            " ON item.no = level.item_no AND item.code = level.variant_code",
            *_keys(items),
        )
        levels: dict[ItemKey, dict[str, Decimal]] = {}
        for row in rows:
            levels.setdefault(ItemKey(row["item_no"], row["variant_code"]), {})[row["location_code"]] = row["quantity"]
        return levels

    async def candidates(
        self, store: StoreId, shop: ShopId, items: Collection[ItemKey], settings: ItemSettings
    ) -> Sequence[StockedVariant]:
        nos = sorted({item.item_no for item in items})
        rows = await self._driver.fetch("SELECT DISTINCT code FROM item_codes WHERE item_no = ANY($1::text[])", nos)
        joined = {f"{item.item_no}{settings.sku_separator}{item.variant_code}".casefold() for item in items}
        codes = sorted(joined | {row["code"] for row in rows})
        return _variants(await self._driver.fetch(_CANDIDATES, store, shop, nos, codes))

    async def of_inventory_items(self, store: StoreId, things: Collection[ShopifyId]) -> Sequence[StockedVariant]:
        rows = await self._driver.fetch(
            "SELECT store_variant_id, inventory_item_id, sku, barcode FROM stocked_variants"
            " WHERE store_id = $1 AND inventory_item_id = ANY($2::text[]) ORDER BY store_variant_id",
            store,
            list(things),
        )
        return _variants(rows)

    async def listed_at(self, store: StoreId) -> datetime | None:
        found: datetime | None = await self._driver.fetchval(
            "SELECT max(listed_at) FROM stocked_variants WHERE store_id = $1", store
        )
        return found

    async def keep_variants(self, store: StoreId, variants: Sequence[StockedVariant], *, listed_at: datetime) -> None:
        columns = _columns(
            [
                (
                    each.store_variant_id,
                    each.inventory_item_id,
                    each.sku,
                    each.barcode,
                    each.sku.strip().casefold(),
                    each.barcode.strip().casefold(),
                )
                for each in {each.store_variant_id: each for each in variants}.values()
            ],
            6,
        )
        await self._driver.execute(_KEEP, store, *columns, listed_at)

    async def forget_variants(self, store: StoreId, *, listed_before: datetime) -> None:
        await self._driver.execute(
            "DELETE FROM stocked_variants WHERE store_id = $1 AND listed_at < $2", store, listed_before
        )


def _variants(rows: Sequence[asyncpg.Record]) -> Sequence[StockedVariant]:
    return [
        StockedVariant(
            store_variant_id=ShopifyId(row["store_variant_id"]),
            inventory_item_id=ShopifyId(row["inventory_item_id"]),
            sku=row["sku"],
            barcode=row["barcode"],
        )
        for row in rows
    ]


def _columns(rows: Collection[tuple[str, ...]], width: int) -> list[list[str]]:
    return [[row[place] for row in rows] for place in range(width)]


def _keys(items: Collection[ItemKey]) -> tuple[list[str], list[str]]:
    ordered = sorted(items)
    return [item.item_no for item in ordered], [item.variant_code for item in ordered]


def _claims(claims: Sequence[StockClaim]) -> tuple[list[str], list[str], list[int]]:
    return (
        [claim.item.item_no for claim in claims],
        [claim.item.variant_code for claim in claims],
        [claim.claim_no for claim in claims],
    )
