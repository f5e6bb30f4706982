"""P32: quantities, what was charged, discounts and taxes, figure by figure."""

from decimal import Decimal

import pytest

from app.domain.documents import documented_quantities, documented_totals
from app.domain.money import Amount, CurrencyHandling
from app.domain.orders import LineKind
from app.domain.problems import ProblemCode
from app.domain.refunds import creditable, gives_back
from app.domain.shop_settings import RefundProcess
from tests.builders import (
    documented,
    line,
    money,
    order,
    refund,
    refund_line,
    refunded_shipping,
    refused,
    settings,
    shipping,
    sid,
    tax,
    told,
    totals,
)

NOBODY_CREDITS = settings(refunds={"process": RefundProcess.NONE})


@pytest.mark.parametrize(
    ("return_id", "refunded", "restock_type", "expected"),
    [
        (None, "0", "no_restock", False),
        (None, "0", "cancel", False),
        (None, "0", "legacy_restock", False),
        (None, "0", "return", True),
        (None, "0.01", "no_restock", True),
        (77, "0", "no_restock", True),
    ],
)
def test_a_refund_line_is_creditable_by_return_by_money_or_by_restocking(
    return_id: int | None, refunded: str, restock_type: str, expected: bool
) -> None:
    """REF-25."""
    taken = refund_line(line(1), restock_type=restock_type)
    assert creditable(refund(taken, refunded=refunded, return_id=return_id), taken) is expected


def test_restocking_one_line_as_a_return_does_not_make_the_other_line_creditable() -> None:
    """REF-25 is by line."""
    back, gone = refund_line(line(1), restock_type="return"), refund_line(line(2), restock_type="cancel")
    both = refund(back, gone)
    assert (creditable(both, back), creditable(both, gone), gives_back(both)) == (True, False, False)


@pytest.mark.parametrize(
    ("what", "ordered", "current", "taken", "credited", "process", "expected"),
    [
        ("as ordered", 3, 3, 0, 0, RefundProcess.IMPORT_ONLY, 3),
        ("edited, with a refund of nothing", 3, 1, 2, 0, RefundProcess.IMPORT_ONLY, 1),
        ("edited, without a refund", 3, 1, 0, 0, RefundProcess.IMPORT_ONLY, 1),
        ("refunded with money", 3, 1, 0, 2, RefundProcess.IMPORT_ONLY, 3),
        ("edited and refunded", 5, 2, 1, 2, RefundProcess.AUTO_CREATE, 4),
        ("refunded, nobody credits", 3, 1, 0, 2, RefundProcess.NONE, 1),
        ("removed", 3, 0, 3, 0, RefundProcess.IMPORT_ONLY, 0),
    ],
)
def test_the_quantity_to_be_documented(
    what: str, ordered: int, current: int, taken: int, credited: int, process: RefundProcess, expected: int
) -> None:
    sold = line(1, quantity=ordered, current=current)
    refunds = [refund(refund_line(sold, quantity=taken))] if taken else []
    refunds += [refund(refund_line(sold, quantity=credited), refunded="5")] if credited else []
    assert documented_quantities(order(sold, refunds=tuple(refunds)), process)[sid(1)] == expected, what


def test_an_item_taken_out_before_processing_is_netted_out_of_total_and_tax() -> None:
    """EI-02: 1500 of which 300 tax, less 1000 + 250."""
    gone, kept = line(11211, price="1000.00", current=0), line(11212, price="200.00")
    made = order(
        gone,
        kept,
        prices_include_tax=False,
        totals=totals("1500.00", current="250.00", tax="300.00", subtotal="1200.00", current_tax="300.00"),
        refunds=(refund(refund_line(gone, subtotal="1000.00", tax="250.00")),),
    )
    document = documented(made)
    assert told(document.lines, "no", "quantity", "amount", "tax_amount") == [("ITEM-11212", "1", "200.00", "50.00")]
    assert document.lines[0].taxes[0].estimated
    figures = document.totals
    assert (str(figures.amount), str(figures.tax), str(figures.amount_including_tax)) == ("200.00", "50.00", "250.00")
    documented_quantities(made, RefundProcess.IMPORT_ONLY)
    shown = documented_totals(made, process=RefundProcess.IMPORT_ONLY)
    assert (shown.total, shown.tax, shown.subtotal) == (money("250"), money("50"), money("200"))


def test_an_edit_for_which_shopify_wrote_no_refund_is_proved_by_the_current_total() -> None:
    made = order(line(1, quantity=2, current=1), totals=totals("20.00", current="10.00"))
    assert str(documented(made).totals.charged_by_shopify) == "10.00"


