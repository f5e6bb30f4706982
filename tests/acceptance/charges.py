"""What Shopify charged for an order, computed from the simulator's own objects by P32, and by nothing of ours.

Knows Shopify's field names. Does not know documents; must not import the code whose result it judges.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Charge:
    """A total that a document may come to, with the header tax that belongs to it."""

    total: Decimal
    tax: Decimal


def charges_of(order: Json, *, side: str) -> frozenset[Charge]:
    """Both readings of P32, equal unless Shopify wrote no refund for an edit; ``side`` names the money read."""
    return frozenset({_less_what_was_taken_out(order, side), _now_and_what_is_credited(order, side)})


def differences(documents: Iterable[Json], orders: Iterable[Json], *, side: str = "shopMoney") -> list[str]:
    """A sentence for every document whose total or header tax is not what was charged for its order."""
    originals = {order["legacyResourceId"]: order for order in orders}
    found = []
    for document in documents:
        order, totals = originals[document["order"]["shopify_id"]], document["totals"]
        documented = Charge(Decimal(totals["amount_including_tax"]), Decimal(totals["tax"]))
        if documented not in charges_of(order, side=side):
            found.append(f"{order['name']}: {documented}, but {charges_of(order, side=side)} was charged")
    return found


def _less_what_was_taken_out(order: Json, side: str) -> Charge:
    """Reading (a): the total less the lines of refunds that nobody will credit."""
    out = [line for refund in order["refunds"] for line in refund["refundLineItems"] if not _creditable(refund, line)]
    goods = _sum(out, "subtotalSet", side)
    tax = _sum(out, "totalTaxSet", side)
    total = _money(order["totalPriceSet"], side) - goods - _on_top(order, tax) + _rounding_left_out(order, side)
    return Charge(total, _money(order["totalTaxSet"], side) - tax)


def _now_and_what_is_credited(order: Json, side: str) -> Charge:
    """Reading (b): the total as it stands now, with everything that credit memos will show."""
    back = [line for refund in order["refunds"] for line in refund["refundLineItems"] if _creditable(refund, line)]
    freight = [line for refund in order["refunds"] for line in refund["refundShippingLines"]]
    goods = _sum(back, "subtotalSet", side) + _sum(freight, "subtotalAmountSet", side)
    tax = _sum(back, "totalTaxSet", side) + _sum(freight, "taxAmountSet", side)
    total = _money(order["currentTotalPriceSet"], side) + goods + _on_top(order, tax) + _rounding_left_out(order, side)
    return Charge(total, _money(order["currentTotalTaxSet"], side) + tax)


def _creditable(refund: Json, line: Json) -> bool:
    """REF-25."""
    return bool(
        refund.get("return")
        or _money(refund["totalRefundedSet"], "shopMoney") > 0
        or line.get("restockType") == "RETURN"
    )


def _on_top(order: Json, tax: Decimal) -> Decimal:
    return NOTHING if order["taxesIncluded"] else tax


def _rounding_left_out(order: Json, side: str) -> Decimal:
    """The simulator keeps cash rounding beside every total."""
    rounding = order.get("totalCashRoundingAdjustment") or {}
    return _money(rounding["paymentSet"], side) if rounding.get("paymentSet") else NOTHING


def _sum(rows: Iterable[Json], name: str, side: str) -> Decimal:
    return sum((_money(row[name], side) for row in rows), start=NOTHING)


def _money(bag: Json, side: str) -> Decimal:
    return Decimal(bag[side]["amount"])
