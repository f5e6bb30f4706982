"""The money in an order's header: how it opens, and how later changes move it.

Admin API, Order money fields: `total…` and `subtotal…` are before returns, `current…` after returns and edits. Tips are
lines but not part of the subtotal; cash rounding is in no total. An opened order's header is the sum of its parts; a
change moves every field by the difference it makes, so a header that was put into the state by hand stays as put
otherwise. Knows nothing of payments.
"""

from collections.abc import Iterable

from app.store_simulator.orders.line_money import LineMoney, current_quantity, is_order_level, is_tip, money_of
from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, total
from app.store_simulator.orders.taxes import summed

AFTER_RETURNS = (
    "currentSubtotalPriceSet",
    "currentTotalPriceSet",
    "currentTotalTaxSet",
    "currentTotalDiscountsSet",
    "currentShippingPriceSet",
    "currentCartDiscountAmountSet",
)


def line_share(line: JsonObject, order: JsonObject, currencies: Currencies, units: int) -> dict[str, Amounts]:
    """What so many units of a line contribute to subtotal, total, tax, discounts and order-level discounts."""
    money = money_of(line, order, currencies)
    return _line_share(line, order, money, currencies, units)


def _line_share(
    line: JsonObject, order: JsonObject, money: LineMoney, currencies: Currencies, units: int
) -> dict[str, Amounts]:
    net = money.net(units)
    cart = total(
        currencies.read(share["allocatedAmountSet"])
        for share in line.get("discountAllocations") or ()
        if is_order_level(share, order)
    )
    return {
        "subtotal": ZERO if is_tip(line) else net,
        "total": money.charged(units),
        "tax": money.tax(units),
        "discounts": money.discount_of(units),
        "cart": cart.portion(units, money.quantity),
        "tip": net if is_tip(line) else ZERO,
    }


def shipping_share(charge: JsonObject, order: JsonObject, currencies: Currencies) -> dict[str, Amounts]:
    """What a shipping line contributes as charged when it was added."""
    price = currencies.read(charge.get("originalPriceSet"))
    off = total(currencies.read(share["allocatedAmountSet"]) for share in charge.get("discountAllocations") or ())
    tax = total(currencies.read(line["priceSet"]) for line in charge.get("taxLines") or ())
    net = price - off
    return {
        "shipping": net,
        "total": net if order.get("taxesIncluded") else net + tax,
        "tax": tax,
        "discounts": off,
    }


def given_back(charge: JsonObject, refunds: Iterable[JsonObject], currencies: Currencies) -> tuple[Amounts, Amounts]:
    """What refunds already gave back of a shipping line, and of its taxes."""
    parts = [
        part
        for refund in refunds
        for part in refund.get("refundShippingLines") or ()
        if (part.get("shippingLine") or {}).get("id") == charge["id"]
    ]
    return (
        total(currencies.read(part.get("subtotalAmountSet")) for part in parts),
        total(currencies.read(part.get("taxAmountSet")) for part in parts),
    )


_BEFORE = {
    "subtotal": "subtotalPriceSet",
    "total": "totalPriceSet",
    "tax": "totalTaxSet",
    "discounts": "totalDiscountsSet",
    "cart": "cartDiscountAmountSet",
    "shipping": "totalShippingPriceSet",
    "tip": "totalTipReceivedSet",
}
_AFTER = {
    "subtotal": "currentSubtotalPriceSet",
    "total": "currentTotalPriceSet",
    "tax": "currentTotalTaxSet",
    "discounts": "currentTotalDiscountsSet",
    "cart": "currentCartDiscountAmountSet",
    "shipping": "currentShippingPriceSet",
}


def move(order: JsonObject, currencies: Currencies, share: dict[str, Amounts], *, before: bool, after: bool) -> None:
    """Add a share to the header: to the fields before returns, to those after them, or to both."""
    for names, wanted in ((_BEFORE, before), (_AFTER, after)):
        if not wanted:
            continue
        for part, amount in share.items():
            name = names.get(part)
            if name and amount:
                order[name] = currencies.bag(currencies.read(order.get(name)) + amount)


def difference(after: dict[str, Amounts], before: dict[str, Amounts]) -> dict[str, Amounts]:
    """Part by part, what changed."""
    return {part: after.get(part, ZERO) - before.get(part, ZERO) for part in {**before, **after}}


