"""Catalogs of a shop's store on PostgreSQL: what the store tells, the ERP's prices, and what of these was sent."""

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import asyncpg

from app.adapters.postgres.repositories.keyed_records import PostgresKeyedRecords, Table
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.products import ItemPrice, PriceKey
from app.domain.store_catalogs import (
    NOT_SURE,
    CatalogFacts,
    CatalogLocation,
    CatalogMarket,
    CatalogPriceKey,
    CatalogStatus,
    ListedVariant,
    StoreCatalog,
)
from app.ports.repositories.catalogs import CompanyToServe, PriceSent
from app.ports.repositories.mapping_rows import KeptRows

_FACTS: Final = (
    "title", "type", "status", "price_list_id", "currency", "adjustment", "fixed_prices", "publication_id",
    "locations", "markets",
)  # fmt: skip

_KEEP: Final = f"""
INSERT INTO store_catalogs AS t (shop_id, catalog_id, {", ".join(_FACTS)}, version, updated_at)
SELECT $1, catalog_id, {", ".join(_FACTS)}, 1, $3
FROM jsonb_to_recordset($2::jsonb) AS told(
    catalog_id text, title text, type text, status text, price_list_id text, currency text, adjustment numeric,
    fixed_prices integer, publication_id text, locations jsonb, markets jsonb
) ORDER BY catalog_id
ON CONFLICT (shop_id, catalog_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _FACTS)}, version = t.version + 1, updated_at = $3
WHERE ({", ".join(f"t.{name}" for name in _FACTS)})
    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _FACTS)})
RETURNING xmax = 0 AS added
"""

_GONE: Final = f"""
UPDATE store_catalogs SET status = '{CatalogStatus.NOT_AT_STORE}', version = version + 1, updated_at = $4
WHERE shop_id = $1 AND type = $2 AND catalog_id <> ALL($3::text[]) AND status <> '{CatalogStatus.NOT_AT_STORE}'
"""

# Of two shops that take a catalog at once the later one sees the earlier.
_ONE_BY_ONE: Final = """
SELECT FROM stores WHERE id = (SELECT store_id FROM shops WHERE id = $1) FOR NO KEY UPDATE
"""

_TAKEN: Final = """
SELECT other.code FROM store_catalogs AS c JOIN shops AS other ON other.id = c.shop_id
WHERE c.catalog_id = $2 AND c.shop_id <> $1 AND c.price_group IS NOT NULL
    AND other.store_id = (SELECT store_id FROM shops WHERE id = $1)
ORDER BY other.code LIMIT 1
"""

_PRICE: Final = """
INSERT INTO catalog_prices (price_group, currency, item_no, variant_code, price, compare_at_price, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (price_group, currency, item_no, variant_code) DO UPDATE SET
    price = excluded.price, compare_at_price = excluded.compare_at_price, updated_at = excluded.updated_at
RETURNING xmax = 0
"""

_VARIANTS: Final = """
WITH variants AS (
    SELECT store_variant_id FROM store_variant_links WHERE shop_id = $1 AND store_variant_id > $5
    UNION SELECT store_variant_id FROM catalog_price_exports
        WHERE shop_id = $1 AND catalog_id = $2 AND store_variant_id > $5
    ORDER BY store_variant_id LIMIT $6
)
SELECT v.store_variant_id, l.item_no, coalesce(l.variant_code, '') AS variant_code, i.blocked, e.sent,
    e.error_code IS NOT NULL AS failed,
    (SELECT json_agg(json_build_array(p.variant_code, p.price::text, p.compare_at_price::text)) FROM catalog_prices AS p
        WHERE p.price_group = $3 AND p.currency = $4 AND p.item_no = l.item_no
            AND p.variant_code IN ('', coalesce(l.variant_code, ''))) AS prices
FROM variants AS v
LEFT JOIN store_variant_links AS l ON l.shop_id = $1 AND l.store_variant_id = v.store_variant_id
LEFT JOIN items AS i ON i.no = l.item_no
LEFT JOIN catalog_price_exports AS e
    ON e.shop_id = $1 AND e.catalog_id = $2 AND e.store_variant_id = v.store_variant_id
ORDER BY v.store_variant_id
"""

