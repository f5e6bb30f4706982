"""Records that tasks exchange with a store, on PostgreSQL. Links are where they always are; here is how far each is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import asyncpg

from app.adapters.postgres.repositories.customers import PLACE, TEXTS
from app.domain.addresses import Address
from app.domain.customers import Customer
from app.domain.identifiers import CustomerId, ShopId, ShopifyId
from app.ports.repositories.exchanges import CustomerToExport, Exchange, ExchangeError, ExchangeKind

LINKS: Final[Mapping[ExchangeKind, tuple[str, str, str]]] = {
    ExchangeKind.CUSTOMER: ("store_customer_links", "store_customer_id", "customer_id"),
    ExchangeKind.COMPANY: ("store_company_links", "store_company_id", "customer_id"),
    ExchangeKind.COMPANY_LOCATION: ("company_location_links", "company_location_id", "sell_to_customer_id"),
}
"""Table, what is linked, and to whom."""

_OF_COMPANIES = """EXISTS (SELECT FROM store_company_links AS o WHERE o.shop_id = $1 AND o.customer_id = c.id)
    OR EXISTS (SELECT FROM company_location_links AS o WHERE o.shop_id = $1
        AND c.id IN (o.sell_to_customer_id, o.bill_to_customer_id))"""

_SHOWN = f"""SELECT c.id, c.no, c.blocked, {", ".join(f"c.{name}" for name in (*TEXTS, *PLACE))},
    e.store_record_id, e.asked_at, coalesce(e.unfinished, false) AS unfinished, e.sent, e.store_updated_at,
    e.error_code,
    ARRAY(SELECT l.{{linked}} FROM {{table}} AS l WHERE l.shop_id = $1 AND l.{{customer}} = c.id ORDER BY 1) AS linked
