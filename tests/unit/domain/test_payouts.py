"""The proof of a payout by the movements behind it (P75)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.payouts import Payout, PayoutTransaction, difference

WHEN = datetime(2026, 2, 1, tzinfo=UTC)


def a_payout(net: str, kind: str = "deposit") -> Payout:
    return Payout(
        shopify_id=ShopifyId("1"),
        status="paid",
        type=kind,
        issued_at=WHEN,
        currency="EUR",
        net=Decimal(net),
        trace_id=None,
    )


def a_movement(amount: str, fee: str = "0", kind: str = "charge") -> PayoutTransaction:
    return PayoutTransaction(
        shopify_id=ShopifyId("2"),
        type=kind,
        source_type=None,
        source_id=None,
        order_transaction_id=None,
        order_shopify_id=None,
        order_name=None,
        amount=Decimal(amount),
        fee=Decimal(fee),
        net=Decimal(amount) - Decimal(fee),
        currency="EUR",
        processed_at=WHEN,
        adjustment_reason=None,
        test=False,
    )


@pytest.mark.parametrize(
    ("payout", "left"),
    [(a_payout("7.50"), "0"), (a_payout("8.00"), "0.50"), (a_payout("7.50", "withdrawal"), "-15.00")],
    ids=["proved", "more", "withdrawn"],
)
def test_fees_and_refunds_count_and_the_payouts_own_transfer_does_not(payout: Payout, left: str) -> None:
    behind = [a_movement("10.00", "0.50"), a_movement("-2.00", kind="refund"), a_movement("-7.50", kind="transfer")]

    assert difference(payout, behind) == Decimal(left)