def open_header(order: JsonObject, currencies: Currencies) -> None:
    """Write the header of an order that was just placed from its lines, charges, duties and fees."""
    sums: dict[str, Amounts] = dict.fromkeys(_BEFORE, ZERO)
    parts = [
        _line_share(line, order, money_of(line, order, currencies), currencies, line["quantity"])
        for line in order["lineItems"]
    ]
    parts.extend(shipping_share(charge, order, currencies) for charge in order["shippingLines"])
    for part in parts:
        for key, amount in part.items():
            sums[key] = sums[key] + amount
    owed = [duty for line in order["lineItems"] for duty in line["duties"]]
    duties = total(currencies.read(duty["price"]) for duty in owed)
    fees = total(currencies.read(fee["price"]) for fee in order["additionalFees"])
    tax = total(currencies.read(tax["priceSet"]) for tax in _levy_taxes(order))
    sums["tax"] = sums["tax"] + tax
    sums["total"] = sums["total"] + fees + (ZERO if order["taxesIncluded"] else tax)
    if not order.get("dutiesIncluded"):
        sums["total"] = sums["total"] + duties
    for key, name in (*_BEFORE.items(), *_AFTER.items()):
        order[name] = currencies.bag(sums[key])
    order["originalTotalPriceSet"] = order["totalPriceSet"]
    for kind, amount in (("Duties", duties), ("AdditionalFees", fees)):
        written = currencies.bag(amount) if amount else None
        order[f"originalTotal{kind}Set"] = order[f"currentTotal{kind}Set"] = written
    for name in ("totalRefundedShippingSet", "refundDiscrepancySet"):
        order[name] = currencies.bag(ZERO)
    refresh_counts(order)
    order["taxLines"] = summed(_all_tax_lines(order), currencies)
    order["currentTaxLines"] = order["taxLines"]


def _all_tax_lines(order: JsonObject) -> list[JsonObject]:
    lines = [tax for line in order["lineItems"] for tax in line.get("taxLines") or ()]
    lines.extend(tax for charge in order.get("shippingLines") or () for tax in charge.get("taxLines") or ())
    lines.extend(_levy_taxes(order))
    return lines


def _levy_taxes(order: JsonObject) -> list[JsonObject]:
    """The tax lines of duties and additional fees."""
    duties = [duty for line in order["lineItems"] for duty in line.get("duties") or ()]
    return [tax for one in (*duties, *(order.get("additionalFees") or ())) for tax in one.get("taxLines") or ()]


def refresh_tax_lines(order: JsonObject, currencies: Currencies) -> None:
    """Write the order's tax lines after a change: before returns from all units, after them from the current ones."""
    order["taxLines"] = summed(_all_tax_lines(order), currencies)
    current: list[JsonObject] = []
    for line in order["lineItems"]:
        quantity = int(line.get("quantity", 1))
        units = current_quantity(line)
        for tax in line.get("taxLines") or ():
            amount = currencies.read(tax["priceSet"])
            current.append({**tax, "priceSet": currencies.bag(amount.portion(units, quantity))})
    for charge in order.get("shippingLines") or ():
        current.extend(_current_charge_taxes(charge, currencies))
    current.extend(_levy_taxes(order))
    order["currentTaxLines"] = [tax for tax in summed(current, currencies) if currencies.read(tax["priceSet"])]


def _current_charge_taxes(charge: JsonObject, currencies: Currencies) -> list[JsonObject]:
    off = total(currencies.read(share["allocatedAmountSet"]) for share in charge.get("discountAllocations") or ())
    full = currencies.read(charge.get("originalPriceSet")) - off
    now = currencies.read(charge.get("currentDiscountedPriceSet") or charge.get("originalPriceSet"))
    if now == full:
        return list(charge.get("taxLines") or ())
    return [
        {**tax, "priceSet": currencies.bag(currencies.read(tax["priceSet"]).portion(now.shop, full.shop))}
        for tax in charge.get("taxLines") or ()
    ]


def refresh_counts(order: JsonObject) -> None:
    """Write the numbers of units that make up the subtotal, as ordered and as of now; tips do not count."""
    goods = [line for line in order["lineItems"] if not is_tip(line)]
    order["subtotalLineItemsQuantity"] = sum(int(line.get("quantity", 1)) for line in goods)
    order["currentSubtotalLineItemsQuantity"] = sum(current_quantity(line) for line in goods)
