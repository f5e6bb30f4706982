"""The state of an order that a document was made from, kept with it so that later states can be compared with it
(decision 9).

Normalised: what does not matter to a document or to its buyer is left out, lines are by Shopify id, and quantities
are those after non-creditable refunds. How two states are compared is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from app.domain.addresses import StoreAddress
from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount, total
from app.domain.orders import Attribute, Order, OrderLine, ShippingLine, TaxLine
from app.domain.refunds import creditable, gives_back

SNAPSHOT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSnapshot:
    """A line as documented: ``discount`` and ``tax`` for its whole ordered quantity, as Shopify states them."""

    quantity: int
    ordered_quantity: int
    current_quantity: int
    unit_price: Amount
    discount: Amount
    tax: Amount
    exchange: bool = False
    locations: Mapping[ShopifyId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingSnapshot:
    title: str
    amount: Amount
    discount: Amount
    tax: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything of an order that an edit can change and somebody must hear of."""

    schema_version: int = SNAPSHOT_VERSION
    lines: Mapping[ShopifyId, LineSnapshot]
    shipping: Mapping[ShopifyId, ShippingSnapshot]
    total: Amount
    current_total: Amount
    tax: Amount
    current_tax: Amount
    discount: Amount
    current_discount: Amount
    duties: Amount
    additional_fees: Amount
    cash_rounding: Amount
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


def snapshot_of(order: Order, quantities: Mapping[ShopifyId, int]) -> Snapshot:
    """The snapshot of an order whose lines are documented in these quantities. Tags are sorted: their order says
    nothing.
    """
    totals = order.totals
    locations = _locations(order)
    return Snapshot(
        lines={line.shopify_id: _line(line, quantities, locations.get(line.shopify_id, {})) for line in order.lines},
        shipping={line.shopify_id: _shipping(line) for line in order.shipping_lines},
        total=totals.total,
        current_total=totals.current_total,
        tax=totals.tax,
        current_tax=totals.current_tax,
        discount=totals.discount,
        current_discount=totals.current_discount,
        duties=totals.duties,
        additional_fees=totals.additional_fees,
        cash_rounding=totals.cash_rounding,
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
        attributes=order.attributes,
        financial_status=order.financial_status,
        fulfilment_status=order.fulfilment_status,
        return_status=order.return_status,
        cancelled_at=order.cancelled_at,
        closed=order.closed_at is not None,
        refunds=_credited_refunds(order),
    )


def _line(line: OrderLine, quantities: Mapping[ShopifyId, int], locations: Mapping[ShopifyId, int]) -> LineSnapshot:
    return LineSnapshot(
        quantity=quantities.get(line.shopify_id, 0),
        ordered_quantity=line.ordered_quantity,
        current_quantity=line.current_quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax=_tax(line.tax_lines),
        exchange=line.exchange,
        locations=locations,
    )


def _shipping(line: ShippingLine) -> ShippingSnapshot:
    return ShippingSnapshot(title=line.title, amount=line.amount, discount=line.discount, tax=_tax(line.tax_lines))


def _tax(lines: tuple[TaxLine, ...]) -> Amount:
    return total(line.amount for line in lines) if lines else NOTHING


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
