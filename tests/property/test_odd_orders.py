"""Orders whose figures contradict each other: a document is right in itself and equals a charge, or is refused."""

import dataclasses
import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from app.domain.documents import DocumentDraft, documented_totals
from app.domain.money import Amount, CurrencyHandling, rounded
from app.domain.orders import Order, OrderLine
from app.domain.sales_documents import DocumentContent
from app.domain.shop_settings import RefundProcess
from tests.builders import built, fee, line, money, refund, refund_line, refunded_shipping, settings, shipping, tax
from tests.property.living_orders import living_order
from tests.property.translated_orders import translated

FIGURES = ("total", "current_total", "tax", "current_tax", "discount", "current_discount", "tip", "duties")


def odd_amount(rng: random.Random, amount: Amount) -> Amount:
    return rng.choice([-amount, amount + amount, money("0"), money("-0.01"), money("0.005"), money("1000000")])


def odd_figure(order: Order, rng: random.Random) -> Order:
    name = rng.choice(FIGURES)
    changed = {name: odd_amount(rng, getattr(order.totals, name))}
    return dataclasses.replace(order, totals=dataclasses.replace(order.totals, **changed))


def odd_line(order: Order, rng: random.Random) -> Order:
    place = rng.randrange(len(order.lines))
    lines = list(order.lines)
    lines[place] = rng.choice([odd_price, odd_quantity, odd_tax, odd_duty])(lines[place], rng)
    return dataclasses.replace(order, lines=tuple(lines))


def odd_price(sold: OrderLine, rng: random.Random) -> OrderLine:
    return dataclasses.replace(sold, unit_price=odd_amount(rng, sold.unit_price))


def odd_quantity(sold: OrderLine, rng: random.Random) -> OrderLine:
    return dataclasses.replace(
        sold, ordered_quantity=rng.choice([-1, 0, 1, 7]), current_quantity=rng.choice([-1, 0, 3])
    )


def odd_tax(sold: OrderLine, _: random.Random) -> OrderLine:
    return dataclasses.replace(sold, tax_lines=(tax("-3.00"), tax("0.001")))


def odd_duty(sold: OrderLine, rng: random.Random) -> OrderLine:
    return dataclasses.replace(sold, duties=line(duties=[("7", rng.choice(["-2.00", "0", "3.00"]))]).duties)


def odd_charges(order: Order, rng: random.Random) -> Order:
    fees = (fee(rng.choice(["-2.00", "0", "2.00"])), fee("3.00"))
    charges = (shipping(rng.choice(["-4.00", "4.00"]), discount=rng.choice(["4.00", "99.00"])),)
    return dataclasses.replace(order, additional_fees=fees, shipping_lines=charges)


def odd_refund(order: Order, rng: random.Random) -> Order:
    """More pieces than were sold, a line and a charge that the order does not have."""
    parts = (
        refund_line(order.lines[0], quantity=99, subtotal="3.00", restock_type=rng.choice(["return", "cancel"])),
        refund_line(line(99999), subtotal="1.00"),
    )
    back = refund(*parts, refunded=rng.choice(["0", "5.00"]), shipping=[refunded_shipping("77.00", of=shipping())])
    return dataclasses.replace(order, refunds=(*order.refunds, back))


ODDITIES: tuple[Callable[[Order, random.Random], Order], ...] = (
    odd_figure,
    odd_line,
    odd_line,
    odd_charges,
    odd_refund,
)


@pytest.mark.parametrize("handling", CurrencyHandling)
@pytest.mark.parametrize("process", RefundProcess)
def test_no_odd_order_makes_a_wrong_document_or_breaks(handling: CurrencyHandling, process: RefundProcess) -> None:
    """D11; B11."""
    shop = settings(orders={"currency_handling": handling}, refunds={"process": process})
    for number in range(80):
        rng = random.Random(number)
        order = translated(living_order(77, number))
        for _ in range(rng.randint(1, 3)):
            order = rng.choice(ODDITIES)(order, rng)
        local = order.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
        outcome = built(order, shop=shop, local_currency=local)
        documented_totals(order, process=process)
        if isinstance(outcome, DocumentDraft):
            check(outcome.content, number)


def check(document: DocumentContent, number: int) -> None:
    totals, lines = document.totals, document.lines
    assert totals.amount_including_tax == totals.charged_by_shopify, number
    assert totals.amount == sum((each.amount for each in lines), Decimal(0)), number
    assert totals.tax == sum((each.tax_amount for each in lines), Decimal(0)), number
    for each in lines:
        assert each.amount == rounded(each.quantity * each.unit_price - each.discount_amount, document.currency), number
        assert each.quantity >= 0, number
