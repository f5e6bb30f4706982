"""P31, P32: what stands beside the lines, where Shopify's header says other than the charges themselves."""

import dataclasses

import pytest

from app.domain.documents import NothingToDocument
from app.domain.money import CurrencyHandling
from app.domain.orders import LineKind, Order, OrderLine, Transaction
from app.domain.problems import ProblemCode
from app.domain.refunds import gives_back
from app.domain.shop_settings import RefundProcess
from tests.builders import (
    CREATED,
    built,
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
    sid,
    tax,
    told,
    totals,
)

NOBODY_CREDITS = settings(refunds={"process": RefundProcess.NONE})


def charges(of: Order, **given: object) -> list[tuple[str, str]]:
    """Source and amount of every line that is no order line."""
    lines = told(documented(of, **given).lines, "source", "amount")
    return [(source.kind.value, amount) for source, amount in lines if source.kind.value != "order_line"]


@pytest.mark.parametrize(
    ("whole", "stands", "duties"),
    [
        pytest.param("13.00", "3.00", ["3.00"], id="the whole duty still stands"),
        pytest.param("11.50", "1.50", ["1.50"], id="the duty of the pieces that are left"),
        pytest.param("12.20", "2.20", ["2.20"], id="what the header says of it"),
        pytest.param("10.00", "0.00", [], id="none of it"),
    ],
)
def test_after_an_edit_duties_are_what_of_them_was_charged(whole: str, stands: str, duties: list[str]) -> None:
    """Shopify does not say how an edit changes the duty of a line; its total does."""
    made = order(
        line(1, quantity=2, current=1, duties=[("77", "3.00")]),
        totals=totals("23.00", current=whole, duties=stands),
    )
    assert charges(made) == [("duty", amount) for amount in duties]


def test_the_duty_of_some_pieces_is_rounded_to_the_currency() -> None:
    made = order(
        line(1, quantity=3, current=1, duties=[("77", "1.00")]),
        totals=totals("31.00", current="10.33", duties="0.33"),
    )
    assert told(documented(made).lines[1:], "unit_price", "amount") == [("0.33", "0.33")]


def test_the_duty_of_a_removed_line_that_still_stands_is_charged() -> None:
    made = order(line(1), line(2, current=0, duties=[("77", "3.00")]), totals=totals("23.00", current="13", duties="3"))
    assert charges(made) == [("duty", "3.00")]


def test_several_duties_are_shared_by_what_stands_of_them() -> None:
    made = order(
        line(1, duties=[("71", "2.00")]),
        line(2, quantity=2, current=1, duties=[("72", "4.00"), ("73", "0.00")]),
        totals=totals("36.00", current="24.51", duties="4.51"),
    )
    assert charges(made) == [("duty", "1.50"), ("duty", "3.01")]


def test_duties_that_the_prices_hold_are_no_lines() -> None:
    made = order(line(1, duties=[("77", "3.00")]), duties_included=True, totals=totals("10.00", duties="3.00"))
    assert charges(made) == []


def test_duties_that_only_the_header_knows_are_one_line() -> None:
    made = order(line(1), totals=totals("13.00", duties="3.00"))
    assert told(documented(made).lines[1:], "no", "description", "amount") == [("4110", "Duties", "3.00")]


def test_refunded_duties_are_the_credit_memos_and_where_nobody_credits_are_gone() -> None:
    taken = line(1, duties=[("77", "3.00")])
    back = dataclasses.replace(refund(refunded="3.00"), duties=money("3.00"))
    made = order(taken, refunds=(back,), totals=totals("13.00", current="10.00", duties="0.00"))
    assert charges(made) == [("duty", "3.00")]
    assert charges(made, shop=NOBODY_CREDITS) == []


def test_duties_that_were_edited_and_refunded_are_what_stands_and_what_was_credited() -> None:
    back = dataclasses.replace(refund(refunded="1.00"), duties=money("1.00"))
    edited = line(1, quantity=2, current=1, duties=[("77", "3.00")])
    made = order(edited, refunds=(back,), totals=totals("23.00", current="11.20", duties="1.20"))
    assert charges(made) == [("duty", "2.20")]


def test_the_tax_of_a_duty_is_as_large_a_part_as_the_duty_itself() -> None:
    taxed = line(1, quantity=2, current=1, duties=[("77", "3.00")])
    taxed = dataclasses.replace(taxed, duties=(dataclasses.replace(taxed.duties[0], tax_lines=(tax("0.60"),)),))
    made = order(
        taxed,
        prices_include_tax=False,
        totals=totals("23.60", tax="0.60", current="11.80", current_tax="0.30", duties="1.50"),
    )
    assert told(documented(made).lines[1:], "amount", "tax_amount") == [("1.50", "0.30")]


