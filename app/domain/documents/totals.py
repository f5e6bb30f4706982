"""The totals of an order as they are, or would be, documented, in both currencies: what the API shows of an order
(P32).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.documents.charges import position_sets
from app.domain.documents.proof import Proof, prove
from app.domain.identifiers import ShopifyId
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


def documented_totals(order: Order, *, quantities: Mapping[ShopifyId, int], process: RefundProcess) -> DocumentedTotals:
    """By the reading of what was charged that the lines prove in each currency; where none holds, by the closest."""
    shop = _proof(order, quantities, process, CurrencyHandling.SHOP)
    if order.currency == order.presentment_currency and _same_money(order):
        presentment = shop
    else:
        presentment = _proof(order, quantities, process, CurrencyHandling.PRESENTMENT)
    return DocumentedTotals(
        total=Amount(shop.charged.total.shop, presentment.charged.total.presentment),
        subtotal=Amount(shop.charged.subtotal.shop, presentment.charged.subtotal.presentment),
        tax=Amount(shop.charged.tax.shop, presentment.charged.tax.presentment),
        charged=Amount(
            shop.charged_total(CurrencyHandling.SHOP), presentment.charged_total(CurrencyHandling.PRESENTMENT)
        ),
    )


def _same_money(order: Order) -> bool:
    return order.totals.total.shop == order.totals.total.presentment


def _proof(
    order: Order, quantities: Mapping[ShopifyId, int], process: RefundProcess, handling: CurrencyHandling
) -> Proof:
    currency = order.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
    sets = position_sets(order, quantities=quantities, process=process, handling=handling, currency=currency)
    return prove(order, sets, process=process, handling=handling, currency=currency)
