"""The life of sales documents on PostgreSQL. Their insertion in batches is in ``document_insertion``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from app.adapters.postgres.document_json import decode_content, encode_header, encode_lines
from app.adapters.postgres.repositories.document_insertion import DocumentInsertion
from app.adapters.postgres.repositories.stored_json import decoder, encoded
from app.domain.chosen_customers import ExistingCustomer, Parties
from app.domain.decimal_text import plain
from app.domain.identifiers import DocumentId, OrderId, ShopId
from app.domain.money import CurrencyHandling
from app.domain.problems import Problem
from app.domain.sales_documents import DocumentContent, DocumentFacts, DocumentKind, DocumentLine, DocumentState
from app.domain.snapshots import Snapshot
from app.ports.repositories.documents import BookedOrder, DocumentRecord, Insertion, LockedOrder, NewDocument

_snapshot = decoder(Snapshot)

_AMEND = """
WITH replaced AS (
    INSERT INTO sales_document_versions (document_id, version, content, lines, snapshot, replaced_at)
    SELECT id, version, content, lines, snapshot, $9 FROM sales_documents WHERE id = $1
)
UPDATE sales_documents SET
    content = $2::text::jsonb, lines = $3::text::jsonb, snapshot = $4::text::jsonb, external_document_no = $5,
    sell_to_customer_id = $6, bill_to_customer_id = $7, total = $8::text::numeric, version = version + 1,
    revision = revision + 1, updated_at = $9