def test_a_fee_that_no_longer_stands_is_left_out() -> None:
    made = order(line(1), additional_fees=(fee("2.00"),), totals=totals("12.00", current="10.00", additional_fees="0"))
    assert charges(made, shop=NOBODY_CREDITS) == []


def test_a_tip_that_stands_on_no_line_is_a_line_of_its_own() -> None:
    made = order(line(1), shipping_lines=(shipping("5.00"),), totals=totals("17.00", tip="2.00"))
    assert told(documented(made).lines, "no", "description", "amount") == [
        ("ITEM-1", "Item 1", "10.00"),
        ("4200", "Tip", "2.00"),
        ("4100", "Standard", "5.00"),
    ]


def test_only_what_of_the_tip_stands_on_no_line_is_added() -> None:
    made = order(line(1), line(2, price="2.00", kind=LineKind.TIP), totals=totals("15.00", tip="5.00"))
    assert charges(made) == [("tip", "2.00"), ("tip", "3.00")]


def test_a_tip_is_not_added_where_the_lines_already_make_the_total() -> None:
    assert charges(order(line(1), totals=totals("10.00", tip="2.00"))) == []


def cancelled(of: OrderLine, *, kept: str, given_back: str | None = None) -> Order:
    """An order of 10.00 and shipping of 5.00 whose goods were returned for money, then cancelled."""
    charge = shipping("5.00")
    parts = (refunded_shipping(given_back, of=charge),) if given_back else ()
    back = refund(refund_line(of, subtotal="10.00", restock_type="return"), refunded="10.00", shipping=parts)
    return order(
        of,
        cancelled_at=CREATED,
        shipping_lines=(charge,),
        refunds=(back,),
        totals=totals("15.00", current=kept),
    )


def test_of_a_cancelled_order_only_what_credit_memos_give_back_is_documented() -> None:
    """P32 (b), P34: shipping that was neither given back nor is still charged is nothing that was sold."""
    gone = line(1, current=0)
    kept = dataclasses.replace(cancelled(gone, kept="0.00"), lines=(line(1, current=0), line(2, current=0)))
    kept = dataclasses.replace(kept, totals=totals("25.00", current="0.00"))
    assert told(documented(kept).lines, "source", "amount") == [(documented(kept).lines[0].source, "10.00")]
    assert documented(kept).totals.charged_by_shopify == 10


def test_shipping_given_back_with_a_cancelled_order_is_documented_and_credited() -> None:
    made = cancelled(line(1, current=0), kept="0.00", given_back="5.00")
    assert charges(made) == [("shipping_line", "5.00")]


def test_discounted_shipping_given_back_with_a_cancelled_order_is_what_was_paid_for_it() -> None:
    charge = shipping("8.00", discount="3.00")
    back = refund(refunded="5.00", shipping=(refunded_shipping("5.00", of=charge),))
    gone = line(1, current=0)
    taken = dataclasses.replace(back, lines=(refund_line(gone, subtotal="10.00"),))
    made = order(
        gone,
        line(2, current=0),
        cancelled_at=CREATED,
        shipping_lines=(charge,),
        refunds=(taken,),
        totals=totals("25.00", current="0.00"),
    )
    assert charges(made) == [("shipping_line", "5.00")]


def test_a_cancelled_order_that_still_holds_its_shipping_by_its_total_keeps_it() -> None:
    assert charges(cancelled(line(1, current=0), kept="5.00")) == [("shipping_line", "5.00")]


def test_a_charge_that_no_line_explains_is_refused_rather_than_forgotten() -> None:
    made = order(line(1, current=0), totals=totals("14.00", current="4.00"))
    assert ProblemCode.TOTAL_DIFFERS in refused(made, shop=NOBODY_CREDITS)


def test_nothing_left_and_nothing_charged_is_nothing_to_document() -> None:
    made = order(line(1, current=0), totals=totals("10.00", current="0.00"))
    assert isinstance(built(made), NothingToDocument)


@pytest.mark.parametrize(("shop", "rounding"), [(settings(), "0.02"), (NOBODY_CREDITS, "0.01")])
def test_the_rounding_of_a_cash_refund_is_its_credit_memos_unless_nobody_writes_one(
    shop: object, rounding: str
) -> None:
    given = dataclasses.replace(payment("cash", kind="refund"), rounding=money("0.01"))
    failed = dataclasses.replace(payment("cash", kind="refund", status="failure"), rounding=money("0.05"))
    made = order(line(1), transactions=(given, failed), totals=totals("10.00", cash_rounding="0.02"))
    assert charges(made, shop=shop) == [("cash_rounding", rounding)]


