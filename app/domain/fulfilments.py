"""What Shopify recorded as shipped from an order: its fulfilments, for information (P13).

What the ERP posted is a shipment and is told elsewhere; what is still to be shipped is in the fulfilment orders.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.identifiers import ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """A parcel of a fulfilment, as far as anybody said."""

    company: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentLine:
    """Pieces of an order line that left with a fulfilment."""

    shopify_id: ShopifyId
    line_id: ShopifyId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """Goods that left one location together. The two statuses are Shopify's words in lower snake case."""

    shopify_id: ShopifyId
    name: str = ""
    status: str
    display_status: str = ""
    """Where the parcels are; empty when Shopify does not say."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    in_transit_at: datetime | None = None
    delivered_at: datetime | None = None
    estimated_delivery_at: datetime | None = None
    location_id: ShopifyId | None = None
    service: str = ""
    """Name of the fulfilment service that shipped it."""
    tracking: tuple[Tracking, ...] = ()
    lines: tuple[FulfilmentLine, ...] = ()
