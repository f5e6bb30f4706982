"""Skipped records, as the queues of what is to be sent to a store know them: today the ERP's numbers of orders.

Rows of those queues end with their work, so a record that was mended is not listed any more.
"""

import asyncpg

from app.adapters.postgres.page_keys import Conditions
from app.adapters.postgres.repositories.paging import page_of
from app.ports.paging import Page, PageRequest
from app.ports.repositories.skipped_records import SkippedRecord, SkippedRecordFilter

RESOURCE_TYPE = "order"

_SHOWN = """
SELECT 'skp_' || substr(page.order_id, 5) AS id, shops.code AS shop, page.order_id AS resource_id, orders.name AS no,
    page.error_code AS reason, coalesce(page.error_detail, '') AS detail,
    coalesce(page.failed_at, page.updated_at) AS first_seen_at, page.updated_at AS last_seen_at,
    greatest(page.attempts, 1) AS count
"""


def page_statement(wanted: SkippedRecordFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    where.add_written("error_code IS NOT NULL")
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else sorted(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("error_code = {0}", wanted.reason)
    if wanted.open is False or wanted.resource_type not in (None, RESOURCE_TYPE):
        where.add_written("false")
    if request.after is not None:
        where.add("order_id > {0}", str(request.after[0]))
    chosen = f"SELECT * FROM number_write_backs WHERE {where} ORDER BY order_id LIMIT $1"
    beside = "JOIN shops ON shops.id = page.shop_id JOIN orders ON orders.id = page.order_id"
    return f"{_SHOWN} FROM ({chosen}) AS page {beside} ORDER BY page.order_id", where.parameters


class PostgresSkippedRecords:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: SkippedRecordFilter, request: PageRequest) -> Page[SkippedRecord]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        return page_of(rows, request, shape=_record, key=lambda row: (row["resource_id"],))


def _record(row: asyncpg.Record) -> SkippedRecord:
    return SkippedRecord(**dict(row), resource_type=RESOURCE_TYPE, cleared_at=None)
