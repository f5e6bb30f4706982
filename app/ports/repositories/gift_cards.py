"""Gift cards that orders issued and that paid them, as people and the ERP read them. Locks nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from app.domain.gift_cards import GiftCardState
from app.domain.identifiers import OrderId, ShopId, ShopifyId
from app.domain.money import Amount
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardFilter:
    """Which cards; everything given must hold. ``shop_ids`` None = those of all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    """A shop's code."""
    state: GiftCardState | None = None
    order_id: OrderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedGiftCard:
    """One card in one order. ``used`` is what it paid altogether in the orders of its store that we hold."""

    state: GiftCardState
    shop: str
    shopify_id: ShopifyId
    order_id: OrderId
    order_shopify_id: ShopifyId
    order_name: str
    line_id: ShopifyId | None
    last_characters: str
    currency: str
    presentment_currency: str
    amount: Amount
    used: Decimal
    """In the shop's money."""
    used_presentment: Decimal | None
    """None = it paid in several currencies, or in another than this order's."""


class GiftCards(Protocol):
    """Written with the copies of their orders."""

    async def page(self, wanted: GiftCardFilter, request: PageRequest) -> Page[ListedGiftCard]:
        """By order, oldest first; none of stores whose gift cards the app may not read."""
        ...

    async def shops_without_access(self, wanted: GiftCardFilter) -> Sequence[str]:
        """The codes of the shops in question whose gift cards the app may not read, as the store last said."""
        ...
