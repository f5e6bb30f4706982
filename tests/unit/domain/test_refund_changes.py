"""P50: a refund that changed after its document was made is told part by part, and nothing else is."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.documents.refund_changes import DocumentOf, refund_changed
from app.domain.identifiers import DocumentId, RefundId
from app.domain.orders import Refund
from app.domain.problems import Problem, ProblemCode
from tests.builders import (
    ORDER_ID,
    credited,
    line,
    money,
    order,
    payment,
    refund,
    refund_line,
    refunded_shipping,
    settings,
    shipping,
    sid,
    tax,
)

SOLD = line(1, price="20.00", quantity=3, taxes=[tax("10.41")])
CARRIED = shipping("5.00")
BACK = refund_line(SOLD, quantity=1, subtotal="20.00", tax="3.47", restock_type="return")
BEFORE = refund(BACK, refunded="25.00", shipping=[refunded_shipping("5.00", of=CARRIED)], number=701)


def compared(now: Refund, before: Refund = BEFORE, **given: dict[str, Any]) -> Problem | None:
    """The refund as it is now with the document that was made of it before, with settings given."""
    of = order(SOLD, shipping_lines=(CARRIED,), refunds=(before,))
    document = DocumentOf(
        id=DocumentId("doc_1"),
        number="CM-000001",
        order_id=ORDER_ID,
        refund_id=RefundId("ref_1"),
        content=credited(of, shop=settings(**given)),
    )
    return refund_changed(replace(of, refunds=(now,)), now, document)


def changed(**fields: Any) -> Refund:
    return replace(BEFORE, **fields)


@pytest.mark.parametrize(
    "now",
    [
        BEFORE,
        changed(note="called", processed_at=None, adjustments=()),
        changed(transactions=(payment("25.00", kind="refund"),)),
    ],
    ids=["the same", "another note", "its payment"],
)
def test_what_no_figure_of_the_document_shows_is_no_change(now: Refund) -> None:
    assert compared(now) is None


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (
            changed(lines=(replace(BACK, quantity=2, subtotal=money("40.00")),), refunded=money("45.00")),
            "1 × 20.00 EUR (tax 3.47 EUR) back in stock → 2 × 40.00 EUR (tax 3.47 EUR) back in stock",
        ),
        (
            changed(lines=(replace(BACK, tax=money("4.00")),)),
            "1 × 20.00 EUR (tax 3.47 EUR) back in stock → 1 × 20.00 EUR (tax 4.00 EUR) back in stock",
        ),
        (
            changed(lines=(replace(BACK, restock_type="no_restock"),)),
            "1 × 20.00 EUR (tax 3.47 EUR) back in stock → 1 × 20.00 EUR (tax 3.47 EUR)",
        ),
        (changed(shipping=(), refunded=money("20.00")), "1 × 5.00 EUR → nothing"),
        (changed(refunded=money("26.00")), "remainder: nothing → 1 × 1.00 EUR"),
        (changed(duties=money("2.00"), refunded=money("27.00")), "duties: nothing → 1 × 2.00 EUR"),
    ],
    ids=["pieces", "tax", "stock", "shipping", "money", "duties"],
)
def test_each_part_that_differs_is_told_before_and_now(now: Refund, told: str) -> None:
    problem = compared(now)

    assert problem is not None
    assert problem.code is ProblemCode.REFUND_CHANGED
    assert told in problem.detail
    assert problem.detail.count("→") == 1


def test_a_refund_that_gives_nothing_back_any_more_differs_in_everything() -> None:
    problem = compared(refund(number=701))

    assert problem is not None
    assert problem.detail.count("→ nothing") == 2


def test_the_remedy_names_the_document_the_refund_and_the_order() -> None:
    problem = compared(changed(refunded=money("26.00")))

    assert problem is not None
    assert problem.detail.startswith("Since document CM-000001 was made, the refund changed in Shopify: ")
    for way in ("/v1/sales-documents/doc_1/cancel", "/v1/refunds/ref_1/create-document", f"/v1/orders/{ORDER_ID}/res"):
        assert way in problem.remedy


def test_many_differences_are_told_in_part() -> None:
    lines = tuple(refund_line(SOLD, subtotal="1.00", restock_type="return") for _ in range(12))
    before = refund(*lines, refunded="12.00", number=702)

    problem = compared(replace(before, lines=tuple(replace(each, quantity=2) for each in lines)), before)

    assert problem is not None
    assert problem.detail.endswith("And 2 more.")
    assert problem.detail.count("→") == 10


def test_a_comment_on_the_document_is_no_part_of_the_refund() -> None:
    assert compared(BEFORE, orders={"order_number_comment_line": True}) is None


def test_parts_of_one_charge_are_added_up() -> None:
    twice = [refunded_shipping("2.00", of=CARRIED), refunded_shipping("3.00", of=CARRIED)]
    before = refund(refunded="5.00", shipping=twice, number=703)
    other = replace(before, shipping=(refunded_shipping("1.00", of=CARRIED), refunded_shipping("4.00", of=CARRIED)))

    assert compared(other, before) is None
    problem = compared(replace(before, shipping=(twice[1],), refunded=money("3.00")), before)
    assert problem is not None
    assert "2 × 5.00 EUR → 1 × 3.00 EUR" in problem.detail


def test_goods_of_an_exchange_that_are_taken_off_the_order_again_are_told() -> None:
    came = line(2, price="30.00", exchange=True, return_id=sid(77))
    before = changed(return_id=sid(77))
    made = order(SOLD, came, shipping_lines=(CARRIED,), refunds=(before,))
    document = DocumentOf(
        id=DocumentId("doc_1"),
        number="CM-000001",
        order_id=ORDER_ID,
        refund_id=RefundId("ref_1"),
        content=credited(made),
    )
    edit = refund(refund_line(came, subtotal="30.00", restock_type="no_restock"))

    found = refund_changed(replace(made, refunds=(before, edit)), before, document)

    assert refund_changed(made, before, document) is None
    assert found
    assert "exchanged line" in found.detail
