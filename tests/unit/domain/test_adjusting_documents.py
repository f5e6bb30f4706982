"""P42: what an acknowledged document needs beside it, and that all of them together are what the buyer owes now."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.documents import DocumentDraft
from app.domain.documents.adjusting import Adjustments, adjustments
from app.domain.orders import Order
from app.domain.sales_documents import DocumentContent
from tests.builders import built, line, order, shipping, tax


def drafted(of: Order) -> DocumentDraft:
    outcome = built(of)
    assert isinstance(outcome, DocumentDraft), outcome
    return outcome


def adjusted(before: Order, after: Order) -> Adjustments:
    old, new = drafted(before), drafted(after)
    return adjustments(old.snapshot, new.snapshot, header=old.content, shown=[*old.content.lines, *new.content.lines])


def shown(content: DocumentContent | None) -> list[tuple[str | None, str, str]]:
    return [(each.no, f"{each.quantity:f}", f"{each.amount:f}") for each in content.lines] if content else []


def first(**fields: Any) -> Any:
    given: dict[str, Any] = {"quantity": 3, "price": "10.00"} | fields
    return line(1, **given)


@pytest.mark.parametrize(
    ("after", "went", "came"),
    [
        (order(first(quantity=2)), [("ITEM-1", "1", "10.00")], []),
        (order(first(quantity=5)), [], [("ITEM-1", "2", "20.00")]),
        (order(first(), line(2, price="7.00")), [], [("ITEM-2", "1", "7.00")]),
        (order(line(2, price="7.00")), [("ITEM-1", "3", "30.00")], [("ITEM-2", "1", "7.00")]),
        (order(first(price="9.00")), [("ITEM-1", "3", "30.00")], [("ITEM-1", "3", "27.00")]),
        (order(first(discounts=["3.00"])), [("ITEM-1", "3", "30.00")], [("ITEM-1", "3", "27.00")]),
        (order(first(), shipping_lines=(shipping("5.00"),)), [], [("4100", "1", "5.00")]),
        (
            order(first(quantity=4, discounts=["15.00"])),
            [("ITEM-1", "3", "30.00")],
            [("ITEM-1", "4", "25.00")],
        ),
        (order(first()), [], []),
    ],
)
def test_what_went_is_credited_and_what_came_is_ordered(after: Order, went: list[Any], came: list[Any]) -> None:
    found = adjusted(order(first()), after)
    assert (shown(found.credit_memo), shown(found.additional_order)) == (went, came)


def test_fewer_pieces_take_their_share_of_the_discount_along() -> None:
    found = adjusted(order(first(quantity=2, discounts=["4.00"])), order(first(quantity=1, discounts=["2.00"])))
    assert found.credit_memo is not None
    (gone,) = found.credit_memo.lines
    assert (gone.quantity, gone.unit_price, gone.discount_amount, gone.amount) == (
        Decimal(1),
        Decimal("10.00"),
        Decimal("2.00"),
        Decimal("8.00"),
    )


@pytest.mark.parametrize("included", [True, False])
def test_the_documents_together_are_what_is_owed_now(included: bool) -> None:
    taxes = {"taxes": [tax("1.90", title="State"), tax("0.95", title="City")]}
    before = order(first(**taxes), line(2, price="4.99"), prices_include_tax=included)
    after = order(
        first(quantity=2, taxes=[tax("1.27", title="State"), tax("0.63", title="City")]),
        line(3, price="8.01"),
        shipping_lines=(shipping("5.00"),),
        prices_include_tax=included,
    )
    found = adjusted(before, after)
    assert found.credit_memo is not None
    assert found.additional_order is not None
    old, new = (drafted(each).content.totals.amount_including_tax for each in (before, after))
    credit, more = (each.totals.amount_including_tax for each in (found.credit_memo, found.additional_order))
    assert old - credit + more == new
    for each in (found.credit_memo, found.additional_order):
        for one in each.lines:
            assert one.tax_amount == sum((part.amount for part in one.taxes), Decimal(0))


def test_a_line_that_went_is_named_as_the_document_that_had_it_does() -> None:
    before, between, after = order(first()), order(first(), line(2, price="7.00")), order(first())
    second = adjusted(before, between).additional_order
    assert second is not None
    now = drafted(after)
    found = adjustments(
        drafted(between).snapshot,
        now.snapshot,
        header=now.content,
        shown=[*drafted(before).content.lines, *second.lines, *now.content.lines],
    )
    assert shown(found.credit_memo) == [("ITEM-2", "1", "7.00")]
