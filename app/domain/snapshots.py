"""The state of an order that a document was made from, kept with it so that later states can be compared with it
(decision 9).

Normalised: what does not matter to a document or to its buyer is left out, lines are by Shopify id, quantities are
those after non-creditable refunds, and money is by the parts of the document. How two states are compared is for
``app.domain.edit_impact``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from app.domain.addresses import StoreAddress
from app.domain.erp_number import without_number
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount
from app.domain.orders import Attribute, Order, OrderLine
from app.domain.refunds import creditable, gives_back
from app.domain.returns import UNKNOWN_RETURNS
from app.domain.sales_documents import SourceKind

SNAPSHOT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSnapshot:
    """The pieces of a line: as documented, as ordered, as Shopify counts them now, and where they ship from."""

    quantity: int
    ordered_quantity: int
    current_quantity: int
    exchange: bool = False
    locations: Mapping[ShopifyId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSnapshot:
    """One part of the order as the document shows it, in both currencies: a line, a charge, a duty.

    ``discount`` includes the share of a discount that Shopify left unallocated; ``tax`` is as delivered, inside
    ``amount`` or on top of it.
    """

    source: SourceKind
    shopify_id: ShopifyId | None = None
    title: str = ""
    quantity: int = 1
    unit_price: Amount = NOTHING
    discount: Amount = NOTHING
    amount: Amount = NOTHING
    tax: Amount = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything of an order that an edit can change and somebody must hear of."""

    schema_version: int = SNAPSHOT_VERSION
    lines: Mapping[ShopifyId, LineSnapshot]
    parts: Mapping[str, PartSnapshot] = field(default_factory=dict)
    """By ``source:shopify_id``. Together they are the document: their amounts, with the tax that is on top, are its
    total.
    """
    total: Amount = NOTHING
    """What was charged for what is documented, tax and cash rounding included (P32)."""
    paid: bool = False
    """Whether money came in, even if it went back since."""
    tax_rates: Mapping[str, Decimal] = field(default_factory=dict)
    """By the title of the order's own tax lines."""
    prices_include_tax: bool
    customer_id: ShopifyId | None = None
    company_id: ShopifyId | None = None
    company_location_id: ShopifyId | None = None
    sell_to_address: StoreAddress | None = None
    bill_to_address: StoreAddress | None = None
    ship_to_address: StoreAddress | None = None
    email: str = ""
    phone: str = ""
    note: str = ""
    po_number: str = ""
    tags: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    financial_status: str | None = None
    fulfilment_status: str = ""
    return_status: str = ""
    cancelled_at: datetime | None = None
    closed: bool = False
    refunds: tuple[ShopifyId, ...] = ()
    """Those that a credit memo may follow for; the others are in the quantities."""
    returns: tuple[ShopifyId, ...] | None = None
    """None = not told: the store does not let us read them, or the state is older than this field."""


def snapshot_of(
    order: Order,
    quantities: Mapping[ShopifyId, int],
    parts: Mapping[str, PartSnapshot] | None = None,
    *,
    total: Amount = NOTHING,
) -> Snapshot:
    """The snapshot of an order of which these quantities and parts are documented. Tags are sorted: their order says
    nothing.
    """
    locations = _locations(order)
    return Snapshot(
        lines={line.shopify_id: _line(line, quantities, locations.get(line.shopify_id, {})) for line in order.lines},
        parts=parts or {},
        total=total,
        paid=order.paid,
        tax_rates={tax.title: tax.rate for tax in order.tax_lines},
        prices_include_tax=order.prices_include_tax,
        customer_id=order.customer.shopify_id if order.customer else None,
        company_id=order.company.shopify_id if order.company else None,
        company_location_id=order.company_location.shopify_id if order.company_location else None,
        sell_to_address=order.sell_to_address,
        bill_to_address=order.bill_to_address,
        ship_to_address=order.ship_to_address,
        email=order.email,
        phone=order.phone,
        note=order.note,
        po_number=order.po_number,
        tags=tuple(sorted(order.tags)),
        attributes=without_number(order).attributes,
        financial_status=order.financial_status,
        fulfilment_status=order.fulfilment_status,
        return_status=order.return_status,
        cancelled_at=order.cancelled_at,
        closed=order.closed_at is not None,
        refunds=_credited_refunds(order),
        returns=None if UNKNOWN_RETURNS in order.unknown else tuple(each.shopify_id for each in order.returns),
    )


def _line(line: OrderLine, quantities: Mapping[ShopifyId, int], locations: Mapping[ShopifyId, int]) -> LineSnapshot:
    return LineSnapshot(
        quantity=quantities.get(line.shopify_id, 0),
        ordered_quantity=line.ordered_quantity,
        current_quantity=line.current_quantity,
        exchange=line.exchange,
        locations=locations,
    )


def _locations(order: Order) -> Mapping[ShopifyId, Mapping[ShopifyId, int]]:
    """Pieces by store location, of the fulfilment orders that are not over."""
    found: dict[ShopifyId, dict[ShopifyId, int]] = {}
    for each in order.fulfilment_orders:
        if each.location_id is None or each.status.casefold() in ("cancelled", "closed"):
            continue
        for line in each.lines:
            of_line = found.setdefault(line.line_id, {})
            of_line[each.location_id] = of_line.get(each.location_id, 0) + line.total_quantity
    return found


def _credited_refunds(order: Order) -> tuple[ShopifyId, ...]:
    return tuple(
        refund.shopify_id
        for refund in order.refunds
        if gives_back(refund) or any(creditable(refund, line) for line in refund.lines)
    )
