"""P32: what the figures settle, and what they must never settle."""

import dataclasses

import pytest

from app.domain.documents import documented_totals
from app.domain.money import NOTHING, CurrencyHandling
from app.domain.orders import LineKind
from app.domain.problems import ProblemCode
from app.domain.shop_settings import RefundProcess
from tests.builders import (
    CREATED,
    documented,
    fee,
    line,
    money,
    order,
    payment,
    refund,
    refund_line,
    refunded_shipping,
    refused,
    settings,
    shipping,
    tax,
    told,
    totals,
)


def test_a_reading_within_roundings_is_taken_before_a_closer_one_that_no_rounding_reaches() -> None:
    """Two shares of 0.333 may each be 0.34; none may be 0.32."""
    two = [line(number, quantity=3, current=1, discounts=["1.00"]) for number in (1, 2)]
    made = order(*two, totals=totals("19.35", current="19.32"))
    assert told(documented(made).lines, "discount_amount", "amount") == [("0.34", "9.66"), ("0.34", "9.66")]
    assert str(documented(made).totals.charged_by_shopify) == "19.32"


@pytest.mark.parametrize("current", ["9.665", "9.668"])
def test_a_difference_of_less_than_a_cent_is_no_rounding_of_a_share(current: str) -> None:
    made = order(line(1, quantity=3, current=1, discounts=["1.00"]), totals=totals("29.00", current=current))
    assert ProblemCode.TOTAL_DIFFERS in refused(made)


def test_the_rest_of_the_order_discount_falls_on_articles_alone() -> None:
    """P31: not on gift cards and tips, which are sold for what they are worth."""
    made = order(
        line(1, kind=LineKind.GIFT_CARD),
        line(2, kind=LineKind.TIP),
        line(3, kind=LineKind.CUSTOM),
        line(4),
        totals=totals("36.00", discount="4.00"),
    )
    assert told(documented(made).lines, "order_discount_amount") == [("0.00",), ("0.00",), ("2.00",), ("2.00",)]


def test_an_order_discount_that_an_edit_brought_is_found_by_the_current_figure() -> None:
    """Shopify's original discount stays nothing; only the current one tells of it."""
    made = order(line(1), totals=totals("10.00", current="8.00", discount="0", current_discount="2.00"))
    assert told(documented(made).lines, "order_discount_amount", "amount") == [("2.00", "8.00")]


def test_an_order_discount_that_an_edit_took_away_is_not_documented() -> None:
    """The original total still holds it, and the lines would make that total, too; charged is what stands."""
    made = order(line(1), totals=totals("8.00", current="10.00", discount="2.00", current_discount="0"))
    assert told(documented(made).lines, "order_discount_amount", "amount") == [("0.00", "10.00")]


def test_a_discount_of_an_edit_counts_beside_a_return_whose_money_its_lines_explain() -> None:
    """20.00 less 2.00 by the edit; the 10.00 that went back are the credit memo's."""
    kept, back = line(1), line(2, current=0)
    made = order(
        kept,
        back,
        refunds=(refund(refund_line(back, subtotal="10.00"), refunded="10.00"),),
        totals=totals("20.00", current="8.00", discount="0", current_discount="2.00"),
    )
    document = documented(made)
    assert str(document.totals.charged_by_shopify) == "18.00"
    assert told(document.lines, "order_discount_amount") == [("1.00",), ("1.00",)]


def test_a_fee_that_an_edit_took_away_is_not_documented() -> None:
    made = order(line(1), additional_fees=(fee("2.00"),), totals=totals("12.00", current="10.00", additional_fees="0"))
    assert told(documented(made).lines, "amount") == [("10.00",)]


@pytest.mark.parametrize(
    ("given_back", "pending"), [("2.00", False), ("0", True)], ids=["money that came back", "money on its way"]
)
def test_a_fee_that_was_given_back_with_money_is_documented_and_credited(given_back: str, pending: bool) -> None:
    """No part of the refund tells of it, but a credit memo will follow for the money."""
    back = refund(refunded=given_back)
    if pending:
        back = dataclasses.replace(back, transactions=(payment(kind="refund", status="pending", amount="2.00"),))
    made = order(
        line(1),
        additional_fees=(fee("2.00"),),
        refunds=(back,),
        totals=totals("12.00", current="10.00", additional_fees="0"),
    )
    assert told(documented(made).lines, "amount") == [("10.00",), ("2.00",)]


