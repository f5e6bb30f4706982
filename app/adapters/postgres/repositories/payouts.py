"""Payouts with what is behind them, and disputes, on PostgreSQL. What a movement is about is found when it is read:
orders and documents may come later than the money.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from app.adapters.postgres.page_keys import Conditions, key_of, moment_and_id
from app.adapters.postgres.repositories.paging import page_of
from app.adapters.postgres.repositories.stored_json import recordset
from app.domain.identifiers import ShopId, StoreId
from app.domain.payouts import (
    FINAL_DISPUTES,
    FINAL_PAYOUTS,
    Dispute,
    Payout,
    PayoutTransaction,
    difference,
    dispute_id,
    payout_id,
)
from app.ports.paging import Page, PageRequest
from app.ports.repositories.payouts import (
    ListedDispute,
    ListedPayout,
    MatchedTransaction,
    PayoutFilter,
    Settled,
    WithoutPayouts,
)

_COLUMNS = "store_id, shopify_id, status, type, issued_at, currency, net, trace_id, summary, transactions, difference"
_DISPUTE = (
    "order_shopify_id, status, type, reason, network_reason_code, amount, currency, initiated_at, evidence_due_by,"
    " evidence_sent_on, finalized_on"
)

_KEEP = f"""
INSERT INTO payouts AS known (id, {_COLUMNS}, differs_since, updated_at)
SELECT id, {_COLUMNS}, CASE WHEN difference <> 0 AND status = 'paid' THEN $2::timestamptz END, $2::timestamptz
FROM json_populate_recordset(NULL::payouts, $1::json)
ON CONFLICT (id) DO UPDATE SET
    ({_COLUMNS}) = ROW(
        excluded.store_id, excluded.shopify_id, excluded.status, excluded.type, excluded.issued_at, excluded.currency,
        excluded.net, excluded.trace_id, excluded.summary, excluded.transactions, excluded.difference
    ),
    differs_since = CASE WHEN excluded.differs_since IS NOT NULL
        THEN COALESCE(known.differs_since, excluded.differs_since) END,
    updated_at = excluded.updated_at
WHERE (known.status, known.net, known.trace_id, known.transactions, known.difference) IS DISTINCT FROM
    (excluded.status, excluded.net, excluded.trace_id, excluded.transactions, excluded.difference)
RETURNING id
"""

_KEEP_DISPUTES = f"""
INSERT INTO disputes AS known (id, store_id, shopify_id, {_DISPUTE}, updated_at)
SELECT id, store_id, shopify_id, {_DISPUTE}, $2 FROM json_populate_recordset(NULL::disputes, $1::json)
ON CONFLICT (id) DO UPDATE SET
    order_shopify_id = excluded.order_shopify_id, status = excluded.status, type = excluded.type,
    reason = excluded.reason, network_reason_code = excluded.network_reason_code, amount = excluded.amount,
    evidence_due_by = excluded.evidence_due_by, evidence_sent_on = excluded.evidence_sent_on,
    finalized_on = excluded.finalized_on, updated_at = excluded.updated_at
WHERE (known.order_shopify_id, known.status, known.type, known.reason, known.amount, known.evidence_due_by,
       known.evidence_sent_on, known.finalized_on) IS DISTINCT FROM
    (excluded.order_shopify_id, excluded.status, excluded.type, excluded.reason, excluded.amount,
     excluded.evidence_due_by, excluded.evidence_sent_on, excluded.finalized_on)
RETURNING id
"""

# A refund is found by the payment that it gave back; a charge belongs to the order's own document.
_MATCHED = """
SELECT page.*, orders.id AS order_id, refund.id AS refund_id, document.id AS document_id,
    document.number AS document_number, document.erp_document_no