_BEGIN: Final = f"""
INSERT INTO catalog_price_exports (shop_id, catalog_id, store_variant_id, item_no, sent, attempts, updated_at)
SELECT $1, $2, new.variant, new.item, '{NOT_SURE}', 0, $5 FROM unnest($3::text[], $4::text[]) AS new(variant, item)
ORDER BY new.variant
ON CONFLICT (shop_id, catalog_id, store_variant_id) DO UPDATE SET
    item_no = excluded.item_no, sent = excluded.sent, updated_at = excluded.updated_at
"""

_KEEP_PRICES: Final = f"""
UPDATE catalog_price_exports AS e SET
    sent = coalesce(ended.sent, '{NOT_SURE}'),
    error_code = ended.error_code,
    error_detail = ended.error_detail,
    failed_at = CASE WHEN ended.error_code IS NULL THEN NULL
        WHEN e.error_code = ended.error_code THEN coalesce(e.failed_at, $4) ELSE $4 END,
    attempts = CASE WHEN ended.error_code IS NULL THEN 0 ELSE e.attempts + 1 END,
    updated_at = $4
FROM jsonb_to_recordset($3::jsonb) AS ended(store_variant_id text, sent text, error_code text, error_detail text)
WHERE e.shop_id = $1 AND e.catalog_id = $2 AND e.store_variant_id = ended.store_variant_id
"""

_FAIL: Final = """
UPDATE store_catalogs SET error_code = $3, error_detail = $4, updated_at = $5,
    failed_at = CASE WHEN error_code = $3 THEN coalesce(failed_at, $5) ELSE $5 END,
    attempts = CASE WHEN error_code = $3 THEN coalesce(attempts, 0) + 1 ELSE 1 END
WHERE shop_id = $1 AND catalog_id = $2
"""

_COMPANIES: Final = """
SELECT e.store_record_id AS store_company_id, c.no, coalesce(m.begun, false) AS begun
FROM record_exchanges AS e JOIN customers AS c ON c.id = e.record_id
LEFT JOIN company_catalogs AS m ON m.shop_id = e.shop_id AND m.store_company_id = e.store_record_id
WHERE e.shop_id = $1 AND e.kind = 'company' AND e.store_record_id > $2 AND e.sent IS NOT NULL AND NOT e.unfinished
    AND e.error_code IS NULL AND c.no IS NOT NULL AND NOT coalesce(m.finished, false)
ORDER BY e.store_record_id LIMIT $3
"""

_COMPANY: Final = """
INSERT INTO company_catalogs AS t (
    shop_id, store_company_id, catalog_id, begun, finished, error_code, error_detail, failed_at, attempts, updated_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $6::text IS NULL THEN NULL ELSE $8::timestamptz END,
    CASE WHEN $6::text IS NULL THEN 0 ELSE 1 END, $8)
ON CONFLICT (shop_id, store_company_id) DO UPDATE SET
    catalog_id = coalesce(excluded.catalog_id, t.catalog_id),
    begun = t.begun OR excluded.begun,
    finished = t.finished OR excluded.finished,
    error_code = excluded.error_code,
    error_detail = excluded.error_detail,
    failed_at = CASE WHEN t.error_code = excluded.error_code THEN t.failed_at ELSE excluded.failed_at END,
    attempts = CASE WHEN excluded.error_code IS NULL THEN 0 ELSE t.attempts + 1 END,
    updated_at = excluded.updated_at
"""

_GROUP: Final = """
INSERT INTO store_catalogs AS t (shop_id, catalog_id, price_group, version, updated_at) VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (shop_id, catalog_id) DO UPDATE SET
    price_group = excluded.price_group, version = t.version + 1, updated_at = excluded.updated_at
WHERE t.price_group IS NULL
"""


