"""P40, P41, P43: what changed since a document was made, row by row of the table in api.md."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.changes import Change, ChangeKind, Severity
from app.domain.documents.documented import documented, snapshot
from app.domain.edit_impact import changes_between
from app.domain.erp_number import ERP_NUMBER_KEY
from app.domain.money import NOTHING, Amount, CurrencyHandling, total
from app.domain.orders import Attribute, Order, OrderLine, ShippingLine
from app.domain.returns import UNKNOWN_RETURNS, Return, ReturnLine
from app.domain.shop_settings import RefundProcess
from app.domain.snapshots import Snapshot
from tests.builders import (
    address,
    fee,
    fulfilment_order,
    line,
    money,
    order,
    refund,
    refund_line,
    refunded_shipping,
    shipping,
    sid,
    store_customer,
    tax,
    totals,
)

LATER = datetime(2026, 2, 1, 10, tzinfo=UTC)
CREDITS = RefundProcess.IMPORT_ONLY
CONFLICT, SYNCHRONISED, NOTED = Severity.CONFLICT, Severity.SYNCHRONISED, Severity.NOTED


def state_of(made: Order, process: RefundProcess = CREDITS) -> Snapshot:
    return snapshot(made, documented(made, process=process, handling=CurrencyHandling.SHOP), process)


def changes(before: Order, after: Order, process: RefundProcess = CREDITS) -> tuple[Change, ...]:
    return changes_between(state_of(before, process), state_of(after, process), process)


def told(before: Order, after: Order, process: RefundProcess = CREDITS) -> list[tuple[str, str, Amount]]:
    return [(each.kind.value, each.severity.value, each.amount) for each in changes(before, after, process)]


def two(**of_the_first: Any) -> tuple[OrderLine, OrderLine]:
    given: dict[str, Any] = {"quantity": 2, "price": "15.50"} | of_the_first
    return line(1, **given), line(2, price="10.00")


def a_return(number: int) -> Return:
    return Return(shopify_id=sid(number), status="open")


@pytest.mark.parametrize(
    ("kind", "after", "amount"),
    [
        ("line_quantity_increased", order(*two(quantity=3)), "15.50"),
        ("line_quantity_decreased", order(*two(quantity=1)), "-15.50"),
        ("line_added", order(*two(), line(3, price="7.00")), "7.00"),
        ("line_removed", order(two()[0]), "-10.00"),
        ("line_price_changed", order(*two(price="16.00")), "1.00"),
        ("discount_changed", order(*two(discounts=["3.00"])), "-3.00"),
    ],
)
def test_a_change_of_a_line_is_a_conflict_worth_what_the_buyer_owes_more(kind: str, after: Order, amount: str) -> None:
    assert told(order(*two()), after) == [(kind, "conflict", money(amount))]


def test_a_change_of_a_line_says_what_was_and_what_is() -> None:
    (change,) = changes(order(*two()), order(*two(quantity=3)))
    assert (change.shopify_id, change.before, change.after) == ("1", "2", "3")
    (change,) = changes(order(*two()), order(*two(price=("16.00", "17.00"))))
    assert change.before == {"shop": "15.50", "presentment": "15.50"}
    assert change.after == {"shop": "16.00", "presentment": "17.00"}


@pytest.mark.parametrize(
    ("kind", "before", "after", "amount"),
    [
        ("shipping_changed", {"shipping_lines": (shipping("10.00"),)}, {"shipping_lines": (shipping("15.00"),)}, "5"),
        ("shipping_changed", {}, {"shipping_lines": (shipping("15.00"),)}, "15"),
        ("shipping_changed", {"shipping_lines": (shipping("15.00"),)}, {}, "-15"),
        ("additional_fees_changed", {}, {"additional_fees": (fee("2.00"),)}, "2"),
    ],
)
def test_a_change_of_a_charge_is_a_conflict(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], amount: str
) -> None:
    assert told(order(*two(), **before), order(*two(), **after)) == [(kind, "conflict", money(amount))]


def test_a_duty_that_comes_later_is_a_conflict() -> None:
    after = order(*two(duties=[("31", "4.00")]))
    assert told(order(*two()), after) == [("duties_changed", "conflict", money("4.00"))]


@pytest.mark.parametrize(
    ("kind", "severity", "fields"),
    [
        ("bill_to_changed", CONFLICT, {"bill_to_address": address(line1="Elsewhere 1")}),
        ("ship_to_changed", CONFLICT, {"ship_to_address": address(line1="Elsewhere 1")}),
        ("customer_changed", CONFLICT, {"customer": store_customer(7999)}),
        ("po_number_changed", CONFLICT, {"po_number": "PO-8"}),
        ("payment_changed", SYNCHRONISED, {"financial_status": "partially_refunded"}),
        ("fulfilment_changed", SYNCHRONISED, {"fulfilment_status": "partially_fulfilled"}),
        ("closed", SYNCHRONISED, {"closed_at": LATER}),
        ("contact_changed", NOTED, {"email": "other@customer.com"}),
        ("note_changed", NOTED, {"note": "Ring twice"}),
        ("tags_changed", NOTED, {"tags": ("vip",)}),
        ("attributes_changed", NOTED, {"attributes": (Attribute(key="gift", value="yes"),)}),
        ("return_added", NOTED, {"returns": (a_return(41),)}),
        ("return_added", NOTED, {"return_status": "return_requested", "unknown": (UNKNOWN_RETURNS,)}),
    ],
)
def test_every_other_field_has_its_kind_and_severity(kind: str, severity: Severity, fields: Any) -> None:
    assert told(order(), order(**fields)) == [(kind, severity.value, NOTHING)]


def test_our_own_number_is_no_change() -> None:
    """P43."""
    written = (Attribute(key=ERP_NUMBER_KEY, value="4711"),)
    assert told(order(), order(attributes=written)) == []


def test_reopened_is_the_other_way() -> None:
    assert told(order(closed_at=LATER), order()) == [("reopened", "synchronised", NOTHING)]


def test_another_ship_to_matters_only_while_something_is_to_be_shipped() -> None:
    shipped, moved = {"fulfilment_status": "fulfilled"}, {"ship_to_address": address(city="Utrecht")}
    assert told(order(**shipped), order(**shipped, **moved)) == [("ship_to_changed", "noted", NOTHING)]


def test_another_title_of_the_same_shipping_is_noted() -> None:
    before, after = (order(shipping_lines=(shipping(title=title),)) for title in ("Standard", "Normal"))
    assert told(before, after) == [("shipping_title_changed", "noted", NOTHING)]


def test_another_location_is_synchronised_and_one_that_is_done_shipping_is_no_change() -> None:
    sold = line(1)
    here, there = (fulfilment_order((sold, 1), location=location) for location in (5001, 5002))
    done = fulfilment_order((sold, 1), location=5001, status="closed")
    before = order(sold, fulfilment_orders=(here,))
    assert told(before, order(sold, fulfilment_orders=(there,))) == [("location_changed", "synchronised", NOTHING)]
    assert told(before, order(sold, fulfilment_orders=(done,))) == []


def test_tax_on_top_is_part_of_what_a_change_is_worth() -> None:
    before, after = (
        order(line(1, quantity=pieces, taxes=[tax(amount)]), prices_include_tax=False)
        for pieces, amount in ((2, "3.80"), (1, "1.90"))
    )
    assert told(before, after) == [("line_quantity_decreased", "conflict", money("-11.90"))]


def test_another_tax_is_a_conflict_only_where_it_changes_the_total() -> None:
    for included, severity, amount in ((False, "conflict", "-0.95"), (True, "noted", "0")):
        before, after = (
            order(line(1, taxes=[tax(of_ten)]), prices_include_tax=included) for of_ten in ("1.90", "0.95")
        )
        assert told(before, after) == [("tax_changed", severity, money(amount))]


def test_another_rate_without_money_is_noted() -> None:
    before, after = (order(tax_lines=(tax("0", rate=rate),)) for rate in ("0.19", "0.07"))
    (change,) = changes(before, after)
    assert (change.kind, change.severity) == (ChangeKind.TAX_CHANGED, NOTED)
    assert (change.before, change.after) == ({"VAT": "0.19"}, {"VAT": "0.07"})


def test_a_discount_shrinks_with_its_quantity_and_is_no_change_of_its_own() -> None:
    """3.20: 2 at 48.00 with 20 % off, edited to 1."""
    sold = line(1, price="48.00", quantity=2, discounts=["19.20"])
    fewer = replace(sold, current_quantity=1)
    edited = order(
        fewer,
        refunds=(refund(refund_line(sold, subtotal="38.40")),),
        totals=totals("76.80", current="38.40", discount="19.20", current_discount="9.60"),
    )
    assert told(order(sold), edited) == [("line_quantity_decreased", "conflict", money("-38.40"))]


def test_a_discount_that_stays_while_the_quantity_grows_is_no_change() -> None:
    before, after = (order(line(1, quantity=pieces, discounts=["5.00"])) for pieces in (2, 3))
    assert told(before, after) == [("line_quantity_increased", "conflict", money("10.00"))]


def test_several_changes_of_one_line_add_up_to_what_it_is_worth_more() -> None:
    before, after = order(line(1, quantity=2)), order(line(1, quantity=3, price="12.00", discounts=["4.00"]))
    assert told(before, after) == [
        ("line_quantity_increased", "conflict", money("10.00")),
        ("line_price_changed", "conflict", money("6.00")),
        ("discount_changed", "conflict", money("-4.00")),
    ]


def test_quantities_swapped_between_two_lines_of_the_same_article_are_two_changes() -> None:
    before = order(line(1, quantity=1, sku="A"), line(2, quantity=2, sku="A"))
    after = order(line(1, quantity=2, sku="A"), line(2, quantity=1, sku="A"))
    assert [(each.kind.value, each.shopify_id, each.amount) for each in changes(before, after)] == [
        ("line_quantity_increased", "1", money("10.00")),
        ("line_quantity_decreased", "2", money("-10.00")),
    ]


def test_a_charge_put_on_anew_at_the_same_price_is_the_same() -> None:
    before, after = (order(shipping_lines=(shipping(number=number),)) for number in (1, 2))
    assert told(before, after) == []


@pytest.mark.parametrize("free", [shipping("0.00"), shipping("5.00", discount="5.00")], ids=["free", "given away"])
def test_a_charge_that_comes_to_nothing_may_come_and_go(free: ShippingLine) -> None:
    with_it, without = order(shipping_lines=(free,), totals=totals("10.00")), order(totals=totals("10.00"))
    for before, after in ((with_it, without), (without, with_it)):
        assert {each[1] for each in told(before, after)} <= {"noted"}


def test_what_is_undone_or_only_reordered_is_no_change() -> None:
    one, other = order(*two(), tags=("a", "b")), order(*reversed(two()), tags=("b", "a"))
    assert told(one, other) == []


def test_shipping_waived_without_money_makes_the_charge_smaller() -> None:
    charge = shipping("5.00")
    waiver = refund(number=901, shipping=(refunded_shipping("5.00", of=charge),))
    before = order(shipping_lines=(charge,))
    after = order(shipping_lines=(charge,), refunds=(waiver,), totals=totals("15.00", current="10.00"))
    assert told(before, after) == [("shipping_changed", "conflict", money("-5.00"))]


def test_of_an_unpaid_cancelled_order_nothing_is_owed() -> None:
    pending = {"financial_status": "pending"}
    cancelled = order(cancelled_at=LATER, financial_status="voided")
    assert told(order(**pending), cancelled) == [
        ("cancelled_unpaid", "conflict", money("-10.00")),
        ("payment_changed", "synchronised", NOTHING),
    ]


def test_unpaid_and_cancelled_by_an_empty_refund_the_lines_say_it() -> None:
    sold = line(1)
    gone = replace(sold, current_quantity=0)
    emptied = order(
        gone,
        cancelled_at=LATER,
        financial_status="voided",
        refunds=(refund(refund_line(sold, restock_type="cancel")),),
        totals=totals("10.00", current="0"),
    )
    found = changes(order(sold, financial_status="pending"), emptied)
    assert [each.kind for each in found][:2] == [ChangeKind.CANCELLED_UNPAID, ChangeKind.LINE_REMOVED]
    assert total(each.amount for each in found) == money("-10.00")


def test_what_a_paid_cancelled_order_gives_back_is_for_its_credit_memo() -> None:
    sold = line(1)
    back = refund(refund_line(sold), number=901, refunded="10.00")
    after = order(
        replace(sold, current_quantity=0),
        cancelled_at=LATER,
        refunds=(back,),
        totals=totals("10.00", current="0"),
    )
    assert told(order(sold), after) == [
        ("cancelled_paid", "conflict", NOTHING),
        ("refund_added", "noted", NOTHING),
    ]


def test_where_nobody_credits_a_refund_is_a_conflict_worth_its_money() -> None:
    sold = line(1)
    back = refund(number=901, refunded="4.00")
    after = order(sold, refunds=(back,), totals=totals("10.00", current="6.00"))
    assert told(order(sold), after, RefundProcess.NONE) == [("refund_added", "conflict", money("-4.00"))]


def test_an_exchange_is_noted_since_a_credit_memo_follows() -> None:
    """Case 10 of the peers: no false conflict."""
    sold, dearer = line(1, price="100.00"), line(2, price="250.00", exchange=True)
    before = order(sold)
    after = order(
        sold,
        dearer,
        refunds=(refund(refund_line(sold, restock_type="return"), number=901, return_id=77),),
        returns=(a_return(77),),
        totals=totals("350.00", current="250.00"),
    )
    assert [(kind, severity) for kind, severity, _ in told(before, after)] == [
        ("refund_added", "noted"),
        ("exchange_added", "noted"),
        ("return_added", "noted"),
    ]
    assert sid(2) in [each.shopify_id for each in changes(before, after)]


def test_an_exchange_that_nobody_credits_is_a_conflict() -> None:
    """P32: what came back is taken off, what went out for it is in no document; so the total without it counts."""
    sold, dearer = line(1, price="100.00", current=0), line(2, price="250.00", exchange=True)
    before = order(replace(sold, current_quantity=1), line(3))
    after = order(
        sold,
        dearer,
        line(3),
        refunds=(refund(refund_line(sold, subtotal="100.00", restock_type="return"), number=901, return_id=77),),
        totals=totals("360.00", current="260.00"),
    )
    assert told(before, after, RefundProcess.NONE) == [
        ("line_removed", "conflict", money("-100.00")),
        ("refund_added", "conflict", money("0")),
        ("exchange_added", "conflict", money("0")),
    ]


def test_what_becomes_of_a_return_later_is_no_change_of_the_order() -> None:
    sold = line(1)
    before = order(sold, returns=(a_return(41),), return_status="in_progress")
    line_done = ReturnLine(shopify_id=sid(1), line_id=sid(1), quantity=1, processed_quantity=1)
    closed = replace(a_return(41), status="closed", lines=(line_done,))
    after = order(sold, returns=(closed, a_return(42)), return_status="returned")

    assert [(each.kind, each.shopify_id) for each in changes(before, after)] == [("return_added", "42")]


def test_the_amounts_add_up_to_the_difference_of_the_totals() -> None:
    before = order(*two(discounts=["1.00"]), shipping_lines=(shipping("5.00"),))
    after = order(*two(quantity=5, price="9.99"), line(9, price="3.33"), shipping_lines=(shipping("7.50", number=5),))
    difference = state_of(after).total - state_of(before).total
    assert total(each.amount for each in changes(before, after)) == difference
    assert difference == money("25.78")
