"""Whatever is generated or done to it: an order's money adds up to the minor unit, in both currencies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store_simulator.orders import EVERYTHING, GeneratorOptions, generate_catalogue, generate_orders, life
from app.store_simulator.orders.line_money import ODD_TIP_TITLES
from app.store_simulator.orders.money import allocate

Order = dict[str, Any]
Read = Callable[[Order | None], Decimal]

START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
CURRENCIES = ("EUR", "USD", "JPY", "KWD", "CHF", "SEK")
DECIMALS = {"JPY": 0, "KWD": 3}
CATALOGUES = {currency: generate_catalogue(1, currency=currency) for currency in CURRENCIES}
TIPS = {"Tip", "Trinkgeld", "Pourboire", "Fooi", "Dricks", "チップ", "إكرامية", *ODD_TIP_TITLES}
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

seeds = st.integers(min_value=0, max_value=10**6)
currencies = st.sampled_from(CURRENCIES)
switches = st.booleans()


@st.composite
def orders(draw: st.DrawFn, /, **fixed: Any) -> Order:
    """One order of any shape, in any pair of currencies."""
    currency = draw(currencies)
    options = replace(EVERYTHING, presentment_currencies={draw(currencies): 1.0}, **fixed)
    catalogue = CATALOGUES[currency]
    seed = draw(seeds)
    [order] = generate_orders(
        seed=seed, count=1, catalogue=catalogue, start=START, options=options, shop_currency=currency
    )
    return Placed(order, seed=seed, options=options)


class Placed(Order):
    """An order that shows itself by what it was made from."""

    def __init__(self, order: Order, *, seed: int, options: GeneratorOptions) -> None:
        super().__init__(order)
        self._made_from = f"an order in {order['currencyCode']} of seed {seed} with {options}"

    def __repr__(self) -> str:
        return self._made_from


def both(order: Order) -> list[tuple[Read, Decimal]]:
    """How to read each of the two currencies, and its smallest unit."""

    def reader(side: str) -> Read:
        return lambda bag: Decimal(bag[side]["amount"]) if bag else Decimal(0)

    codes = {"shopMoney": order["currencyCode"], "presentmentMoney": order["presentmentCurrencyCode"]}
    return [(reader(side), Decimal(1).scaleb(-DECIMALS.get(code, 2))) for side, code in codes.items()]


def share(amount: Decimal, part: int, whole: int, unit: Decimal) -> Decimal:
    return (amount * part / whole).quantize(unit, ROUND_HALF_UP) if whole else Decimal(0)


def allocated(read: Read, node: Order) -> Decimal:
    return sum((read(one["allocatedAmountSet"]) for one in node["discountAllocations"]), Decimal(0))


def taxed(read: Read, node: Order) -> Decimal:
    return sum((read(tax["priceSet"]) for tax in node["taxLines"]), Decimal(0))


def extras(read: Read, order: Order, *, current: bool = False) -> tuple[Decimal, Decimal]:
    """Duties and fees that are charged apart, and the tax on them."""
    owed = [duty for line in order["lineItems"] for duty in line["duties"]]
    duties = sum((read(duty["price"]) for duty in owed), Decimal(0))
    if current:
        duties = read(order["currentTotalDutiesSet"])
    if order["dutiesIncluded"]:
        duties = Decimal(0)
    fees = sum((read(fee["price"]) for fee in order["additionalFees"]), Decimal(0))
    return duties + fees, sum((taxed(read, one) for one in (*owed, *order["additionalFees"])), Decimal(0))


def assert_adds_up_before_returns(order: Order) -> None:
    for read, _ in both(order):
        lines, charges = order["lineItems"], order["shippingLines"]
        goods = sum((read(one["originalUnitPriceSet"]) * one["quantity"] for one in lines), Decimal(0))
        off = sum((allocated(read, one) for one in lines), Decimal(0))
        shipping = sum((read(one["originalPriceSet"]) - allocated(read, one) for one in charges), Decimal(0))
        more, more_tax = extras(read, order)
        tax = sum((taxed(read, one) for one in (*lines, *charges)), Decimal(0)) + more_tax
        tips = sum((read(one["originalUnitPriceSet"]) for one in lines if one["title"] in TIPS), Decimal(0))
        charged = goods - off + shipping + more + (0 if order["taxesIncluded"] else tax)
        assert read(order["totalPriceSet"]) == charged
        assert (
            read(order["totalTaxSet"]) == tax == sum((read(one["priceSet"]) for one in order["taxLines"]), Decimal(0))
        )
        assert read(order["totalTipReceivedSet"]) == tips
        assert read(order["subtotalPriceSet"]) == goods - off - tips
        assert read(order["totalShippingPriceSet"]) == shipping


def assert_adds_up_after_returns(order: Order) -> None:
    for read, unit in both(order):
        current, tax = Decimal(0), Decimal(0)
        for line in order["lineItems"]:
            ordered, units = line["quantity"], line["currentQuantity"]
            line_tax = sum((share(read(one["priceSet"]), units, ordered, unit) for one in line["taxLines"]), Decimal(0))
            current += read(line["originalUnitPriceSet"]) * units - share(allocated(read, line), units, ordered, unit)
            tax += line_tax
        for charge in order["shippingLines"]:
            current += read(charge["currentDiscountedPriceSet"])
            tax += 0 if charge["isRemoved"] else taxed(read, charge)
        more, more_tax = extras(read, order, current=True)
        charged = current + more + (0 if order["taxesIncluded"] else tax + more_tax)
        assert read(order["currentTotalPriceSet"]) == charged
        assert read(order["currentTotalTaxSet"]) == tax + more_tax


def assert_payment_adds_up(order: Order) -> None:
    for read, _ in both(order):
        done = [one for one in order["transactions"] if one["status"] == "SUCCESS"]
        money_in = sum((read(one["amountSet"]) for one in done if one["kind"] in ("SALE", "CAPTURE")), Decimal(0))
        money_out = sum((read(one["amountSet"]) for one in done if one["kind"] == "REFUND"), Decimal(0))
        assert read(order["totalReceivedSet"]) == money_in
        assert read(order["totalRefundedSet"]) == money_out
        assert read(order["netPaymentSet"]) == money_in - money_out
        assert money_out == sum((read(one["totalRefundedSet"]) for one in order["refunds"]), Decimal(0))


def assert_nothing_is_negative(order: Order) -> None:
    for read, _ in both(order):
        for line in order["lineItems"]:
            assert 0 <= allocated(read, line) <= read(line["originalTotalSet"])
            assert 0 <= line["currentQuantity"] <= line["quantity"]
            assert line["unfulfilledQuantity"] >= 0
            assert line["nonFulfillableQuantity"] >= 0
        for name in ("totalPriceSet", "currentTotalPriceSet", "totalTaxSet", "currentTotalTaxSet"):
            assert read(order[name]) >= 0


def assert_adds_up(order: Order) -> None:
    assert_adds_up_before_returns(order)
    if not order["cancelledAt"]:
        assert_adds_up_after_returns(order)
    assert_payment_adds_up(order)
    assert_nothing_is_negative(order)


@SLOW
@given(orders())
def test_a_generated_order_adds_up_in_both_currencies(order: Order) -> None:
    assert_adds_up(order)


@SLOW
@given(orders(cancelled=1.0, point_of_sale=0.0))
def test_a_cancelled_order_has_nothing_current_and_keeps_no_money(order: Order) -> None:
    assert_adds_up(order)
    for read, _ in both(order):
        assert read(order["currentTotalPriceSet"]) == read(order["netPaymentSet"]) == 0
        assert read(order["totalOutstandingSet"]) == 0


@SLOW
@given(
    orders(edited=0.0, refunded=1.0, payments={"paid": 1.0}, cancelled=0.0, exchanged=0.0, refunded_duties=0.0, b2b=0.0)
)
def test_what_refunds_take_away_is_what_is_no_longer_current(order: Order) -> None:
    for read, _ in both(order):
        away = Decimal(0)
        for refund in order["refunds"]:
            for part in refund["refundLineItems"]:
                away += read(part["subtotalSet"]) + (0 if order["taxesIncluded"] else read(part["totalTaxSet"]))
        assert read(order["totalPriceSet"]) - away == read(order["currentTotalPriceSet"])
        assert read(order["totalRefundedSet"]) == away
        assert read(order["totalOutstandingSet"]) == 0


def is_creditable(read: Read, refund: Order) -> bool:
    """Belongs to a return, paid something back, or goods came back (REF-25)."""
    restocked = any(part["restockType"] == "RETURN" for part in refund["refundLineItems"])
    return bool(refund["return"] or restocked or read(refund["totalRefundedSet"]))


def documented(order: Order, read: Read, unit: Decimal) -> Decimal:
    """What a document of the order comes to before tax, by the quantities of P32."""
    taken: dict[str, int] = {}
    credited: dict[str, int] = {}
    for refund in order["refunds"]:
        into = credited if is_creditable(read, refund) else taken
        for part in refund["refundLineItems"]:
            identifier = part["lineItem"]["id"]
            into[identifier] = into.get(identifier, 0) + part["quantity"]
    worth = Decimal(0)
    for line in order["lineItems"]:
        ordered, identifier = line["quantity"], line["id"]
        units = min(ordered - taken.get(identifier, 0), line["currentQuantity"] + credited.get(identifier, 0))
        worth += read(line["originalUnitPriceSet"]) * units - share(allocated(read, line), units, ordered, unit)
    kept = [charge for charge in order["shippingLines"] if not charge["isRemoved"]]
    return worth + sum((read(charge["discountedPriceSet"]) for charge in kept), Decimal(0)) + extras(read, order)[0]


def charged_before_tax(order: Order, read: Read) -> set[Decimal]:
    """The two readings of what was charged (P32 a and b), less their tax where prices exclude it."""
    before = read(order["totalPriceSet"]) - (0 if order["taxesIncluded"] else read(order["totalTaxSet"]))
    after = read(order["currentTotalPriceSet"]) - (0 if order["taxesIncluded"] else read(order["currentTotalTaxSet"]))
    for refund in order["refunds"]:
        lines = sum((read(part["subtotalSet"]) for part in refund["refundLineItems"]), Decimal(0))
        lines += sum((read(duty["amountSet"]) for duty in refund["duties"]), Decimal(0))
        if is_creditable(read, refund):
            after += lines
        else:
            before -= lines
    return {before, after}


@SLOW
@given(orders(edited=0.6, refunded=0.5, cancelled=0.0))
def test_a_document_by_the_rules_equals_what_was_charged(order: Order) -> None:
    for read, unit in both(order):
        assert documented(order, read, unit) in charged_before_tax(order, read)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_hundreds_of_orders_with_much_life_add_up_and_can_be_documented(currency: str) -> None:
    options = replace(EVERYTHING, edited=0.4, refunded=0.4, presentment_currencies=dict.fromkeys(CURRENCIES, 1.0))
    placed = generate_orders(
        seed=99, count=250, catalogue=CATALOGUES[currency], start=START, options=options, shop_currency=currency
    )
    for order in placed:
        assert_adds_up(order)
        if not order["cancelledAt"]:
            for read, unit in both(order):
                assert documented(order, read, unit) in charged_before_tax(order, read)


steps = st.lists(
    st.tuples(st.sampled_from(("lower", "raise", "add", "discount", "charge", "remove charge")), st.integers(0, 10**6)),
    min_size=1,
    max_size=6,
)


def edit_of(order: Order, kind: str, pick: int) -> Order | None:
    goods = [line for line in order["lineItems"] if line["title"] not in TIPS]
    line = goods[pick % len(goods)] if goods else None
    charges = [charge for charge in order["shippingLines"] if not charge["isRemoved"]]
    if kind == "add":
        return {"addCustomItem": {"title": "More", "quantity": 1 + pick % 3, "price": "7", "taxable": pick % 2 == 0}}
    if kind == "charge":
        return {"addShippingLine": {"title": "Express", "price": "9"}}
    if kind == "remove charge":
        return {"removeShippingLine": {"shippingLineId": charges[pick % len(charges)]["id"]}} if charges else None
    if line is None:
        return None
    if kind == "discount":
        return {"addLineItemDiscount": {"lineItemId": line["id"], "percentValue": 1 + pick % 100}}
    quantity = pick % (line["currentQuantity"] + 1) if kind == "lower" else line["currentQuantity"] + 1 + pick % 3
    return {"setQuantity": {"lineItemId": line["id"], "quantity": quantity}}


@SLOW
@given(orders(edited=0.0, refunded=0.0, cancelled=0.0, point_of_sale=0.0, fulfilments={"none": 1.0}), steps, switches)
def test_an_order_still_adds_up_after_any_edits(order: Order, edits: list[tuple[str, int]], written: bool) -> None:
    before = order["updatedAt"]
    for hour, (kind, pick) in enumerate(edits):
        change = edit_of(order, kind, pick)
        if change is not None and not (order["fulfillments"] and kind == "lower"):
            life.edit(order, [change], START + timedelta(hours=hour), refunds="lines" if written else "none")
            assert order["updatedAt"] > before
            before = order["updatedAt"]
            assert_adds_up(order)


@SLOW
@given(orders(edited=0.0, refunded=0.0, cancelled=0.0, payments={"paid": 1.0}), st.data())
def test_refunding_unit_by_unit_gives_back_exactly_the_goods(order: Order, data: st.DataObject) -> None:
    while any(line["refundableQuantity"] for line in order["lineItems"]):
        line = data.draw(st.sampled_from([one for one in order["lineItems"] if one["refundableQuantity"]]))
        quantity = data.draw(st.integers(1, line["refundableQuantity"]))
        part = {"lineItem": {"id": line["id"]}, "quantity": quantity, "restockType": "RETURN"}
        life.refund(order, {"refundLineItems": [part]}, START + timedelta(days=1))
        assert_adds_up(order)
    for read, _ in both(order):
        charges = sum((read(one["currentDiscountedPriceSet"]) for one in order["shippingLines"]), Decimal(0))
        charge_tax = sum((taxed(read, one) for one in order["shippingLines"]), Decimal(0))
        more, more_tax = extras(read, order)
        left = charges + more + (0 if order["taxesIncluded"] else charge_tax + more_tax)
        assert read(order["currentTotalPriceSet"]) == left


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_shares_add_up_and_never_differ_by_more_than_a_unit(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)

    whole = sum(weights)
    assert sum(shares) == (total if whole else 0)
    for given_share, weight in zip(shares, weights, strict=True):
        assert whole == 0 or abs(given_share - Decimal(total) * weight / whole) < 1
