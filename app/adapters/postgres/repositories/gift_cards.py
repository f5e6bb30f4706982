"""Gift cards on PostgreSQL: drawn from the copies of orders as these are written, read in pages."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg

from app.adapters.postgres.page_keys import Conditions
from app.adapters.postgres.repositories.stored_json import recordset
from app.domain.gift_cards import (
    GiftCardEntry,
    GiftCardState,
    concerns_gift_cards,
    gift_card_entries,
    gift_cards_are_known,
)
from app.domain.identifiers import OrderId, ShopifyId
from app.domain.money import Amount
from app.domain.orders import Order
from app.ports.paging import Page, PageRequest
from app.ports.repositories.gift_cards import GiftCardFilter, ListedGiftCard
from app.ports.repositories.orders import SavedOrder

SCOPES = "ARRAY['read_gift_cards', 'write_gift_cards']"
"""Of which one is enough. A store that was never asked counts as one that grants them."""

# Of an order whose issued cards were not told this time, those that were told before stay.
_KEEP = """
WITH given AS (SELECT * FROM json_populate_recordset(NULL::gift_cards, $1::json)),
gone AS (
    DELETE FROM gift_cards AS old
    WHERE old.order_id = ANY($2::text[]) AND (old.state = 'redeemed' OR old.order_id = ANY($3::text[]))
      AND NOT EXISTS (
          SELECT FROM given
          WHERE given.order_id = old.order_id AND given.state = old.state AND given.shopify_id = old.shopify_id
      )
)
INSERT INTO gift_cards (
    order_id, state, shopify_id, store_id, shop_id, line_id, last_characters, currency, presentment_currency,
    amount_shop, amount_presentment
)
SELECT order_id, state, shopify_id, store_id, shop_id, line_id, last_characters, currency, presentment_currency,
    amount_shop, amount_presentment
FROM given ORDER BY order_id, state, shopify_id
ON CONFLICT (order_id, state, shopify_id) DO UPDATE SET
    shop_id = excluded.shop_id, line_id = excluded.line_id, amount_shop = excluded.amount_shop,
    last_characters = COALESCE(NULLIF(excluded.last_characters, ''), gift_cards.last_characters),
    amount_presentment = excluded.amount_presentment
"""

_SHOWN = """
    page.state, shops.code AS shop, page.shopify_id, page.order_id, orders.shopify_id AS order_shopify_id,
    orders.name AS order_name, page.line_id, page.last_characters, page.currency, page.presentment_currency,
    page.amount_shop, page.amount_presentment, COALESCE(uses.amount_shop, 0) AS used,
    CASE WHEN uses.one_currency IS NOT FALSE THEN COALESCE(uses.amount_presentment, 0) END AS used_presentment
"""
_BESIDE = """
    JOIN shops ON shops.id = page.shop_id
    JOIN orders ON orders.id = page.order_id
    CROSS JOIN LATERAL (
        SELECT sum(amount_shop) AS amount_shop, sum(amount_presentment) AS amount_presentment,
               bool_and(presentment_currency = page.presentment_currency) AS one_currency
        FROM gift_cards AS paid
        WHERE paid.store_id = page.store_id AND paid.shopify_id = page.shopify_id AND paid.state = 'redeemed'
    ) AS uses
"""
_READABLE = f"(SELECT granted_scopes IS NULL OR granted_scopes && {SCOPES} FROM stores WHERE id = gift_cards.store_id)"

_WITHOUT_ACCESS = f"""
SELECT code FROM shops
WHERE ($1::text[] IS NULL OR id = ANY($1)) AND ($2::text IS NULL OR code = $2)
  AND ($3::text IS NULL OR id = (SELECT shop_id FROM orders WHERE orders.id = $3))
  AND NOT (SELECT granted_scopes IS NULL OR granted_scopes && {SCOPES} FROM stores WHERE stores.id = shops.store_id)
ORDER BY code
"""


async def keep_gift_cards(driver: asyncpg.Connection, copies: Sequence[SavedOrder]) -> None:
    """Draw the cards from copies that are being written; nothing is sent for orders without any."""
    concerned = [(saved, saved.order) for saved in copies if saved.order and concerns_gift_cards(saved.order)]
    if not concerned:
        return
    rows = [_row(saved, order, entry) for saved, order in concerned for entry in gift_card_entries(order)]
    told = [saved.id for saved, order in concerned if gift_cards_are_known(order)]
    await driver.execute(_KEEP, recordset(rows), [saved.id for saved, _ in concerned], told)


def page_statement(wanted: GiftCardFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters."""
    where = Conditions(request.limit + 1)
    where.add(_READABLE)
    where.add_given("shop_id = ANY({0}::text[])", None if wanted.shop_ids is None else list(wanted.shop_ids))
    where.add_given("shop_id = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("state = {0}", wanted.state)
    where.add_given("order_id = {0}", wanted.order_id)
    if request.after is not None:
        where.add("(order_id, state, shopify_id) > ({0}, {1}, {2})", *request.after)
    chosen = f"SELECT * FROM gift_cards WHERE {where} ORDER BY order_id, state, shopify_id LIMIT $1"
    statement = f"SELECT {_SHOWN} FROM ({chosen}) AS page {_BESIDE} ORDER BY page.order_id, page.state, page.shopify_id"
    return statement, where.parameters


class PostgresGiftCards:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: GiftCardFilter, request: PageRequest) -> Page[ListedGiftCard]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        shown = [_listed(row) for row in rows[: request.limit]]
        last = shown[-1] if len(rows) > len(shown) else None
        return Page(rows=shown, next_after=(last.order_id, last.state, last.shopify_id) if last else None)

    async def shops_without_access(self, wanted: GiftCardFilter) -> Sequence[str]:
        rows = await self._driver.fetch(
            _WITHOUT_ACCESS,
            None if wanted.shop_ids is None else list(wanted.shop_ids),
            wanted.shop,
            wanted.order_id,
        )
        return [row["code"] for row in rows]


def _row(saved: SavedOrder, order: Order, entry: GiftCardEntry) -> dict[str, Any]:
    return {
        "order_id": saved.id,
        "state": entry.state.value,
        "shopify_id": entry.shopify_id,
        "store_id": saved.store_id,
        "shop_id": saved.shop_id,
        "line_id": entry.line_id,
        "last_characters": entry.last_characters,
        "currency": order.currency,
        "presentment_currency": order.presentment_currency,
        "amount_shop": str(entry.amount.shop),
        "amount_presentment": str(entry.amount.presentment),
    }


def _listed(row: asyncpg.Record) -> ListedGiftCard:
    values = dict(row)
    shop, presentment = Decimal(values.pop("amount_shop")), Decimal(values.pop("amount_presentment"))
    return ListedGiftCard(
        state=GiftCardState(values.pop("state")),
        shopify_id=ShopifyId(values.pop("shopify_id")),
        order_id=OrderId(values.pop("order_id")),
        order_shopify_id=ShopifyId(values.pop("order_shopify_id")),
        amount=Amount(shop=shop, presentment=presentment),
        **values,
    )