@pytest.mark.parametrize(
    ("includes", "given_back", "shown", "charged"),
    [
        (True, "2.00", "2.00", "12.00"),
        (True, "9.00", "2.00", "12.00"),
        (True, "0.50", "0.50", "10.50"),
        (False, "2.50", "2.00", "12.50"),
        (False, "1.25", "1.00", "11.25"),
    ],
)
def test_a_fee_that_was_given_back_stays_for_its_memo_when_a_line_is_removed_without_a_refund(
    includes: bool, given_back: str, shown: str, charged: str
) -> None:
    """Neither Shopify's total nor its current one is what is charged then. Of one given back in part the rest was
    waived.
    """
    made = order(
        line(1),
        line(2, price="5.00", current=0),
        additional_fees=(dataclasses.replace(fee("2.00"), tax_lines=(tax("0.50"),)),),
        prices_include_tax=includes,
        refunds=(refund(refunded=given_back),),
        totals=totals(
            "17.00" if includes else "17.50", current="10.00", tax="0.50", current_tax="0", additional_fees="0"
        ),
    )
    document = documented(made)
    assert told(document.lines, "amount") == [("10.00",), (shown,)]
    assert str(document.totals.charged_by_shopify) == charged


def test_of_a_cancelled_order_a_fee_stays_as_charged_however_much_of_it_was_given_back() -> None:
    """Its header says nothing of fees: nothing of it stands."""
    sold = line(1, current=0)
    made = order(
        sold,
        cancelled_at=CREATED,
        additional_fees=(fee("2.00"),),
        refunds=(refund(refund_line(sold, subtotal="10.00"), refunded="11.00"),),
        totals=totals("12.00", current="0", additional_fees="0"),
    )
    assert told(documented(made).lines, "amount") == [("10.00",), ("2.00",)]


def test_a_fee_that_was_given_back_is_not_charged_where_nobody_credits() -> None:
    made = order(
        line(1),
        additional_fees=(fee("2.00"),),
        refunds=(refund(refunded="2.00"),),
        totals=totals("12.00", current="10.00", additional_fees="0"),
    )
    shop = settings(refunds={"process": RefundProcess.NONE})
    assert told(documented(made, shop=shop).lines, "amount") == [("10.00",)]


@pytest.mark.parametrize("includes", [True, False])
def test_money_that_lines_shipping_and_duties_explain_is_no_other_money(includes: bool) -> None:
    """With the tax of each part where prices exclude it; so the waived fee is known to be waived."""
    sold, sent = line(1, duties=[("21", "3.00")], taxes=[tax("1.00")], current=0), shipping("5.00", taxes=[tax("0.50")])
    on_top = money("1.50") if not includes else NOTHING
    whole = money("18.00") + on_top
    back = refund(
        refund_line(sold, subtotal="10.00", tax="1.00"),
        shipping=[refunded_shipping("5.00", of=sent, tax="0.50")],
    )
    back = dataclasses.replace(back, duties=money("3.00"), refunded=whole)
    made = order(
        sold,
        shipping_lines=(sent,),
        additional_fees=(fee("2.00"),),
        refunds=(back,),
        prices_include_tax=includes,
        totals=dataclasses.replace(
            totals("0", tax="1.50", current_tax="0"), total=whole + money("2.00"), current_total=NOTHING
        ),
    )
    assert told(documented(made).lines, "amount") == [("10.00",), ("5.00",), ("3.00",)]


def test_no_discount_makes_an_order_less_than_nothing() -> None:
    made = order(line(1), totals=totals("-0.50", discount="10.50"))
    assert ProblemCode.TOTAL_DIFFERS in refused(made)


def test_an_order_without_articles_spreads_its_discount_over_what_it_sells_and_not_over_shipping() -> None:
    made = order(
        line(1, kind=LineKind.GIFT_CARD),
        shipping_lines=(shipping("5.00"),),
        totals=totals("13.00", discount="2.00", current_discount="2.00"),
    )
    assert told(documented(made).lines, "order_discount_amount", "amount") == [("2.00", "8.00"), ("0.00", "5.00")]


def test_only_the_rounding_of_refunds_is_taken_from_that_of_payments() -> None:
    """Where nobody writes credit memos: the payment's own rounding is in the header already."""
    paid = dataclasses.replace(payment("cash"), rounding=money("0.02"))
    made = order(line(1), transactions=(paid,), totals=totals("10.00", cash_rounding="0.02"))
    shop = settings(refunds={"process": RefundProcess.NONE})
    assert told(documented(made, shop=shop).lines, "amount") == [("10.00",), ("0.02",)]


