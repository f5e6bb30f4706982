"""P50: where a refund stands, by the table of REF-25 … REF-37."""

import dataclasses
from datetime import UTC, datetime

import pytest

from app.domain.orders import Refund
from app.domain.refund_states import RefundReason, RefundState, standing
from app.domain.refunds import is_creditable
from app.domain.shop_settings import CancelledPaid, RefundProcess
from tests.builders import line, order, payment, refund, refund_line, settings

SOLD = line(1)
BACK = refund_line(SOLD, subtotal="10.00", restock_type="return")
KEPT = refund_line(SOLD, subtotal="10.00", restock_type="no_restock")
PENDING = dataclasses.replace(payment(kind="refund"), status="pending")
WITH_MONEY = refund(KEPT, refunded="10.00")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (WITH_MONEY, True),
        (refund(BACK), True),
        (refund(KEPT, return_id=77), True),
        (refund(KEPT), False),
        (refund(BACK, KEPT), True),
        (refund(refunded="5.00"), True),
        (refund(), False),
        (refund(return_id=77), False),
        (refund(transactions=(PENDING,)), True),
    ],
)
def test_what_a_document_may_follow(made: Refund, expected: bool) -> None:
    """REF-25 per line, REF-27 for a refund of nothing."""
    assert is_creditable(made) is expected


@pytest.mark.parametrize(
    ("made", "processed", "process", "state", "reason"),
    [
        (WITH_MONEY, True, "import_only", RefundState.OPEN, None),
        (WITH_MONEY, True, "auto_create", RefundState.OPEN, None),
        (WITH_MONEY, False, "auto_create", RefundState.WAITING, RefundReason.ORDER_NOT_PROCESSED),
        (WITH_MONEY, True, "none", RefundState.NOT_NEEDED, RefundReason.NOT_CREDITABLE),
        (refund(KEPT), True, "auto_create", RefundState.NOT_NEEDED, RefundReason.NOT_CREDITABLE),
        (refund(transactions=(PENDING,)), True, "auto_create", RefundState.WAITING, RefundReason.REFUND_PENDING),
    ],
)
def test_where_a_refund_stands(
    made: Refund, processed: bool, process: str, state: RefundState, reason: RefundReason | None
) -> None:
    shop = settings(refunds={"process": RefundProcess(process)})
    found = standing(order(SOLD, refunds=(made,)), made, settings=shop, order_processed=processed)
    assert (found.state, found.reason, found.may_be_made) == (state, reason, reason is None)


def test_the_refunds_of_a_cancelled_order_that_is_left_out_are_not_needed() -> None:
    """P34: as long as it has no document."""
    made = order(SOLD, refunds=(WITH_MONEY,), cancelled_at=datetime(2026, 2, 1, tzinfo=UTC))
    shop = settings(orders={"cancelled_paid": CancelledPaid.SKIP})
    assert standing(made, WITH_MONEY, settings=shop, order_processed=False).state is RefundState.NOT_NEEDED
    assert standing(made, WITH_MONEY, settings=shop, order_processed=True).state is RefundState.OPEN
