"""Shipments on PostgreSQL: kept, looked up, listed, and asked for again. Sending them is in ``shipment_claims``."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import asyncpg

from app.adapters.postgres.page_keys import Conditions, order_of
from app.adapters.postgres.repositories.paging import page_of
from app.adapters.postgres.repositories.shipment_claims import PostgresShipmentClaims
from app.adapters.postgres.repositories.stored_json import decoder, encoded
from app.domain.identifiers import DocumentId, OrderId, ShipmentId, ShopId, ShopifyId, StoreId
from app.domain.outgoing import HELD_CODES
from app.domain.shipments import LineResult, ParcelTracking, Shipment, ShipmentState
from app.ports.paging import Page, PageRequest
from app.ports.repositories.shipments import (
    LineOfOrder,
    NewShipment,
    OrderMeant,
    OrderOfShipment,
    ShipmentFilter,
    StoredShipment,
)

_shipment = decoder(Shipment)
_results = decoder(tuple[LineResult, ...])

_LIVE = """
(SELECT d.id FROM sales_documents d WHERE d.order_id = o.id AND d.refund_id IS NULL AND d.adjusts_id IS NULL
   AND d.state <> 'cancelled' AND d.unlinked_at IS NULL)
"""

_MEANT = f"""
SELECT o.id, o.store_id, o.shop_id, coalesce($2::text, {_LIVE}) AS document_id, count(*) OVER () AS alike
FROM orders o
WHERE CASE
    WHEN $1::text IS NOT NULL THEN o.id = $1
    WHEN $2::text IS NOT NULL THEN o.id = (SELECT order_id FROM sales_documents WHERE id = $2)
    ELSE o.shop_id = (SELECT id FROM shops WHERE code = $3)
        AND ($4::text IS NULL OR o.name = $4) AND ($5::text IS NULL OR o.shopify_id = $5)
END
ORDER BY o.id LIMIT 2
"""

_LINES_OF = """
SELECT id AS order_id, line ->> 'shopify_id' AS line_id, item ->> 'item_no' AS item_no,
    item ->> 'variant_code' AS variant_code,
    coalesce(nullif(item ->> 'description', ''), line ->> 'title') AS description, line ->> 'title' AS title,
    coalesce(line ->> 'variant_title', '') AS variant_title, coalesce(line ->> 'sku', '') AS sku
FROM orders, jsonb_array_elements(body -> 'lines') WITH ORDINALITY AS each(line, place),
    LATERAL (SELECT mapping -> 'items' -> (line ->> 'shopify_id')) AS found(item)
WHERE id = ANY($1::text[]) ORDER BY id, place
"""

_DOCUMENT_LINES = """
SELECT (line ->> 'line_no')::int AS line_no, line -> 'source' ->> 'shopify_id' AS line_id
FROM sales_documents d, jsonb_array_elements(d.lines) AS line
WHERE d.id = $1 AND line -> 'source' ->> 'kind' = 'order_line'
"""

_ADD = """
INSERT INTO shipments (
    id, store_id, shop_id, order_id, erp_shipment_no, fingerprint, posting_date, body, results, state,
    tracking_changed, due_at, attempts, claim_no, version, created_at, updated_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9::text::jsonb, 'pending', false, $10, 0, 0, 1, $10, $10)
ON CONFLICT (erp_shipment_no) DO NOTHING RETURNING id
"""

_SHOWN = "page.*, shops.code AS shop, orders.name AS order_name"
_BESIDE = "JOIN orders ON orders.id = page.order_id JOIN shops ON shops.id = page.shop_id"
_SEEN = "id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[]))"

# What is in doubt stays so: it is looked up before anything is asked for again.
_TRY_AGAIN = """
UPDATE shipments SET
    state = 'pending', due_at = $2, attempts = 0, version = version + 1, updated_at = $2,
    reason = CASE WHEN reason = 'outcome_unknown' THEN reason END,
    reason_detail = CASE WHEN reason = 'outcome_unknown' THEN reason_detail END
WHERE id = $1
"""

_GIVE_TRACKING = """
UPDATE shipments SET
    body = body || $2::text::jsonb, tracking_changed = true, due_at = $3, attempts = 0, version = version + 1,
    updated_at = $3
