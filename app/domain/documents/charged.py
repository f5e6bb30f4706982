"""What Shopify charged for the part of an order that is documented: the figures a document must reach (P32).

Shopify's *total* does not move with every edit and its *current total* moves with refunds, too; so there are two honest
readings, (a) and (b), which agree unless Shopify wrote no, or an empty, refund for an edit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.money import NOTHING, Amount
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
    back that no part of a refund explains. Then the current figures may lack what a credit memo will still show.
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
        if not all(_explained(order, refund) for refund in order.refunds):
            readings.reverse()
    found = [reading for reading, _ in readings]
    if exchanged != _NONE:
        found += [reading.less(exchange_lines) for reading, exchange_lines in readings]
    return list(dict.fromkeys(found))


def _explained(order: Order, refund: Refund) -> bool:
    """Whether the money that went back is that of the refund's own lines, shipping and duties."""
    if not gives_back(refund):
        return True
    parts = _refunded_charges(order, refund)
    for line in refund.lines:
        parts = parts.plus(_part(order, subtotal=line.subtotal, tax=line.tax))
    return parts.total == money_back(refund)


def _part(order: Order, *, subtotal: Amount, tax: Amount, goods: bool = True) -> Charged:
    """A part of the total: its tax is inside the subtotal or comes on top of it."""
    total = subtotal if order.prices_include_tax else subtotal + tax
    return Charged(total=total, tax=tax, subtotal=subtotal if goods else NOTHING)


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
