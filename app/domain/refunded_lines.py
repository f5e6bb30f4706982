"""The lines that a refund brings back: its own, or where it has none those of its return (REF-48), each with the place
its goods came back to (REF-16, REF-19). What becomes of them on a document is for ``app.domain.documents``.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.identifiers import ShopifyId
from app.domain.money import Amount, rounded, total
from app.domain.orders import Order, OrderLine, Refund, RefundLine
from app.domain.refunds import first_of_return
from app.domain.returns import Return, ReturnLine

_GOODS = "return"
"""The restock type by which a line is booked as its article, which lines of a return are (REF-49g)."""


def refunded_lines(order: Order, refund: Refund) -> Sequence[RefundLine]:
    """The refund's lines, or those of its return.

    A return may be paid back by several refunds. Where one of them has lines, these tell what came back; where none
    has, the lines of the return count once, with the first that gives anything back. Unverified ones belong to no line
    of the order.
    """
    back = next((each for each in order.returns if each.shopify_id == refund.return_id), None)
    if back is None:
        return refund.lines
    if refund.lines:
        return [replace(line, location_id=line.location_id or back.location_of(line.line_id)) for line in refund.lines]
    told = any(each.lines for each in order.refunds if each.return_id == refund.return_id)
    if told or refund != first_of_return(order, refund):
        return ()
    return _of_return(order, back)


def _of_return(order: Order, back: Return) -> Sequence[RefundLine]:
    by_id = {line.shopify_id: line for line in order.lines}
    known = [(by_id[each.line_id], each) for each in back.lines if each.line_id in by_id]
    return [_as_refunded(order, line, each, back.location_of(line.shopify_id)) for line, each in known]


def _as_refunded(order: Order, line: OrderLine, returned: ReturnLine, location: ShopifyId | None) -> RefundLine:
    """Shopify states what the pieces came to after discounts and no tax of them, so it is their part of the line's."""
    tax = total(each.amount for each in line.tax_lines)
    part, whole = returned.quantity, line.ordered_quantity or 1
    return RefundLine(
        shopify_id=returned.shopify_id,
        line_id=line.shopify_id,
        quantity=returned.quantity,
        restock_type=_GOODS,
        location_id=location,
        subtotal=returned.total,
        tax=Amount(
            rounded(tax.shop * part / whole, order.currency),
            rounded(tax.presentment * part / whole, order.presentment_currency),
        ),
    )
