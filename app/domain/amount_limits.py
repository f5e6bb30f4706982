"""Amounts that nobody means: too large for a document, a database column and an ERP. Said before anything is stored."""

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

from app.domain.money import Amount
from app.domain.orders import Order, OrderTotals

LARGEST_DIGITS = 15
"""Digits before the decimal point that every amount on our surface may have."""
_LIMIT = Decimal(10) ** LARGEST_DIGITS
_TOTALS = {each.name: f"order's {each.name.replace('_', ' ')}" for each in dataclasses.fields(OrderTotals)}


def too_large(order: Order) -> str | None:
    """A sentence about the first amount that is too large, and what to do; None = all are fine."""
    for what, of, shop, presentment in _amounts(order):
        if not (-_LIMIT < shop < _LIMIT and -_LIMIT < presentment < _LIMIT):
            found = max((shop, presentment), key=abs)
            return (
                f"The {what}{of} is {found:.3E}. Amounts of more than {LARGEST_DIGITS} digits are not taken over:"
                " correct the order in Shopify; it is then read again."
            )
    return None


def _amounts(order: Order) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """What each is of what, and both sides of it."""
    for line in order.lines:
        price = line.unit_price
        yield "unit price of line ", line.shopify_id, price.shop, price.presentment
        quantity = line.ordered_quantity
        yield "amount of line ", line.shopify_id, price.shop * quantity, price.presentment * quantity
    for charge in order.shipping_lines:
        yield "shipping charge ", charge.shopify_id, charge.amount.shop, charge.amount.presentment
    for transaction in order.transactions:
        yield "transaction ", transaction.shopify_id, transaction.amount.shop, transaction.amount.presentment
    for name, words in _TOTALS.items():
        amount: Amount = getattr(order.totals, name)
        yield words, "", amount.shop, amount.presentment
