"""The money of an order in the currency of its document, part by part, before anything of the ERP is known (P31,
P32).

A position is what one line of the order, one charge, duty or fee comes to for the quantity that is documented. What
it becomes in the ERP is decided in ``targets``; whether all of it adds up is proved in ``proof``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.identifiers import ShopifyId
from app.domain.money import ZERO, CurrencyHandling, rounded
from app.domain.orders import LineKind, Order, OrderLine, ShippingLine, TaxLine
from app.domain.refunds import credits_shipping
from app.domain.sales_documents import DocumentTax, SourceKind
from app.domain.shop_settings import RefundProcess

_SOURCES = {
    LineKind.ITEM: SourceKind.ORDER_LINE,
    LineKind.CUSTOM: SourceKind.ORDER_LINE,
    LineKind.TIP: SourceKind.TIP,
    LineKind.GIFT_CARD: SourceKind.GIFT_CARD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One part of the order in the document's currency; ``line`` or ``shipping`` is what it was made from."""

    source: SourceKind
    shopify_id: str | None = None
    title: str = ""
    quantity: int = 1
    unit_price: Decimal
    discount: Decimal = ZERO
    """At the currency's scale, without ``order_discount``."""
    exact_discount: Decimal = ZERO
    """The same before rounding."""
    order_discount: Decimal = ZERO
    taxes: tuple[DocumentTax, ...] = ()
    taxable: bool = False
    amount: Decimal
    """Quantity × unit price − both discounts, at the currency's scale."""
    line: OrderLine | None = None
    shipping: ShippingLine | None = None


@dataclass(frozen=True, slots=True)
class _Currency:
    """Which side of the order's money is taken, and its scale."""

    handling: CurrencyHandling
    iso: str

    def taxes(self, lines: Sequence[TaxLine], *, quantity: int = 1, whole: int = 1) -> tuple[DocumentTax, ...]:
        return tuple(
            DocumentTax(
                title=tax.title,
                rate=tax.rate,
                amount=rounded(share_of(tax.amount.of(self.handling), quantity, whole), self.iso),
                channel_liable=bool(tax.channel_liable),
            )
            for tax in lines
        )


def positions_of(
    order: Order,
    *,
    quantities: Mapping[ShopifyId, int],
    process: RefundProcess,
    handling: CurrencyHandling,
    currency: str,
) -> list[Position]:
    """All positions in the order of the document: lines as in Shopify, shipping, duties, fees."""
    side = _Currency(handling, currency)
    return [
        *_lines(order, quantities, side),
        *_shipping(order, process, side),
        *_duties(order, quantities, side),
        *_fees(order, side),
    ]


def share_of(amount: Decimal, quantity: int, whole: int) -> Decimal:
    """The part of an amount for a whole quantity that falls on some of it, not rounded."""
    return amount if quantity == whole or not amount else amount * quantity / whole


def _lines(order: Order, quantities: Mapping[ShopifyId, int], side: _Currency) -> Iterator[Position]:
    for line in order.lines:
        quantity = quantities[line.shopify_id]
        if quantity <= 0:
            continue
        whole = line.ordered_quantity or quantity
        allocated = sum((each.amount.of(side.handling) for each in line.discounts), ZERO)
        exact = share_of(allocated, quantity, whole)
        discount = rounded(exact, side.iso)
        price = line.unit_price.of(side.handling)
        yield Position(
            source=_SOURCES[line.kind],
            shopify_id=line.shopify_id,
            title=line.title,
            quantity=quantity,
            unit_price=price,
            discount=discount,
            exact_discount=exact,
            taxes=side.taxes(line.tax_lines, quantity=quantity, whole=whole),
            taxable=line.taxable and line.kind in (LineKind.ITEM, LineKind.CUSTOM),
            amount=rounded(price * quantity - discount, side.iso),
            line=line,
        )


def _shipping(order: Order, process: RefundProcess, side: _Currency) -> Iterator[Position]:
    """Each charge its own position; free shipping makes none, fully discounted shipping makes one (5.24)."""
    given_back = _shipping_given_back(order, process, side.handling)
    for charge in order.shipping_lines:
        full = charge.amount.of(side.handling)
        price = full - given_back.get(charge.shopify_id, ZERO)
        if not price:
            continue
        discount = charge.discount.of(side.handling)
        taxes = side.taxes(charge.tax_lines)
        if price != full != discount:
            kept = (price - discount) / (full - discount)
            taxes = tuple(_scaled(tax, kept, side.iso) for tax in taxes)
        yield Position(
            source=SourceKind.SHIPPING_LINE,
            shopify_id=charge.shopify_id,
            title=charge.title,
            unit_price=price,
            discount=discount,
            exact_discount=discount,
            taxes=taxes,
            taxable=bool(charge.tax_lines),
            amount=rounded(price - discount, side.iso),
            shipping=charge,
        )


def _scaled(tax: DocumentTax, kept: Decimal, currency: str) -> DocumentTax:
    return DocumentTax(
        title=tax.title,
        rate=tax.rate,
        amount=rounded(tax.amount * kept, currency),
        channel_liable=tax.channel_liable,
    )


def _shipping_given_back(
    order: Order, process: RefundProcess, handling: CurrencyHandling
) -> Mapping[ShopifyId, Decimal]:
    """What nobody will credit makes a charge smaller from the start: waived without money, or ``refunds.process =
    none``.
    """
    back: dict[ShopifyId, Decimal] = {}
    for refund in order.refunds:
        if process is not RefundProcess.NONE and credits_shipping(refund):
            continue
        for each in refund.shipping:
            if each.shipping_line_id:
                back[each.shipping_line_id] = back.get(each.shipping_line_id, ZERO) + each.subtotal.of(handling)
    return back


def _duties(order: Order, quantities: Mapping[ShopifyId, int], side: _Currency) -> Iterator[Position]:
    for line in order.lines:
        quantity = quantities[line.shopify_id]
        if quantity <= 0:
            continue
        whole = line.ordered_quantity or quantity
        for duty in line.duties:
            amount = rounded(share_of(duty.amount.of(side.handling), quantity, whole), side.iso)
            if amount:
                yield Position(
                    source=SourceKind.DUTY,
                    shopify_id=duty.shopify_id,
                    title="Duties",
                    unit_price=amount,
                    taxes=side.taxes(duty.tax_lines, quantity=quantity, whole=whole),
                    taxable=bool(duty.tax_lines),
                    amount=amount,
                )


def _fees(order: Order, side: _Currency) -> Iterator[Position]:
    for fee in order.additional_fees:
        amount = fee.amount.of(side.handling)
        if amount:
            yield Position(
                source=SourceKind.ADDITIONAL_FEE,
                shopify_id=fee.shopify_id,
                title=fee.name,
                unit_price=amount,
                taxes=side.taxes(fee.tax_lines),
                taxable=bool(fee.tax_lines),
                amount=rounded(amount, side.iso),
            )
