"""Goods coming back to a store: the returns of an order, for information (P52, REF-14, REF-16).

A return makes no document; the refund that may belong to it does (REF-39).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.fulfilments import Tracking
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount

UNKNOWN_RETURNS = "returns"
"""In ``Order.unknown``: the store did not tell the returns of the order, nor which lines came in by an exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockingFee:
    """What is kept back of the price of a returned line."""

    percentage: Decimal
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedPrice:
    """The unit price of goods that come back without being known to the order, in a currency of its own."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """Pieces that come back. ``line_id`` is None where Shopify does not know which line they left with (unverified)."""

    shopify_id: ShopifyId
    line_id: ShopifyId | None = None
    quantity: int
    processed_quantity: int = 0
    refundable_quantity: int = 0
    refunded_quantity: int = 0
    reason: str = ""
    """The handle of the reason, such as ``size-too-small``."""
    reason_name: str = ""
    """The same in the store's words."""
    reason_note: str = ""
    customer_note: str = ""
    restocking_fee: RestockingFee | None = None
    total: Amount = NOTHING
    """For all pieces, after the discounts of the line; nothing where the line is unverified."""
    unit_price: UnverifiedPrice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What became of pieces that arrived. ``kind`` is Shopify's word in lower snake case, such as ``restocked``."""

    shopify_id: ShopifyId
    kind: str
    quantity: int
    location_id: ShopifyId | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseLine:
    """How many pieces of an order line a reverse fulfilment order expects, and what became of those that came."""

    shopify_id: ShopifyId
    line_id: ShopifyId | None = None
    quantity: int
    dispositions: tuple[Disposition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseDelivery:
    """A parcel on its way back."""

    shopify_id: ShopifyId
    tracking: Tracking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseFulfilmentOrder:
    """Shopify's request to take goods of a return back."""

    shopify_id: ShopifyId
    status: str
    lines: tuple[ReverseLine, ...] = ()
    deliveries: tuple[ReverseDelivery, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLine:
    """What the buyer wants instead. ``line_ids`` are the order lines it became, none before it is processed."""

    shopify_id: ShopifyId
    quantity: int
    processed_quantity: int = 0
    title: str = ""
    sku: str = ""
    line_ids: tuple[ShopifyId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return of an order. ``status`` and ``decline_reason`` are Shopify's words in lower snake case."""

    shopify_id: ShopifyId
    name: str = ""
    status: str
    created_at: datetime | None = None
    approved_at: datetime | None = None
    closed_at: datetime | None = None
    total_quantity: int = 0
    decline_reason: str = ""
    decline_note: str = ""
    shipping_fees: Amount = NOTHING
    lines: tuple[ReturnLine, ...] = ()
    exchange_lines: tuple[ExchangeLine, ...] = ()
    reverse_orders: tuple[ReverseFulfilmentOrder, ...] = ()

    def location_of(self, line_id: ShopifyId) -> ShopifyId | None:
        """Where the pieces of an order line came back to; None unless all their dispositions agree (REF-16)."""
        return _agreed(
            disposition.location_id
            for order in self.reverse_orders
            for line in order.lines
            if line.line_id == line_id
            for disposition in line.dispositions
        )


def _agreed(locations: Iterable[ShopifyId | None]) -> ShopifyId | None:
    found = set(locations)
    return found.pop() if len(found) == 1 else None
