"""Orders of the simulator with a random life behind them, and what Shopify charged for them by its own objects (P32).

The life is what merchants do: edits for which Shopify writes a refund with lines, an empty one, or none; refunds with
and without money, restocked or not; refunded shipping and duties, exchanges, captures, shipments, cancellations with
and without the money back. Nothing here knows what is computed of such an order; it must not import the code that it
judges.
"""

import dataclasses
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.store_simulator.orders import EVERYTHING, generate_catalogue, generate_orders, life
from app.store_simulator.orders.line_money import TIP_TITLES, shipped_units
from app.store_simulator.orders.money import Currencies
from app.store_simulator.orders.returns import closed_return

Json = dict[str, Any]

CURRENCIES = ("EUR", "USD", "JPY", "KWD", "CHF", "SEK")
RESTOCK_TYPES = ("RETURN", "CANCEL", "NO_RESTOCK")
START = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
CATALOGUES = {currency: generate_catalogue(1, currency=currency) for currency in CURRENCIES}
NONE = Decimal(0)
MORE = "MORE"
"""The SKU of what an edit adds that is no article of the catalogue."""


def living_order(seed: int, number: int) -> Json:
    """One order and up to four changes of it; equal arguments give equal orders."""
    *_, order = life_of(seed, number)
    return order


def life_of(seed: int, number: int) -> Iterator[Json]:
    """The same order as it was made and after each of its changes: one object, which goes on changing."""
    rng = random.Random(f"{seed}:{number}")
    shop = rng.choice(CURRENCIES)
    currencies = {rng.choice(CURRENCIES): 1.0}
    options = dataclasses.replace(
        EVERYTHING, lines=(1, 8), presentment_currencies=currencies, edited=0, refunded=0, cancelled=0, exchanged=0
    )
    [order] = generate_orders(
        seed=seed * 100_003 + number,
        count=1,
        catalogue=CATALOGUES[shop],
        start=START,
        options=options,
        shop_currency=shop,
    )
    yield order
    for hour in range(rng.randint(0, 4)):
        try:
            rng.choice(_CHANGES)(order, rng, START + timedelta(days=1, hours=hour))
        except life.ChangeRefused:
            continue
        yield order


def edited(order: Json, rng: random.Random, at: datetime) -> None:
    """A session of edits, only before goods are taken back for good, after which Shopify allows hardly any edit."""
    if any(is_creditable(refund, part) for refund in order["refunds"] for part in refund["refundLineItems"]):
        return
    charges = _charges(order)
    changes = [_edit_of(order, charges, rng) for _ in range(rng.randint(1, 3))]
    wanted = [change for change in changes if change]
    if wanted:
        life.edit(order, wanted, at, refunds=rng.choice(("none", "empty", "lines")))


def _edit_of(order: Json, charges: list[Json], rng: random.Random) -> Json | None:
    # A tip is what the customer gave; nobody changes it or takes something off it.
    goods = [line for line in order["lineItems"] if line["title"] not in TIP_TITLES]
    if not goods:
        return None
    line = rng.choice(goods)
    kind = rng.choice(("quantity", "quantity", "quantity", "add", "discount", "charge", "no charge", "cheaper charge"))
    match kind:
        case "quantity":
            quantity = rng.randint(0, line["currentQuantity"] + 1)
            return {"setQuantity": {"lineItemId": line["id"], "quantity": quantity}}
        case "add":
            return {
                "addCustomItem": {
                    "title": "More",
                    "sku": MORE,
                    "quantity": 2,
                    "price": "7",
                    "taxable": rng.random() < 0.5,
                }
            }
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
    """The charges that stand, if only in part."""
    return [charge for charge in order["shippingLines"] if not charge["isRemoved"]]


def refunded(order: Json, rng: random.Random, at: datetime) -> None:
    """Lines, charges and duties back: with their money or without, whatever becomes of the goods. At times a charge is
    taken off the order after it was paid back.
    """
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
        given["refundShippingLines"] = [_some_of(charges[0], order, rng)]
    if not order["dutiesIncluded"] and rng.random() < 0.3:
        given["duties"] = [{"originalDuty": {"id": each}} for each in _standing_duties(order)]
    if rng.random() < 0.3:
        given["transactions"] = []
    life.refund(order, given, at)
    if "refundShippingLines" in given and rng.random() < 0.3:
        taken_away = {"removeShippingLine": {"shippingLineId": charges[0]["id"]}}
        life.edit(order, [taken_away], at + timedelta(minutes=5), refunds=rng.choice(("none", "empty", "lines")))


