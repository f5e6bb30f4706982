"""P32 for any order: a document comes to what Shopify charged, to the minor unit, and loses nothing on the way."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.documents import DocumentDraft, NothingToDocument
from app.domain.mappings import LocationMapping, Mappings
from app.domain.money import ZERO, CurrencyHandling, rounded
from app.domain.sales_documents import DocumentContent, LineType, SourceKind
from app.domain.shop_settings import RefundProcess
from tests import builders
from tests.builders import built, sid
from tests.property.generated_orders import Case, cases

LOCATIONS = Mappings(
    locations={
        sid(5001): LocationMapping(location_id=sid(5001), location_code="BLUE"),
        sid(5002): LocationMapping(location_id=sid(5002), location_code="RED"),
        sid(5003): LocationMapping(location_id=sid(5003), location_code="BLUE"),
    },
    currencies={"EUR": "EUR", "USD": "USD", "JPY": "JPY", "KWD": "KWD"},
)
thorough = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def document_of(case: Case, handling: CurrencyHandling, process: RefundProcess) -> DocumentContent | None:
    """The document, or None where nothing is left of the order."""
    shop = builders.settings(orders={"currency_handling": handling}, refunds={"process": process})
    outcome = built(case.order, shop=shop, mappings=LOCATIONS)
    if isinstance(outcome, NothingToDocument):
        assert not any(case.quantities.values()), "something was left to document"
        assert not case.charged.of(handling) or case.order.totals.cash_rounding.of(handling)
        return None
    assert isinstance(outcome, DocumentDraft), outcome
    return outcome.content


@pytest.mark.parametrize("handling", CurrencyHandling)
@thorough
@given(case=cases())
def test_the_total_is_what_shopify_charged_to_the_minor_unit(case: Case, handling: CurrencyHandling) -> None:
    """D10."""
    document = document_of(case, handling, RefundProcess.IMPORT_ONLY)
    if document is None:
        return
    assert document.totals.amount_including_tax == case.charged.of(handling)
    assert document.totals.charged_by_shopify == case.charged.of(handling)
    check_sums(document, case.tax.of(handling))
    check_nothing_is_lost(document, case)
    if not case.parted:
        assert sum(each.order_discount_amount for each in document.lines) == case.unallocated.of(handling)


@pytest.mark.parametrize("handling", CurrencyHandling)
@thorough
@given(case=cases(nobody_credits=True))
def test_where_nobody_credits_the_total_is_what_is_left(case: Case, handling: CurrencyHandling) -> None:
    document = document_of(case, handling, RefundProcess.NONE)
    if document is None:
        return
    assert document.totals.amount_including_tax == case.charged.of(handling)
    check_sums(document, case.tax.of(handling))
    check_nothing_is_lost(document, case)


def check_sums(document: DocumentContent, tax: Decimal) -> None:
    lines, currency = document.lines, document.currency
    amount = sum((each.amount for each in lines), ZERO)
    assert document.totals.amount == amount
    assert document.totals.tax == tax == sum((each.tax_amount for each in lines), ZERO)
    expected = amount if document.prices_include_tax else amount + tax
    assert document.totals.amount_including_tax == expected
    for each in lines:
        assert each.amount == rounded(each.quantity * each.unit_price - each.discount_amount, currency)
        assert each.tax_amount == sum((part.amount for part in each.taxes), ZERO)
        assert ZERO <= each.order_discount_amount <= each.discount_amount or each.discount_amount == 0
        for amount in (each.amount, each.discount_amount, each.tax_amount, *(part.amount for part in each.taxes)):
            assert rounded(amount, currency) == amount


def check_nothing_is_lost(document: DocumentContent, case: Case) -> None:
    pieces: dict[str, Decimal] = defaultdict(Decimal)
    for each in document.lines:
        if each.source.kind in (SourceKind.ORDER_LINE, SourceKind.TIP, SourceKind.GIFT_CARD):
            pieces[str(each.source.shopify_id)] += each.quantity
    assert pieces == {number: quantity for number, quantity in case.quantities.items() if quantity}
    assert [each.line_no for each in document.lines] == [10000 * (place + 1) for place in range(len(document.lines))]
    assert all(each.no for each in document.lines if each.type is not LineType.COMMENT)
