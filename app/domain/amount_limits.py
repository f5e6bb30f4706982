"""Amounts that nobody means: too large for a document, a database column and an ERP. Said before anything is stored."""

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

from app.domain.money import Amount
from app.domain.orders import Order

LARGEST_DIGITS = 15
"""Digits before the decimal point that every amount on our surface may have."""
_LIMIT = Decimal(10) ** LARGEST_DIGITS


def too_large(order: Order) -> str | None:
    """A sentence about the first amount that is too large, and what to do; None = all are fine."""
    for what, amount in _amounts(order):
        if max(abs(amount.shop), abs(amount.presentment)) >= _LIMIT:
            found = max((amount.shop, amount.presentment), key=abs)
            return (
                f"{what} is {found:.3E}. Amounts of more than {LARGEST_DIGITS} digits are not taken over: correct the"
                " order in Shopify; it is then read again."
            )
    return None


def _amounts(order: Order) -> Iterator[tuple[str, Amount]]:
    for line in order.lines:
        yield f"The unit price of line {line.shopify_id}", line.unit_price
        whole = Amount(
            line.unit_price.shop * line.ordered_quantity, line.unit_price.presentment * line.ordered_quantity
        )
        yield f"The amount of line {line.shopify_id}", whole
    for charge in order.shipping_lines:
        yield f"The shipping charge {charge.shopify_id}", charge.amount
    for transaction in order.transactions:
        yield f"The transaction {transaction.shopify_id}", transaction.amount
    for entry in dataclasses.fields(order.totals):
        yield f"The order's {entry.name.replace('_', ' ')}", getattr(order.totals, entry.name)
