"""Refunds on PostgreSQL: a row each beside the order's copy, which holds them, too."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.page_keys import Conditions, key_of, moment_and_id, order_of
from app.adapters.postgres.repositories.cue_conditions import CHANGED, CUES_OF_REFUNDS
from app.adapters.postgres.repositories.stored_json import decoder, encoded, raw_json, recordset
from app.domain.identifiers import OrderId, RefundId, ShopId, ShopifyId
from app.domain.orders import Refund
from app.domain.problems import Problem
from app.domain.refund_states import RefundState
from app.ports.paging import Page, PageRequest
from app.ports.repositories.refunds import DocumentOfRefund, KnownRefund, RefundFilter, SavedRefund, StoredRefund

_refund = decoder(Refund)
_problems = decoder(tuple[Problem, ...])
_documents = decoder(tuple[DocumentOfRefund, ...])

_OF_ORDERS = """
SELECT refunds.*, live.id AS document_id, live.number AS document_number FROM refunds
LEFT JOIN sales_documents AS live
    ON live.refund_id = refunds.id AND live.state <> 'cancelled' AND live.unlinked_at IS NULL
WHERE refunds.order_id = ANY($1::text[]) ORDER BY refunds.id
"""

_SAVE = """
INSERT INTO refunds (
    id, order_id, shop_id, shopify_id, body, state, problems, waits_for, document_on_request, version, created_at,
    updated_at
)
SELECT id, order_id, shop_id, shopify_id, body, state, problems, waits_for, document_on_request, version, $2, $2
FROM json_populate_recordset(NULL::refunds, $1::json)
ON CONFLICT (id) DO UPDATE SET
    body = excluded.body, state = excluded.state, problems = excluded.problems, waits_for = excluded.waits_for,
    document_on_request = excluded.document_on_request, version = refunds.version + 1, updated_at = excluded.updated_at
"""

_SHOWN = """
    page.*, shops.code AS shop, orders.shopify_id AS order_shopify_id, orders.name AS order_name,
    orders.body ->> 'currency' AS currency, orders.body ->> 'presentment_currency' AS presentment_currency,
    coalesce((
        SELECT json_agg(json_build_object(
            'id', d.id, 'kind', d.kind, 'number', d.number, 'state', d.state, 'unlinked_at', d.unlinked_at
        ) ORDER BY d.id) FROM sales_documents d WHERE d.order_id = page.order_id AND d.refund_id = page.id
    ), '[]')::text AS documents
