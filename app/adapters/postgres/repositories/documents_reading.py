"""Sales documents for the ERP: one statement a page, by the index that belongs to the filter."""

from collections.abc import Collection, Sequence

import asyncpg

from app.adapters.postgres.document_answer import content_json, document_json
from app.adapters.postgres.page_keys import Conditions, key_of, moment_and_id, order_of
from app.domain.identifiers import DocumentId, OrderId, ShopId
from app.domain.sales_documents import DocumentKind, DocumentState
from app.ports.paging import Page, PageRequest
from app.ports.repositories.documents_reading import (
    MOST_LINES_A_PAGE,
    DocumentFilter,
    DocumentJson,
    DocumentOfOrder,
)

_SHOWN = """
    page.id, page.kind, page.number, page.state, page.version, page.revision, shops.code AS shop, page.order_id,
    orders.shopify_id AS order_shopify_id, orders.name AS order_name, page.refund_id, page.replaces_id, page.adjusts_id,
    page.erp_document_no, page.posted_document_no, page.posting_date, page.cancel_reason, page.created_at,
    page.updated_at, page.released_at, page.acknowledged_at, page.posted_at, page.cancelled_at, page.unlinked_at,
    page.content::text AS content, page.sell_to_customer_id, page.bill_to_customer_id,
    (SELECT no FROM customers WHERE id = page.sell_to_customer_id) AS sell_to_no,
    (SELECT no FROM customers WHERE id = page.bill_to_customer_id) AS bill_to_no
"""
_BESIDE = """
    JOIN orders ON orders.id = page.order_id
    JOIN shops ON shops.id = page.shop_id
"""
_SEEN = "id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[]))"
_OF_ORDER_NAME = "order_id = ANY(ARRAY(SELECT o.id FROM shops s JOIN orders o ON o.shop_id = s.id WHERE o.name = {0}))"
_OF_SHOPIFY_ORDER = (
    "order_id = ANY(ARRAY(SELECT o.id FROM stores s JOIN orders o ON o.store_id = s.id WHERE o.shopify_id = {0}))"
)
_OF_CUSTOMER = (
    "(sell_to_customer_id = (SELECT id FROM customers WHERE no = {0})"
    " OR bill_to_customer_id = (SELECT id FROM customers WHERE no = {0}))"
)


