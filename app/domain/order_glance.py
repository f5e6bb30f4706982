"""An order at a glance: what of it can be read for next to nothing, and shows that it changed.

Change times have whole seconds, so two changes may share one: content tells them apart where time cannot. A glance
holds no lines; whatever changes a line changes a total, a status or a list of ids that is here.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.addresses import StoreAddress
from app.domain.erp_number import without_number
from app.domain.identifiers import ShopifyId
from app.domain.money import Amount
from app.domain.orders import Attribute, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGlance:
    """Equal for two states of an order between which nothing happened that we would have to know."""

    cancelled_at: datetime | None
    closed_at: datetime | None
    edited: bool
    email: str
    phone: str
    note: str
    po_number: str
    tags: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    """Without ours."""
    discount_codes: tuple[str, ...]
    financial_status: str | None
    fulfilment_status: str
    return_status: str
    totals: tuple[Amount, ...]
    """Current total, subtotal, tax, discount and shipping; received, refunded, outstanding."""
    sell_to_address: StoreAddress | None
    bill_to_address: StoreAddress | None
    ship_to_address: StoreAddress | None
    transactions: frozenset[tuple[ShopifyId, str]]
    """Each with its status."""
    refunds: frozenset[ShopifyId]


def glance_at(order: Order) -> OrderGlance:
    """What a glance at the store would show if it stood there as in our copy."""
    totals = order.totals
    return OrderGlance(
        cancelled_at=order.cancelled_at,
        closed_at=order.closed_at,
        edited=order.edited,
        email=order.email,
        phone=order.phone,
        note=order.note,
        po_number=order.po_number,
        tags=order.tags,
        attributes=without_number(order).attributes,
        discount_codes=order.discount_codes,
        financial_status=order.financial_status,
        fulfilment_status=order.fulfilment_status,
        return_status=order.return_status,
        totals=(
            totals.current_total,
            totals.current_subtotal,
            totals.current_tax,
            totals.current_discount,
            totals.current_shipping,
            totals.received,
            totals.refunded,
            totals.outstanding,
        ),
        sell_to_address=order.sell_to_address,
        bill_to_address=order.bill_to_address,
        ship_to_address=order.ship_to_address,
        transactions=frozenset((each.shopify_id, each.status) for each in order.transactions),
        refunds=frozenset(each.shopify_id for each in order.refunds),
    )