def test_an_edit_with_an_empty_refund_is_proved_by_the_current_total() -> None:
    made = order(line(1, quantity=2, current=1), totals=totals("20.00", current="10.00"), refunds=(refund(),))
    assert str(documented(made).totals.charged_by_shopify) == "10.00"


def test_a_creditable_refund_never_makes_the_order_smaller() -> None:
    """8.05: refunded goods and shipping become a credit memo."""
    sold, sent = line(1, quantity=2, current=1), shipping("5.00")
    back = refund(refund_line(sold, subtotal="10.00"), refunded="15.00", shipping=[refunded_shipping("5.00", of=sent)])
    made = order(sold, shipping_lines=(sent,), totals=totals("25.00", current="10.00"), refunds=(back,))
    document = documented(made)
    assert told(document.lines, "quantity", "amount") == [("2", "20.00"), ("1", "5.00")]


def test_an_edit_without_a_refund_beside_a_creditable_refund_with_shipping_and_taxes_on_top() -> None:
    """Reading (b): the current total, with creditable lines and refunded shipping put back, each with its tax."""
    sold, sent = line(1, quantity=4, current=2, taxes=[tax("8.00")]), shipping("5.00", taxes=[tax("1.00")])
    back = refund(
        refund_line(sold, subtotal="10.00", tax="2.00"),
        refunded="18.00",
        shipping=[refunded_shipping("5.00", of=sent, tax="1.00")],
    )
    made = order(
        sold,
        shipping_lines=(sent,),
        prices_include_tax=False,
        totals=totals("54.00", current="24.00", tax="9.00", current_tax="4.00"),
        refunds=(back,),
    )
    figures = documented(made).totals
    assert (str(figures.amount), str(figures.tax), str(figures.charged_by_shopify)) == ("35.00", "7.00", "42.00")


@pytest.mark.parametrize(("waived", "lines"), [("5.00", ["20.00"]), ("2.00", ["20.00", "3.00"])])
def test_shipping_waived_without_money_makes_the_order_smaller(waived: str, lines: list[str]) -> None:
    """No credit memo will follow it, as for lines removed without money."""
    sold, sent = line(1, quantity=2), shipping("5.00")
    current = str(Decimal("25.00") - Decimal(waived))
    back = refund(shipping=[refunded_shipping(waived, of=sent)])
    made = order(sold, shipping_lines=(sent,), totals=totals("25.00", current=current), refunds=(back,))
    document = documented(made)
    assert [str(each.amount) for each in document.lines] == lines
    assert str(document.totals.charged_by_shopify) == current


def test_shipping_given_back_with_goods_that_return_is_left_to_the_credit_memo() -> None:
    """REF-25, REF-26: the refund becomes one by its line."""
    sold, sent = line(1, current=0), shipping("5.00")
    back = refund(
        refund_line(sold, subtotal="10.00", restock_type="return"), shipping=[refunded_shipping("5.00", of=sent)]
    )
    made = order(sold, shipping_lines=(sent,), totals=totals("15.00", current="0.00"), refunds=(back,))
    assert told(documented(made).lines, "amount") == [("10.00",), ("5.00",)]


def test_where_nobody_credits_the_document_is_what_is_left_of_goods_and_shipping() -> None:
    """P32: refunds.process = none."""
    sold, sent = line(1, quantity=2, current=1), shipping("5.00", taxes=[tax("0.50")])
    back = refund(refund_line(sold, subtotal="10.00"), refunded="12.00", shipping=[refunded_shipping("2.00", of=sent)])
    made = order(sold, shipping_lines=(sent,), totals=totals("25.00", current="13.00", tax="0.30"), refunds=(back,))
    document = documented(made, shop=NOBODY_CREDITS)
    assert told(document.lines, "quantity", "amount", "tax_amount") == [("1", "10.00", "0.00"), ("1", "3.00", "0.30")]


def test_the_discount_of_a_line_is_its_documented_share() -> None:
    made = order(
        line(1, price="10.00", quantity=4, current=3, discounts=["2.00"]), totals=totals("38.00", current="28.50")
    )
    assert told(documented(made).lines, "discount_amount", "amount") == [("1.50", "28.50")]


@pytest.mark.parametrize(("current", "discount"), [("19.33", "0.67"), ("19.34", "0.66")])
def test_a_share_between_two_cents_is_rounded_as_shopify_rounded_it(current: str, discount: str) -> None:
    made = order(
        line(1, price="10.00", quantity=3, current=2, discounts=["1.00"]), totals=totals("29.00", current=current)
    )
    assert told(documented(made).lines, "discount_amount", "amount") == [(discount, current)]