"""
_BESIDE = "JOIN orders ON orders.id = page.order_id JOIN shops ON shops.id = page.shop_id"
_SEEN = "id = $1 AND ($2::text[] IS NULL OR shop_id = ANY($2::text[]))"


def page_statement(wanted: RefundFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters."""
    where = Conditions(request.limit + 1)
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else list(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("state = {0}", wanted.state)
    if wanted.cue is not None:
        where.add_written(CUES_OF_REFUNDS[wanted.cue])
    where.add_given("order_id = {0}", wanted.order_id)
    where.add_given("shopify_id = {0}", wanted.shopify_id)
    where.add_given("updated_at >= {0}", wanted.updated_from)
    if request.after is not None:
        where.add_after(request, "updated_at, id", *moment_and_id(request.after))
    chosen = f"SELECT * FROM refunds WHERE {where} ORDER BY {order_of(request, 'updated_at', 'id')} LIMIT $1"
    order = order_of(request, "page.updated_at", "page.id")
    statement = f"SELECT {_SHOWN} FROM ({chosen}) AS page {_BESIDE} ORDER BY {order}"
    return statement, where.parameters


class PostgresRefunds:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def of_orders(self, orders: Collection[OrderId]) -> Mapping[OrderId, Mapping[ShopifyId, KnownRefund]]:
        found: dict[OrderId, dict[ShopifyId, KnownRefund]] = {}
        for row in await self._driver.fetch(_OF_ORDERS, list(orders)):
            found.setdefault(OrderId(row["order_id"]), {})[ShopifyId(row["shopify_id"])] = _known(row)
        return found

    async def save(self, refunds: Sequence[SavedRefund], *, now: datetime) -> None:
        if refunds:
            await self._driver.execute(_SAVE, recordset([_row(each) for each in refunds]), now)

    async def order_of(self, refund: RefundId, *, shop_ids: Collection[ShopId] | None) -> OrderId | None:
        found: OrderId | None = await self._driver.fetchval(
            f"SELECT order_id FROM refunds WHERE {_SEEN}", refund, None if shop_ids is None else list(shop_ids)
        )
        return found

    async def with_open(self, shop: ShopId, *, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        rows = await self._driver.fetch(
            "SELECT DISTINCT order_id FROM refunds WHERE shop_id = $1 AND state IN ('open', 'blocked', 'failed')"
            " AND NOT document_on_request AND ($2::text IS NULL OR order_id > $2) ORDER BY order_id LIMIT $3",
            shop,
            after,
            limit,
        )
        return [OrderId(row["order_id"]) for row in rows]

    async def set_back(self, refund: RefundId, *, problem: Problem, now: datetime) -> None:
        await self._driver.execute(
            "UPDATE refunds SET state = 'open', document_on_request = true, problems = $2::text::jsonb,"
            " waits_for = '{}', version = version + 1, updated_at = $3 WHERE id = $1",
            refund,
            encoded((problem,)).decode(),
            now,
        )

    async def settle(self, order: OrderId, *, now: datetime) -> int:
        done: str = await self._driver.execute(
            f"UPDATE refunds SET problems = '[]', version = version + 1, updated_at = $2"
            f" WHERE order_id = $1 AND state = 'done' AND {CHANGED}",
            order,
            now,
        )
        return int(done.rpartition(" ")[2])

    async def page(self, wanted: RefundFilter, request: PageRequest) -> Page[StoredRefund]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        shown = [_stored(row) for row in rows[: request.limit]]
        more = len(rows) > len(shown)
        return Page(rows=shown, next_after=key_of(shown[-1].updated_at, shown[-1].id) if more else None)

    async def one(self, refund: RefundId, *, shop_ids: Collection[ShopId] | None) -> StoredRefund | None:
        row = await self._driver.fetchrow(
            f"SELECT {_SHOWN} FROM (SELECT * FROM refunds WHERE {_SEEN}) AS page {_BESIDE}",
            refund,
            None if shop_ids is None else list(shop_ids),
        )
        return None if row is None else _stored(row)


def _row(saved: SavedRefund) -> dict[str, object]:
    waits = dict.fromkeys(name for problem in saved.problems for name in problem.waits_for)
    return {
        "id": saved.id,
        "order_id": saved.order_id,
        "shop_id": saved.shop_id,
        "shopify_id": saved.refund.shopify_id,
        "body": raw_json(saved.refund),
        "state": saved.state.value,
        "problems": raw_json(saved.problems),
        "waits_for": list(waits),
        "document_on_request": saved.document_on_request,
        "version": saved.version,
    }


def _known(row: asyncpg.Record) -> KnownRefund:
    return KnownRefund(
        id=RefundId(row["id"]),
        shopify_id=ShopifyId(row["shopify_id"]),
        refund=_refund.decode(row["body"]),
        state=RefundState(row["state"]),
        problems=_problems.decode(row["problems"]),
        document_on_request=row["document_on_request"],
        version=row["version"],
        document_id=row["document_id"],
        document_number=row["document_number"],
    )


def _stored(row: asyncpg.Record) -> StoredRefund:
    return StoredRefund(
        id=RefundId(row["id"]),
        shop=row["shop"],
        order_id=OrderId(row["order_id"]),
        order_shopify_id=ShopifyId(row["order_shopify_id"]),
        order_name=row["order_name"],
        currency=row["currency"],
        presentment_currency=row["presentment_currency"],
        refund=_refund.decode(row["body"]),
        state=RefundState(row["state"]),
        problems=_problems.decode(row["problems"]),
        documents=_documents.decode(row["documents"]),
        version=row["version"],
        updated_at=row["updated_at"],
    )
