"""The money of an order in the currency of its document, part by part, before anything of the ERP is known (P31,
P32).

A position is what one line of the order, one charge, duty or fee comes to for the quantity that is documented. Here
are those of the order's lines; what is charged beside them is in ``charges``. What a position becomes in the ERP is
decided in ``targets``; whether all of them add up is proved in ``proof``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.identifiers import ShopifyId
from app.domain.money import ZERO, CurrencyHandling, rounded
from app.domain.orders import LineKind, Order, OrderLine, ShippingLine, TaxLine
from app.domain.sales_documents import DocumentTax, SourceKind

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
class MoneySide:
    """Which side of the order's money is taken, and its scale."""

    handling: CurrencyHandling
    iso: str

    def taxes(self, lines: Sequence[TaxLine], *, part: int | Decimal, whole: int | Decimal) -> tuple[DocumentTax, ...]:
        """The taxes that fall on a part of what they were stated for."""
        return tuple(
            DocumentTax(
                title=tax.title,
                rate=tax.rate,
                amount=rounded(share_of(tax.amount.of(self.handling), part, whole), self.iso),
                channel_liable=bool(tax.channel_liable),
            )
            for tax in lines
        )


def share_of(amount: Decimal, part: int | Decimal, whole: int | Decimal) -> Decimal:
    """What of an amount stated for the whole falls on a part, not rounded; of nothing all of it falls on any part."""
    return amount * part / whole if whole else amount


def line_positions(order: Order, quantities: Mapping[ShopifyId, int], side: MoneySide) -> Iterator[Position]:
    """The order's lines as in Shopify, in the quantities that are documented."""
    for line in order.lines:
        quantity = quantities[line.shopify_id]
        if quantity <= 0:
            continue
        whole = line.ordered_quantity
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
            taxes=side.taxes(line.tax_lines, part=quantity, whole=whole),
            taxable=line.taxable and line.kind in (LineKind.ITEM, LineKind.CUSTOM),
            amount=rounded(price * quantity - discount, side.iso),
            line=line,
        )
