"""Orders of the simulator with a random life behind them, and what Shopify charged for them by its own objects (P32).

The life is what merchants do: edits for which Shopify writes a refund with lines, an empty one, or none; refunds with
and without money, restocked or not; refunded shipping, captures, shipments, cancellations with and without the money
back. Nothing here knows what is computed of such an order; it must not import the code that it judges.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.store_simulator.orders import GeneratorOptions, generate_catalogue, generate_orders, life

Json = dict[str, Any]

CURRENCIES = ("EUR", "USD", "JPY", "KWD", "CHF")
RESTOCK_TYPES = ("RETURN", "CANCEL", "NO_RESTOCK")
START = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
CATALOGUES = {currency: generate_catalogue(1, currency=currency) for currency in CURRENCIES}
NONE = Decimal(0)


def living_order(seed: int, number: int) -> Json:
    """One order and up to four changes of it; equal arguments give equal orders."""
    rng = random.Random(f"{seed}:{number}")
    shop = rng.choice(CURRENCIES)
    options = GeneratorOptions(
        lines=(1, 8),
        long_tail=0,
        presentment_currencies={rng.choice(CURRENCIES): 1.0},
        duties=rng.random() < 0.2,
        additional_fees=rng.random() < 0.2,
        tax_basis_swapped=0.5,
        discounts=0.6,
        shipping_discounts=0.3,
        free_orders=0.03,
        tips=0.15,
        gift_cards_sold=0.15,
        custom_lines=0.1,
        point_of_sale=0.2,
        edited=0,
        refunded=0,
        cancelled=0,
        closed=0,
    )
    [order] = generate_orders(
        seed=seed * 100_003 + number,
        count=1,
        catalogue=CATALOGUES[shop],
        start=START,
        options=options,
        shop_currency=shop,
    )
    for hour in range(rng.randint(0, 4)):
        try:
            rng.choice(_CHANGES)(order, rng, START + timedelta(days=1, hours=hour))
        except life.ChangeRefused:
            continue
    return order


def _edit(order: Json, rng: random.Random, at: datetime) -> None:
    """Only before goods are taken back for good, after which Shopify allows hardly any edit."""
    if any(is_creditable(refund, part) for refund in order["refunds"] for part in refund["refundLineItems"]):
        return
    charges = _charges(order)
    changes = [_edit_of(order, charges, rng) for _ in range(rng.randint(1, 3))]
    wanted = [change for change in changes if change]
    if wanted:
        life.edit(order, wanted, at, refunds=rng.choice(("none", "empty", "lines")))


def _edit_of(order: Json, charges: list[Json], rng: random.Random) -> Json | None:
    line = rng.choice(order["lineItems"])
    kind = rng.choice(("quantity", "quantity", "quantity", "add", "discount", "charge", "no charge", "cheaper charge"))
    match kind:
        case "quantity":
            quantity = rng.randint(0, line["currentQuantity"] + 1)
            return {"setQuantity": {"lineItemId": line["id"], "quantity": quantity}}
        case "add":
            return {"addCustomItem": {"title": "More", "quantity": 2, "price": "7", "taxable": rng.random() < 0.5}}
        case "discount" if not order["refunds"]:
            return {"addLineItemDiscount": {"lineItemId": line["id"], "percentValue": rng.randint(1, 100)}}
        case "charge":
            return {"addShippingLine": {"title": "Express", "price": "9"}}
        case "no charge" if charges:
            return {"removeShippingLine": {"shippingLineId": charges.pop()["id"]}}
        case "cheaper charge" if charges:
            return {"updateShippingLine": {"shippingLineId": charges.pop()["id"], "price": "3"}}
    return None


def _charges(order: Json) -> list[Json]:
    """The charges that stand and of which nothing was given back."""
    back = {part["shippingLine"]["id"] for refund in order["refunds"] for part in refund["refundShippingLines"]}
    return [charge for charge in order["shippingLines"] if not charge["isRemoved"] and charge["id"] not in back]


def _refund(order: Json, rng: random.Random, at: datetime) -> None:
    parts = [
        {
            "lineItem": {"id": line["id"]},
            "quantity": rng.randint(1, line["refundableQuantity"]),
            "restockType": rng.choice(RESTOCK_TYPES),
        }
        for line in order["lineItems"]
        if line["refundableQuantity"] and rng.random() < 0.5
    ]
    given: Json = {"refundLineItems": parts}
    charges = _charges(order)
    if charges and rng.random() < 0.3:
        given["refundShippingLines"] = [{"shippingLine": {"id": charges[0]["id"]}}]
    if rng.random() < 0.3:
        given["transactions"] = []
    life.refund(order, given, at)


def _cancel(order: Json, rng: random.Random, at: datetime) -> None:
    money_back = {"originalPaymentMethodsRefund": True} if rng.random() < 0.5 else None
    life.cancel(order, "OTHER", rng.random() < 0.5, money_back, at)


_CHANGES: tuple[Callable[[Json, random.Random, datetime], object], ...] = (
    _edit,
    _edit,
    _edit,
    _refund,
    _refund,
    _cancel,
    lambda order, _, at: life.capture(order, None, at),
    lambda order, _, at: life.fulfil(order, None, None, at),
    lambda order, _, at: life.mark_as_paid(order, at),
)


def charges_of(order: Json, side: str, *, nobody_credits: bool) -> frozenset[tuple[Decimal, Decimal]]:
    """The totals, each with its header tax, that a document may come to: P32 (a) and (b), or the current total.

    Shipping that was taken back follows the refund it is in, as lines do. Cash rounding is in none of the simulator's
    totals.
    """
    rounding = order["totalCashRoundingAdjustment"]
    paid, back = (money(rounding[name], side) for name in ("paymentSet", "refundSet"))
    now, now_tax = money(order["currentTotalPriceSet"], side), money(order["currentTotalTaxSet"], side)
    if nobody_credits:
        return frozenset({(now + paid - back, now_tax)})
    first, first_tax = money(order["totalPriceSet"], side), money(order["totalTaxSet"], side)
    for refund in order["refunds"]:
        parts = refund["refundLineItems"]
        rows = [(part, "subtotalSet", "totalTaxSet", is_creditable(refund, part)) for part in parts]
        credited = _gives_back(refund) or (bool(parts) and all(is_creditable(refund, part) for part in parts))
        rows += [(part, "subtotalAmountSet", "taxAmountSet", credited) for part in refund["refundShippingLines"]]
        for row, amount, tax_name, creditable in rows:
            tax = money(row[tax_name], side)
            worth = money(row[amount], side) + (NONE if order["taxesIncluded"] else tax)
            if creditable:
                now, now_tax = now + worth, now_tax + tax
            else:
                first, first_tax = first - worth, first_tax - tax
    return frozenset({(first + paid, first_tax), (now + paid, now_tax)})


def quantities_of(order: Json, *, nobody_credits: bool) -> Mapping[str, int]:
    """The pieces that a document shows of each line, by its id, where there are any."""
    if nobody_credits:
        found = {line["id"]: line["currentQuantity"] for line in order["lineItems"]}
    else:
        taken: Counter[str] = Counter()
        credited: Counter[str] = Counter()
        for refund in order["refunds"]:
            for part in refund["refundLineItems"]:
                side = credited if is_creditable(refund, part) else taken
                side[part["lineItem"]["id"]] += part["quantity"]
        found = {
            line["id"]: min(line["quantity"] - taken[line["id"]], line["currentQuantity"] + credited[line["id"]])
            for line in order["lineItems"]
        }
    return {key.rsplit("/", 1)[1]: quantity for key, quantity in found.items() if quantity > 0}


def is_creditable(refund: Json, part: Json) -> bool:
    """REF-25."""
    return _gives_back(refund) or part["restockType"] == "RETURN"


def _gives_back(refund: Json) -> bool:
    return bool(refund.get("return")) or money(refund["totalRefundedSet"], "shopMoney") > 0


def money(bag: Json | None, side: str) -> Decimal:
    return Decimal(bag[side]["amount"]) if bag else NONE
