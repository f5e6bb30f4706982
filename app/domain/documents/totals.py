"""The totals of an order as they are, or would be, documented, in both currencies: what the API shows of an order
(P32).
"""

from dataclasses import dataclass

from app.domain.documents.documented import documented, other_side
from app.domain.money import Amount, CurrencyHandling
from app.domain.orders import Order
from app.domain.shop_settings import RefundProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentedTotals:
    """``charged`` = ``total`` and the cash rounding that Shopify left out of it."""

    total: Amount
    subtotal: Amount
    tax: Amount
    charged: Amount


def documented_totals(order: Order, *, process: RefundProcess) -> DocumentedTotals:
    """By the reading of what was charged that the lines prove in each currency; where none holds, by the closest."""
    first = documented(order, process=process, handling=CurrencyHandling.SHOP)
    shop, presentment = first.proof, other_side(order, first, process).proof
    return DocumentedTotals(
        total=Amount(shop.charged.total.shop, presentment.charged.total.presentment),
        subtotal=Amount(shop.charged.subtotal.shop, presentment.charged.subtotal.presentment),
        tax=Amount(shop.charged.tax.shop, presentment.charged.tax.presentment),
        charged=Amount(
            shop.charged_total(CurrencyHandling.SHOP), presentment.charged_total(CurrencyHandling.PRESENTMENT)
        ),
    )
