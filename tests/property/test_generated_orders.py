"""Whatever becomes of an order at Shopify: its document is right to the minor unit, or there is nothing to document.

Orders come from the simulator, go through the adapter's translators and the domain, and are judged by figures computed
from the simulator's objects alone.
"""

from collections import Counter
from decimal import Decimal

import pytest

from app.domain.documents import DocumentDraft, NothingToDocument, documented_quantities, documented_totals
from app.domain.money import CurrencyHandling, rounded
from app.domain.sales_documents import DocumentContent, SourceKind
from app.domain.shop_settings import RefundProcess
from tests.builders import built, settings
from tests.property.living_orders import NONE, Json, charges_of, living_order, quantities_of
from tests.property.translated_orders import translated

SIDES = {CurrencyHandling.SHOP: "shopMoney", CurrencyHandling.PRESENTMENT: "presentmentMoney"}
SOLD = (SourceKind.ORDER_LINE, SourceKind.TIP, SourceKind.GIFT_CARD)


def test_every_living_order_is_documented_as_charged() -> None:
    counts = judge_orders(seed=20260115, count=700)
    assert counts["documents"] > 2400
    assert counts["nothing"] < 300


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_thousands_of_living_orders_are_documented_as_charged(seed: int) -> None:
    judge_orders(seed=seed, count=2000)


def judge_orders(*, seed: int, count: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for number in range(count):
        raw = living_order(seed, number)
        order = translated(raw)
        for handling, side in SIDES.items():
            for process in (RefundProcess.IMPORT_ONLY, RefundProcess.NONE):
                shop = settings(orders={"currency_handling": handling}, refunds={"process": process})
                outcome = built(
                    order, shop=shop, local_currency=order.currency_of(presentment=side == "presentmentMoney")
                )
                charges = charges_of(raw, side, nobody_credits=process is RefundProcess.NONE)
                where = (seed, number, handling.value, process.value, outcome)
                if isinstance(outcome, NothingToDocument):
                    counts["nothing"] += 1
                    check_nothing(raw, charges, side, nobody_credits=process is RefundProcess.NONE)
                    continue
                assert isinstance(outcome, DocumentDraft), where
                counts["documents"] += 1
                totals = outcome.content.totals
                assert totals.amount_including_tax == totals.charged_by_shopify, where
                assert (totals.charged_by_shopify, totals.tax) in charges, where
                documented_quantities(order, process)
                shown = documented_totals(order, process=process)
                assert shown.charged.of(handling) == totals.charged_by_shopify, where
                assert shown.tax.of(handling) == totals.tax, where
                check_lines(outcome.content, raw, nobody_credits=process is RefundProcess.NONE)
    return counts


def check_lines(document: DocumentContent, raw: Json, *, nobody_credits: bool) -> None:
    currency = document.currency
    pieces: Counter[str] = Counter()
    for line in document.lines:
        assert line.amount == rounded(line.quantity * line.unit_price - line.discount_amount, currency)
        assert line.tax_amount == sum((tax.amount for tax in line.taxes), NONE)
        assert line.order_discount_amount == 0, "every discount of the simulator is allocated"
        if line.source.kind in SOLD:
            pieces[str(line.source.shopify_id)] += int(line.quantity)
    assert pieces == quantities_of(raw, nobody_credits=nobody_credits)
    assert document.totals.amount == sum((line.amount for line in document.lines), NONE)
    assert document.totals.tax == sum((line.tax_amount for line in document.lines), NONE)


def check_nothing(raw: Json, charges: frozenset[tuple[Decimal, Decimal]], side: str, *, nobody_credits: bool) -> None:
    """No document is right where no piece is left and either the order is cancelled or nothing was charged."""
    assert not quantities_of(raw, nobody_credits=nobody_credits)
    rounding = raw["totalCashRoundingAdjustment"]
    roundings = {NONE, *(sign * Decimal(rounding[name][side]["amount"]) for name in rounding for sign in (1, -1))}
    paid_less_back = Decimal(rounding["paymentSet"][side]["amount"]) - Decimal(rounding["refundSet"][side]["amount"])
    assert raw["cancelledAt"] or any(total in {*roundings, paid_less_back} for total, _ in charges)
