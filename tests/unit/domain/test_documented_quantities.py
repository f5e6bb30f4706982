"""P32, REF-25: how many pieces of a line are documented, and what of a refund is left to a credit memo."""

import dataclasses

import pytest

from app.domain.documents import documented_quantities
from app.domain.refunds import credits_shipping, money_back
from app.domain.shop_settings import RefundProcess
from tests.builders import (
    documented,
    line,
    money,
    order,
    payment,
    refund,
    refund_line,
    refunded_shipping,
    shipping,
    sid,
    told,
    totals,
)


def test_of_the_two_readings_of_a_quantity_the_smaller_one_counts() -> None:
    """A refund of nothing took two pieces that Shopify still counts as current."""
    sold = line(1, quantity=3, current=3)
    made = order(sold, refunds=(refund(refund_line(sold, quantity=2)),))
    assert documented_quantities(made, RefundProcess.IMPORT_ONLY) == {sid(1): 1}


def test_no_quantity_is_less_than_nothing() -> None:
    """Shopify may count a piece twice: taken by an edit and again by a refund of nothing."""
    sold = line(1, quantity=1, current=0)
    made = order(sold, refunds=(refund(refund_line(sold, quantity=2)),))
    assert documented_quantities(made, RefundProcess.IMPORT_ONLY) == {sid(1): 0}


def test_what_several_refunds_took_of_a_line_is_added_up() -> None:
    sold = line(1, quantity=9, current=3)
    refunds = (
        refund(refund_line(sold, quantity=1)),
        refund(refund_line(sold, quantity=2)),
        refund(refund_line(sold, quantity=1), refund_line(sold, quantity=2), refunded="30.00"),
    )
    assert documented_quantities(order(sold, refunds=refunds), RefundProcess.IMPORT_ONLY) == {sid(1): 6}


@pytest.mark.parametrize("process", RefundProcess)
def test_every_line_has_its_quantity_and_an_exchange_line_none(process: RefundProcess) -> None:
    made = order(line(1, quantity=2), line(2, quantity=3, exchange=True))
    assert documented_quantities(made, process) == {sid(1): 2, sid(2): 0}


def test_a_refund_of_another_line_takes_nothing() -> None:
    sold, other = line(1, quantity=2), line(2, quantity=2, current=0)
    made = order(sold, other, refunds=(refund(refund_line(other, quantity=2)),))
    assert documented_quantities(made, RefundProcess.IMPORT_ONLY) == {sid(1): 2, sid(2): 0}


@pytest.mark.parametrize(
    ("restocked", "credited"),
    [
        (["return"], True),
        (["return", "RETURN"], True),
        (["return", "no_restock"], False),
        (["cancel"], False),
        ([], False),
    ],
)
def test_shipping_is_credited_only_with_lines_that_all_are(restocked: list[str], credited: bool) -> None:
    """REF-25, REF-26: without money and without a return, the lines decide, and all of them must."""
    sold, sent = line(1, quantity=5), shipping("5.00")
    lines = [refund_line(sold, restock_type=each) for each in restocked]
    assert credits_shipping(refund(*lines, shipping=[refunded_shipping("5.00", of=sent)])) is credited


def test_shipping_waived_beside_a_return_and_a_removal_makes_the_order_smaller() -> None:
    back, gone, sent = line(1, current=0), line(2, current=0), shipping("5.00")
    both = refund(
        refund_line(back, subtotal="10.00", restock_type="return"),
        refund_line(gone, subtotal="10.00", restock_type="cancel"),
        shipping=[refunded_shipping("5.00", of=sent)],
    )
    made = order(back, gone, shipping_lines=(sent,), refunds=(both,), totals=totals("25.00", current="0.00"))
    assert told(documented(made).lines, "amount") == [("10.00",)]


def test_the_money_of_a_refund_is_what_arrived_and_what_is_on_its_way() -> None:
    """REF-33: a payment that failed or was voided brings nothing."""
    ways = (("refund", "pending"), ("refund", "failure"), ("refund", "success"), ("void", "pending"))
    moved = tuple(payment(kind=kind, status=status, amount="4.00") for kind, status in ways)
    back = dataclasses.replace(refund(refunded="6.00"), transactions=moved)
    assert money_back(back) == money("10.00")
