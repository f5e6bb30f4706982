"""Products of the store for which no item is known, as people look at them: what it is, and which orders wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.identifiers import ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that waits for the item."""

    order_id: str
    order_name: str
    line_id: str
    shopify_line_id: ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmappedProduct:
    """One store variant, or one SKU or barcode where the variant was deleted, with what the latest order says of it."""

    store_product_id: ShopifyId | None
    store_variant_id: ShopifyId | None
    title: str
    variant_title: str
    sku: str
    barcode: str
    ambiguous: bool
    """Several items fit; else none is known."""
    order_count: int
    oldest_at: datetime
    """When the oldest of these orders was imported."""
    lines: Sequence[WaitingLine]
    """The oldest ones, as far as they are shown."""
