"""What is to be shipped of an order and from where: Shopify's fulfilment orders (P13, P60).

What was shipped are its fulfilments; what may be done with a fulfilment order when shipping is ``shipment_sights``.
"""

from dataclasses import dataclass

from app.domain.identifiers import ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentOrderLine:
    """How much of an order line a fulfilment order ships, and how much of that is still open."""

    shopify_id: ShopifyId
    line_id: ShopifyId
    total_quantity: int
    remaining_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentOrder:
    """Shopify's request to ship from one location; ids are not stable over splits, moves and merges."""

    shopify_id: ShopifyId
    status: str
    request_status: str = ""
    location_id: ShopifyId | None = None
    location_name: str = ""
    delivery_method: str = ""
    lines: tuple[FulfilmentOrderLine, ...] = ()