def _catalog(row: Mapping[str, Any]) -> StoreCatalog:
    catalog = ShopifyId(row["catalog_id"])
    return StoreCatalog(catalog_id=catalog, price_group=row["price_group"], told=_facts(catalog, row))


def _facts(catalog: ShopifyId, row: Mapping[str, Any]) -> CatalogFacts | None:
    if row["status"] is None:
        return None
    adjustment: Decimal | None = row["adjustment"]
    return CatalogFacts(
        catalog_id=catalog,
        title=row["title"] or "",
        type=row["type"],
        status=row["status"],
        price_list_id=row["price_list_id"],
        currency=row["currency"],
        adjustment=None if adjustment is None else adjustment.normalize() + 0,
        fixed_prices=row["fixed_prices"],
        publication_id=row["publication_id"],
        locations=tuple(
            CatalogLocation(location_id=ShopifyId(location), company_id=ShopifyId(company))
            for location, company in json.loads(row["locations"] or "[]")
        ),
        markets=tuple(
            CatalogMarket(market_id=ShopifyId(market), name=name) for market, name in json.loads(row["markets"] or "[]")
        ),
    )


def _columns(told: CatalogFacts) -> dict[str, Any]:
    return {
        **{name: getattr(told, name) for name in ("catalog_id", *_FACTS)},
        "adjustment": None if told.adjustment is None else str(told.adjustment),
        "locations": [[each.location_id, each.company_id] for each in told.locations],
        "markets": [[each.market_id, each.name] for each in told.markets],
    }


CATALOGS: Final = Table[StoreCatalog](
    name="store_catalogs",
    key=("catalog_id",),
    columns=lambda value: {"catalog_id": value.catalog_id, "price_group": value.price_group},
    record=_catalog,
)