FROM wanted JOIN customers AS c ON c.id = wanted.id
LEFT JOIN record_exchanges AS e ON (e.shop_id, e.kind, e.record_id) = ($1, $2, c.id)
ORDER BY c.id
"""
"""Customers named by ``wanted``, with what they are at the store."""

_ONE = f"WITH wanted AS (SELECT $3 AS id) {_SHOWN}"

_TO_EXPORT = f"""
WITH wanted AS (
    (SELECT record_id AS id FROM record_exchanges WHERE shop_id = $1 AND kind = $2 AND record_id > $3
        AND (asked_at IS NOT NULL OR unfinished) ORDER BY record_id LIMIT $4)
    UNION (SELECT {{customer}} FROM {{table}} WHERE shop_id = $1 AND $5 AND {{customer}} > $3
        ORDER BY {{customer}} LIMIT $4)
    UNION (SELECT c.id FROM customers AS c WHERE $6 AND c.id > $3 AND c.no IS NOT NULL AND NOT c.blocked
        AND NOT ({_OF_COMPANIES}) ORDER BY c.id LIMIT $4)
    ORDER BY id LIMIT $4
)
{_SHOWN}"""

_PUT = """
INSERT INTO record_exchanges AS e (shop_id, kind, record_id, unfinished, attempts, updated_at{columns})
SELECT $1, $2, record_id, {unfinished}, 0, $4{values} FROM unnest($3::text[]) AS new(record_id)
ON CONFLICT (shop_id, kind, record_id) DO UPDATE SET {updates}, updated_at = $4
"""
_MENDED = "error_code = NULL, error_detail = NULL, failed_at = NULL, attempts = 0"

_ASK = _PUT.format(
    columns=", asked_at", values=", $4", unfinished="false", updates=f"asked_at = $4, {_MENDED}, sent = NULL"
)
_BEGIN = _PUT.format(columns="", values="", unfinished="true", updates="unfinished = true")
_FOUND = _PUT.format(columns=", store_record_id", values=", $5", unfinished="false", updates="store_record_id = $5")
_DONE = _PUT.format(
    columns=", store_record_id, sent, store_updated_at",
    values=", $5, $6, $7",
    unfinished="false",
    updates="asked_at = NULL, unfinished = false, store_record_id = coalesce($5, e.store_record_id),"
    f" sent = coalesce($6, e.sent), store_updated_at = coalesce($7, e.store_updated_at), {_MENDED}",
)
_FAILED = _PUT.format(
    columns=", error_code, error_detail, failed_at, sent",
    values=", $5, $6, $4, $7",
    unfinished="false",
    updates="failed_at = CASE WHEN e.error_code = $5 THEN coalesce(e.failed_at, $4) ELSE $4 END,"
    " attempts = CASE WHEN e.error_code = $5 THEN e.attempts + 1 ELSE 1 END, error_code = $5, error_detail = $6,"
    " sent = $7, asked_at = CASE WHEN $8 THEN NULL ELSE e.asked_at END",
)
_KNOWN: Final[Mapping[ExchangeKind, str]] = {
    ExchangeKind.STORE_CUSTOMER: "SELECT store_customer_id FROM store_customer_links WHERE shop_id = $1"
    " AND store_customer_id = ANY($2::text[]) UNION SELECT store_customer_id FROM store_address_links"
    " WHERE shop_id = $1 AND store_customer_id = ANY($2::text[])",
    ExchangeKind.STORE_COMPANY: "SELECT store_company_id FROM store_company_links WHERE shop_id = $1"
    " AND store_company_id = ANY($2::text[])",
    ExchangeKind.COMPANY_LOCATION: "SELECT company_location_id FROM company_location_links WHERE shop_id = $1"
    " AND company_location_id = ANY($2::text[])",
}


class PostgresExchanges:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def listed_at(self, shop: ShopId, task: str) -> datetime | None:
        found: datetime | None = await self._driver.fetchval(
            "SELECT listed_at FROM task_cursors WHERE shop_id = $1 AND task = $2", shop, task
        )
        return found

    async def set_listed_at(self, shop: ShopId, task: str, at: datetime) -> None:
        await self._driver.execute(
            "INSERT INTO task_cursors AS c (shop_id, task, listed_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (shop_id, task) DO UPDATE SET listed_at = greatest(c.listed_at, $3)",
            shop,
            task,
            at,
        )

    async def ask(
        self,
        shop: ShopId,
        kind: ExchangeKind,
        records: Collection[str],
        *,
        company: ShopifyId | None = None,
        now: datetime,
    ) -> None:
        await self._driver.execute(_ASK, shop, kind, sorted(records), now)
        if company is not None:
            await self._driver.execute(_FOUND, shop, kind, sorted(records), now, company)

    async def customers_to_export(
        self, shop: ShopId, kind: ExchangeKind, *, after: str, limit: int, everybody: bool, linked: bool
    ) -> Sequence[CustomerToExport]:
        table, record, customer = LINKS[kind]
        statement = _TO_EXPORT.format(table=table, linked=record, customer=customer)
        rows = await self._driver.fetch(statement, shop, kind, after, limit, linked, everybody)
        return [_to_export(row) for row in rows]

    async def customer_to_export(self, shop: ShopId, kind: ExchangeKind, customer: CustomerId) -> CustomerToExport:
        table, record, of_customer = LINKS[kind]
        statement = _ONE.format(table=table, linked=record, customer=of_customer)
        return _to_export(await self._driver.fetchrow(statement, shop, kind, customer))

    async def linked_elsewhere(
        self, shop: ShopId, kind: ExchangeKind, record: ShopifyId, customer: CustomerId
    ) -> str | None:
        table, linked, of_customer = LINKS[kind]
        found: str | None = await self._driver.fetchval(
            f"SELECT coalesce(c.no, c.id) FROM {table} AS l JOIN customers AS c ON c.id = l.{of_customer}"
            f" WHERE l.shop_id = $1 AND l.{linked} = $2 AND c.id <> $3",
            shop,
            record,
            customer,
        )
        return found

    async def begin(self, shop: ShopId, kind: ExchangeKind, record: str, *, now: datetime) -> None:
        await self._driver.execute(_BEGIN, shop, kind, [record], now)

    async def found(
        self, shop: ShopId, kind: ExchangeKind, record: str, store_record: ShopifyId, *, now: datetime
    ) -> None:
        await self._driver.execute(_FOUND, shop, kind, [record], now, store_record)

    async def done(
        self,
        shop: ShopId,
        kind: ExchangeKind,
        record: str,
        *,
        store_record: ShopifyId | None,
        sent: bytes | None,
        store_updated_at: datetime | None,
        now: datetime,
    ) -> None:
        await self._driver.execute(_DONE, shop, kind, [record], now, store_record, sent, store_updated_at)

    async def failed(
        self,
        shop: ShopId,
        kind: ExchangeKind,
        record: str,
        error: ExchangeError,
        *,
        sent: bytes | None,
        finished: bool,
        now: datetime,
    ) -> None:
        await self._driver.execute(_FAILED, shop, kind, [record], now, error.code, error.detail, sent, finished)

    async def mended(self, shop: ShopId, kind: ExchangeKind, records: Collection[str]) -> None:
        await self._driver.execute(
            "DELETE FROM record_exchanges WHERE shop_id = $1 AND kind = $2 AND record_id = ANY($3::text[])",
            shop,
            kind,
            sorted(records),
        )

    async def failing(self, shop: ShopId, kind: ExchangeKind) -> Sequence[str]:
        rows = await self._driver.fetch(
            "SELECT record_id FROM record_exchanges WHERE shop_id = $1 AND kind = $2 AND error_code IS NOT NULL"
            " ORDER BY record_id",
            shop,
            kind,
        )
        return [row["record_id"] for row in rows]

    async def known_store_records(
        self, shop: ShopId, kind: ExchangeKind, records: Collection[ShopifyId]
    ) -> Collection[ShopifyId]:
        rows = await self._driver.fetch(_KNOWN[kind], shop, list(records))
        return {ShopifyId(row[0]) for row in rows}

    async def our_writes(self, shop: ShopId, records: Collection[ShopifyId]) -> Mapping[ShopifyId, datetime]:
        rows = await self._driver.fetch(
            "SELECT store_record_id, max(store_updated_at) AS at FROM record_exchanges WHERE shop_id = $1"
            " AND store_record_id = ANY($2::text[]) AND store_updated_at IS NOT NULL GROUP BY 1",
            shop,
            list(records),
        )
        return {ShopifyId(row["store_record_id"]): row["at"] for row in rows}


def _to_export(row: asyncpg.Record) -> CustomerToExport:
    found = row["store_record_id"]
    return CustomerToExport(
        customer=Customer(
            id=CustomerId(row["id"]),
            no=row["no"],
            blocked=row["blocked"],
            address=Address(**{name: row[name] for name in PLACE}),
            **{name: row[name] for name in TEXTS},
        ),
        store_records=tuple(ShopifyId(each) for each in row["linked"]),
        exchange=Exchange(
            record_id=row["id"],
            store_record_id=ShopifyId(found) if found else None,
            asked=row["asked_at"] is not None,
            unfinished=row["unfinished"],
            sent=row["sent"],
            store_updated_at=row["store_updated_at"],
            error_code=row["error_code"],
        ),
    )