@pytest.mark.parametrize(
    ("transaction", "expected"),
    [
        (payment(kind="refund", status="pending"), True),
        (payment(kind="refund", status="failure"), False),
        (payment(kind="void", status="pending"), False),
    ],
)
def test_money_on_its_way_back_counts_as_given_back(transaction: Transaction, expected: bool) -> None:
    """REF-25, REF-33: until it arrives Shopify states nothing as refunded, and a credit memo will follow."""
    waiting = dataclasses.replace(refund(), transactions=(transaction,))
    assert gives_back(waiting) is expected


def test_a_refund_on_its_way_does_not_make_the_order_smaller() -> None:
    taken = line(1, quantity=2, current=1)
    waiting = refund(refund_line(taken, subtotal="10.00"))
    waiting = dataclasses.replace(waiting, transactions=(payment(kind="refund", status="pending"),))
    made = order(taken, refunds=(waiting,), totals=totals("20.00", current="10.00"))
    assert told(documented(made).lines, "quantity", "amount") == [("2", "20.00")]


def test_shipping_that_was_wholly_waived_leaves_no_line_of_nothing() -> None:
    charge = shipping("5.00", discount="2.00")
    waived = refund(shipping=(refunded_shipping("3.00", of=charge),))
    made = order(line(1), shipping_lines=(charge,), refunds=(waived,), totals=totals("13.00", current="10.00"))
    assert charges(made) == []


def test_tax_that_is_too_much_is_taken_from_where_tax_is() -> None:
    """A negative estimate never makes the tax of a line negative."""
    made = order(
        line(1, price="1.00", taxes=[tax("5.00")]),
        line(2, price="1000.00"),
        prices_include_tax=False,
        totals=totals("1003.00", tax="2.00"),
    )
    assert told(documented(made).lines, "tax_amount") == [("2.00",), ("0.00",)]


def test_tax_that_is_too_much_is_taken_by_how_much_tax_there_is() -> None:
    made = order(
        line(1, price="1.00", taxes=[tax("5.00")]),
        line(2, price="1000.00", taxes=[tax("1.00")]),
        prices_include_tax=False,
        totals=totals("1003.00", tax="2.00"),
    )
    assert told(documented(made).lines, "tax_amount") == [("1.67",), ("0.33",)]


def test_tax_that_lacks_is_spread_over_all_that_is_taxable_by_amount() -> None:
    made = order(
        line(1, price="10.00", taxes=[tax("1.00")]),
        line(2, price="30.00"),
        line(3, price="60.00", taxable=False),
        prices_include_tax=False,
        totals=totals("105.00", tax="5.00"),
    )
    assert told(documented(made).lines, "tax_amount") == [("2.00",), ("3.00",), ("0.00",)]


def test_a_negative_header_tax_is_reached_all_the_same() -> None:
    made = order(line(1), prices_include_tax=False, totals=totals("9.00", tax="-1.00"))
    assert told(documented(made).lines, "tax_amount") == [("-1.00",)]


def test_the_id_of_a_line_without_one_at_shopify_is_none() -> None:
    made = order(line(sid(1)), totals=totals("13.00", duties="3.00"))
    assert documented(made).lines[1].source.shopify_id is None


@pytest.mark.parametrize("handling", CurrencyHandling)
@pytest.mark.parametrize("includes", [True, False])
def test_an_exchange_line_is_taken_out_of_the_total_with_its_discount_and_tax(
    handling: CurrencyHandling, includes: bool
) -> None:
    """2.10, P32: what came in by exchange was charged with the return, not with the order."""
    swapped = line(
        2,
        price=("20.00", "22.00"),
        quantity=3,
        discounts=[("6.00", "6.60")],
        taxes=[tax(("8.62", "9.48"))],
        exchange=True,
    )
    made = order(
        line(1, price=("10.00", "11.00"), taxes=[tax(("1.60", "1.76"))]),
        swapped,
        presentment_currency="USD",
        prices_include_tax=includes,
    )
    shop = settings(orders={"currency_handling": handling})
    document = documented(made, shop=shop, local_currency="EUR" if handling is CurrencyHandling.SHOP else "USD")
    amounts = ("10.00", "1.60") if handling is CurrencyHandling.SHOP else ("11.00", "1.76")
    assert told(document.lines, "amount", "tax_amount") == [amounts]
    assert [tax.estimated for each in document.lines for tax in each.taxes] == [False]