def page_statement(wanted: DocumentFilter, request: PageRequest, *, with_lines: bool) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else list(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("kind = {0}", wanted.kind)
    where.add_given("state = {0}", wanted.state)
    where.add_given("order_id = {0}", wanted.order_id)
    where.add_given(_OF_ORDER_NAME, wanted.order_name)
    where.add_given(_OF_SHOPIFY_ORDER, wanted.shopify_order_id)
    where.add_given(_OF_CUSTOMER, wanted.customer_no)
    where.add_given("number = {0}", wanted.number)
    if wanted.external_document_no is not None:
        where.add("external_document_no = {0} AND external_document_no <> ''", wanted.external_document_no)
    where.add_given("released_at < {0}", wanted.released_before)
    where.add_given("updated_at >= {0}", wanted.updated_from)
    if request.after is not None:
        where.add_after(request, "updated_at, id", *moment_and_id(request.after))
    by, order = order_of(request, "updated_at", "id"), order_of(request, "page.updated_at", "page.id")
    chosen = f"SELECT * FROM sales_documents WHERE {where} ORDER BY {by} LIMIT $1"
    if not with_lines:
        return f"SELECT {_SHOWN} FROM ({chosen}) AS page {_BESIDE} ORDER BY {order}", where.parameters
    statement = (
        f"SELECT {_SHOWN}, page.lines::text AS lines, page.chosen FROM ("
        "SELECT *, count(*) OVER () AS chosen, coalesce(sum(jsonb_array_length(lines)) OVER"
        f" (ORDER BY {by} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS lines_before"
        f" FROM ({chosen}) AS chosen) AS page {_BESIDE}"
        f" WHERE page.lines_before < {MOST_LINES_A_PAGE} ORDER BY {order}"
    )
    return statement, where.parameters


class PostgresDocumentsReading:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: DocumentFilter, request: PageRequest, *, with_lines: bool) -> Page[bytes]:
        statement, parameters = page_statement(wanted, request, with_lines=with_lines)
        found = await self._driver.fetch(statement, *parameters)
        rows = found[: request.limit]
        more = len(found) > len(rows) or (with_lines and bool(rows) and rows[0]["chosen"] > len(rows))
        return Page(
            rows=[document_json(row, lines=row["lines"] if with_lines else None) for row in rows],
            next_after=key_of(rows[-1]["updated_at"], rows[-1]["id"]) if more else None,
        )

    async def one(self, document_id: DocumentId, *, shop_ids: Collection[ShopId] | None) -> DocumentJson | None:
        row = await self._driver.fetchrow(
            f"SELECT {_SHOWN}, page.lines::text AS lines"
            f" FROM (SELECT * FROM sales_documents WHERE {_SEEN}) AS page {_BESIDE}",
            document_id,
            _list(shop_ids),
        )
        if row is None:
            return None
        return DocumentJson(id=row["id"], json=document_json(row, lines=row["lines"]), revision=row["revision"])

    async def lines(
        self, document_id: DocumentId, request: PageRequest, *, shop_ids: Collection[ShopId] | None
    ) -> Page[bytes] | None:
        """Cut by the database, so that a page of a document of 10,000 lines costs a page."""
        after = 0 if request.after is None else int(request.after[0])
        rows = await self._driver.fetch(
            "SELECT line.value::text AS line, line.place FROM sales_documents LEFT JOIN LATERAL ("
            "SELECT value, place FROM jsonb_array_elements(lines) WITH ORDINALITY AS every (value, place)"
            " WHERE place > $3 ORDER BY place LIMIT $4) AS line ON true"
            f" WHERE {_SEEN} ORDER BY line.place",
            document_id,
            _list(shop_ids),
            after,
            request.limit + 1,
        )
        if not rows:
            return None
        found = [row["line"].encode() for row in rows if row["line"] is not None]
        more = len(found) > request.limit
        return Page(rows=found[: request.limit], next_after=(after + request.limit,) if more else None)

    async def versions(
        self, document_id: DocumentId, request: PageRequest, *, shop_ids: Collection[ShopId] | None
    ) -> Page[bytes] | None:
        after = 0 if request.after is None else int(request.after[0])
        rows = await self._driver.fetch(
            "WITH seen AS (SELECT id, version, content, lines, sell_to_customer_id, bill_to_customer_id"
            f" FROM sales_documents WHERE {_SEEN})"
            " SELECT every.version, every.content::text AS content, every.lines::text AS lines, every.replaced_at,"
            " seen.sell_to_customer_id, sell_to.no AS sell_to_no, seen.bill_to_customer_id, bill_to.no AS bill_to_no"
            " FROM seen JOIN ("
            " SELECT id, version, content, lines, NULL::timestamptz AS replaced_at FROM seen UNION ALL"
            " SELECT document_id, version, content, lines, replaced_at FROM sales_document_versions"
            " WHERE document_id = $1"
            ") AS every ON every.id = seen.id"
            " LEFT JOIN customers AS sell_to ON sell_to.id = seen.sell_to_customer_id"
            " LEFT JOIN customers AS bill_to ON bill_to.id = seen.bill_to_customer_id"
            " WHERE every.version > $3 ORDER BY every.version LIMIT $4",
            document_id,
            _list(shop_ids),
            after,
            request.limit + 1,
        )
        if not rows and not (after and await self._exists(document_id, shop_ids)):
            return None
        shown = rows[: request.limit]
        return Page(
            rows=[_version_json(row) for row in shown],
            next_after=(shown[-1]["version"],) if len(rows) > len(shown) else None,
        )

    async def of_orders(self, order_ids: Collection[OrderId]) -> Sequence[DocumentOfOrder]:
        rows = await self._driver.fetch(
            "SELECT id, order_id, refund_id, kind, number, state, version, erp_document_no, created_at, released_at,"
            " acknowledged_at, posted_at, cancelled_at, cancel_reason, unlinked_at"
            " FROM sales_documents WHERE order_id = ANY($1::text[]) ORDER BY created_at, id",
            list(order_ids),
        )
        return [
            DocumentOfOrder(**dict(row) | {"kind": DocumentKind(row["kind"]), "state": DocumentState(row["state"])})
            for row in rows
        ]

    async def _exists(self, document_id: DocumentId, shop_ids: Collection[ShopId] | None) -> bool:
        found = await self._driver.fetchval(
            f"SELECT true FROM sales_documents WHERE {_SEEN}",
            document_id,
            _list(shop_ids),
        )
        return found is not None


def _version_json(row: asyncpg.Record) -> bytes:
    replaced = "null" if row["replaced_at"] is None else f'"{row["replaced_at"].isoformat().replace("+00:00", "Z")}"'
    start = f'{{"version":{row["version"]},"replaced_at":{replaced},'.encode()
    return start + content_json(row, lines=row["lines"])[1:]


def _list(values: Collection[str] | None) -> list[str] | None:
    return None if values is None else list(values)
