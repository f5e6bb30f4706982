"""Reading orders and their queue on PostgreSQL: one statement a page, by the index that belongs to the filter."""

import zlib
from collections.abc import Collection, Mapping, Sequence

import asyncpg

from app.adapters.postgres.page_keys import Conditions, key_of, moment_and_id, order_of
from app.adapters.postgres.repositories.cue_conditions import CUES_OF_ORDERS
from app.adapters.postgres.repositories.stored_json import decoder
from app.adapters.postgres.repositories.unmapped_products import unmapped_products
from app.domain.changes import Change
from app.domain.conflicts import Conflict
from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.problems import Problem
from app.ports.paging import Page, PageRequest
from app.ports.repositories.orders_reading import (
    Capture,
    HistoryEntry,
    OrderFilter,
    QueuedOrder,
    QueueFilter,
    StoredOrder,
)
from app.ports.repositories.unmapped_products import UnmappedProduct

_order = decoder(Order)
_mapping = decoder(OrderMapping)
_problems = decoder(tuple[Problem, ...])
_conflict = decoder(Conflict)
_changes = decoder(tuple[Change, ...])

_SHOWN = """
    page.id, page.store_id, stores.store_domain, page.shop_id, shops.code AS shop, page.body::text AS body, page.state,
    page.mapping::text AS mapping, page.problems::text AS problems, page.conflict::text AS conflict,
    (SELECT no FROM customers WHERE id = page.mapping ->> 'sell_to_customer_id') AS sell_to_customer_no,
    (SELECT no FROM customers WHERE id = page.mapping ->> 'bill_to_customer_id') AS bill_to_customer_no,
    page.version, page.created_at, page.updated_at
"""
_BESIDE = """
    JOIN stores ON stores.id = page.store_id
    JOIN shops ON shops.id = page.shop_id
"""
_NAMED = "id = ANY(ARRAY(SELECT o.id FROM shops s JOIN orders o ON o.shop_id = s.id WHERE o.name = {0}))"
_OF_SHOPIFY = "id = ANY(ARRAY(SELECT o.id FROM stores s JOIN orders o ON o.store_id = s.id WHERE o.shopify_id = {0}))"
_WITH_PROBLEM = "problems <> '[]'::jsonb AND problems @> jsonb_build_array(jsonb_build_object('code', {0}::text))"

_QUEUED = """
    queue.id, shops.code AS shop, queue.shopify_id, queue.name, queue.action, queue.source,
    CASE
        WHEN queue.parked_at IS NOT NULL THEN 'parked'
        WHEN queue.unclaimed_at IS NOT NULL THEN 'unclaimed'
        WHEN queue.due_at IS NULL THEN 'waiting'
        WHEN queue.claimed_until > now() THEN 'importing'
        WHEN queue.error_code IS NOT NULL THEN 'failed'
        ELSE 'due'
    END AS state, queue.attempts,
    queue.error_code, queue.error_detail, queue.failed_at, queue.due_at, queue.parked_at, queue.unclaimed_at,
    queue.store_updated_at, queue.listed_at, queue.updated_at
"""


