"""P31, P32: what each part of an order comes to, before anything of the ERP is known."""

import pytest

from app.domain.orders import LineKind
from app.domain.problems import ProblemCode
from tests.builders import documented, fee, line, order, refused, shipping, tax, told, totals


def test_a_zero_tax_of_shipping_that_is_given_away_stays_a_tax_of_its_own() -> None:
    """5.24: of a charge that comes to nothing every share is nothing."""
    charge = shipping("5.00", discount="5.00", taxes=[tax("0.00", title="Zero", rate="0")])
    document = documented(order(line(1), shipping_lines=(charge,)))
    assert told(document.lines[1:], "unit_price", "discount_amount", "amount", "tax_amount") == [
        ("5.00", "5.00", "0.00", "0.00")
    ]
    assert [each.title for each in document.lines[1].taxes] == ["Zero"]


def test_what_is_charged_beside_the_lines_has_no_discount() -> None:
    made = order(line(1, duties=[("21", "3.00")]), additional_fees=(fee("2.00"),), totals=totals("17.00", tip="2.00"))
    assert told(documented(made).lines[1:], "quantity", "unit_price", "discount_amount", "amount") == [
        ("1", "2.00", "0.00", "2.00"),
        ("1", "3.00", "0.00", "3.00"),
        ("1", "2.00", "0.00", "2.00"),
    ]


def test_a_cent_is_never_found_by_bending_what_has_no_discount() -> None:
    """Only a share of a discount lies between two cents; shipping, duties, fees and whole lines do not."""
    made = order(
        line(1, discounts=["1.00"], duties=[("21", "3.00")]),
        shipping_lines=(shipping("5.00", discount="1.00"),),
        additional_fees=(fee("2.00"),),
        totals=totals("17.99"),
    )
    assert "0.01 EUR more" in refused(made)[ProblemCode.TOTAL_DIFFERS].detail


@pytest.mark.parametrize("kind", [LineKind.GIFT_CARD, LineKind.TIP])
def test_no_tax_is_estimated_on_gift_cards_and_tips(kind: LineKind) -> None:
    """A sold gift card is a liability and a tip a gift, whatever Shopify says of their being taxable."""
    made = order(line(1), line(2, kind=kind, price="90.00", taxable=True), totals=totals("100.00", tax="1.60"))
    assert told(documented(made).lines, "tax_amount") == [("1.60",), ("0.00",)]


def test_a_custom_line_is_taxed_like_an_article() -> None:
    made = order(line(1), line(2, kind=LineKind.CUSTOM), totals=totals("20.00", tax="3.20"))
    assert told(documented(made).lines, "tax_amount") == [("1.60",), ("1.60",)]


def test_a_price_finer_than_its_currency_is_rounded_by_the_line_not_by_the_piece() -> None:
    """D8."""
    document = documented(order(line(1, price="3.3333", quantity=3), totals=totals("10.00")))
    assert told(document.lines, "unit_price", "amount") == [("3.3333", "10.00")]


def test_a_share_of_a_tax_is_rounded_and_then_nothing_is_left_to_estimate() -> None:
    made = order(
        line(1, quantity=3, current=2, taxes=[tax("4.79")]),
        totals=totals("30.00", current="20.00", tax="4.79", current_tax="3.19"),
    )
    assert [(str(each.amount), each.estimated) for each in documented(made).lines[0].taxes] == [("3.19", False)]
