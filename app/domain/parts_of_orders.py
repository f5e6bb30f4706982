"""Parts of an order by their ids alone, as somebody speaks of them who does not say whose they are."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.identifiers import ShopifyId


class OrderPartKind(StrEnum):
    """Which part of an order is spoken of."""

    RETURN = "return"
    REVERSE_ORDER = "reverse_order"
    FULFILMENT_ORDER = "fulfilment_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPart:
    """A return, the request to take its goods back, or the request to ship goods."""

    kind: OrderPartKind
    shopify_id: ShopifyId