WHERE id = $1 RETURNING version
"""

_FACTS = "id, kind, number, state, version, erp_document_no, posted_document_no, posting_date, unlinked_at"
_RECORD = (
    "id, shop_id, order_id, refund_id, adjusts_id, kind, number, state, version, revision, erp_document_no,"
    " posted_document_no, posting_date, cancel_reason, released_at, acknowledged_at, posted_at, cancelled_at,"
    " unlinked_at"
)


class PostgresDocuments:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def insert_many(self, documents: Sequence[NewDocument], *, now: datetime) -> Sequence[Insertion]:
        return await DocumentInsertion(self._driver, now=now)(documents) if documents else []

    async def live_of_orders(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, DocumentFacts]:
        rows = await self._driver.fetch(
            f"SELECT order_id, {_FACTS} FROM sales_documents"
            " WHERE order_id = ANY($1::text[]) AND refund_id IS NULL AND adjusts_id IS NULL"
            " AND state <> 'cancelled' AND unlinked_at IS NULL",
            list(order_ids),
        )
        return {row["order_id"]: _facts(row) for row in rows}

    async def booked(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, BookedOrder]:
        rows = await self._driver.fetch(
            f"SELECT live.*, sell_to.no AS sell_to_no, bill_to.no AS bill_to_no FROM (SELECT order_id, snapshot,"
            f" content ->> 'currency_handling' AS handling, sell_to_customer_id, bill_to_customer_id, {_FACTS}"
            " FROM sales_documents WHERE order_id = ANY($1::text[]) AND refund_id IS NULL AND adjusts_id IS NULL"
            " AND state <> 'cancelled' AND unlinked_at IS NULL) AS live"
            " LEFT JOIN customers AS sell_to ON sell_to.id = sell_to_customer_id"
            " LEFT JOIN customers AS bill_to ON bill_to.id = bill_to_customer_id",
            list(order_ids),
        )
        return {row["order_id"]: _booked(row) for row in rows}

    async def amend(
        self, document_id: DocumentId, content: DocumentContent, snapshot: Snapshot, *, now: datetime
    ) -> int:
        version: int = await self._driver.fetchval(
            _AMEND,
            document_id,
            encode_header(content),
            encode_lines(content),
            encoded(snapshot).decode(),
            content.external_document_no,
            content.sell_to.customer_id,
            content.bill_to.customer_id,
            plain(content.totals.amount_including_tax),
            now,
        )
        return version

    async def content_of(self, document_id: DocumentId) -> DocumentContent:
        row = await self._driver.fetchrow(
            "SELECT content::text AS content, lines::text AS lines FROM sales_documents WHERE id = $1", document_id
        )
        return decode_content(row["content"], row["lines"])

    async def lines_of_order(self, order_id: OrderId) -> Sequence[DocumentLine]:
        rows = await self._driver.fetch(
            "SELECT content::text AS content, lines::text AS lines FROM sales_documents"
            " WHERE order_id = $1 AND refund_id IS NULL AND state <> 'cancelled' AND unlinked_at IS NULL ORDER BY id",
            order_id,
        )
        return [line for row in rows for line in decode_content(row["content"], row["lines"]).lines]

    async def settle(self, document_id: DocumentId, snapshot: Snapshot) -> None:
        await self._driver.execute(
            "UPDATE sales_documents SET snapshot = $2::text::jsonb WHERE id = $1",
            document_id,
            encoded(snapshot).decode(),
        )

    async def order_of(self, document_id: DocumentId, *, shop_ids: Collection[ShopId] | None) -> OrderId | None:
        found: OrderId | None = await self._driver.fetchval(
            "SELECT order_id FROM sales_documents WHERE id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[]))",
            document_id,
            _texts(shop_ids),
        )
        return found

    async def lock(self, document_id: DocumentId, *, shop_ids: Collection[ShopId] | None) -> DocumentRecord | None:
        row = await self._driver.fetchrow(
            f"SELECT {_RECORD} FROM sales_documents"
            " WHERE id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[])) FOR UPDATE",
            document_id,
            _texts(shop_ids),
        )
        return None if row is None else _record(row)

    async def lock_order(self, order_id: OrderId, *, shop_ids: Collection[ShopId] | None) -> LockedOrder | None:
        row = await self._driver.fetchrow(
            "SELECT id, shop_id, version, conflict IS NOT NULL AS in_conflict FROM orders"
            " WHERE id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[])) FOR UPDATE",
            order_id,
            _texts(shop_ids),
        )
        return None if row is None else LockedOrder(**dict(row))

    async def lock_all_of_order(self, order_id: OrderId) -> Sequence[DocumentRecord]:
        rows = await self._driver.fetch(
            f"SELECT {_RECORD} FROM sales_documents"
            " WHERE order_id = $1 AND refund_id IS NULL AND state <> 'cancelled' AND unlinked_at IS NULL"
            " ORDER BY id FOR UPDATE",
            order_id,
        )
        return [_record(row) for row in rows]

    async def save(self, record: DocumentRecord, *, now: datetime) -> DocumentRecord:
        row = await self._driver.fetchrow(
            "UPDATE sales_documents SET state = $2, erp_document_no = $3, posted_document_no = $4,"
            " posting_date = $5,"
            " cancel_reason = $6, released_at = $7, acknowledged_at = $8, posted_at = $9, cancelled_at = $10,"
            f" unlinked_at = $11, revision = revision + 1, updated_at = $12 WHERE id = $1 RETURNING {_RECORD}",
            record.id,
            record.state,
            record.erp_document_no,
            record.posted_document_no,
            record.posting_date,
            record.cancel_reason,
            record.released_at,
            record.acknowledged_at,
            record.posted_at,
            record.cancelled_at,
            record.unlinked_at,
            now,
        )
        assert row is not None
        return _record(row)

    async def set_order_back(self, order_id: OrderId, *, problem: Problem | None, now: datetime) -> int:
        version: int = await self._driver.fetchval(
            "UPDATE orders SET state = 'unprocessed', documents_on_request = true, problems = $2::text::jsonb,"
            " waits_for = '{}', conflict = NULL, version = version + 1, updated_at = $3::timestamptz,"
            " document_due_at = CASE WHEN EXISTS (SELECT FROM refunds WHERE order_id = $1) THEN $3::timestamptz END"
            " WHERE id = $1 RETURNING version",
            order_id,
            msgspec.json.encode([] if problem is None else [problem]).decode(),
            now,
        )
        return version


def _texts(values: Collection[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def _facts(row: asyncpg.Record) -> DocumentFacts:
    return DocumentFacts(
        id=row["id"],
        kind=DocumentKind(row["kind"]),
        number=row["number"],
        state=DocumentState(row["state"]),
        version=row["version"],
        erp_document_no=row["erp_document_no"],
        posted_document_no=row["posted_document_no"],
        posting_date=row["posting_date"],
        unlinked_at=row["unlinked_at"],
    )


def _booked(row: asyncpg.Record) -> BookedOrder:
    sell_to, bill_to = (
        ExistingCustomer(id=row[f"{role}_customer_id"], no=row[f"{role}_no"]) if row[f"{role}_customer_id"] else None
        for role in ("sell_to", "bill_to")
    )
    return BookedOrder(
        document=_facts(row),
        snapshot=_snapshot.decode(row["snapshot"]),
        handling=CurrencyHandling(row["handling"]),
        customers=Parties(sell_to=sell_to, bill_to=bill_to),
    )


def _record(row: asyncpg.Record) -> DocumentRecord:
    values: dict[str, Any] = dict(row)
    values["kind"] = DocumentKind(values["kind"])
    values["state"] = DocumentState(values["state"])
    return DocumentRecord(**values)