def test_no_share_of_a_discount_is_bent_further_than_the_next_cent() -> None:
    made = order(
        line(1, price="10.00", quantity=3, current=2, discounts=["1.00"]), totals=totals("29.00", current="19.35")
    )
    assert "0.02 EUR less" in refused(made)[ProblemCode.TOTAL_DIFFERS].detail


def test_an_order_discount_that_shopify_did_not_allocate_is_spread_over_the_item_lines_by_amount() -> None:
    """5.28, P31: 1.00 over 10.00, 10.00 and 9.99, the largest remainders first."""
    made = order(
        line(1, price="10.00"), line(2, price="10.00"), line(3, price="9.99"), totals=totals("28.99", discount="1.00")
    )
    assert told(documented(made).lines, "discount_amount", "order_discount_amount", "amount") == [
        ("0.34", "0.34", "9.66"),
        ("0.33", "0.33", "9.67"),
        ("0.33", "0.33", "9.66"),
    ]


def test_the_order_discount_is_spread_beside_what_shopify_allocated_to_lines_and_shipping() -> None:
    made = order(
        line(1, price="10.00", discounts=["1.00"]),
        shipping_lines=(shipping("5.00", discount="2.00"),),
        totals=totals("8.00", discount="7.00"),
    )
    assert told(documented(made).lines, "discount_amount", "order_discount_amount", "amount") == [
        ("5.00", "4.00", "5.00"),
        ("2.00", "0.00", "3.00"),
    ]


def test_after_an_edit_the_order_discount_is_what_shopify_still_states() -> None:
    edited = line(1, quantity=2, current=1)
    made = order(edited, totals=totals("16.00", current="8.00", discount="4.00", current_discount="2.00"))
    assert told(documented(made).lines, "quantity", "order_discount_amount", "amount") == [("1", "2.00", "8.00")]


def test_what_shopify_still_states_of_the_discount_is_less_what_lines_and_shipping_show() -> None:
    edited = line(1, quantity=2, current=1, discounts=["3.00"])
    made = order(
        edited,
        shipping_lines=(shipping("5.00", discount="1.00"),),
        totals=totals("16.00", current="10.50", discount="9.00", current_discount="4.50"),
    )
    assert told(documented(made).lines, "discount_amount", "order_discount_amount", "amount") == [
        ("3.50", "2.00", "6.50"),
        ("1.00", "0.00", "4.00"),
    ]


def test_an_order_that_sells_no_article_spreads_its_discount_over_what_it_sells() -> None:
    made = order(line(1, kind=LineKind.GIFT_CARD), totals=totals("8.00", discount="2.00", current_discount="2.00"))
    assert told(documented(made).lines, "order_discount_amount", "amount") == [("2.00", "8.00")]


def test_the_order_discount_is_in_the_currency_of_the_document() -> None:
    """G10."""
    made = order(
        line(1, price=("10.00", "12.00")),
        presentment_currency="USD",
        totals=totals(("9.00", "10.80"), discount=("1.00", "1.20")),
    )
    document = documented(
        made,
        shop=settings(orders={"currency_handling": CurrencyHandling.PRESENTMENT}),
        local_currency="USD",
    )
    assert told(document.lines, "order_discount_amount", "amount") == [("1.20", "10.80")]


@pytest.mark.parametrize(("total", "what"), [("10.02", "held"), ("10.00", "left out")])
def test_cash_rounding_is_on_both_sides_whether_shopifys_total_holds_it_or_not(total: str, what: str) -> None:
    made = order(line(1), totals=totals(total, cash_rounding="0.02"))
    document = documented(made)
    assert str(document.totals.amount_including_tax) == "10.02", what
    assert str(document.totals.charged_by_shopify) == "10.02"
    documented_quantities(made, RefundProcess.IMPORT_ONLY)
    shown = documented_totals(made, process=RefundProcess.IMPORT_ONLY)
    assert (shown.total, shown.charged) == (money(total), money("10.02"))


def test_cash_rounding_may_be_negative() -> None:
    made = order(line(1, price="10.02"), totals=totals("10.00", cash_rounding="-0.02"))
    assert told(documented(made).lines, "no", "amount") == [("ITEM-1", "10.02"), ("6990", "-0.02")]


def test_prices_without_tax_give_net_amounts_and_the_tax_on_top() -> None:
    """api.md: 25.21 / 4.79 / 30.00."""
    made = order(line(1, price="25.21", taxes=[tax("4.79")]), prices_include_tax=False)
    figures = documented(made).totals
    assert (str(figures.amount), str(figures.tax), str(figures.amount_including_tax)) == ("25.21", "4.79", "30.00")