WHERE id = $1
"""

_WAKE = """
UPDATE shipments SET due_at = $3, attempts = 0 WHERE id IN (
    SELECT s.id FROM shipments s JOIN unnest($1::text[], $2::text[]) AS opened(order_id, seen) USING (order_id)
    WHERE s.seen IS DISTINCT FROM opened.seen
      AND (s.due_at IS NULL AND s.state IN ('partially', 'failed', 'skipped') OR s.claimed_by IS NOT NULL)
    ORDER BY s.id FOR UPDATE OF s
)
RETURNING store_id
"""

_LET_GO = """
UPDATE shipments SET due_at = $2 WHERE id IN (
    SELECT id FROM shipments
    WHERE shop_id = $1 AND due_at > $2 AND reason = ANY($3::text[]) ORDER BY id FOR UPDATE
)
RETURNING store_id
"""

_POSTED = "($2::date IS NULL OR posting_date >= $2) AND ($3::date IS NULL OR posting_date <= $3)"

_PULL_FORWARD = f"""
UPDATE shipments SET due_at = $4 WHERE id IN (
    SELECT id FROM shipments
    WHERE shop_id = $1 AND state <> 'synchronised' AND due_at > $4 AND (claimed_until IS NULL OR claimed_until < $4)
      AND {_POSTED}
    ORDER BY id FOR UPDATE SKIP LOCKED
)
"""

_OPEN_OF = f"""
SELECT id FROM shipments
WHERE shop_id = $1 AND due_at IS NOT NULL AND (due_at <= $4 OR claimed_until > $4) AND {_POSTED}
"""

_SOME = f"""
SELECT {_SHOWN} FROM (SELECT * FROM shipments WHERE id = ANY($1::text[])) AS page {_BESIDE} ORDER BY page.id
"""


def page_statement(wanted: ShipmentFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else sorted(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("state = {0}", wanted.state)
    if wanted.has_errors is not None:
        where.add_written(f"state {'' if wanted.has_errors else 'NOT '}IN ('failed', 'partially')")
    where.add_given("order_id = {0}", wanted.order_id)
    where.add_given("erp_shipment_no = {0}", wanted.erp_shipment_no)
    where.add_given("posting_date >= {0}", wanted.posting_date_from)
    where.add_given("posting_date <= {0}", wanted.posting_date_to)
    if request.after is not None:
        where.add_after(request, "id", str(request.after[0]))
    chosen = f"SELECT * FROM shipments WHERE {where} ORDER BY {order_of(request, 'id')} LIMIT $1"
    statement = f"SELECT {_SHOWN} FROM ({chosen}) AS page {_BESIDE} ORDER BY {order_of(request, 'page.id')}"
    return statement, where.parameters


class PostgresShipments(PostgresShipmentClaims):
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        super().__init__(driver)
        self._driver = driver

    async def order_meant(self, meant: OrderMeant) -> OrderOfShipment | None:
        row = await self._driver.fetchrow(
            _MEANT, meant.order_id, meant.document_id, meant.shop, meant.order_name, meant.shopify_order_id
        )
        if row is None:
            return None
        return OrderOfShipment(
            id=OrderId(row["id"]),
            store_id=StoreId(row["store_id"]),
            shop_id=ShopId(row["shop_id"]),
            document_id=row["document_id"],
            alike=row["alike"],
        )

    async def lines_of(self, order: OrderId) -> Sequence[LineOfOrder]:
        return (await self._lines_of_each([order])).get(order, ())

    async def document_lines(self, document: DocumentId) -> Mapping[int, ShopifyId]:
        rows = await self._driver.fetch(_DOCUMENT_LINES, document)
        return {row["line_no"]: ShopifyId(row["line_id"]) for row in rows}

    async def add(self, new: NewShipment, *, now: datetime) -> bool:
        shipment = new.shipment
        added = await self._driver.fetchval(
            _ADD,
            new.id,
            new.store_id,
            new.shop_id,
            new.order_id,
            shipment.erp_shipment_no,
            new.fingerprint,
            shipment.posting_date,
            encoded(shipment).decode(),
            encoded([LineResult()] * len(shipment.lines)).decode(),
            now,
        )
        return added is not None

    async def by_number(self, erp_shipment_no: str) -> StoredShipment | None:
        return await self._one("SELECT * FROM shipments WHERE erp_shipment_no = $1", erp_shipment_no)

    async def one(self, shipment: ShipmentId, *, shop_ids: Collection[ShopId] | None) -> StoredShipment | None:
        return await self._one(f"SELECT * FROM shipments WHERE {_SEEN}", shipment, _ids(shop_ids))

    async def locked(self, shipment: ShipmentId, *, shop_ids: Collection[ShopId] | None) -> StoredShipment | None:
        return await self._one(f"SELECT * FROM shipments WHERE {_SEEN} FOR UPDATE", shipment, _ids(shop_ids))

    async def page(self, wanted: ShipmentFilter, request: PageRequest) -> Page[StoredShipment]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        lines = await self._lines_of_each({row["order_id"] for row in rows})
        return page_of(rows, request, shape=lambda row: _stored(row, lines), key=lambda row: (row["id"],))

    async def try_again(self, shipment: ShipmentId, *, now: datetime) -> None:
        await self._driver.execute(_TRY_AGAIN, shipment, now)

    async def give_tracking(
        self, shipment: ShipmentId, tracking: Sequence[ParcelTracking], *, notify_customer: bool | None, now: datetime
    ) -> None:
        given = {"tracking": list(tracking), "notify_customer": notify_customer}
        await self._driver.execute(_GIVE_TRACKING, shipment, encoded(given).decode(), now)

    async def wake(self, opened: Mapping[OrderId, str], *, now: datetime) -> Sequence[StoreId]:
        if not opened:
            return []
        return _stores(await self._driver.fetch(_WAKE, list(opened), list(opened.values()), now))

    async def let_go(self, shop: ShopId, *, now: datetime) -> Sequence[StoreId]:
        return _stores(await self._driver.fetch(_LET_GO, shop, now, list(HELD_CODES)))

    async def pull_forward(
        self, shop: ShopId, *, posted_from: date | None, posted_to: date | None, now: datetime
    ) -> None:
        await self._driver.execute(_PULL_FORWARD, shop, posted_from, posted_to, now)

    async def open_of(
        self, shop: ShopId, *, posted_from: date | None, posted_to: date | None, now: datetime
    ) -> Sequence[ShipmentId]:
        rows = await self._driver.fetch(_OPEN_OF, shop, posted_from, posted_to, now)
        return [ShipmentId(row["id"]) for row in rows]

    async def some(self, shipments: Collection[ShipmentId]) -> Sequence[StoredShipment]:
        rows = await self._driver.fetch(_SOME, sorted(shipments))
        return [_stored(row, {}) for row in rows]

    async def _one(self, chosen: str, *parameters: object) -> StoredShipment | None:
        row = await self._driver.fetchrow(f"WITH page AS ({chosen}) SELECT {_SHOWN} FROM page {_BESIDE}", *parameters)
        return None if row is None else _stored(row, await self._lines_of_each([row["order_id"]]))

    async def _lines_of_each(self, orders: Collection[str]) -> Mapping[str, tuple[LineOfOrder, ...]]:
        found: dict[str, list[LineOfOrder]] = defaultdict(list)
        for row in await self._driver.fetch(_LINES_OF, sorted(orders)):
            facts = dict(row)
            found[facts.pop("order_id")].append(LineOfOrder(**facts))
        return {order: tuple(lines) for order, lines in found.items()}


def _stored(row: asyncpg.Record, lines: Mapping[str, tuple[LineOfOrder, ...]]) -> StoredShipment:
    return StoredShipment(
        id=ShipmentId(row["id"]),
        shop_id=ShopId(row["shop_id"]),
        shop=row["shop"],
        store_id=StoreId(row["store_id"]),
        order_id=OrderId(row["order_id"]),
        order_name=row["order_name"],
        order_lines=lines.get(row["order_id"], ()),
        shipment=_shipment.decode(row["body"]),
        results=_results.decode(row["results"]),
        state=ShipmentState(row["state"]),
        reason=row["reason"],
        reason_detail=row["reason_detail"],
        fingerprint=row["fingerprint"],
        tracking_changed=row["tracking_changed"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _ids(shops: Collection[ShopId] | None) -> list[str] | None:
    return None if shops is None else sorted(shops)


def _stores(rows: Sequence[asyncpg.Record]) -> Sequence[StoreId]:
    return sorted({StoreId(row["store_id"]) for row in rows})
