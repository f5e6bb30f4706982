"""Batches of new documents: their numbers and their insertion, in few statements whatever the size of the batch.

Uniqueness is left to the indexes: a document that meets another is left out by ``ON CONFLICT DO NOTHING`` and explained
afterwards, so that one collision never costs the batch.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from app.adapters.postgres.document_json import encode_header, encode_lines, encode_snapshot
from app.domain.decimal_text import plain
from app.domain.identifiers import DocumentId
from app.domain.sales_documents import DocumentState
from app.ports.repositories.documents import AlreadyLive, Inserted, Insertion, NewDocument, NumberTaken

SERIES_DIGITS = 6
_ROUNDS = 50
"""How often a series may step over numbers that Shopify names already hold before something must be wrong."""

_ADVANCE = """
INSERT INTO number_series AS series (shop_id, kind, last)
SELECT shop_id, kind, wanted::bigint FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (shop_id, kind, wanted)
ORDER BY shop_id, kind
ON CONFLICT (shop_id, kind) DO UPDATE SET last = series.last + excluded.last
RETURNING shop_id, kind, last
"""

_FREE_HOLDERS = """
SELECT held.id, held.shop_id, held.kind, held.number
FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (shop_id, kind, number)
JOIN sales_documents AS held USING (shop_id, kind, number)
WHERE held.state = 'cancelled' OR held.unlinked_at IS NOT NULL
ORDER BY held.id
FOR UPDATE OF held
"""

_RENAME = """
UPDATE sales_documents AS held
SET revision = held.revision + 1,
    updated_at = $2::timestamptz,
    number = held.number || '-' || (
        SELECT suffix FROM generate_series(1, 100000) AS suffix
        WHERE NOT EXISTS (
            SELECT FROM sales_documents AS other
            WHERE other.shop_id = held.shop_id AND other.kind = held.kind
                AND other.number = held.number || '-' || suffix
        )
        ORDER BY suffix LIMIT 1
    )
WHERE held.id = ANY($1::text[])
"""

_INSERT = """
INSERT INTO sales_documents (
    id, shop_id, order_id, refund_id, replaces_id, adjusts_id, kind, number, state, version, revision, content, lines,
    snapshot, external_document_no, sell_to_customer_id, bill_to_customer_id, currency, total, created_at, updated_at,
    released_at
)
SELECT id, shop_id, order_id, refund_id, replaces_id, adjusts_id, kind, number, state, 1, 1, content::jsonb,
    lines::jsonb, snapshot::jsonb, external_document_no, sell_to, bill_to, currency, total::numeric, $18::timestamptz,
    $18::timestamptz, CASE WHEN state = 'released' THEN $18::timestamptz END
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[]
) WITH ORDINALITY AS new (
    id, shop_id, order_id, refund_id, replaces_id, adjusts_id, kind, number, state, content, lines, snapshot,
    external_document_no, sell_to, bill_to, currency, total, place
)
ORDER BY place
ON CONFLICT DO NOTHING
RETURNING id
"""

_IN_THE_WAY = """
SELECT asked.id, live.id AS live_id, held.id AS holder_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS asked (id, shop_id, order_id, refund_id, adjusts_id, kind, number)
LEFT JOIN sales_documents AS live
    ON live.state <> 'cancelled' AND live.unlinked_at IS NULL AND (
        (asked.refund_id IS NOT NULL AND live.refund_id = asked.refund_id)
        OR (asked.refund_id IS NULL AND asked.adjusts_id IS NULL AND live.order_id = asked.order_id
            AND live.refund_id IS NULL AND live.adjusts_id IS NULL)
    )
LEFT JOIN sales_documents AS held
    ON held.shop_id = asked.shop_id AND held.kind = asked.kind AND held.number = asked.number
