"""P33: every code has a title, a sentence that says what was found, a remedy, and a case that brings it about."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from app.domain.document_problems import document_taken_back, number_taken, refund_failed
from app.domain.document_problems import nothing_to_document as nothing
from app.domain.documents import NothingToDocument, Refusal
from app.domain.identifiers import DocumentId, RefundId
from app.domain.item_choice import ItemCandidate, ItemFact, ItemFacts, choose_items
from app.domain.items import ItemChoice
from app.domain.mappings import ChargeType, CustomerTemplate, Mappings, ShipmentMethodMapping
from app.domain.orders import LineKind, Named, Order
from app.domain.problems import TITLES, Problem, ProblemCode
from app.domain.shop_settings import CancelledPaid
from tests.builders import (
    CREATED,
    ORDER_ID,
    SHOP,
    built,
    customer,
    fulfilment_order,
    line,
    order,
    refund,
    refunded,
    refused,
    settings,
    shipping,
    sid,
    store_customer,
    totals,
)
from tests.unit.domain.choosing_customers import HOME, choice
from tests.unit.domain.test_refund_changes import compared

CREATING = {"auto_create": True, "template_code": "WEB"}
BUYER = store_customer(email="a@example.com", addresses=(HOME,))


def of_refusal(code: ProblemCode, of: Order, **given: object) -> Problem:
    return refused(of, **given)[code]


def of_refund() -> Problem:
    shop = settings(refunds={"remainder_limit": Decimal(1)})
    sold = line(1)
    outcome = refunded(order(sold, refunds=(refund(refunded="5.00"),)), shop=shop)
    assert isinstance(outcome, Refusal)
    (problem,) = outcome.problems
    return problem


def of_changed_refund() -> Problem:
    now = refund(refunded="6.00")
    found = compared(now, refund(refunded="5.00"))
    assert found is not None
    return found


def of_customer(of: Order, **given: object) -> Problem:
    (problem,) = choice(of, **given).problems  # type: ignore[arg-type]
    return problem


def of_item(*candidates: ItemCandidate) -> Problem:
    items = {each.item_no.casefold(): (ItemFact(no=each.item_no),) for each in candidates}
    chosen = choose_items(
        order(line(1, barcode="77")),
        shop_id=SHOP,
        order_id=ORDER_ID,
        settings=settings(),
        found=ItemFacts(items=items, barcodes={"77": candidates}),
        by_hand={},
    )
    (problem,) = chosen.values()
    assert not isinstance(problem, ItemChoice)
    return problem


def of_nothing() -> Problem:
    outcome = built(order(line(1, current=0), totals=totals("10.00", current="0")))
    assert isinstance(outcome, NothingToDocument)
    return nothing(outcome)


def typed_shipping() -> Mappings:
    row = ShipmentMethodMapping(title="Standard", charge_type=ChargeType.CHARGE)
    return Mappings(shipment_methods={"standard": row})


def net_prices() -> Mappings:
    return Mappings(templates={("US", None): CustomerTemplate(country_code="US", prices_include_tax=False)})


SOLD = line(1)
NO_TIPS = settings(accounts={"tips": None})
MANDATORY = settings(orders={"location_mandatory": True})

CASES: dict[ProblemCode, Callable[[], Problem]] = {
    ProblemCode.CUSTOMER_MISSING: lambda: of_customer(order(customer=BUYER)),
    ProblemCode.CUSTOMER_AMBIGUOUS: lambda: of_customer(
        order(customer=BUYER), known={"by_email": {"a@example.com": (customer("C1"), customer("C2"))}}
    ),
    ProblemCode.CUSTOMER_NO_ADDRESS: lambda: of_customer(order(customer=store_customer()), **CREATING),
    ProblemCode.COMPANY_MISSING: lambda: of_customer(order(b2b=True, company=Named(shopify_id=sid(6001), name="Mill"))),
    ProblemCode.TEMPLATE_MISSING: lambda: of_customer(order(customer=BUYER), auto_create=True),
    ProblemCode.ITEM_MISSING: of_item,
    ProblemCode.ITEM_AMBIGUOUS: lambda: of_item(ItemCandidate("A"), ItemCandidate("B")),
    ProblemCode.ACCOUNT_MISSING: lambda: of_refusal(
        ProblemCode.ACCOUNT_MISSING, order(line(1, kind=LineKind.TIP)), shop=NO_TIPS
    ),
    ProblemCode.CHARGE_NO_MISSING: lambda: of_refusal(
        ProblemCode.CHARGE_NO_MISSING, order(shipping_lines=(shipping(),)), mappings=typed_shipping()
    ),
    ProblemCode.LOCATION_MISSING: lambda: of_refusal(
        ProblemCode.LOCATION_MISSING,
        order(SOLD, fulfilment_orders=(fulfilment_order((SOLD, 1), location=5009),)),
        shop=MANDATORY,
    ),
    ProblemCode.CURRENCY_MISSING: lambda: of_refusal(ProblemCode.CURRENCY_MISSING, order(currency="NOK")),
    ProblemCode.NUMBER_INVALID: lambda: of_refusal(
        ProblemCode.NUMBER_INVALID, order(name="@1001"), use_shopify_number=True
    ),
    ProblemCode.NUMBER_TAKEN: lambda: number_taken("#1001", holder=DocumentId("doc_01")),
    ProblemCode.TOTAL_DIFFERS: lambda: of_refusal(ProblemCode.TOTAL_DIFFERS, order(line(1), totals=totals("10.01"))),
    ProblemCode.PRICE_TAX_MODE_DIFFERS: lambda: of_refusal(
        ProblemCode.PRICE_TAX_MODE_DIFFERS, order(), mappings=net_prices()
    ),
    ProblemCode.DOCUMENT_REJECTED: lambda: document_taken_back(
        DocumentId("doc_01"), number="SO-000001", order=ORDER_ID, done="rejected by the ERP", reason="Credit limit."
    ),
    ProblemCode.NOTHING_TO_DOCUMENT: of_nothing,
    ProblemCode.REMAINDER_TOO_LARGE: of_refund,
    ProblemCode.REFUND_CHANGED: of_changed_refund,
    ProblemCode.REFUND_FAILED: lambda: refund_failed(RefundId("ref_01"), detail="Making it broke off."),
}

OF_THE_WHOLE_ORDER = frozenset({ProblemCode.NOTHING_TO_DOCUMENT})
"""These point at nothing in particular."""

NOTHING_CAN_APPEAR = frozenset(
    {
        ProblemCode.NUMBER_INVALID,
        ProblemCode.NUMBER_TAKEN,
        ProblemCode.TOTAL_DIFFERS,
        ProblemCode.DOCUMENT_REJECTED,
        ProblemCode.NOTHING_TO_DOCUMENT,
        ProblemCode.REFUND_CHANGED,
        ProblemCode.REFUND_FAILED,
    }
)
"""What these lack no ERP sends: a request, or a change at Shopify, brings the next attempt."""


def test_every_code_has_its_case() -> None:
    assert set(CASES) == set(ProblemCode)


@pytest.mark.parametrize("code", ProblemCode)
def test_a_refusal_says_what_was_found_and_what_to_do(code: ProblemCode) -> None:
    problem = CASES[code]()
    assert problem.code is code
    for text in (problem.detail, problem.remedy):
        assert text[0].isupper(), text
        assert text.endswith("."), text
        assert "None" not in text, text
        assert "  " not in text, text
    assert problem.detail != problem.remedy
    assert problem.pointer.startswith("/") or code in OF_THE_WHOLE_ORDER


@pytest.mark.parametrize("code", ProblemCode)
def test_what_can_appear_is_waited_for(code: ProblemCode) -> None:
    assert bool(CASES[code]().waits_for) is (code not in NOTHING_CAN_APPEAR)


def test_asking_for_a_document_is_the_remedy_only_where_something_is_left() -> None:
    skipping = settings(orders={"cancelled_paid": CancelledPaid.SKIP})
    skipped = built(order(cancelled_at=CREATED), shop=skipping)
    assert isinstance(skipped, NothingToDocument)
    assert "Ask for the document" in nothing(skipped).remedy
    assert "Ask for the document" not in of_nothing().remedy


def test_every_code_has_a_title_of_its_own() -> None:
    assert set(TITLES) == set(ProblemCode)
    assert len(set(TITLES.values())) == len(TITLES)
    for title in TITLES.values():
        assert title[0].isupper(), title
        assert not title.endswith("."), title
        assert len(title) <= 60, title


@pytest.mark.parametrize("code", ProblemCode)
def test_a_problem_bears_the_title_of_its_code(code: ProblemCode) -> None:
    assert CASES[code]().title == TITLES[code]
