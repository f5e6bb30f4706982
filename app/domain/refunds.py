"""Which parts of a refund become a credit memo, and which merely make the order smaller (REF-25). Makes no document."""

from app.domain.money import Amount, total
from app.domain.orders import Refund, RefundLine


def gives_back(refund: Refund) -> bool:
    """Whether the refund as a whole is creditable: it belongs to a return, or money was refunded (REF-25).

    Money on its way counts: Shopify states nothing as refunded until it has arrived (REF-33), and the credit memo that
    then follows must not find the order already smaller.
    """
    return refund.return_id is not None or refund.refunded.shop > 0 or is_pending(refund)


def is_pending(refund: Refund) -> bool:
    """Whether money of it is still on its way (REF-33)."""
    return any(each.status == "pending" and each.kind == "refund" for each in refund.transactions)


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
