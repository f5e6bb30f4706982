"""Orders on PostgreSQL: the copy is one JSON value, written whole or not at all."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, assert_never

import asyncpg
import msgspec

from app.adapters.postgres.repositories.gift_cards import keep_gift_cards
from app.adapters.postgres.repositories.stored_json import decoder, encoded, raw_json, recordset
from app.domain.conflicts import Conflict
from app.domain.erp_number import without_number
from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import COPY_VERSION, Order
from app.domain.parts_of_orders import OrderPart, OrderPartKind
from app.domain.problems import Problem
from app.ports.repositories.orders import KnownOrder, OwnWrite, SavedOrder

_order = decoder(Order)
_mapping = decoder(OrderMapping)
_problems = decoder(tuple[Problem, ...])
_conflict = decoder(Conflict)

_COLUMNS = """id, store_id, shopify_id, shop_id, state, mapping, problems, documents_on_request, use_shopify_number,
    body_hash, store_updated_at, read_at, cancelled_at IS NOT NULL AS cancelled, conflict, version, updated_at"""

_KNOWN = f"""
SELECT {_COLUMNS} FROM orders WHERE store_id = $1 AND shopify_id = ANY($2::text[]) ORDER BY id FOR UPDATE
"""

_OF_RETURNS = """
SELECT wanted.place, orders.shopify_id FROM unnest($2::jsonb[]) WITH ORDINALITY AS wanted(part, place)
JOIN orders ON orders.store_id = $1 AND orders.body -> 'returns' @> wanted.part
"""
_OF_FULFILMENT_ORDERS = """
SELECT wanted.place, orders.shopify_id FROM unnest($2::jsonb[]) WITH ORDINALITY AS wanted(part, place)
JOIN orders ON orders.store_id = $1
AND jsonb_path_query_array(orders.body, '$."fulfilment_orders"[*]."shopify_id"') @> wanted.part
"""
"""By an expression that is indexed: the ids alone, as what else fulfilment orders hold changes with every shipment."""

_LOCKED = f"SELECT {_COLUMNS}, body FROM orders WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"

_TAKE_DUE = """
UPDATE orders SET document_due_at = NULL WHERE id IN (
    SELECT id FROM orders WHERE shop_id = $1 AND document_due_at <= $3 ORDER BY document_due_at LIMIT $2
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""

_ANY_DUE = "SELECT EXISTS (SELECT FROM orders WHERE shop_id = $1 AND document_due_at <= $2)"

_UNDOCUMENTED = """
SELECT id, body FROM orders
WHERE shop_id = $1 AND state <> 'processed' AND NOT documents_on_request AND ($2::text IS NULL OR id > $2)
ORDER BY id LIMIT $3
"""

_SAVE = """
INSERT INTO orders (
    id, store_id, shopify_id, shop_id, name, body, body_version, body_hash, store_updated_at, read_at, state, mapping,
    problems, waits_for, documents_on_request, use_shopify_number, financial_status, fulfilment_status, cancelled_at,
    closed_at, first_closed_at, store_customer_id, document_due_at, conflict, version, created_at, updated_at
)
SELECT id, store_id, shopify_id, shop_id, name, body, body_version, body_hash, store_updated_at, read_at, state,
    mapping, problems, waits_for, documents_on_request, use_shopify_number, financial_status, fulfilment_status,
    cancelled_at, closed_at, closed_at, store_customer_id, document_due_at, conflict, version, $2, $2
FROM json_populate_recordset(NULL::orders, $1::json)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, body = excluded.body, body_version = excluded.body_version, body_hash = excluded.body_hash,
    store_updated_at = excluded.store_updated_at, read_at = excluded.read_at, state = excluded.state,
    mapping = excluded.mapping, problems = excluded.problems, waits_for = excluded.waits_for,
    documents_on_request = excluded.documents_on_request, use_shopify_number = excluded.use_shopify_number,
    financial_status = excluded.financial_status, fulfilment_status = excluded.fulfilment_status,
    cancelled_at = excluded.cancelled_at, closed_at = excluded.closed_at,
    first_closed_at = COALESCE(orders.first_closed_at, orders.closed_at, excluded.closed_at),
    shop_id = excluded.shop_id,
    store_customer_id = excluded.store_customer_id, document_due_at = excluded.document_due_at,
    conflict = excluded.conflict, version = orders.version + 1, updated_at = excluded.updated_at
"""

_DECIDE = """
UPDATE orders SET
    state = new.state, mapping = new.mapping, problems = new.problems, waits_for = new.waits_for,
    documents_on_request = new.documents_on_request, use_shopify_number = new.use_shopify_number,
    document_due_at = new.document_due_at, version = orders.version + 1, updated_at = $2
FROM json_populate_recordset(NULL::orders, $1::json) AS new
WHERE orders.id = new.id
"""

_CHANGES = """
INSERT INTO order_changes (order_id, version, changes)
SELECT order_id, version, changes FROM json_populate_recordset(NULL::order_changes, $1::json)
ON CONFLICT (order_id, version) DO UPDATE SET changes = excluded.changes
"""

_SAVE_AND_CAPTURE = f"""
WITH saved AS ({_SAVE})
INSERT INTO order_captures (order_id, captured_at, digest, body)
SELECT new.order_id, $2, new.digest, new.body
FROM unnest($3::text[], $4::bytea[], $5::bytea[]) AS new(order_id, digest, body)
WHERE new.digest IS DISTINCT FROM (
    SELECT digest FROM order_captures AS last WHERE last.order_id = new.order_id ORDER BY captured_at DESC LIMIT 1
)
ON CONFLICT DO NOTHING
"""

_RESOLVE = """
WITH resolved AS (
    UPDATE orders SET conflict = NULL, version = version + 1, updated_at = $3 WHERE id = $1 RETURNING id, version
)
INSERT INTO order_changes (order_id, version, changes, note) SELECT id, version, '[]', $2 FROM resolved
RETURNING version
"""

_TOUCH = """
UPDATE orders SET read_at = GREATEST(orders.read_at, $2), store_updated_at = seen.store_updated_at
FROM unnest($3::text[], $4::timestamptz[]) AS seen(shopify_id, store_updated_at)
WHERE orders.store_id = $1 AND orders.shopify_id = seen.shopify_id
"""


_OWN_WRITES = """
UPDATE orders SET
    body = new.body, body_hash = new.body_hash, version = orders.version + 1, closed_at = new.closed_at,
    first_closed_at = COALESCE(orders.first_closed_at, new.closed_at), fulfilment_status = new.fulfilment_status,
    store_updated_at = COALESCE(new.own_write_at, orders.store_updated_at),
    own_write_at = COALESCE(new.own_write_at, orders.own_write_at)
FROM json_populate_recordset(NULL::orders, $1::json) AS new
WHERE orders.id = new.id
"""


def _contained(part: OrderPart) -> list[Any]:
    """What the returns of a copy, or the ids of its fulfilment orders, contain if the part is one of theirs."""
    named = {"shopify_id": part.shopify_id}
    match part.kind:
        case OrderPartKind.RETURN:
            return [named]
        case OrderPartKind.REVERSE_ORDER:
            return [{"reverse_orders": [named]}]
        case OrderPartKind.FULFILMENT_ORDER:
            return [part.shopify_id]
        case _:
            assert_never(part.kind)


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def _copy_digest(order: Order, body: bytes) -> bytes:
    """Of what the copy says. Shopify moves the change time for much that we do not read: that alone is no change.
    Neither is what we wrote into the order ourselves (P43).
    """
    theirs = without_number(order)
    if theirs is not order:
        body = encoded(theirs)
    moved = b'"updated_at":' + encoded(order.updated_at)
    return _digest(body.replace(moved, b"", 1))


class PostgresOrders:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver
        self._bodies: dict[int, tuple[Order, bytes]] = {}
        """Copies that were compared are mostly written next: they are encoded once. By the identity of the value."""

    async def known(self, store: StoreId, ids: Sequence[ShopifyId]) -> Mapping[ShopifyId, KnownOrder]:
        rows = await self._driver.fetch(_KNOWN, store, list(ids))
        return {ShopifyId(row["shopify_id"]): _known(row) for row in rows}

    async def of_parts(self, store: StoreId, parts: Sequence[OrderPart]) -> Mapping[OrderPart, ShopifyId]:
        found: dict[OrderPart, ShopifyId] = {}
        shipping = [part for part in parts if part.kind is OrderPartKind.FULFILMENT_ORDER]
        back = [part for part in parts if part.kind is not OrderPartKind.FULFILMENT_ORDER]
        for asked, query in ((shipping, _OF_FULFILMENT_ORDERS), (back, _OF_RETURNS)):
            if asked:
                rows = await self._driver.fetch(query, store, [encoded(_contained(part)).decode() for part in asked])
                found |= {asked[row["place"] - 1]: ShopifyId(row["shopify_id"]) for row in rows}
        return found

    async def locked(self, ids: Sequence[OrderId]) -> Mapping[OrderId, tuple[KnownOrder, Order]]:
        rows = await self._driver.fetch(_LOCKED, list(ids))
        return {OrderId(row["id"]): (_known(row), _order.decode(row["body"])) for row in rows}

    async def undocumented(self, shop: ShopId, *, after: OrderId | None, limit: int) -> Sequence[tuple[OrderId, Order]]:
        rows = await self._driver.fetch(_UNDOCUMENTED, shop, after, limit)
        return [(OrderId(row["id"]), _order.decode(row["body"])) for row in rows]

    async def take_due(self, shop: ShopId, *, limit: int, now: datetime) -> Sequence[OrderId]:
        return [OrderId(row["id"]) for row in await self._driver.fetch(_TAKE_DUE, shop, limit, now)]

    async def any_due(self, shop: ShopId, *, now: datetime) -> bool:
        found: bool = await self._driver.fetchval(_ANY_DUE, shop, now)
        return found

    def digest(self, order: Order) -> bytes:
        return _copy_digest(order, self._body(order))

    async def save(self, orders: Sequence[SavedOrder], *, now: datetime) -> None:
        copies = [order for order in orders if order.order is not None]
        decided = [order for order in orders if order.order is None]
        if copies:
            captures = [(saved.id, saved.raw) for saved in copies if saved.raw is not None]
            await self._driver.execute(
                _SAVE_AND_CAPTURE,
                recordset([self._copy_row(saved) for saved in copies]),
                now,
                [order_id for order_id, _ in captures],
                [_digest(raw) for _, raw in captures],
                [zlib.compress(raw, 1) for _, raw in captures],
            )
            await keep_gift_cards(self._driver, copies)
        changed = [
            {"order_id": each.id, "version": each.version, "changes": raw_json(each.changes)}
            for each in orders
            if each.changes
        ]
        if changed:
            await self._driver.execute(_CHANGES, recordset(changed))
        if decided:
            await self._driver.execute(_DECIDE, recordset([_decision_row(saved) for saved in decided]), now)

    async def touch(self, store: StoreId, seen: Mapping[ShopifyId, datetime], *, read_at: datetime) -> None:
        if seen:
            await self._driver.execute(_TOUCH, store, read_at, list(seen), list(seen.values()))

    async def note_own_writes(self, writes: Sequence[OwnWrite]) -> None:
        rows = [
            {
                "id": each.id,
                "body": raw_json(each.order),
                "body_hash": self.digest(each.order),
                "closed_at": each.order.closed_at,
                "fulfilment_status": each.order.fulfilment_status,
                "own_write_at": each.changed_at,
            }
            for each in writes
        ]
        if rows:
            await self._driver.execute(_OWN_WRITES, recordset(rows))

    async def resolve(self, order: OrderId, *, note: str | None, now: datetime) -> int:
        version: int = await self._driver.fetchval(_RESOLVE, order, note, now)
        return version

    async def clear_due(self, order: OrderId) -> None:
        await self._driver.execute("UPDATE orders SET document_due_at = NULL WHERE id = $1", order)

    def _body(self, order: Order) -> bytes:
        if id(order) not in self._bodies:
            self._bodies[id(order)] = order, encoded(order)
        return self._bodies[id(order)][1]

    def _copy_row(self, saved: SavedOrder) -> dict[str, Any]:
        order = saved.order
        assert order is not None
        body = self._body(order)
        return _decision_row(saved) | {
            "store_id": saved.store_id,
            "shopify_id": saved.shopify_id,
            "shop_id": saved.shop_id,
            "name": order.name,
            "body": msgspec.Raw(body),
            "body_version": COPY_VERSION,
            "body_hash": _copy_digest(order, body),
            "store_updated_at": order.updated_at,
            "read_at": saved.read_at,
            "financial_status": order.financial_status,
            "fulfilment_status": order.fulfilment_status,
            "cancelled_at": order.cancelled_at,
            "closed_at": order.closed_at,
            "store_customer_id": order.customer.shopify_id if order.customer else None,
            "conflict": raw_json(saved.conflict) if saved.conflict else None,
            "version": saved.version,
        }


def _known(row: asyncpg.Record) -> KnownOrder:
    return KnownOrder(
        id=OrderId(row["id"]),
        store_id=StoreId(row["store_id"]),
        shopify_id=ShopifyId(row["shopify_id"]),
        shop_id=ShopId(row["shop_id"]),
        state=OrderState(row["state"]),
        mapping=_mapping.decode(row["mapping"]),
        problems=_problems.decode(row["problems"]),
        documents_on_request=row["documents_on_request"],
        use_shopify_number=row["use_shopify_number"],
        digest=row["body_hash"],
        store_updated_at=row["store_updated_at"],
        read_at=row["read_at"],
        cancelled=row["cancelled"],
        conflict=_conflict.decode(row["conflict"]) if row["conflict"] else None,
        version=row["version"],
        updated_at=row["updated_at"],
    )


def _decision_row(saved: SavedOrder) -> dict[str, Any]:
    waits = dict.fromkeys(name for problem in saved.problems for name in problem.waits_for)
    return {
        "id": saved.id,
        "state": saved.state.value,
        "mapping": raw_json(saved.mapping),
        "problems": raw_json(saved.problems),
        "waits_for": list(waits),
        "documents_on_request": saved.documents_on_request,
        "use_shopify_number": saved.use_shopify_number,
        "document_due_at": saved.retry_at,
    }