"""


@dataclass(slots=True)
class _Pending:
    """A document on its way in, with the number it tries."""

    document: NewDocument
    number: str = ""
    renamed: DocumentId | None = None
    result: Insertion | None = field(default=None)

    @property
    def series(self) -> tuple[str, str]:
        return self.document.shop_id, self.document.content.kind


class DocumentInsertion:
    """One batch into one transaction: at most four statements unless something is in the way."""

    def __init__(self, driver: asyncpg.Connection, *, now: datetime) -> None:
        self._driver = driver
        self._now = now

    async def __call__(self, documents: Sequence[NewDocument]) -> Sequence[Insertion]:
        batch = [_Pending(document) for document in documents]
        await self._take_shopify_numbers([one for one in batch if one.document.shopify_number is not None])
        waiting = batch
        for _ in range(_ROUNDS):
            await self._advance_series([one for one in waiting if one.document.shopify_number is None])
            await self._insert(waiting)
            waiting = [one for one in waiting if one.result is None]
            if waiting:
                await self._explain(waiting)
                waiting = [one for one in waiting if one.result is None]
            if not waiting:
                return [one.result for one in batch if one.result is not None]
        raise RuntimeError("a number series meets only numbers that are taken")

    async def _advance_series(self, wanted: Sequence[_Pending]) -> None:
        by_series: dict[tuple[str, str], list[_Pending]] = defaultdict(list)
        for one in wanted:
            by_series[one.series].append(one)
        if not by_series:
            return
        rows = await self._driver.fetch(
            _ADVANCE,
            [shop for shop, _ in by_series],
            [kind for _, kind in by_series],
            [str(len(ones)) for ones in by_series.values()],
        )
        for shop, kind, last in rows:
            ones = by_series[shop, kind]
            for number, one in enumerate(ones, start=last - len(ones) + 1):
                one.number = f"{one.document.series_prefix}{number:0{SERIES_DIGITS}}"

    async def _take_shopify_numbers(self, wanted: Sequence[_Pending]) -> None:
        if not wanted:
            return
        by_number: dict[tuple[str, str, str], _Pending] = {}
        for one in wanted:
            one.number = one.document.shopify_number or ""
            by_number.setdefault((*one.series, one.number), one)
        shops, kinds, numbers = zip(*by_number, strict=True)
        freed = await self._driver.fetch(_FREE_HOLDERS, shops, kinds, numbers)
        if not freed:
            return
        await self._driver.execute(_RENAME, [row["id"] for row in freed], self._now)
        for row in freed:
            by_number[row["shop_id"], row["kind"], row["number"]].renamed = row["id"]

    async def _insert(self, batch: Sequence[_Pending]) -> None:
        if not batch:
            return
        columns = [list(column) for column in zip(*map(_row, batch), strict=True)]
        inserted = {row["id"] for row in await self._driver.fetch(_INSERT, *columns, self._now)}
        for one in batch:
            if one.document.id in inserted:
                one.result = Inserted(id=one.document.id, number=one.number, renamed_id=one.renamed)

    async def _explain(self, left_out: Sequence[_Pending]) -> None:
        """Say what was in the way. A document whose series met a taken number gets no result and tries the next one."""
        asked = [
            (
                one.document.id,
                one.document.shop_id,
                one.document.order_id,
                one.document.refund_id,
                one.document.adjusts_id,
                one.document.content.kind,
                one.number,
            )
            for one in left_out
        ]
        columns = [list(column) for column in zip(*asked, strict=True)]
        found = {row["id"]: row for row in await self._driver.fetch(_IN_THE_WAY, *columns)}
        for one in left_out:
            identifier, row = one.document.id, found[one.document.id]
            if row["live_id"] is not None:
                one.result = AlreadyLive(id=identifier, document_id=row["live_id"])
            elif row["holder_id"] is not None and one.document.shopify_number is not None:
                one.result = NumberTaken(id=identifier, number=one.number, holder_document_id=row["holder_id"])


def _row(one: _Pending) -> tuple[object, ...]:
    document, content = one.document, one.document.content
    state = DocumentState.RELEASED if document.released else DocumentState.OPEN
    return (
        document.id,
        document.shop_id,
        document.order_id,
        document.refund_id,
        document.replaces_id,
        document.adjusts_id,
        content.kind,
        one.number,
        state,
        encode_header(content),
        encode_lines(content),
        encode_snapshot(document.snapshot),
        content.external_document_no,
        content.sell_to.customer_id,
        content.bill_to.customer_id,
        content.currency,
        plain(content.totals.amount_including_tax),
    )
