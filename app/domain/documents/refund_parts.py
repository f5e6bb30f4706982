"""What a refund gives back, part by part, in the currency of the document it reverses (P51, REF-48 … REF-60).

Lines, shipping and duties as Shopify states them; fees that are gone; exchanged articles the other way round; the cash
rounding of the refund's own payments; and the rest, so that the whole is what was refunded. Knows no accounts' numbers
and no items.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal

from app.domain.documents.charged import fees_of_refunds
from app.domain.documents.positions import MoneySide, share_of
from app.domain.documents.quantities import standing_pieces
from app.domain.identifiers import ShopifyId
from app.domain.money import ZERO, allocate, minor_unit, rounded
from app.domain.orders import LineKind, Order, OrderLine, Refund, RefundLine, RefundShipping, TaxLine
from app.domain.refunded_lines import refunded_lines
from app.domain.refunds import creditable, credits_shipping, first_of_return
from app.domain.sales_documents import DocumentTax, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPart:
    """One part of a refund. ``account`` is the leaf of ``settings.accounts`` it belongs to; None = the line's item."""

    source: SourceKind
    account: str | None = None
    shopify_id: ShopifyId | None = None
    line: OrderLine | None = None
    title: str = ""
    quantity: int = 1
    unit_price: Decimal
    discount: Decimal = ZERO
    amount: Decimal
    taxes: tuple[DocumentTax, ...] = ()
    location_id: ShopifyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundParts:
    """All parts in the order of the document, with what they come to. ``remainder`` is the balancing part's amount."""

    parts: tuple[RefundPart, ...]
    total: Decimal
    tax: Decimal
    remainder: Decimal


def refund_parts(order: Order, refund: Refund, side: MoneySide) -> RefundParts:
    """The parts of a creditable refund; their total is what was refunded, its cash rounding included.

    Two things Shopify leaves open are settled by the figures: whether refunded shipping is stated without the tax that
    the prices hold (REF-54), and whether the refunded amount already holds the cash rounding (REF-56).
    """
    rounding = _rounding(refund, side)
    refunded = refund.refunded.of(side.handling)
    goods = [*_lines(order, refund, side)]
    beside = [*_duties(refund, side), *_fees(order, refund, side), *_exchanged(order, refund, side)]
    best: RefundParts | None = None
    for shipping in _ways_of_shipping(order, refund, side):
        parts = [*goods, *shipping, *beside]
        for target in dict.fromkeys((refunded + rounding, refunded)):
            found = _balanced(order, parts, rounding=rounding, target=target, side=side)
            if best is None or (best.remainder and not found.remainder):
                best = found
    assert best is not None
    return best


def _balanced(
    order: Order, parts: Sequence[RefundPart], *, rounding: Decimal, target: Decimal, side: MoneySide
) -> RefundParts:
    known = [*parts, _rounding_part(rounding)] if rounding else list(parts)
    tax = sum((each.amount for part in known for each in part.taxes), ZERO)
    net = sum((part.amount for part in known), ZERO)
    come_to = net if order.prices_include_tax else net + tax
    remainder = rounded(target - come_to, side.iso)
    if remainder and not _buyer_owes_more(known, come_to, target):
        known.append(
            RefundPart(
                source=SourceKind.REFUND_REMAINDER,
                account="refunds",
                title="Refund",
                unit_price=remainder,
                amount=remainder,
            )
        )
        return RefundParts(parts=tuple(known), total=target, tax=tax, remainder=remainder)
    return RefundParts(parts=tuple(known), total=come_to, tax=tax, remainder=ZERO)


def _buyer_owes_more(parts: Iterable[RefundPart], come_to: Decimal, target: Decimal) -> bool:
    """An exchange for something dearer: nothing was refunded, and the memo shows what is owed (P51, REF-62)."""
    exchanged = any(part.source is SourceKind.EXCHANGE_LINE for part in parts)
    return exchanged and come_to < 0 and not target


def _lines(order: Order, refund: Refund, side: MoneySide) -> Iterator[RefundPart]:
    by_id = {line.shopify_id: line for line in order.lines}
    for each in refunded_lines(order, refund):
        line = by_id.get(each.line_id)
        if line is None or each.quantity <= 0 or not creditable(refund, each):
            continue
        account = _account_of(line, each)
        if account == "":
            continue
        part = _line_part(line, each, side)
        yield _as_one(part) if account == "refunds" else replace(part, account=account)


def _account_of(line: OrderLine, refunded: RefundLine) -> str | None:
    """Where a refunded line belongs (REF-49): None = its item; "" = to the rest."""
    restock = refunded.restock_type.casefold()
    if line.kind is LineKind.TIP or restock == "cancel":
        return "refunds"
    if line.kind is LineKind.GIFT_CARD:
        return "sold_gift_cards"
    if restock == "no_restock":
        return "refunds_not_restocked"
    return None if restock in ("return", "legacy_restock") else ""


def _line_part(line: OrderLine, refunded: RefundLine, side: MoneySide) -> RefundPart:
    """The line's price, and as discount what the subtotal is below it (REF-50); never a negative discount."""
    price, subtotal = line.unit_price.of(side.handling), refunded.subtotal.of(side.handling)
    if price * refunded.quantity < subtotal:
        price = (subtotal / refunded.quantity).quantize(minor_unit(side.iso), rounding=ROUND_UP)
    return RefundPart(
        source=SourceKind.REFUND_LINE,
        shopify_id=refunded.shopify_id or refunded.line_id,
        line=line,
        title=line.title,
        quantity=refunded.quantity,
        unit_price=price,
        discount=rounded(price * refunded.quantity - subtotal, side.iso),
        amount=rounded(subtotal, side.iso),
        taxes=_taxes(refunded.tax.of(side.handling), line.tax_lines, side),
        location_id=refunded.location_id,
    )