def test_an_estimate_is_named_after_the_lines_only_tax_where_the_order_has_several() -> None:
    made = order(
        line(1, taxes=[tax("1.60", title="City", rate="0.16", channel_liable=True)]),
        prices_include_tax=False,
        tax_lines=(tax("1.60", title="City"), tax("0.01", title="State")),
        totals=totals("11.61", tax="1.61"),
    )
    (_, estimate) = documented(made).lines[0].taxes
    assert (estimate.title, str(estimate.rate), str(estimate.amount)) == ("City", "0.16", "0.01")
    assert (estimate.channel_liable, estimate.estimated) == (True, True)


def test_an_estimate_that_could_be_several_taxes_has_no_name_of_its_own() -> None:
    made = order(
        line(1, taxes=[tax("1.60", title="City"), tax("0.40", title="State")]),
        tax_lines=(tax("1.60", title="City"), tax("0.40", title="State")),
        totals=totals("10.00", tax="2.01"),
    )
    estimate = documented(made).lines[0].taxes[-1]
    assert (estimate.title, str(estimate.rate), str(estimate.amount)) == ("Tax", "0", "0.01")


def test_of_two_readings_with_one_total_the_one_with_the_lines_own_tax_is_taken() -> None:
    """P32: the header tax is that of the reading that holds; a rate that an edit changed leaves the total alone."""
    made = order(line(1, taxes=[tax("0.70")]), totals=totals("10.00", tax="1.60", current_tax="0.70"))
    document = documented(made)
    assert str(document.totals.tax) == "0.70"
    assert [each.estimated for each in document.lines[0].taxes] == [False]


def test_taxes_that_add_up_are_left_as_they_are() -> None:
    """A zero rate stays a tax of its own: the ERP must know that it was zero and not that there was none."""
    made = order(line(1, taxes=[tax("0.00", rate="0", title="Zero")]), prices_include_tax=False)
    (only,) = documented(made).lines[0].taxes
    assert (only.title, str(only.rate), str(only.amount), only.estimated) == ("Zero", "0", "0.00", False)


def test_a_cancelled_order_whose_money_was_kept_says_so() -> None:
    made = order(
        line(1, current=0),
        cancelled_at=CREATED,
        totals=totals("10.00", current="0.00", received="10.00", refunded="4.00"),
    )
    outcome = built(made)
    assert isinstance(outcome, NothingToDocument)
    assert "6.00 EUR" in outcome.detail


def test_where_all_money_went_back_nothing_is_said_of_it() -> None:
    outcome = built(
        order(line(1, current=0), totals=totals("10.00", current="0.00", received="10.00", refunded="10.00"))
    )
    assert isinstance(outcome, NothingToDocument)
    assert outcome.detail == "Nothing is left of the order; it makes no document."


GONE = shipping("5.95", number=12, taxes=[tax("0.95")])


@pytest.mark.parametrize(("subtotal", "whole"), [("5.95", "15.95"), ("5.00", "15.95")], ids=["with tax", "without"])
def test_a_charge_that_was_refunded_and_then_taken_away_stands_for_its_credit_memo(subtotal: str, whole: str) -> None:
    """What went back is the credit memo's, whether it was stated with the tax that the prices hold or not (REF-54)."""
    back = refund(shipping=[refunded_shipping(subtotal, of=GONE, tax="0.95")], refunded="5.95")
    made = order(
        line(1), removed_shipping_lines=(GONE,), refunds=(back,), totals=totals(whole, current="10.00", tax="0.95")
    )

    assert charges(made) == [("shipping_line", "5.95")]


def test_of_a_charge_that_was_refunded_in_part_and_then_taken_away_only_that_part_stands() -> None:
    back = refund(shipping=[refunded_shipping("2.00", of=GONE)], refunded="2.00")
    made = order(line(1), removed_shipping_lines=(GONE,), refunds=(back,), totals=totals("15.95", current="10.00"))

    assert charges(made) == [("shipping_line", "2.00")]


def test_a_charge_that_was_taken_away_without_money_or_where_nobody_credits_is_gone() -> None:
    waived = refund(shipping=[refunded_shipping("5.95", of=GONE)])
    paid = refund(shipping=[refunded_shipping("5.95", of=GONE)], refunded="5.95")
    for back, shop in ((waived, None), (paid, NOBODY_CREDITS)):
        made = order(line(1), removed_shipping_lines=(GONE,), refunds=(back,), totals=totals("15.95", current="10.00"))

        assert charges(made, shop=shop or settings()) == []
