"""Living orders through the adapter's translators and the domain in memory, in both currency modes, each judged.

``python -m tests.property.documented_orders SEED COUNT`` judges so many orders in a process of its own, whose ``app``
may be another than that of the tests; it ends with `WRONG` when a document was.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from app.domain import money as money_module
from app.domain.documents import DocumentDraft, NothingToDocument, documented_totals
from app.domain.mappings import LocationMapping, Mappings
from app.domain.money import CurrencyHandling
from app.domain.orders import Order
from app.domain.shop_settings import RefundProcess
from tests.builders import built, settings, sid
from tests.property.judging import faults, figures_of
from tests.property.living_orders import CATALOGUES, NONE, Json, charges_of, living_order, money, quantities_of
from tests.property.order_features import features_of
from tests.property.translated_orders import translated

WRONG = 9
SIDES = {CurrencyHandling.SHOP: "shopMoney", CurrencyHandling.PRESENTMENT: "presentmentMoney"}
PROCESSES = (RefundProcess.IMPORT_ONLY, RefundProcess.NONE)
LOCATIONS = {
    location["id"]: f"WH{place}" for place, location in enumerate(next(iter(CATALOGUES.values())).locations, start=1)
}
MAPPINGS = Mappings(
    locations={
        sid(each.rsplit("/", 1)[1]): LocationMapping(location_id=sid(each.rsplit("/", 1)[1]), location_code=code)
        for each, code in LOCATIONS.items()
    }
)


@dataclass(slots=True)
class Judged:
    """What came of many orders."""

    documents: int = 0
    nothing: int = 0
    faults: list[str] = field(default_factory=list)
    features: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many orders had which feature, by the currency of the shop's books."""


def judge_orders(*, seed: int, count: int) -> Judged:
    judged = Judged()
    for number in range(count):
        raw = living_order(seed, number)
        judged.features.update((raw["currencyCode"], feature) for feature in features_of(raw))
        order = translated(raw)
        for handling in SIDES:
            for process in PROCESSES:
                for fault in _faults(raw, order, handling, process, judged):
                    judged.faults.append(f"order {number} of seed {seed}, {handling} money, {process}: {fault}")
    return judged


def _faults(
    raw: Json, order: Order, handling: CurrencyHandling, process: RefundProcess, judged: Judged
) -> Iterator[str]:
    side, nobody_credits = SIDES[handling], process is RefundProcess.NONE
    shop = settings(orders={"currency_handling": handling}, refunds={"process": process})
    local = order.currency_of(presentment=handling is CurrencyHandling.PRESENTMENT)
    outcome = built(order, shop=shop, mappings=MAPPINGS, local_currency=local)
    match outcome:
        case NothingToDocument():
            judged.nothing += 1
            yield from _something_left(raw, side, nobody_credits=nobody_credits)
        case DocumentDraft():
            judged.documents += 1
            figures = figures_of(outcome.content)
            yield from faults(raw, figures, side=side, nobody_credits=nobody_credits, locations=LOCATIONS)
            shown = documented_totals(order, process=process)
            if (shown.charged.of(handling), shown.tax.of(handling)) != (figures.charged, figures.tax):
                yield f"the order shows {shown.charged} and {shown.tax}, its document otherwise"
        case refusal:
            yield f"refused: {[problem.detail for problem in refusal.problems]}"


def _something_left(raw: Json, side: str, *, nobody_credits: bool) -> Iterator[str]:
    """No document is right where no piece is left and either the order is cancelled or nothing was charged."""
    if pieces := quantities_of(raw, nobody_credits=nobody_credits):
        yield f"no document, though {pieces} are left"
    rounding = raw["totalCashRoundingAdjustment"]
    paid, back = (money(rounding[name], side) for name in ("paymentSet", "refundSet"))
    charges: set[Decimal] = {total for total, _ in charges_of(raw, side, nobody_credits=nobody_credits)}
    if not raw["cancelledAt"] and not charges & {NONE, paid, -paid, back, -back, paid - back}:
        yield f"no document, though {charges} was charged"


def main() -> int:
    print(f"judging by {money_module.__file__}", file=sys.stderr)
    judged = judge_orders(seed=int(sys.argv[1]), count=int(sys.argv[2]))
    print(f"{judged.documents} documents, {len(judged.faults)} faults")
    print(*judged.faults[:3], sep="\n")
    return WRONG if judged.faults else 0


if __name__ == "__main__":
    sys.exit(main())
