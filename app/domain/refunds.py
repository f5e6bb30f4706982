"""Which parts of a refund become a credit memo, and which merely make the order smaller (REF-25). Makes no document."""

from app.domain.money import Amount, total
from app.domain.orders import Order, Refund, RefundLine


def gives_back(refund: Refund) -> bool:
    """Whether the refund as a whole is creditable: it belongs to a return, or money was refunded (REF-25).

    Money on its way counts: Shopify states nothing as refunded until it has arrived (REF-33), and the credit memo that
    then follows must not find the order already smaller.
    """
    return refund.return_id is not None or refund.refunded.shop > 0 or is_pending(refund)


def is_pending(refund: Refund) -> bool:
    """Whether money of it is still on its way (REF-33)."""
    return any(each.status == "pending" and each.kind == "refund" for each in refund.transactions)


def is_creditable(refund: Refund) -> bool:
    """Whether a document may follow, for the whole refund or for lines of it; one of nothing may not (REF-27)."""
    lines = any(creditable(refund, line) for line in refund.lines)
    money = bool(refund.refunded or refund.shipping or refund.duties) or is_pending(refund)
    return lines or (gives_back(refund) and money)


def first_of_return(order: Order, refund: Refund) -> Refund | None:
    """The first refund of its return that a document may follow: what came back and what went out for it counts once,
    though the return be paid in several steps.
    """
    return next((each for each in order.refunds if each.return_id == refund.return_id and is_creditable(each)), None)


def money_back(refund: Refund) -> Amount:
    """The money of it, arrived or on its way."""
    coming = [each.amount for each in refund.transactions if each.status == "pending" and each.kind == "refund"]
    return refund.refunded + total(coming)


def credits_shipping(refund: Refund) -> bool:
    """Whether refunded shipping becomes part of a credit memo: its refund becomes one, by itself or by all of its
    lines.
    """
    return gives_back(refund) or (bool(refund.lines) and all(creditable(refund, line) for line in refund.lines))


def creditable(refund: Refund, line: RefundLine) -> bool:
    """Whether this line becomes a credit memo: as the whole refund, or because it is restocked as a return (REF-25)."""
    return gives_back(refund) or line.restock_type.casefold() == "return"
