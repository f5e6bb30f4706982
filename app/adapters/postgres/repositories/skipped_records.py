"""Skipped records, as the queues of the work with a store know them: orders that are to be written back, shipments of
which there was nothing to send, customers and companies that could not be exchanged, and days that differ from the
store's.

Rows of those queues end with their work, so a record that was mended is not listed any more; nor is what is not worked
on any more, such as a catalog without a price group.
"""

from collections.abc import Mapping
from typing import Final

import asyncpg

from app.adapters.postgres.page_keys import Conditions
from app.adapters.postgres.repositories.paging import page_of
from app.ports.paging import Page, PageRequest
from app.ports.repositories.exchanges import ExchangeKind
from app.ports.repositories.skipped_records import SkippedRecord, SkippedRecordFilter

_EXCHANGES: Final = """
    SELECT kind AS resource_type, shop_id || '/' || kind || '/' || record_id AS resource_id, NULL AS order_id, shop_id,
        coalesce((SELECT no FROM customers WHERE id = record_id), record_id) AS own_no, error_code AS reason,
        error_detail AS detail, failed_at, updated_at, attempts
    FROM record_exchanges WHERE error_code IS NOT NULL AND kind = '{kind}'
"""

SOURCES: Final[Mapping[str, str]] = {
    "order": """
        SELECT 'order' AS resource_type, order_id AS resource_id, order_id, shop_id, NULL AS own_no,
            error_code AS reason, error_detail AS detail, failed_at, updated_at, attempts
        FROM number_write_backs WHERE error_code IS NOT NULL
    """,
    "shipment": """
        SELECT 'shipment' AS resource_type, id AS resource_id, order_id, shop_id, erp_shipment_no AS own_no,
            reason, reason_detail AS detail, failed_at, updated_at, attempts
        FROM shipments WHERE state = 'skipped'
    """,
    "stock": """
        SELECT 'stock' AS resource_type, shop_id || '/stock/' || item_no || '/' || variant_code AS resource_id,
            NULL AS order_id, shop_id, trim(item_no || ' ' || variant_code) AS own_no, reason, detail, failed_at,
            updated_at, attempts
        FROM stock_to_tell WHERE reason IS NOT NULL
    """,
    "payout": """
        SELECT 'payout' AS resource_type, id AS resource_id, NULL AS order_id,
            (SELECT min(shops.id) FROM shops WHERE shops.store_id = payouts.store_id) AS shop_id, shopify_id AS own_no,
            'payout_differs' AS reason, 'It is ' || trim_scale(difference) || ' ' || currency
                || ' more than the movements behind it.' AS detail,
            differs_since AS failed_at, updated_at, 1 AS attempts
        FROM payouts WHERE difference <> 0 AND status = 'paid'
    """,
    **{kind.value: _EXCHANGES.format(kind=kind) for kind in ExchangeKind},
    "completeness_day": """
        SELECT 'completeness_day' AS resource_type, shop_id || '/' || day AS resource_id, NULL AS order_id, shop_id,
            day::text AS own_no, 'days_differ' AS reason, detail, differs_since AS failed_at, checked_at AS updated_at,
            checks AS attempts
        FROM completeness_days WHERE differs_since IS NOT NULL
    """,
    "item": """
        SELECT 'item' AS resource_type, shop_id || '/' || part || '/' || item_no AS resource_id, NULL AS order_id,
            shop_id, item_no AS own_no, error_code AS reason, error_detail AS detail, failed_at, updated_at, attempts
        FROM product_exports WHERE error_code IS NOT NULL
    """,
    "catalog": """
        SELECT 'catalog' AS resource_type, shop_id || '/catalog/' || catalog_id AS resource_id, NULL AS order_id,
            shop_id, catalog_id AS own_no, error_code AS reason, error_detail AS detail, failed_at, updated_at,
            coalesce(attempts, 1) AS attempts
        FROM store_catalogs WHERE error_code IS NOT NULL AND price_group IS NOT NULL
    """,
    "catalog_price": """
        SELECT 'catalog_price' AS resource_type,
            shop_id || '/catalog_price/' || catalog_id || '/' || store_variant_id AS resource_id, NULL AS order_id,
            shop_id, coalesce(item_no, store_variant_id) AS own_no, error_code AS reason, error_detail AS detail,
            failed_at, updated_at, attempts
        FROM catalog_price_exports WHERE error_code IS NOT NULL AND EXISTS (
            SELECT FROM store_catalogs AS c WHERE c.shop_id = catalog_price_exports.shop_id
                AND c.catalog_id = catalog_price_exports.catalog_id AND c.price_group IS NOT NULL
        )
    """,
    "company_catalog": """
        SELECT 'company_catalog' AS resource_type, shop_id || '/company_catalog/' || store_company_id AS resource_id,
            NULL AS order_id, shop_id, store_company_id AS own_no, error_code AS reason, error_detail AS detail,
            failed_at, updated_at, attempts
        FROM company_catalogs WHERE error_code IS NOT NULL AND EXISTS (
            SELECT FROM record_exchanges AS e JOIN shops ON shops.id = e.shop_id
            WHERE e.shop_id = company_catalogs.shop_id AND e.kind = 'company'
                AND e.store_record_id = company_catalogs.store_company_id
                AND (shops.settings #>> '{companies,auto_create_catalog}')::boolean
        )
    """,
}
"""By the type of what a record is about. A ``resource_id`` that begins with the shop's is a place in this list alone:
each shop may have the same record.
"""

_SHOWN = """
SELECT 'skp_' || substr(page.resource_id, 5) AS id, shops.code AS shop, page.resource_type, page.resource_id AS place,
    CASE WHEN starts_with(page.resource_id, page.shop_id || '/')
        THEN rtrim(regexp_replace(substr(page.resource_id, length(page.shop_id) + 2), '^[a-z_]+/', ''), '/')
        ELSE page.resource_id END AS resource_id,
    coalesce(page.own_no, orders.name) AS no, page.reason, coalesce(page.detail, '') AS detail,
    coalesce(page.failed_at, page.updated_at) AS first_seen_at, page.updated_at AS last_seen_at,
    greatest(page.attempts, 1) AS count
"""


def page_statement(wanted: SkippedRecordFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else sorted(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("reason = {0}", wanted.reason)
    if wanted.open is False:
        where.add_written("false")
    if request.after is not None:
        where.add("resource_id > {0}", str(request.after[0]))
    chosen = " UNION ALL ".join(
        f"(SELECT * FROM ({source}) AS found WHERE {_about(kind, wanted)} AND {where} ORDER BY resource_id LIMIT $1)"
        for kind, source in SOURCES.items()
    )
    page = f"SELECT * FROM ({chosen}) AS records ORDER BY resource_id LIMIT $1"
    beside = "JOIN shops ON shops.id = page.shop_id LEFT JOIN orders ON orders.id = page.order_id"
    return f"{_SHOWN} FROM ({page}) AS page {beside} ORDER BY page.resource_id", where.parameters


def _about(kind: str, wanted: SkippedRecordFilter) -> str:
    return "true" if wanted.resource_type in (None, kind) else "false"


class PostgresSkippedRecords:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: SkippedRecordFilter, request: PageRequest) -> Page[SkippedRecord]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        return page_of(rows, request, shape=_record, key=lambda row: (row["place"],))


def _record(row: asyncpg.Record) -> SkippedRecord:
    shown = {name: value for name, value in row.items() if name != "place"}
    return SkippedRecord(**shown, cleared_at=None)