class PostgresCatalogs:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    @cached_property
    def records(self) -> PostgresKeyedRecords[StoreCatalog]:
        return PostgresKeyedRecords(self._driver, CATALOGS)

    async def taken_by(self, shop: ShopId, catalog: ShopifyId) -> str | None:
        await self._driver.execute(_ONE_BY_ONE, shop)
        code: str | None = await self._driver.fetchval(_TAKEN, shop, catalog)
        return code

    async def keep(self, shop: ShopId, told: Sequence[CatalogFacts], *, now: datetime) -> KeptRows:
        each_once = {each.catalog_id: _columns(each) for each in told}
        rows = await self._driver.fetch(_KEEP, shop, json.dumps(list(each_once.values())), now)
        added = sum(row["added"] for row in rows)
        return KeptRows(added=added, changed=len(rows) - added)

    async def gone(self, shop: ShopId, type_: str, present: Collection[ShopifyId], *, now: datetime) -> None:
        await self._driver.execute(_GONE, shop, type_, sorted(present), now)

    async def tell_price(self, key: CatalogPriceKey, price: ItemPrice | None, *, now: datetime) -> bool:
        named = dataclasses.astuple(key)
        if price is None:
            statement = (
                "DELETE FROM catalog_prices WHERE (price_group, currency, item_no, variant_code) = ($1, $2, $3, $4)"
            )
            await self._driver.execute(statement, *named)
            return False
        made: bool = await self._driver.fetchval(_PRICE, *named, price.price, price.compare_at_price, now)
        return made

    async def priced(self, shop: ShopId) -> Sequence[StoreCatalog]:
        statement = "SELECT * FROM store_catalogs WHERE shop_id = $1 AND price_group IS NOT NULL ORDER BY catalog_id"
        return [_catalog(row) for row in await self._driver.fetch(statement, shop)]

    async def currencies_of(self, price_group: str) -> frozenset[str]:
        statement = "SELECT DISTINCT currency FROM catalog_prices WHERE price_group = $1"
        return frozenset(row["currency"] for row in await self._driver.fetch(statement, price_group))

    async def variants(
        self, shop: ShopId, catalog: ShopifyId, *, price_group: str, currency: str, after: str, limit: int
    ) -> Sequence[ListedVariant]:
        rows = await self._driver.fetch(_VARIANTS, shop, catalog, price_group, currency, after, limit)
        return [_variant(row) for row in rows]

    async def sent_count(self, shop: ShopId, catalog: ShopifyId) -> int:
        count: int = await self._driver.fetchval(
            "SELECT count(*) FROM catalog_price_exports WHERE shop_id = $1 AND catalog_id = $2 AND sent <> $3",
            shop,
            catalog,
            NOT_SURE,
        )
        return count

    async def doubt(self, shop: ShopId, catalog: ShopifyId) -> None:
        await self._driver.execute(
            "UPDATE catalog_price_exports SET sent = $3 WHERE shop_id = $1 AND catalog_id = $2",
            shop,
            catalog,
            NOT_SURE,
        )

    async def begin(
        self, shop: ShopId, catalog: ShopifyId, variants: Sequence[ListedVariant], *, now: datetime
    ) -> None:
        ids = [each.store_variant_id for each in variants]
        await self._driver.execute(_BEGIN, shop, catalog, ids, [each.item_no for each in variants], now)

    async def keep_prices(
        self, shop: ShopId, catalog: ShopifyId, outcomes: Sequence[PriceSent], *, now: datetime
    ) -> None:
        rows = json.dumps([dataclasses.asdict(each) for each in outcomes])
        await self._driver.execute(_KEEP_PRICES, shop, catalog, rows, now)

    async def forget_prices(self, shop: ShopId, catalog: ShopifyId, variants: Collection[ShopifyId]) -> None:
        await self._driver.execute(
            "DELETE FROM catalog_price_exports WHERE shop_id = $1 AND catalog_id = $2"
            " AND store_variant_id = ANY($3::text[])",
            shop,
            catalog,
            list(variants),
        )

    async def fail(self, shop: ShopId, catalog: ShopifyId, reason: str, detail: str, *, now: datetime) -> None:
        await self._driver.execute(_FAIL, shop, catalog, reason, detail, now)

    async def mended(self, shop: ShopId, catalog: ShopifyId) -> None:
        await self._driver.execute(
            "UPDATE store_catalogs SET error_code = NULL, error_detail = NULL, failed_at = NULL, attempts = NULL"
            " WHERE shop_id = $1 AND catalog_id = $2 AND error_code IS NOT NULL",
            shop,
            catalog,
        )

    async def companies_to_serve(self, shop: ShopId, *, after: str, limit: int) -> Sequence[CompanyToServe]:
        rows = await self._driver.fetch(_COMPANIES, shop, after, limit)
        return [
            CompanyToServe(
                store_company_id=ShopifyId(row["store_company_id"]), customer_no=row["no"], begun=row["begun"]
            )
            for row in rows
        ]

    async def begin_company(self, shop: ShopId, company: ShopifyId, *, now: datetime) -> None:
        await self._driver.execute(_COMPANY, shop, company, None, True, False, None, None, now)

    async def company_served(
        self, shop: ShopId, company: ShopifyId, catalog: ShopifyId | None, *, price_group: str | None, now: datetime
    ) -> None:
        await self._driver.execute(_COMPANY, shop, company, catalog, False, True, None, None, now)
        if catalog is not None and price_group is not None:
            await self._driver.execute(_GROUP, shop, catalog, price_group, now)

    async def company_failed(
        self, shop: ShopId, company: ShopifyId, reason: str, detail: str, *, now: datetime
    ) -> None:
        await self._driver.execute(_COMPANY, shop, company, None, False, False, reason, detail, now)


def _variant(row: asyncpg.Record) -> ListedVariant:
    return ListedVariant(
        store_variant_id=ShopifyId(row["store_variant_id"]),
        item_no=row["item_no"],
        variant_code=row["variant_code"],
        blocked=bool(row["blocked"]),
        prices={
            PriceKey(code, ""): ItemPrice(price=_plain(price), compare_at_price=_plain(compared))
            for code, price, compared in json.loads(row["prices"] or "[]")
        },
        sent=row["sent"],
        failed=row["failed"],
    )


def _plain(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount).normalize() + 0