FROM ({page}) AS page
LEFT JOIN orders ON orders.store_id = page.store_id AND orders.shopify_id = page.order_shopify_id AND {visible}
LEFT JOIN LATERAL (
    SELECT r.id FROM refunds r
    WHERE r.order_id = orders.id AND EXISTS (
        SELECT FROM jsonb_array_elements(r.body -> 'transactions') AS t
        WHERE t ->> 'shopify_id' = page.order_transaction_id
    )
    LIMIT 1
) AS refund ON page.order_transaction_id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT d.id, d.number, d.erp_document_no FROM sales_documents d
    WHERE d.order_id = orders.id AND d.refund_id IS NOT DISTINCT FROM refund.id AND d.adjusts_id IS NULL
      AND d.state <> 'cancelled' AND d.unlinked_at IS NULL
    LIMIT 1
) AS document ON page.type IN ('charge', 'refund')
ORDER BY page.shopify_id
"""

_OF_SHOP = "store_id = (SELECT store_id FROM shops WHERE code = {0})"
_VISIBLE = "store_id IN (SELECT store_id FROM shops WHERE id = ANY({0}::text[]))"


class PostgresPayouts:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def settled_payouts(self, store: StoreId) -> Settled:
        return await self._settled("payouts", "status = ANY($2::text[]) AND difference = 0", store, FINAL_PAYOUTS)

    async def settled_disputes(self, store: StoreId) -> Settled:
        return await self._settled("disputes", "status = ANY($2::text[])", store, FINAL_DISPUTES)

    async def _settled(self, table: str, condition: str, store: StoreId, final: frozenset[str]) -> Settled:
        rows = await self._driver.fetch(
            f"SELECT shopify_id, {condition} AS settled FROM {table} WHERE store_id = $1", store, sorted(final)
        )
        return Settled(
            settled=frozenset(row["shopify_id"] for row in rows if row["settled"]),
            open=frozenset(row["shopify_id"] for row in rows if not row["settled"]),
        )

    async def keep_payout(
        self, store: StoreId, payout: Payout, transactions: Sequence[PayoutTransaction], *, now: datetime
    ) -> bool:
        identifier = payout_id(store, payout.shopify_id)
        row = msgspec.to_builtins(payout) | {
            "id": identifier,
            "store_id": store,
            "transactions": len(transactions),
            "difference": str(difference(payout, transactions)),
        }
        kept = await self._driver.fetch(_KEEP, recordset([row]), now)
        await self._driver.execute("DELETE FROM payout_transactions WHERE payout_id = $1", identifier)
        rows = [msgspec.to_builtins(each) | {"payout_id": identifier, "store_id": store} for each in transactions]
        await self._driver.execute(
            "INSERT INTO payout_transactions"
            " SELECT * FROM json_populate_recordset(NULL::payout_transactions, $1::json)",
            recordset(rows),
        )
        return bool(kept)

    async def keep_disputes(self, store: StoreId, disputes: Sequence[Dispute], *, now: datetime) -> int:
        rows = [
            msgspec.to_builtins(each) | {"id": dispute_id(store, each.shopify_id), "store_id": store}
            for each in {each.shopify_id: each for each in disputes}.values()
        ]
        return len(await self._driver.fetch(_KEEP_DISPUTES, recordset(rows), now))

    async def note_access(self, store: StoreId, *, code: str | None, detail: str | None, now: datetime) -> None:
        await self._driver.execute("DELETE FROM payout_access WHERE store_id = $1", store)
        if code is not None:
            await self._driver.execute("INSERT INTO payout_access VALUES ($1, $2, $3, $4)", store, code, detail, now)

    async def page(self, wanted: PayoutFilter, request: PageRequest) -> Page[ListedPayout]:
        page, parameters = _page("payouts", "issued_at", wanted, request)
        rows = await self._driver.fetch(
            f"SELECT page.*, stores.store_domain AS domain FROM ({page}) AS page"
            " JOIN stores ON stores.id = page.store_id ORDER BY page.issued_at, page.id",
            *parameters,
        )
        return page_of(rows, request, shape=_payout, key=lambda row: key_of(row["issued_at"], row["id"]))

    async def transactions(
        self, payout: str, request: PageRequest, *, shop_ids: frozenset[ShopId] | None
    ) -> Page[MatchedTransaction]:
        where = Conditions(request.limit + 1)
        where.add("payout_id = {0}", payout)
        if request.after is not None:
            where.add("shopify_id > {0}", str(request.after[0]))
        chosen = f"SELECT * FROM payout_transactions WHERE {where} ORDER BY shopify_id LIMIT $1"
        visible = _visible_orders(shop_ids, where.parameters)
        rows = await self._driver.fetch(_MATCHED.format(page=chosen, visible=visible), *where.parameters)
        return page_of(rows, request, shape=_matched, key=lambda row: (row["shopify_id"],))

    async def disputes(self, wanted: PayoutFilter, request: PageRequest) -> Page[ListedDispute]:
        page, parameters = _page("disputes", "initiated_at", wanted, request)
        visible = _visible_orders(wanted.shop_ids, parameters)
        rows = await self._driver.fetch(
            "SELECT page.*, stores.store_domain AS domain, orders.id AS order_id, orders.name AS order_name"
            f" FROM ({page}) AS page JOIN stores ON stores.id = page.store_id"
            " LEFT JOIN orders ON orders.store_id = page.store_id AND orders.shopify_id = page.order_shopify_id"
            f" AND {visible}"
            " ORDER BY page.initiated_at, page.id",
            *parameters,
        )
        return page_of(rows, request, shape=_dispute, key=lambda row: key_of(row["initiated_at"], row["id"]))

    async def without(self, wanted: PayoutFilter) -> Sequence[WithoutPayouts]:
        where = Conditions()
        where.add_given("shops.id = ANY({0}::text[])", None if wanted.shop_ids is None else list(wanted.shop_ids))
        where.add_given("shops.code = {0}", wanted.shop)
        rows = await self._driver.fetch(
            "SELECT shops.code AS shop, access.code, access.detail FROM shops"
            f" JOIN payout_access access ON access.store_id = shops.store_id WHERE {where} ORDER BY shops.code",
            *where.parameters,
        )
        return [WithoutPayouts(**dict(row)) for row in rows]


def _visible_orders(shop_ids: Collection[ShopId] | None, parameters: list[object]) -> str:
    """Money is of the whole store, but orders of a shop that the caller may not see are not told of (S2)."""
    if shop_ids is None:
        return "true"
    parameters.append(list(shop_ids))
    return f"orders.shop_id = ANY(${len(parameters)}::text[])"


def _page(table: str, by: str, wanted: PayoutFilter, request: PageRequest) -> tuple[str, list[object]]:
    where = Conditions(request.limit + 1)
    where.add_given(_VISIBLE, None if wanted.shop_ids is None else list(wanted.shop_ids))
    where.add_given(_OF_SHOP, wanted.shop)
    where.add_given("status = {0}", wanted.status)
    where.add_given("id = {0}", wanted.id)
    if request.after is not None:
        where.add(f"({by}, id) > ({{0}}, {{1}})", *moment_and_id(request.after))
    return f"SELECT * FROM {table} WHERE {where} ORDER BY {by}, id LIMIT $1", where.parameters


def _some(row: asyncpg.Record, kind: Any) -> Any:
    values = {name: row[name] for name in kind.__dataclass_fields__ if name != "summary"}
    if kind is Payout:
        summary = row["summary"]
        told = msgspec.json.decode(summary) if isinstance(summary, str) else summary
        values["summary"] = tuple((name, Decimal(str(value))) for name, value in told)
    return kind(**values)


def _payout(row: asyncpg.Record) -> ListedPayout:
    return ListedPayout(
        id=row["id"],
        store_domain=row["domain"],
        payout=_some(row, Payout),
        transactions=row["transactions"],
        difference=row["difference"],
        updated_at=row["updated_at"],
    )


def _matched(row: asyncpg.Record) -> MatchedTransaction:
    return MatchedTransaction(
        transaction=_some(row, PayoutTransaction),
        order_id=row["order_id"],
        refund_id=row["refund_id"],
        document_id=row["document_id"],
        document_number=row["document_number"],
        erp_document_no=row["erp_document_no"],
    )


def _dispute(row: asyncpg.Record) -> ListedDispute:
    return ListedDispute(
        id=row["id"],
        store_domain=row["domain"],
        dispute=_some(row, Dispute),
        order_id=row["order_id"],
        order_name=row["order_name"],
        updated_at=row["updated_at"],
    )
