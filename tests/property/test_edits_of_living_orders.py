"""Whatever becomes of an order after its document: what changed is told to the cent, and the remedies make it right.

The orders are the simulator's with a random life; each change is judged against the state before it (P40 … P42, P50).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pytest

from app.domain.changes import Change, ChangeKind, Severity
from app.domain.documents import DocumentDraft
from app.domain.documents.adjusting import adjustments
from app.domain.documents.documented import documented, snapshot
from app.domain.edit_impact import changes_between
from app.domain.money import CurrencyHandling, minor_unit, total
from app.domain.orders import Order
from app.domain.refunds import is_creditable, is_pending
from app.domain.sales_documents import DocumentContent, SourceKind
from app.domain.shop_settings import RefundProcess
from app.domain.snapshots import Snapshot
from tests.builders import built, credited, settings
from tests.property.documented_orders import MAPPINGS
from tests.property.living_orders import life_of
from tests.property.translated_orders import translated

ZERO = Decimal(0)
SIDES = (CurrencyHandling.SHOP, CurrencyHandling.PRESENTMENT)
OF_MONEY = {
    ChangeKind.LINE_QUANTITY_INCREASED,
    ChangeKind.LINE_QUANTITY_DECREASED,
    ChangeKind.LINE_ADDED,
    ChangeKind.LINE_REMOVED,
    ChangeKind.LINE_PRICE_CHANGED,
    ChangeKind.DISCOUNT_CHANGED,
    ChangeKind.SHIPPING_CHANGED,
    ChangeKind.DUTIES_CHANGED,
    ChangeKind.ADDITIONAL_FEES_CHANGED,
    ChangeKind.CASH_ROUNDING_CHANGED,
    ChangeKind.TAX_CHANGED,
    ChangeKind.TOTAL_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Step:
    """An order before and after one change of it."""

    name: str
    before: Order
    after: Order


def steps(seed: int, count: int) -> Iterator[Step]:
    for number in range(count):
        states = [translated(state) for state in life_of(seed, number)]
        for place, (before, after) in enumerate(pairwise(states)):
            yield Step(f"order {number} of seed {seed}, change {place}", before, after)


def state_of(order: Order, process: RefundProcess, handling: CurrencyHandling = CurrencyHandling.SHOP) -> Snapshot:
    return snapshot(order, documented(order, process=process, handling=handling), process)


def changes(step: Step, process: RefundProcess) -> tuple[Change, ...]:
    return changes_between(state_of(step.before, process), state_of(step.after, process), process)


def drafted(order: Order, handling: CurrencyHandling, process: RefundProcess) -> DocumentDraft | None:
    shop = settings(orders={"currency_handling": handling}, refunds={"process": process})
    local = order.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
    outcome = built(order, shop=shop, mappings=MAPPINGS, local_currency=local)
    return outcome if isinstance(outcome, DocumentDraft) else None


def money_of(content: DocumentContent) -> list[tuple[object, ...]]:
    """What a document charges for, whatever its lines' locations."""
    found: dict[tuple[object, ...], list[Decimal]] = {}
    for line in content.lines:
        key = (line.source.kind, line.source.shopify_id, line.unit_price)
        sums = found.setdefault(key, [ZERO, ZERO, ZERO, ZERO])
        for place, amount in enumerate((line.quantity, line.discount_amount, line.amount, line.tax_amount)):
            sums[place] += amount
    return sorted(((*key, *sums) for key, sums in found.items()), key=repr)


@pytest.mark.parametrize("process", [RefundProcess.IMPORT_ONLY, RefundProcess.NONE])
def test_the_amounts_of_all_changes_are_the_difference_of_the_totals(process: RefundProcess) -> None:
    seen = 0
    for step in steps(20260201, 150):
        found = changes(step, process)
        more = total(each.amount for each in found if each.kind is not ChangeKind.CANCELLED_UNPAID)
        difference = state_of(step.after, process).total - state_of(step.before, process).total
        assert more == difference, step.name
        assert not any(each.kind is ChangeKind.TOTAL_CHANGED for each in found), f"{step.name}: {found}"
        seen += bool(difference)
    assert seen > 50