def _some_of(charge: Json, order: Json, rng: random.Random) -> Json:
    """All that is left of a charge, or half of it."""
    part: Json = {"shippingLine": {"id": charge["id"]}}
    if rng.random() < 0.4:
        currencies = Currencies.of(order)
        half = currencies.read(charge["currentDiscountedPriceSet"]).portion(1, 2)
        part["subtotalAmountSet"] = currencies.bag(half)
    return part


def _standing_duties(order: Json) -> list[str]:
    """Those of which nothing was given back; what becomes of the tax of taxed ones is not recorded."""
    back = {part["originalDuty"]["id"] for refund in order["refunds"] for part in refund["duties"]}
    duties = (duty for line in order["lineItems"] for duty in line["duties"] if not duty["taxLines"])
    return [duty["id"] for duty in duties if duty["id"] not in back]


def exchanged(order: Json, rng: random.Random, at: datetime) -> None:
    """Some pieces of a line against some of another article, which may cost more or less."""
    line, other = rng.choice(order["lineItems"]), rng.choice(CATALOGUES[order["currencyCode"]].goods)
    goods = {"variant": other.variant, "product": other.product, "quantity": rng.randint(1, 2)}
    life.exchange(order, [(line["id"], rng.randint(1, max(line["currentQuantity"], 1)))], [goods], at)


def returned(order: Json, rng: random.Random, at: datetime) -> None:
    """Shipped goods come back by a return, with their money or without."""
    shipped = shipped_units(order)
    pieces = {line["id"]: min(shipped[line["id"]], line["currentQuantity"]) for line in order["lineItems"]}
    goods = [(line, rng.randint(1, pieces[line["id"]])) for line in order["lineItems"] if pieces[line["id"]]]
    if not goods or order["cancelledAt"]:
        raise life.ChangeRefused("There is nothing to return.")
    goods = rng.sample(goods, rng.randint(1, len(goods)))
    back = closed_return(order, goods, at)
    parts = [
        {"lineItem": {"id": line["id"]}, "quantity": quantity, "restockType": "RETURN"} for line, quantity in goods
    ]
    given: Json = {"return": {name: back[name] for name in ("id", "name", "status")}, "refundLineItems": parts}
    if rng.random() < 0.3:
        given["transactions"] = []
    life.refund(order, given, at)
    back["refunds"] = [{"id": order["refunds"][-1]["id"]}]
    life.change(order, {"returns": [*order["returns"], back]}, at)


def paid_back(order: Json, rng: random.Random, at: datetime) -> None:
    """Any amount of what was paid, for a line that comes back or for none: what the line does not explain is left."""
    currencies = Currencies.of(order)
    net = currencies.read(order["netPaymentSet"])
    amount = net.portion(rng.randint(1, 100), 100)
    lines = [line for line in order["lineItems"] if line["refundableQuantity"] and rng.random() < 0.3]
    parts = [{"lineItem": {"id": line["id"]}, "quantity": 1, "restockType": "RETURN"} for line in lines]
    if not amount.shop or not amount.presentment:
        raise life.ChangeRefused("There is nothing to pay back.")
    life.refund(order, {"refundLineItems": parts, "totalRefundedSet": currencies.bag(amount)}, at)


def cancelled(order: Json, rng: random.Random, at: datetime) -> None:
    """With the money back or without, restocked or not."""
    money_back = {"originalPaymentMethodsRefund": True} if rng.random() < 0.5 else None
    life.cancel(order, "OTHER", rng.random() < 0.5, money_back, at)