def test_a_tax_gap_alone_never_refuses_and_is_spread_as_estimated() -> None:
    """D10: P32: the header wins; largest remainder over the taxable lines."""
    made = order(
        line(1, price="10.00", taxes=[tax("1.60")]),
        line(2, price="20.00", taxes=[tax("3.19")]),
        line(3, price="99.00", taxable=False),
        totals=totals("129.00", tax="4.82"),
    )
    document = documented(made)
    assert [[(str(each.amount), each.estimated) for each in one.taxes] for one in document.lines] == [
        [("1.60", False), ("0.01", True)],
        [("3.19", False), ("0.02", True)],
        [],
    ]
    assert str(document.totals.tax) == "4.82"


def test_a_header_tax_below_the_lines_taxes_is_spread_as_a_negative_estimate() -> None:
    made = order(line(1, taxes=[tax("1.60")]), totals=totals("10.00", tax="1.59"))
    assert told(documented(made).lines, "tax_amount") == [("1.59",)]


def test_an_estimate_is_named_after_the_orders_only_tax() -> None:
    """With several taxes in the header it has a name that claims nothing."""
    alone = order(
        line(1), tax_lines=(tax("1.60", title="MwSt", channel_liable=True),), totals=totals("10.00", tax="1.60")
    )
    several = order(line(1), tax_lines=(tax(title="A"), tax(title="B")), totals=totals("10.00", tax="1.60"))
    named = documented(alone).lines[0].taxes[0]
    assert (named.title, named.rate, named.channel_liable) == ("MwSt", Decimal("0.19"), True)
    assert documented(several).lines[0].taxes[0].title == "Tax"


def test_tax_that_the_channel_remits_is_told_apart_and_unknown_is_not_the_channels() -> None:
    """OI-03."""
    liable = [tax("1.00", title="A", channel_liable=True), tax("0.50", title="B", channel_liable=None)]
    document = documented(order(line(1, taxes=liable)))
    assert [(each.title, each.channel_liable) for each in document.lines[0].taxes] == [("A", True), ("B", False)]


def test_taxes_of_a_line_documented_in_part_are_its_share_and_reach_the_header() -> None:
    made = order(
        line(1, price="10.00", quantity=3, current=2, taxes=[tax("4.79")]),
        totals=totals("30.00", current="20.00", tax="4.79", current_tax="3.19"),
    )
    assert told(documented(made).lines, "tax_amount") == [("3.19",)]


def test_presentment_handling_takes_every_amount_from_the_buyers_money() -> None:
    """D12: DO-01."""
    made = order(
        line(1, price=("100.00", "108.55")),
        presentment_currency="USD",
        shipping_lines=(shipping(("10.00", "10.86")),),
    )
    document = documented(
        made, shop=settings(orders={"currency_handling": CurrencyHandling.PRESENTMENT}), local_currency="USD"
    )
    assert document.currency == "USD"
    assert told(document.lines, "unit_price", "amount") == [("108.55", "108.55"), ("10.86", "10.86")]
    assert str(document.totals.charged_by_shopify) == "119.41"


@pytest.mark.parametrize(("currency", "price", "total"), [("JPY", "980", "980"), ("KWD", "1.125", "1.125")])
def test_currencies_without_and_with_three_decimals_keep_their_scale(currency: str, price: str, total: str) -> None:
    """D9."""
    document = documented(order(line(1, price=price), currency=currency), local_currency=currency)
    assert str(document.totals.charged_by_shopify) == total


def test_an_order_of_10000_lines_is_proved_like_any_other() -> None:
    lines = [
        line(number, price="3.33", quantity=3, discounts=["0.10"], taxes=[tax("1.57")]) for number in range(1, 10001)
    ]
    document = documented(order(*lines))
    assert len(document.lines) == 10000
    assert str(document.totals.charged_by_shopify) == "98900.00"


def test_an_order_given_away_is_documented_at_nothing() -> None:
    """D11."""
    made = order(line(1, price="10.00", discounts=["10.00"]))
    assert str(documented(made).totals.charged_by_shopify) == "0.00"


def test_the_totals_shown_of_an_order_are_in_both_currencies() -> None:
    made = order(line(1, price=("10.00", "11.00")), presentment_currency="USD")
    documented_quantities(made, RefundProcess.IMPORT_ONLY)
    shown = documented_totals(made, process=RefundProcess.IMPORT_ONLY)
    assert shown.charged == Amount(Decimal("10.00"), Decimal("11.00"))
