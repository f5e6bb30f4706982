"""P32: what was charged, read with and without the lines that came in by exchange; every figure by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.documents.charged import Charged, readings_of
from app.domain.money import Amount
from app.domain.orders import LineKind, Order, OrderTotals
from app.domain.shop_settings import RefundProcess
from tests.builders import line, order, refund, refund_line, tax

AUTO, NONE = RefundProcess.AUTO_CREATE, RefundProcess.NONE


def both(shop: str) -> tuple[str, str]:
    """An amount and, in the buyer's currency, twice as much."""
    return shop, str(2 * Decimal(shop))


def amount(shop: str) -> Amount:
    return Amount(*map(Decimal, both(shop)))


SOLD = line(1, price=both("100.00"), quantity=5)
TAKEN = line(
    2,
    price=both("250.00"),
    quantity=2,
    current=1,
    discounts=[both("20.00")],
    taxes=[tax(both("25.00")), tax(both("15.00"))],
    exchange=True,
)
CREDITED = refund(
    refund_line(SOLD, subtotal=both("100.00"), tax=both("10.00"), restock_type="return"),
    refund_line(TAKEN, subtotal=both("240.00"), tax=both("20.00"), restock_type="return"),
    refunded=both("340.00"),
    return_id=9,
)
REMOVED = refund(
    refund_line(SOLD, subtotal=both("30.00"), tax=both("3.00")),
    refund_line(TAKEN, subtotal=both("50.00"), tax=both("5.00")),
)
TOTALS = OrderTotals(
    total=amount("1000"),
    tax=amount("100"),
    subtotal=amount("900"),
    current_total=amount("600"),
    current_tax=amount("60"),
    current_subtotal=amount("540"),
)
MADE = order(SOLD, TAKEN, totals=TOTALS, refunds=(CREDITED, REMOVED))

B, A = ("700", "70", "640"), ("970", "97", "870")
B_WITHOUT, A_WITHOUT = ("510", "55", "450"), ("490", "57", "390")


def readings(of: Order, process: RefundProcess = AUTO) -> list[tuple[str, str, str]]:
    """Total, tax and subtotal of each in the shop's currency; the buyer's must be the same, doubled."""
    found = readings_of(of, process)
    assert [replaced(each, shop=True) for each in found] == [replaced(each, shop=False) for each in found]
    return [(f"{each.total.shop:.0f}", f"{each.tax.shop:.0f}", f"{each.subtotal.shop:.0f}") for each in found]


def replaced(read: Charged, *, shop: bool) -> list[Decimal]:
    return [2 * each.shop if shop else each.presentment for each in (read.total, read.tax, read.subtotal)]


def test_an_order_with_exchange_lines_is_also_read_without_them_and_without_what_refunds_took_of_them() -> None:
    assert readings(MADE) == [B, A, B_WITHOUT, A_WITHOUT]


def test_where_nobody_credits_it_is_what_stands_with_and_without_what_stands_of_them() -> None:
    assert readings(MADE, NONE) == [("600", "60", "540"), ("410", "45", "350")]


def test_money_back_that_no_part_explains_puts_the_original_figures_first() -> None:
    unexplained = replace(CREDITED, refunded=amount("341"))
    assert readings(replace(MADE, refunds=(unexplained, REMOVED))) == [A, B, A_WITHOUT, B_WITHOUT]


def test_where_prices_exclude_tax_it_comes_on_top_of_every_part() -> None:
    explained = replace(CREDITED, refunded=amount("370"))
    made = replace(MADE, prices_include_tax=False, refunds=(explained, REMOVED))
    assert readings(made) == [
        ("710", "70", "640"),
        ("967", "97", "870"),
        ("505", "55", "450"),
        ("447", "57", "390"),
    ]


def test_without_exchange_lines_there_is_no_other_reading() -> None:
    plain = replace(TAKEN, exchange=False)
    made = replace(MADE, lines=(SOLD, plain))
    assert readings(made) == [("940", "90", "880"), ("920", "92", "820")]


def test_a_tip_that_went_back_was_in_the_total_and_not_in_the_subtotal() -> None:
    tip = line(3, price=both("5.00"), kind=LineKind.TIP)
    with_tip = replace(
        CREDITED, lines=(*CREDITED.lines, refund_line(tip, subtotal=both("5.00"), restock_type="return"))
    )
    explained = replace(with_tip, refunded=amount("345"))
    made = replace(MADE, lines=(SOLD, TAKEN, tip), refunds=(explained, REMOVED))
    assert readings(made)[0] == ("705", "70", "640")


def test_equal_readings_are_one() -> None:
    same = replace(TOTALS, current_total=TOTALS.total, current_tax=TOTALS.tax, current_subtotal=TOTALS.subtotal)
    made = order(SOLD, TAKEN, totals=same)
    assert readings(made) == [("1000", "100", "900"), ("520", "60", "420")]


@pytest.mark.parametrize("process", [AUTO, NONE])
def test_an_exchange_line_of_nothing_is_none(process: RefundProcess) -> None:
    free = line(2, price="0.00", quantity=1, exchange=True)
    assert len(readings(order(SOLD, free, totals=TOTALS), process)) == (2 if process is AUTO else 1)