def test_nothing_changed_is_no_change_and_an_edit_undone_is_none_either() -> None:
    for step in steps(7, 60):
        same = state_of(step.after, RefundProcess.IMPORT_ONLY)
        assert changes_between(same, same, RefundProcess.IMPORT_ONLY) == ()
        there = {each.kind for each in changes(step, RefundProcess.IMPORT_ONLY) if each.amount}
        back = Step(step.name, step.after, step.before)
        assert bool(there - {ChangeKind.CANCELLED_UNPAID}) == any(
            each.amount for each in changes(back, RefundProcess.IMPORT_ONLY)
        ), step.name


def test_a_conflict_about_money_is_there_exactly_where_the_document_would_be_another() -> None:
    """Every difference named, and no false alarm (P43)."""
    compared = conflicts = 0
    for step in steps(20260202, 120):
        for handling in SIDES:
            before, after = (drafted(each, handling, RefundProcess.IMPORT_ONLY) for each in (step.before, step.after))
            if before is None or after is None:
                continue
            found = changes_between(before.snapshot, after.snapshot, RefundProcess.IMPORT_ONLY)
            told = [each for each in found if each.kind in OF_MONEY and (each.severity is Severity.CONFLICT)]
            noted = [each for each in found if each.kind in (ChangeKind.TAX_CHANGED, ChangeKind.SHIPPING_CHANGED)]
            differs = money_of(before.content) != money_of(after.content)
            assert differs <= bool(told or noted), step.name
            assert bool(told) <= (before.snapshot.parts != after.snapshot.parts), step.name
            compared, conflicts = compared + 1, conflicts + bool(told)
    assert compared > 200
    assert conflicts > 40


def test_with_its_adjusting_documents_a_document_is_what_is_charged_now() -> None:
    adjusted = 0
    for step in steps(20260203, 120):
        for handling in SIDES:
            before, after = (drafted(each, handling, RefundProcess.IMPORT_ONLY) for each in (step.before, step.after))
            if before is None or after is None or step.before.prices_include_tax != step.after.prices_include_tax:
                continue
            shown = [*before.content.lines, *after.content.lines]
            found = adjustments(before.snapshot, after.snapshot, header=before.content, shown=shown)
            credit, more = (
                each.totals.amount_including_tax if each else ZERO
                for each in (found.credit_memo, found.additional_order)
            )
            owed = before.content.totals.amount_including_tax - credit + more
            assert owed == after.content.totals.amount_including_tax, f"{step.name}, {handling}"
            for content in (found.credit_memo, found.additional_order):
                assert all(line.discount_amount >= 0 for line in content.lines) if content else True, step.name
            adjusted += bool(found.credit_memo or found.additional_order)
    assert adjusted > 30


def test_every_refund_that_gets_a_document_gets_one_of_what_was_refunded() -> None:
    """D13."""
    documents = 0
    for step in steps(20260204, 150):
        order = step.after
        if not order.refunds or not is_creditable(order.refunds[-1]) or is_pending(order.refunds[-1]):
            continue
        refund = order.refunds[-1]
        for handling in SIDES:
            local = order.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
            content = credited(order, handling=handling, local_currency=local)
            come_to = content.totals.amount_including_tax
            rounding = sum(
                (each.rounding.of(handling) for each in refund.transactions if each.status == "success"), ZERO
            )
            refunded = refund.refunded.of(handling)
            exchanged = any(line.source.kind is SourceKind.EXCHANGE_LINE for line in content.lines)
            assert come_to in (refunded, refunded + rounding) or (exchanged and come_to < 0), f"{step.name}, {handling}"
            unit = minor_unit(content.currency)
            for line in content.lines:
                gap = line.quantity * line.unit_price - line.discount_amount - line.amount
                assert abs(gap) < unit, f"{step.name}, {handling}: {line}"
            documents += 1
    assert documents > 60
