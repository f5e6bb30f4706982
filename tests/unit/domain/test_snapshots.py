"""Decision 9: what of an order is kept with the document that was made from it."""

from app.domain.documents import DocumentDraft
from app.domain.sales_documents import SourceKind
from app.domain.snapshots import SNAPSHOT_VERSION, LineSnapshot, PartSnapshot, snapshot_of
from tests.builders import (
    built,
    fulfilment_order,
    line,
    money,
    order,
    refund,
    refund_line,
    shipping,
    sid,
    tax,
    totals,
)


def test_lines_are_kept_by_shopify_id_in_the_quantities_that_were_documented() -> None:
    sold = line(1, quantity=3, current=2, discounts=["1.00", "0.50"], taxes=[tax("2.00")])
    made = order(
        sold,
        refunds=(refund(refund_line(sold, subtotal="9.50")),),
        totals=totals("28.50", current="19.00"),
        fulfilment_orders=(
            fulfilment_order((sold, 2), location=5001),
            fulfilment_order((sold, 1), location=5002, status="cancelled"),
        ),
    )
    outcome = built(made)
    assert isinstance(outcome, DocumentDraft)
    assert outcome.snapshot.schema_version == SNAPSHOT_VERSION
    assert outcome.snapshot.lines == {
        sid(1): LineSnapshot(
            quantity=2,
            ordered_quantity=3,
            current_quantity=2,
            locations={sid(5001): 2},
        )
    }


def test_money_is_kept_by_the_parts_of_the_document_in_both_currencies() -> None:
    sold = line(1, quantity=2, price=("10.00", "11.00"), discounts=[("1.00", "1.10")], taxes=[tax(("3.03", "3.34"))])
    outcome = built(order(sold, totals=totals(("19.00", "20.90"), tax=("3.03", "3.34")), presentment_currency="USD"))
    assert isinstance(outcome, DocumentDraft)
    assert outcome.snapshot.parts == {
        "order_line:1": PartSnapshot(
            source=SourceKind.ORDER_LINE,
            shopify_id=sid(1),
            title=sold.title,
            quantity=2,
            unit_price=money(("10.00", "11.00")),
            discount=money(("1.00", "1.10")),
            amount=money(("19.00", "20.90")),
            tax=money(("3.03", "3.34")),
        )
    }


def test_only_refunds_that_a_credit_memo_may_follow_are_named() -> None:
    sold = line(1, quantity=3)
    made = order(
        sold,
        refunds=(
            refund(refund_line(sold), number=901),
            refund(refund_line(sold, restock_type="return"), number=902),
            refund(number=903, refunded="5.00"),
            refund(number=904, return_id=77),
        ),
    )
    assert snapshot_of(made, {}).refunds == ("902", "903", "904")


def test_what_says_nothing_is_left_out() -> None:
    """P43: reordered tags and lines are no difference."""
    one = order(line(1), line(2), tags=("b", "a"), shipping_lines=(shipping(number=1), shipping(number=2)))
    other = order(line(2), line(1), tags=("a", "b"), shipping_lines=(shipping(number=2), shipping(number=1)))
    assert snapshot_of(one, {}) == snapshot_of(other, {})