def page_statement(wanted: OrderFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else list(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given(_NAMED, wanted.name)
    where.add_given(_OF_SHOPIFY, wanted.shopify_id)
    where.add_given("state = {0}", wanted.state)
    for column, flag in (
        ("conflict", wanted.in_conflict),
        ("cancelled_at", wanted.cancelled),
        ("closed_at", wanted.closed),
    ):
        if flag is not None:
            where.add(f"{column} IS {'NOT NULL' if flag else 'NULL'}")
    where.add_given(_WITH_PROBLEM, wanted.problem)
    if wanted.cue is not None:
        where.add_written(CUES_OF_ORDERS[wanted.cue])
    where.add_given("financial_status = {0}", wanted.financial_status)
    where.add_given("fulfilment_status = {0}", wanted.fulfilment_status)
    where.add_given("updated_at >= {0}", wanted.updated_from)
    if request.after is not None:
        where.add_after(request, "updated_at, id", *moment_and_id(request.after))
    chosen = f"SELECT * FROM orders WHERE {where} ORDER BY {order_of(request, 'updated_at', 'id')} LIMIT $1"
    order = order_of(request, "page.updated_at", "page.id")
    statement = f"SELECT {_SHOWN} FROM ({chosen}) AS page {_BESIDE} ORDER BY {order}"
    return statement, where.parameters


def queue_statement(wanted: QueueFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page of a shop's queue."""
    where = Conditions(request.limit + 1)
    where.add("store_id = {0} AND (shop_id = {1} OR shop_id IS NULL)", wanted.store_id, wanted.shop_id)
    where.add("left_out_at IS NULL")
    where.add_given("action = {0}", wanted.action)
    for column, flag in (
        ("error_code", wanted.has_error),
        ("parked_at", wanted.parked),
        ("unclaimed_at", wanted.unclaimed),
    ):
        if flag is not None:
            where.add(f"{column} IS {'NOT NULL' if flag else 'NULL'}")
    if request.after is not None:
        where.add("id > {0}", request.after[0])
    chosen = f"SELECT * FROM orders_to_import WHERE {where} ORDER BY id LIMIT $1"
    statement = (
        f"SELECT {_QUEUED} FROM ({chosen}) AS queue LEFT JOIN shops ON shops.id = queue.shop_id ORDER BY queue.id"
    )
    return statement, where.parameters


class PostgresOrdersReading:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: OrderFilter, request: PageRequest) -> Page[StoredOrder]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        shown = [_stored(row) for row in rows[: request.limit]]
        more = len(rows) > len(shown)
        return Page(rows=shown, next_after=key_of(shown[-1].updated_at, shown[-1].id) if more else None)

    async def one(self, order_id: OrderId, *, shop_ids: Collection[ShopId] | None) -> StoredOrder | None:
        row = await self._driver.fetchrow(
            f"SELECT {_SHOWN} FROM (SELECT * FROM orders"
            f" WHERE id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[]))) AS page {_BESIDE}",
            order_id,
            None if shop_ids is None else list(shop_ids),
        )
        return None if row is None else _stored(row)

    async def unmapped_products(self, shop: ShopId, request: PageRequest) -> Page[UnmappedProduct]:
        return await unmapped_products(self._driver, shop, request)

    async def captures(self, order_id: OrderId, request: PageRequest) -> Page[Capture]:
        before = None if request.after is None else moment_and_id((request.after[0], ""))[0]
        rows = await self._driver.fetch(
            "SELECT captured_at, body FROM order_captures"
            " WHERE order_id = $1 AND ($2::timestamptz IS NULL OR captured_at < $2) ORDER BY captured_at DESC LIMIT $3",
            order_id,
            before,
            request.limit + 1,
        )
        shown = [
            Capture(captured_at=row["captured_at"], body=zlib.decompress(row["body"])) for row in rows[: request.limit]
        ]
        return Page(rows=shown, next_after=key_of(shown[-1].captured_at, "") if len(rows) > len(shown) else None)

    async def history(self, order_id: OrderId, request: PageRequest) -> Page[HistoryEntry]:
        rows = await self._driver.fetch(
            "SELECT seq, occurred_at, type, resource_type, resource_id, resource_version, changes, note FROM events"
            " LEFT JOIN order_changes ON order_id = resource_id AND version = resource_version"
            " AND type IN ('order.updated', 'order.conflict_resolved')"
            " WHERE seq > $2 AND resource_type IN ('order', 'sales_document')"
            " AND resource_id = ANY(ARRAY(SELECT id FROM sales_documents WHERE order_id = $1) || $1::text)"
            " ORDER BY seq LIMIT $3",
            order_id,
            0 if request.after is None else int(request.after[0]),
            request.limit + 1,
        )
        shown = rows[: request.limit]
        return Page(
            rows=[
                HistoryEntry(
                    occurred_at=row["occurred_at"],
                    type=row["type"],
                    resource_type=row["resource_type"],
                    resource_id=row["resource_id"],
                    version=row["resource_version"],
                    changes=_changes.decode(row["changes"]) if row["changes"] else (),
                    note=row["note"],
                )
                for row in shown
            ],
            next_after=(shown[-1]["seq"],) if len(rows) > len(shown) else None,
        )

    async def queue(self, wanted: QueueFilter, request: PageRequest) -> Page[QueuedOrder]:
        statement, parameters = queue_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        shown = [QueuedOrder(**dict(row)) for row in rows[: request.limit]]
        return Page(rows=shown, next_after=(shown[-1].id,) if len(rows) > len(shown) else None)

    async def queued_shopify_ids(
        self, ids: Sequence[str], *, store_id: StoreId, shop_id: ShopId
    ) -> Mapping[str, ShopifyId]:
        rows = await self._driver.fetch(
            "SELECT id, shopify_id FROM orders_to_import"
            " WHERE id = ANY($1::text[]) AND store_id = $2 AND (shop_id = $3 OR shop_id IS NULL)",
            list(ids),
            store_id,
            shop_id,
        )
        return {row["id"]: ShopifyId(row["shopify_id"]) for row in rows}


def _stored(row: asyncpg.Record) -> StoredOrder:
    conflict = row["conflict"]
    return StoredOrder(
        id=OrderId(row["id"]),
        store_id=StoreId(row["store_id"]),
        store_domain=row["store_domain"],
        shop_id=ShopId(row["shop_id"]),
        shop=row["shop"],
        order=_order.decode(row["body"]),
        state=OrderState(row["state"]),
        mapping=_mapping.decode(row["mapping"]),
        problems=_problems.decode(row["problems"]),
        conflict=None if conflict is None else _conflict.decode(conflict),
        sell_to_customer_no=row["sell_to_customer_no"],
        bill_to_customer_no=row["bill_to_customer_no"],
        version=row["version"],
        imported_at=row["created_at"],
        updated_at=row["updated_at"],
    )