@pytest.mark.parametrize("handling", CurrencyHandling)
def test_shipping_that_nobody_credits_is_less_in_the_documents_own_currency(handling: CurrencyHandling) -> None:
    """Peers 13: 2.00 of the shop's are 350 of the buyer's, and never the other way round."""
    sent = shipping(("5.00", "875"))
    back = refund(refunded=("2.00", "350"), shipping=[refunded_shipping(("2.00", "350"), of=sent)])
    made = order(
        line(1, price=("10.00", "1750")),
        currency="GBP",
        presentment_currency="ISK",
        shipping_lines=(sent,),
        refunds=(back,),
        totals=totals(("15.00", "2625"), current=("13.00", "2275")),
    )
    local = made.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
    nobody = settings(refunds={"process": RefundProcess.NONE}, orders={"currency_handling": handling})
    somebody = settings(orders={"currency_handling": handling})
    less, whole = {"shop": ("3.00", "5.00"), "presentment": ("525", "875")}[handling.value]
    assert told(documented(made, shop=nobody, local_currency=local).lines, "amount")[1:] == [(less,)]
    assert told(documented(made, shop=somebody, local_currency=local).lines, "amount")[1:] == [(whole,)]


@pytest.mark.parametrize(("first", "now"), [("0.70", "1.60"), ("1.60", "0.70")])
def test_of_readings_with_one_total_that_with_the_lines_own_tax_counts_whichever_it_is(first: str, now: str) -> None:
    """P32: a rate that an edit changed leaves a total that includes tax alone."""
    made = order(line(1, taxes=[tax("0.70")]), totals=totals("10.00", tax=first, current_tax=now))
    document = documented(made)
    assert str(document.totals.tax) == "0.70"
    assert [each.estimated for each in document.lines[0].taxes] == [False]


def test_where_no_reading_has_the_lines_own_tax_that_of_the_current_one_counts() -> None:
    made = order(line(1, taxes=[tax("0.70")]), totals=totals("10.00", tax="1.60", current_tax="0.90"))
    assert str(documented(made).totals.tax) == "0.90"


@pytest.mark.parametrize(
    ("first", "second", "current", "discounts"),
    [
        (("1.00", 3, 2), ("1.99", 2, 1), "28.34", ["0.67", "0.99"]),
        (("0.99", 2, 1), ("5.00", 3, 1), "17.84", ["0.49", "1.67"]),
    ],
    ids=["0.995 and not 0.667", "0.495 and not 1.667"],
)
def test_a_cent_is_taken_where_the_share_was_rounded_up_most(
    first: tuple[str, int, int], second: tuple[str, int, int], current: str, discounts: list[str]
) -> None:
    lines = [
        line(number, quantity=ordered, current=left, discounts=[discount])
        for number, (discount, ordered, left) in enumerate((first, second), 1)
    ]
    made = order(*lines, totals=totals("99.00", current=current))
    assert [str(each.discount_amount) for each in documented(made).lines] == discounts


def test_a_discount_of_the_header_that_nothing_shows_is_not_believed_against_the_total() -> None:
    made = order(line(1), totals=totals("10.00", discount="2.00", current_discount="3.00"))
    assert told(documented(made).lines, "order_discount_amount", "amount") == [("0.00", "10.00")]


def test_an_order_discount_may_take_everything() -> None:
    made = order(line(1), totals=totals("0.00", discount="10.00"))
    assert told(documented(made).lines, "order_discount_amount", "amount") == [("10.00", "0.00")]


def test_a_refund_of_nothing_explains_itself() -> None:
    """It gave no money, so the fee that went with the line was waived and not refunded."""
    gone = line(2, current=0)
    made = order(
        line(1),
        gone,
        additional_fees=(fee("2.00"),),
        refunds=(refund(refund_line(gone, subtotal="10.00")),),
        totals=totals("22.00", current="10.00", additional_fees="0"),
    )
    assert told(documented(made).lines, "amount") == [("10.00",)]


def test_shipping_that_was_waived_is_not_put_back_into_the_current_total() -> None:
    """Beside an edit without a refund, so that the current total alone tells what is charged."""
    sent = shipping("5.00")
    made = order(
        line(1, quantity=2, current=1),
        shipping_lines=(sent,),
        refunds=(refund(shipping=[refunded_shipping("5.00", of=sent)]),),
        totals=totals("25.00", current="10.00"),
    )
    assert told(documented(made).lines, "amount") == [("10.00",)]


def test_the_subtotal_put_back_is_that_of_goods_alone() -> None:
    """Shopify's subtotal holds neither tips nor shipping nor duties."""
    goods, tip, sent = line(1, current=0), line(2, kind=LineKind.TIP, price="2.00", current=0), shipping("5.00")
    back = refund(
        refund_line(goods, subtotal="10.00"),
        refund_line(tip, subtotal="2.00"),
        refunded="20.00",
        shipping=[refunded_shipping("5.00", of=sent)],
    )
    made = order(
        goods,
        tip,
        shipping_lines=(sent,),
        refunds=(dataclasses.replace(back, duties=money("3.00")),),
        totals=totals("20.00", current="0.00", subtotal="9.99", current_subtotal="0.00", tip="2.00", duties="0"),
    )
    shown = documented_totals(made, process=RefundProcess.IMPORT_ONLY)
    assert (shown.total, shown.subtotal) == (money("20.00"), money("10.00"))
