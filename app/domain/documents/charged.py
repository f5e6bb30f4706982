"""What Shopify charged for the part of an order that is documented: the figures a document must reach (P32).

Shopify's *total* does not move with every edit and its *current total* moves with refunds, too; so there are two honest
readings, (a) and (b), which agree unless Shopify wrote no, or an empty, refund for an edit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from app.domain.identifiers import ShopifyId
from app.domain.money import NOTHING, Amount, rounded, total
from app.domain.orders import LineKind, Order, Refund
from app.domain.refunds import creditable, credits_shipping, gives_back, money_back
from app.domain.shop_settings import RefundProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """One reading of what was charged. ``total`` includes ``tax``; both are Shopify's, for what is documented."""

    total: Amount
    tax: Amount
    subtotal: Amount

    def less(self, part: "Charged") -> "Charged":
        return Charged(total=self.total - part.total, tax=self.tax - part.tax, subtotal=self.subtotal - part.subtotal)

    def plus(self, part: "Charged") -> "Charged":
        return Charged(total=self.total + part.total, tax=self.tax + part.tax, subtotal=self.subtotal + part.subtotal)


_NONE = Charged(total=NOTHING, tax=NOTHING, subtotal=NOTHING)


def readings_of(order: Order, process: RefundProcess) -> Sequence[Charged]:
    """The readings of what was charged, best first; equal ones once.

    (a) total less what non-creditable refunds took; (b) current total with what creditable refunds took put back; with
    ``refunds.process = none`` the current total alone. Shipping waived without money counts like lines removed without
    money: no credit memo will follow. An order that holds exchange lines, which no order document shows, is also read
    without them.

    Where (a) and (b) differ, an edit left no refund, and (b) knows of it: so (b) is the better one, unless money went
    back that no part of a refund explains. Then the current figures may lack what a credit memo will still show. Where
    it went for fees, (b) holds with these fees put back.
    """
    totals = order.totals
    original = Charged(total=totals.total, tax=totals.tax, subtotal=totals.subtotal)
    current = Charged(total=totals.current_total, tax=totals.current_tax, subtotal=totals.current_subtotal)
    exchanged = _exchange_lines(order)
    standing = exchanged.less(_taken_of_exchange_lines(order))
    if process is RefundProcess.NONE:
        readings = [(current, standing)]
    else:
        readings = [
            (current.plus(_taken_back(order, to_be_credited=True)), standing),
            (original.less(_taken_back(order, to_be_credited=False)), exchanged),
        ]
        if any(_unexplained(order, refund) for refund in order.refunds):
            readings.reverse()
        if fees := fees_given_back(order, process):
            readings.insert(1, (readings[-1][0].plus(fees), standing))
    found = [reading for reading, _ in readings]
    if exchanged != _NONE:
        found += [reading.less(exchange_lines) for reading, exchange_lines in readings]
    return list(dict.fromkeys(found))


def _unexplained(order: Order, refund: Refund) -> Amount:
    """The money that went back beyond that of the refund's own lines, shipping and duties; negative where less did."""
    if not gives_back(refund):
        return NOTHING
    parts = _refunded_charges(order, refund)
    for line in refund.lines:
        parts = parts.plus(_part(order, subtotal=line.subtotal, tax=line.tax))
    return money_back(refund) - parts.total


def fees_given_back(order: Order, process: RefundProcess) -> Charged | None:
    """The fees that no longer stand and that credit memos show. Of a cancelled order nothing stands, whatever of it
    was given back.
    """
    credited = process is not RefundProcess.NONE and order.cancelled_at is None
    parts = fees_of_refunds(order).values() if credited else ()
    return reduce(Charged.plus, parts) if parts else None


def fees_of_refunds(order: Order) -> Mapping[ShopifyId, Charged]:
    """By the refund that gave them back: the fees that no longer stand, as far as its money is not explained otherwise.

    Shopify tells fees as they were charged, their sum as it stands, and of refunds not which fees they give back. A
    refund without lines is explained by its return.
    """
    charged = total(fee.amount for fee in order.additional_fees)
    gone = charged - order.totals.additional_fees
    if not _positive(gone):
        return {}
    tax = total(each.amount for fee in order.additional_fees for each in fee.tax_lines)
    went = _part(order, subtotal=gone, tax=_share(order, tax, gone, charged), goods=False)
    found, before = {}, _NONE
    for refund in order.refunds:
        money, left = _unexplained(order, refund), went.total - before.total
        if (refund.lines or refund.return_id is None) and _positive(money) and _positive(left):
            come_to = before.total + Amount(min(money.shop, left.shop), min(money.presentment, left.presentment))
            so_far = Charged(total=come_to, tax=_share(order, went.tax, come_to, went.total), subtotal=NOTHING)
            found[refund.shopify_id] = so_far.less(before)
            before = so_far
    return found


def _positive(amount: Amount) -> bool:
    return amount.shop > 0 and amount.presentment > 0


def _share(order: Order, amount: Amount, part: Amount, whole: Amount) -> Amount:
    return Amount(
        rounded(amount.shop * part.shop / whole.shop, order.currency),
        rounded(amount.presentment * part.presentment / whole.presentment, order.presentment_currency),
    )


def _part(order: Order, *, subtotal: Amount, tax: Amount, goods: bool = True) -> Charged:
    """A part of the total: its tax is inside the subtotal or comes on top of it."""
    whole = subtotal if order.prices_include_tax else subtotal + tax
    return Charged(total=whole, tax=tax, subtotal=subtotal if goods else NOTHING)


def _taken_back(order: Order, *, to_be_credited: bool) -> Charged:
    """What refunds took, of those that credit memos will show or of the others. Tips are not in Shopify's subtotal."""
    exchange = {line.shopify_id for line in order.lines if line.exchange}
    tips = {line.shopify_id for line in order.lines if line.kind is LineKind.TIP}
    found = _NONE
    for refund in order.refunds:
        for line in refund.lines:
            if creditable(refund, line) is to_be_credited and line.line_id not in exchange:
                goods = line.line_id not in tips
                found = found.plus(_part(order, subtotal=line.subtotal, tax=line.tax, goods=goods))
        if credits_shipping(refund) is to_be_credited:
            found = found.plus(_refunded_charges(order, refund))
    return found


def _refunded_charges(order: Order, refund: Refund) -> Charged:
    found = _part(order, subtotal=refund.duties, tax=NOTHING, goods=False)
    for shipping in refund.shipping:
        found = found.plus(_part(order, subtotal=shipping.subtotal, tax=shipping.tax, goods=False))
    return found


def _taken_of_exchange_lines(order: Order) -> Charged:
    """What refunds took of exchange lines: it is no longer in Shopify's current total."""
    exchange = {line.shopify_id for line in order.lines if line.exchange}
    found = _NONE
    for refund in order.refunds:
        for line in refund.lines:
            if line.line_id in exchange:
                found = found.plus(_part(order, subtotal=line.subtotal, tax=line.tax))
    return found


def _exchange_lines(order: Order) -> Charged:
    found = _NONE
    for line in order.lines:
        if line.exchange:
            price, quantity = line.unit_price, line.ordered_quantity
            gross = Amount(price.shop * quantity, price.presentment * quantity)
            tax = NOTHING
            for each in line.tax_lines:
                tax += each.amount
            found = found.plus(_part(order, subtotal=gross - line.discount, tax=tax))
    return found