_CHANGES: tuple[Callable[[Json, random.Random, datetime], object], ...] = (
    edited,
    edited,
    edited,
    refunded,
    refunded,
    exchanged,
    exchanged,
    cancelled,
    lambda order, _, at: life.capture(order, None, at),
    lambda order, _, at: life.fulfil(order, None, None, at),
    lambda order, _, at: life.fulfil(order, None, None, at),
    lambda order, _, at: life.mark_as_paid(order, at),
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Worth:
    """What a part of an order adds to its total, and how much of that is tax."""

    total: Decimal = NONE
    tax: Decimal = NONE

    def __add__(self, other: "_Worth") -> "_Worth":
        return _Worth(self.total + other.total, self.tax + other.tax)

    def __sub__(self, other: "_Worth") -> "_Worth":
        return _Worth(self.total - other.total, self.tax - other.tax)


def charges_of(order: Json, side: str, *, nobody_credits: bool) -> frozenset[tuple[Decimal, Decimal]]:
    """The totals, each with its header tax, that a document may come to: P32 (a) and (b), or the current total.

    Shipping and duties that were taken back follow the refund they are in, as lines do. Lines that came in by exchange
    are in no document of the order. Cash rounding is in none of the simulator's totals.
    """
    rounding = order["totalCashRoundingAdjustment"]
    paid, back = (money(rounding[name], side) for name in ("paymentSet", "refundSet"))
    first = _Worth(money(order["totalPriceSet"], side), money(order["totalTaxSet"], side))
    now = _Worth(money(order["currentTotalPriceSet"], side), money(order["currentTotalTaxSet"], side))
    exchanged = exchanged_lines(order)
    for line in order["lineItems"]:
        if line["id"] in exchanged:
            first -= line_worth(order, line, side)
            now -= line_worth(order, line, side)
    for refund in order["refunds"]:
        for worth, of_line, creditable in part_worth(order, refund, side):
            if of_line in exchanged or (creditable and not nobody_credits):
                now += worth
            else:
                first -= worth
    if nobody_credits:
        return frozenset({(now.total + paid - back, now.tax)})
    return frozenset({(first.total + paid, first.tax), (now.total + paid, now.tax)})


def line_worth(order: Json, line: Json, side: str) -> _Worth:
    """All ordered pieces of a line."""
    off = sum((money(share["allocatedAmountSet"], side) for share in line["discountAllocations"]), NONE)
    tax = sum((money(each["priceSet"], side) for each in line["taxLines"]), NONE)
    net = money(line["originalUnitPriceSet"], side) * line["quantity"] - off
    return _Worth(net if order["taxesIncluded"] else net + tax, tax)


def part_worth(order: Json, refund: Json, side: str) -> Iterator[tuple[_Worth, str | None, bool]]:
    """Every part of a refund with the line it is of, if it is of one, and whether a credit memo will show it."""
    parts = refund["refundLineItems"]
    beside = credits_charges(refund)
    rows = [(part, "subtotalSet", "totalTaxSet", part["lineItem"]["id"], is_creditable(refund, part)) for part in parts]
    rows += [(part, "subtotalAmountSet", "taxAmountSet", None, beside) for part in refund["refundShippingLines"]]
    rows += [(part, "amountSet", "", None, beside) for part in refund["duties"]]
    for row, amount, tax_name, of_line, creditable in rows:
        tax = money(row.get(tax_name), side)
        net = money(row[amount], side)
        yield _Worth(net if order["taxesIncluded"] else net + tax, tax), of_line, creditable


def exchanged_lines(order: Json) -> frozenset[str]:
    """The lines that came in as the other half of a return."""
    exchanges = [each for back in order["returns"] for each in back["exchangeLineItems"]]
    return frozenset(line["id"] for each in exchanges for line in each["lineItems"])


def quantities_of(order: Json, *, nobody_credits: bool) -> Mapping[str, int]:
    """The pieces that a document shows of each line, by its id, where there are any."""
    taken: Counter[str] = Counter()
    credited: Counter[str] = Counter()
    for refund in order["refunds"]:
        for part in refund["refundLineItems"]:
            side = credited if is_creditable(refund, part) else taken
            side[part["lineItem"]["id"]] += part["quantity"]
    found: dict[str, int] = {}
    for line in order["lineItems"]:
        number, current = line["id"], line["currentQuantity"]
        kept = min(line["quantity"] - taken[number], current + credited[number])
        found[number] = current if nobody_credits else kept
    exchanged = exchanged_lines(order)
    return {
        number.rsplit("/", 1)[1]: quantity
        for number, quantity in found.items()
        if quantity > 0 and number not in exchanged
    }


def credits_charges(refund: Json) -> bool:
    """Whether what it gives back beside goods is for a credit memo."""
    parts = refund["refundLineItems"]
    return _gives_back(refund) or (bool(parts) and all(is_creditable(refund, part) for part in parts))


def is_creditable(refund: Json, part: Json) -> bool:
    """REF-25."""
    return _gives_back(refund) or part["restockType"] == "RETURN"


def _gives_back(refund: Json) -> bool:
    return bool(refund.get("return")) or money(refund["totalRefundedSet"], "shopMoney") > 0


def money(bag: Json | None, side: str) -> Decimal:
    return Decimal(bag[side]["amount"]) if bag else NONE