def _as_one(part: RefundPart) -> RefundPart:
    """By name on the refund account, one piece of its whole amount (REF-49d)."""
    return replace(part, account="refunds", quantity=1, unit_price=part.amount, discount=ZERO)


def _taxes(amount: Decimal, stated: Sequence[TaxLine], side: MoneySide) -> tuple[DocumentTax, ...]:
    """The tax of a refund, of which Shopify states the sum only, shared as on what it reverses."""
    if not amount:
        return ()
    if not stated:
        return (DocumentTax(title="Tax", rate=ZERO, amount=rounded(amount, side.iso), estimated=True),)
    shares = allocate(amount, [abs(tax.amount.of(side.handling)) for tax in stated], side.iso)
    return tuple(
        DocumentTax(title=tax.title, rate=tax.rate, amount=share, channel_liable=bool(tax.channel_liable))
        for tax, share in zip(stated, shares, strict=True)
        if share
    )


def _ways_of_shipping(order: Order, refund: Refund, side: MoneySide) -> list[list[RefundPart]]:
    """As REF-54 has it, with the tax that the prices hold added; and as stated, should the figures say so."""
    if not refund.shipping or not credits_shipping(refund):
        return [[]]
    ways = [[_shipping(order, each, side, add_tax=order.prices_include_tax) for each in refund.shipping]]
    if order.prices_include_tax and any(each.tax for each in refund.shipping):
        ways.append([_shipping(order, each, side, add_tax=False) for each in refund.shipping])
    return ways


def _shipping(order: Order, refunded: RefundShipping, side: MoneySide, *, add_tax: bool) -> RefundPart:
    charges = (*order.shipping_lines, *order.removed_shipping_lines)
    charge = next((each for each in charges if each.shopify_id == refunded.shipping_line_id), None)
    tax = refunded.tax.of(side.handling)
    amount = rounded(refunded.subtotal.of(side.handling) + (tax if add_tax else ZERO), side.iso)
    return RefundPart(
        source=SourceKind.REFUND_SHIPPING,
        account="shipping_charges",
        shopify_id=refunded.shopify_id or refunded.shipping_line_id,
        title=refunded.title or (charge.title if charge else "") or "Shipping",
        unit_price=amount,
        amount=amount,
        taxes=_taxes(tax, charge.tax_lines if charge else (), side),
    )


def _duties(refund: Refund, side: MoneySide) -> Iterator[RefundPart]:
    amount = rounded(refund.duties.of(side.handling), side.iso)
    if amount and credits_shipping(refund):
        yield RefundPart(source=SourceKind.DUTY, account="duties", title="Duties", unit_price=amount, amount=amount)


def _fees(order: Order, refund: Refund, side: MoneySide) -> Iterator[RefundPart]:
    """By their names in one part: Shopify does not tell which of several went back."""
    back = fees_of_refunds(order).get(refund.shopify_id)
    if back is not None:
        net = back.total if order.prices_include_tax else back.total - back.tax
        amount = rounded(net.of(side.handling), side.iso)
        yield RefundPart(
            source=SourceKind.ADDITIONAL_FEE,
            account="additional_fees",
            title=", ".join(dict.fromkeys(fee.name for fee in order.additional_fees)),
            unit_price=amount,
            amount=amount,
            taxes=_taxes(
                back.tax.of(side.handling), [tax for fee in order.additional_fees for tax in fee.tax_lines], side
            ),
        )


def _exchanged(order: Order, refund: Refund, side: MoneySide) -> Iterator[RefundPart]:
    """What the buyer got instead, as far as it was not taken off the order again: with the refund of its return, the
    other way round (REF-60).
    """
    if refund.return_id is None or refund != first_of_return(order, refund):
        return
    standing = standing_pieces(order)
    for line in order.lines:
        pieces, whole = standing[line.shopify_id], line.ordered_quantity
        if line.exchange and line.return_id in (None, refund.return_id) and pieces:
            discount = rounded(share_of(line.discount.of(side.handling), pieces, whole), side.iso)
            price, taxes = line.unit_price.of(side.handling), side.taxes(line.tax_lines, part=pieces, whole=whole)
            yield RefundPart(
                source=SourceKind.EXCHANGE_LINE,
                shopify_id=line.shopify_id,
                line=line,
                title=line.title,
                quantity=-pieces,
                unit_price=price,
                discount=-discount,
                amount=-rounded(price * pieces - discount, side.iso),
                taxes=tuple(replace(tax, amount=-tax.amount) for tax in taxes),
            )


def _rounding(refund: Refund, side: MoneySide) -> Decimal:
    """Of this refund's own successful payments (REF-55)."""
    return sum(
        (each.rounding.of(side.handling) for each in refund.transactions if each.status == "success"),
        ZERO,
    )


def _rounding_part(rounding: Decimal) -> RefundPart:
    return RefundPart(
        source=SourceKind.CASH_ROUNDING,
        account="cash_rounding",
        title="Cash rounding",
        unit_price=rounding,
        amount=rounding,
    )
