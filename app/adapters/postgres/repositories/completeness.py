"""Sums of our copies and the days they were compared for, on PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec

from app.adapters.postgres.repositories.stored_json import decoder
from app.domain.completeness import CopySum, Queued, RefundSum
from app.domain.identifiers import ShopId, ShopifyId, StoreId
from app.domain.money import Amount
from app.ports.repositories.completeness import KeptDay


class _Totals(msgspec.Struct):
    current_total: Amount


class _Refund(msgspec.Struct):
    shopify_id: ShopifyId
    created_at: datetime | None
    refunded: Amount


class _Copy(msgspec.Struct):
    """The parts of a stored copy that are summed up."""

    name: str
    created_at: datetime
    updated_at: datetime
    totals: _Totals
    refunds: list[_Refund]


_copy = decoder(_Copy)

_PARTS = """
shopify_id, shop_id, json_build_object(
    'name', body -> 'name', 'created_at', body -> 'created_at', 'updated_at', body -> 'updated_at',
    'totals', body -> 'totals', 'refunds', body -> 'refunds'
) AS parts
"""

_COPIES = f"SELECT {_PARTS} FROM orders WHERE store_id = $1 AND shopify_id = ANY($2::text[])"

# An order is imported after it was made, so its row is no older than it: the index leads to where to begin. A day of
# grace is for clocks that differ.
_MADE = f"""
SELECT {_PARTS} FROM orders
WHERE shop_id = $1 AND updated_at >= $2::timestamptz - interval '1 day'
  AND (body ->> 'created_at')::timestamptz >= $2 AND (body ->> 'created_at')::timestamptz < $3
"""

_QUEUED = """
SELECT shopify_id, shop_id, unclaimed_at IS NOT NULL AS unclaimed, left_out_at IS NOT NULL AS left_out,
       error_code IS NOT NULL AS failed
FROM orders_to_import WHERE store_id = $1 AND shopify_id = ANY($2::text[])
"""

_KEEP = """
INSERT INTO completeness_days AS kept (shop_id, day, detail, differs_since, checks, checked_at)
SELECT $1, day, detail, CASE WHEN detail <> '' THEN $4::timestamptz END, 1, $4
FROM unnest($2::date[], $3::text[]) AS found(day, detail)
ON CONFLICT (shop_id, day) DO UPDATE SET
    detail = excluded.detail, checked_at = excluded.checked_at,
    differs_since = CASE WHEN excluded.detail <> '' THEN coalesce(kept.differs_since, excluded.differs_since) END,
    checks = CASE WHEN excluded.detail <> '' AND kept.detail <> '' THEN kept.checks + 1 ELSE 1 END
"""


class PostgresCompleteness:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def copies(self, store: StoreId, orders: Collection[ShopifyId]) -> Mapping[ShopifyId, CopySum]:
        return _sums(await self._driver.fetch(_COPIES, store, list(orders)))

    async def copies_made(self, shop: ShopId, *, since: datetime, until: datetime) -> Mapping[ShopifyId, CopySum]:
        return _sums(await self._driver.fetch(_MADE, shop, since, until))

    async def queued(self, store: StoreId, orders: Collection[ShopifyId]) -> Mapping[ShopifyId, Queued]:
        return {
            ShopifyId(row["shopify_id"]): Queued(
                shop=ShopId(row["shop_id"]) if row["shop_id"] else None,
                unclaimed=row["unclaimed"],
                left_out=row["left_out"],
                failed=row["failed"],
            )
            for row in await self._driver.fetch(_QUEUED, store, list(orders))
        }

    async def keep(self, shop: ShopId, days: Sequence[KeptDay], *, now: datetime) -> None:
        await self._driver.execute(_KEEP, shop, [each.day for each in days], [each.detail for each in days], now)

    async def differing(self, shop: ShopId) -> Sequence[date]:
        rows = await self._driver.fetch(
            "SELECT day FROM completeness_days WHERE shop_id = $1 AND differs_since IS NOT NULL ORDER BY day", shop
        )
        return [row["day"] for row in rows]


def _sums(rows: Sequence[asyncpg.Record]) -> Mapping[ShopifyId, CopySum]:
    return {ShopifyId(row["shopify_id"]): _sum(row) for row in rows}


def _sum(row: Mapping[str, Any]) -> CopySum:
    copy = _copy.decode(row["parts"])
    return CopySum(
        shopify_id=ShopifyId(row["shopify_id"]),
        name=copy.name,
        shop=ShopId(row["shop_id"]),
        created_at=copy.created_at,
        amount=copy.totals.current_total.shop,
        refunds=tuple(
            RefundSum(
                shopify_id=each.shopify_id,
                created_at=each.created_at or copy.updated_at,
                refunded=each.refunded.shop,
            )
            for each in copy.refunds
        ),
    )
