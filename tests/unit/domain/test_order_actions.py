"""What is left to do of an action, by how the order stands at its store at that moment (P35)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.money import Amount
from app.domain.order_actions import (
    AlreadyDone,
    Authorisation,
    CancelOrder,
    CancelReason,
    CancelRefund,
    Capture,
    CapturePayment,
    CapturesToSend,
    CloseOrder,
    MarkAsPaid,
    NotPossible,
    OrderAction,
    OrderStanding,
    ReopenOrder,
    ToSend,
    judged,
)

CANCEL = CancelOrder(reason=CancelReason.OTHER, refund=CancelRefund.NONE, restock=False)


def standing(
    *, owed: str = "0", held: tuple[str, ...] = (), taken: tuple[str, ...] = (), **fields: Any
) -> OrderStanding:
    usual: dict[str, Any] = {
        "shopify_id": ShopifyId("1"),
        "updated_at": datetime(2026, 1, 15, tzinfo=UTC),
        "cancelled": False,
        "closed": False,
        "financial_status": "paid",
        "outstanding": Amount(Decimal(owed), Decimal(owed)),
        "currency": "EUR",
        "authorisations": tuple(
            Authorisation(shopify_id=ShopifyId(str(number)), open=Decimal(each)) for number, each in enumerate(held, 1)
        ),
        "captures": tuple(
            Capture(shopify_id=ShopifyId(str(number)), amount=Decimal(each)) for number, each in enumerate(taken, 11)
        ),
    }
    return OrderStanding(**(usual | fields))


def capture(amount: str | None = None) -> CapturePayment:
    return CapturePayment(amount=None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("action", "stands", "sent"),
    [
        (MarkAsPaid(), standing(), False),
        (MarkAsPaid(), standing(financial_status="partially_refunded"), False),
        (MarkAsPaid(), standing(financial_status="pending", owed="10"), True),
        # An edit made it dearer: Shopify calls it partly paid and takes the rest.
        (MarkAsPaid(), standing(financial_status="paid", owed="2.50"), True),
        # What Shopify alone can say it says itself.
        (MarkAsPaid(), standing(financial_status="authorized", held=("10",)), True),
        (MarkAsPaid(), standing(financial_status=None), True),
        (CANCEL, standing(), True),
        (CANCEL, standing(cancelled=True), False),
        (CloseOrder(), standing(), True),
        (CloseOrder(), standing(closed=True), False),
        (ReopenOrder(), standing(closed=True), True),
        (ReopenOrder(), standing(), False),
    ],
)
def test_what_is_done_already_is_not_sent(action: OrderAction, stands: OrderStanding, *, sent: bool) -> None:
    assert judged(action, stands) == (ToSend() if sent else AlreadyDone())


@pytest.mark.parametrize(
    ("asked", "stands", "parts"),
    [
        (capture(), standing(held=("10",)), [("1", "10")]),
        (capture(), standing(held=("10", "0", "5")), [("1", "10"), ("3", "5")]),
        (capture("4"), standing(held=("10",)), [("1", "4")]),
        (capture("12"), standing(held=("10", "5")), [("1", "10"), ("2", "2")]),
    ],
)
def test_authorisations_are_captured_one_after_the_other(
    asked: CapturePayment, stands: OrderStanding, parts: list[tuple[str, str]]
) -> None:
    found = judged(asked, stands)

    assert isinstance(found, CapturesToSend)
    assert [(each.shopify_id, str(each.amount)) for each in found.parts] == parts


@pytest.mark.parametrize(("before", "left"), [(["11", "12"], ["4"]), (["11"], ["2"]), ([], [])])
def test_what_was_captured_since_the_first_attempt_counts(before: list[str], left: list[str]) -> None:
    """Four were asked for; of two captures of two euros each, those that are new are ours."""
    known = [ShopifyId(each) for each in before]

    found = judged(capture("4"), standing(held=("6",), taken=("2", "2")), captured_before=known)

    assert [str(each.amount) for each in (found.parts if isinstance(found, CapturesToSend) else ())] == left
    assert isinstance(found, CapturesToSend if left else AlreadyDone)


@pytest.mark.parametrize(
    ("asked", "stands", "code"),
    [
        (capture("10.01"), standing(held=("10",)), "amount_exceeds_authorised"),
        (capture(), standing(financial_status="voided"), "nothing_to_capture"),
        (capture("5"), standing(financial_status="pending", owed="5"), "nothing_to_capture"),
        (capture("5"), standing(taken=("10",)), "nothing_to_capture"),
    ],
)
def test_what_cannot_be_captured_is_said_with_a_remedy(asked: CapturePayment, stands: OrderStanding, code: str) -> None:
    found = judged(asked, stands)

    assert isinstance(found, NotPossible)
    assert found.code == code
    assert found.detail


@pytest.mark.parametrize("asked", [capture(), capture("10")])
def test_an_order_whose_money_was_taken_is_captured_already(asked: CapturePayment) -> None:
    assert judged(asked, standing(taken=("10",))) == AlreadyDone()
