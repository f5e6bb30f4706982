"""Amounts that nobody means are told before anything is stored of them."""

from dataclasses import replace

from app.domain.amount_limits import too_large
from tests.builders import line, money, order, totals

LARGEST = "999999999999999.99"


def test_the_largest_amounts_that_our_surface_takes_are_fine() -> None:
    assert too_large(order(line(1, price=LARGEST), totals=totals(LARGEST))) is None


def test_an_absurd_price_is_named_with_its_line() -> None:
    found = too_large(order(line(1), line(11804, price="1E20")))

    assert found is not None
    assert found.startswith("The unit price of line 11804 is 1.000E+20. Amounts of more than 15 digits")
    assert "correct the order in Shopify" in found


def test_a_price_that_only_its_quantity_makes_absurd_is_found_too() -> None:
    assert too_large(order(line(7, price="1E14", quantity=10))) is not None
    assert too_large(order(line(7, price="1E14", quantity=9), totals=totals("1E14"))) is None


def test_every_header_amount_counts_in_both_currencies_and_signs() -> None:
    made = order(line(1))
    assert too_large(replace(made, totals=replace(made.totals, outstanding=money("-1E15")))) is not None
