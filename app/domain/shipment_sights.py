"""What a store shows of shipping an order, just before something is sent: what is open where, and what was recorded.

It is read anew for every sending and never kept: fulfilment orders are split, moved, held and merged at any moment, and
get new ids by it. The order's own copy of them (``orders``) is for documents.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.identifiers import ShopifyId

CREATE_FULFILMENT = "create_fulfillment"
"""The supported action without which a fulfilment order takes no shipment, in the store's spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """How much of an order line a fulfilment order still has to ship."""

    shopify_id: ShopifyId
    line_id: ShopifyId
    """The order line."""
    total_quantity: int
    remaining_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFulfilmentOrder:
    """A fulfilment order at this moment. ``status``, ``request_status`` and ``actions`` in lower snake case."""

    shopify_id: ShopifyId
    status: str
    request_status: str = "unsubmitted"
    actions: frozenset[str] = frozenset()
    location_id: ShopifyId | None = None
    """None = the location was deleted."""
    location_name: str = ""
    service_name: str | None = None
    """The fulfilment service whose location this is, ours or a third party's; None = a location of the merchant."""
    lines: tuple[SeenLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFulfilment:
    """A fulfilment as the store recorded it: which order lines, how much of each, and its tracking numbers."""

    shopify_id: ShopifyId
    status: str
    created_at: datetime
    location_id: ShopifyId | None = None
    tracking_numbers: tuple[str, ...] = ()
    quantities: tuple[tuple[ShopifyId, int], ...] = ()
    """(order line, quantity)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingSeen:
    """One order's shipping, whole: every fulfilment order that the app may see, closed ones included or not."""

    shopify_id: ShopifyId
    updated_at: datetime
    """The order's change time."""
    fulfilment_status: str
    fulfilment_orders: tuple[SeenFulfilmentOrder, ...]
    fulfilments: tuple[SeenFulfilment, ...] | None = None
    """None = not asked for."""
    looked_at: datetime | None = None
    """By the store's clock; None = it told no time."""
