"""Two thousand varied orders through the running service: to the minor unit, cheaply, and not a second time."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from tests.acceptance.charges import charges_of, differences
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import fingerprints, wait_until_quiet
from tests.acceptance.harness import (
    Installation,
    Simulator,
    all_documents,
    is_live,
    place_orders,
    prepare_for_orders,
)

ORDERS_BY_MODE = {"shop": 1400, "presentment": 600}
SIDES = {"shop": "shopMoney", "presentment": "presentmentMoney"}
EVERYTHING = {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True}
POINTS_AN_ORDER = 20

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@dataclass(slots=True)
class Imported:
    """One store with all its orders, and what became of them here."""

    mode: str
    desk: StoreDesk
    run: Json
    orders: dict[str, Json]
    documents: list[Json]
    spent: Json
    originals: dict[str, Json] = field(default_factory=dict)


@pytest.fixture(scope="module")
def stores(simulator: Simulator, erp: Erp) -> dict[str, Imported]:
    """Both currency modes, each as one run of one shop."""
    desks = {mode: simulator.desk(f"two-thousand-{mode}.myshopify.com") for mode in ORDERS_BY_MODE}
    return {mode: _import(erp, desk, mode) for mode, desk in desks.items()}


def _import(erp: Erp, desk: StoreDesk, mode: str) -> Imported:
    count = ORDERS_BY_MODE[mode]
    prepare_for_orders(erp, desk, mode, seed=count)
    place_orders(desk, count, seed=count, lines=(1, 80))
    erp.patch(f"/v1/shops/{mode}", {"settings": {"orders": {"currency_handling": mode}}})
    desk.forget_calls()
    run = erp.finished_run(mode, "import_orders", EVERYTHING)
    return Imported(
        mode=mode,
        desk=desk,
        run=run,
        orders={order["shopify_id"]: order for order in erp.every("/v1/orders", shop=mode)},
        documents=all_documents(erp, mode),
        spent=desk.spent(),
        originals={order["legacyResourceId"]: order for order in desk.state("orders")["orders"]},
    )


def test_every_order_comes_in_and_becomes_one_document_unless_nothing_is_left_of_it(
    stores: dict[str, Imported],
) -> None:
    for store in stores.values():
        assert (store.run["state"], store.run["problem"]) == ("succeeded", None)
        assert store.run["errors"] == []
        assert store.orders.keys() == store.originals.keys()
        documented = [document["order"]["shopify_id"] for document in store.documents if is_live(document)]
        assert len(documented) == len(set(documented))
        undocumented = [order for number, order in store.orders.items() if number not in set(documented)]
        assert {problem["code"] for order in undocumented for problem in order["problems"]} <= {"nothing_to_document"}
        assert all(order["cancelled_at"] for order in undocumented)
        assert store.run["counts"]["imported"] == ORDERS_BY_MODE[store.mode]
        assert store.run["counts"]["documents"] == len(documented)


def test_every_total_and_header_tax_is_what_the_store_charged(stores: dict[str, Imported]) -> None:
    for store in stores.values():
        assert differences(store.documents, store.originals.values(), side=SIDES[store.mode]) == []


def test_the_parts_of_every_document_add_up(stores: dict[str, Imported]) -> None:
    for store in stores.values():
        for document in store.documents:
            lines, totals = document["lines"], document["totals"]
            amount = sum((Decimal(line["amount"]) for line in lines), start=Decimal(0))
            tax = sum((Decimal(line["tax_amount"]) for line in lines), start=Decimal(0))
            assert amount == Decimal(totals["amount"]), document["number"]
            assert tax == Decimal(totals["tax"]), document["number"]
            on_top = Decimal(0) if document["prices_include_tax"] else tax
            assert amount + on_top == Decimal(totals["amount_including_tax"]), document["number"]
            assert totals["amount_including_tax"] == totals["charged_by_shopify"], document["number"]
            for line in lines:
                taxes = sum((Decimal(each["amount"]) for each in line["taxes"]), start=Decimal(0))
                assert taxes == Decimal(line["tax_amount"]), (document["number"], line["line_no"])


def test_the_orders_are_varied_enough_to_mean_something(stores: dict[str, Imported]) -> None:
    orders = [order for store in stores.values() for order in store.originals.values()]
    assert {order["presentmentCurrencyCode"] for order in orders} >= {"EUR", "USD", "GBP", "CHF", "JPY", "KWD"}
    assert {order["taxesIncluded"] for order in orders} == {True, False}
    telling = {
        "a refund": [order for order in orders if order["refunds"]],
        "an edit": [order for order in orders if order["edited"]],
        "a cancellation": [order for order in orders if order["cancelledAt"]],
        "a discount": [order for order in orders if order["discountApplications"]],
        "cash rounding": [order for order in orders if _rounded(order)],
        "no customer": [order for order in orders if order["customer"] is None],
        "more than fifty lines": [order for order in orders if len(order["lineItems"]) > 50],
        "several charges": [order for order in orders if len(order["shippingLines"]) > 1],
        "two readings of the charge": [order for order in orders if len(charges_of(order, side="shopMoney")) > 1],
    }
    assert {name for name, found in telling.items() if not found} == set()
    documents = [document for store in stores.values() for document in store.documents]
    assert {document["kind"] for document in documents} >= {"sales_order", "sales_invoice"}
    assert {document["currency"] for document in documents} >= {"EUR", "USD", "GBP", "CHF", "JPY", "KWD"}


def test_an_order_costs_no_more_than_twenty_points(stores: dict[str, Imported]) -> None:
    for store in stores.values():
        assert store.spent["requestedQueryCost"] <= POINTS_AN_ORDER * len(store.orders)


def test_a_second_import_writes_nothing_and_tells_nobody(
    stores: dict[str, Imported], erp: Erp, running_service: Installation
) -> None:
    wait_until_quiet(running_service)
    before, events = written(running_service), len(erp.events())
    for store in stores.values():
        store.desk.forget_calls()
        run = erp.finished_run(store.mode, "import_orders", EVERYTHING)
        count = len(store.orders)
        assert (run["state"], run["problem"]) == ("succeeded", None)
        assert {name: number for name, number in run["counts"].items() if number} == {
            "listed": count,
            "unchanged": count,
        }
        # The store's plan and whole pages of the listing, and nothing else: no order is read again.
        assert {call["operation"] for call in store.desk.calls()} == {"ShopDescription", "OrderListing"}
    assert written(running_service) == before
    assert len(erp.events()) == events


def _rounded(order: Json) -> bool:
    rounding = (order["totalCashRoundingAdjustment"] or {}).get("paymentSet")
    return rounding is not None and Decimal(rounding["shopMoney"]["amount"]) != 0


def written(installation: Installation) -> dict[str, str]:
    """Everything but the audit, which tells who asked for a run."""
    return {table: content for table, content in fingerprints(installation).items() if table != "audit_entries"}
