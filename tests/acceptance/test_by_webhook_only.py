"""Orders announced by webhooks alone, each twice and in disorder: the same result as by listing, without a schedule."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.acceptance.charges import differences
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import rows, wait_until_quiet
from tests.acceptance.harness import (
    Installation,
    Simulator,
    all_documents,
    installation,
    is_live,
    place_orders,
    prepare_for_orders,
)
from tests.acceptance.processes import until

ORDERS = 240
SEED = 11
SHOP = "hooks"

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]


@dataclass(slots=True, kw_only=True)
class Announced:
    """An API without workers, to which every order was announced twice; then workers beside it."""

    service: Installation
    erp: Erp
    desk: StoreDesk
    inbox_before_work: Counter[str]
    orders_before_work: int
    told: list[Json]


@pytest.fixture(scope="module")
def announced(simulator: Simulator) -> Iterator[Announced]:
    desk = simulator.desk("by-webhook-only.myshopify.com")
    with installation(simulator.url) as service:
        service.start("api")
        erp = service.erp()
        # Only a worker subscribes; it is gone again before the first order.
        service.start("worker")
        prepare_for_orders(erp, desk, SHOP, seed=SEED)
        service.stop("worker")
        desk.set_webhooks(duplicates=1, shuffle=True, seed=5)
        place_orders(desk, ORDERS, seed=SEED, lines=(1, 20), emit=True)
        until(lambda: desk.deliveries()["idle"], what="every webhook is delivered", seconds=60)
        found = Announced(
            service=service,
            erp=erp,
            desk=desk,
            inbox_before_work=_inbox(service),
            orders_before_work=len(list(erp.every("/v1/orders"))),
            told=desk.deliveries()["deliveries"],
        )
        service.start("worker")
        until(lambda: len(list(erp.every("/v1/orders"))) >= ORDERS, what="every order comes in", seconds=90)
        wait_until_quiet(service)
        yield found


def _inbox(service: Installation) -> Counter[str]:
    found = rows(service, "SELECT state, count(*) AS number FROM webhook_inbox GROUP BY 1")
    return Counter({row["state"]: row["number"] for row in found})


def test_a_webhook_is_acknowledged_before_any_work_is_done(announced: Announced) -> None:
    """Without workers nothing is imported, yet every delivery had its 200 and stands in the inbox, once."""
    assert {answer for delivery in announced.told for answer in delivery["answers"]} == {200}
    assert announced.inbox_before_work == Counter({"waiting": len(announced.told)})
    assert announced.orders_before_work == 0


def test_every_webhook_really_came_twice(announced: Announced) -> None:
    assert len(announced.told) >= ORDERS
    assert {delivery["attempts"] for delivery in announced.told} == {2}
    assert len({delivery["webhookId"] for delivery in announced.told}) == len(announced.told)


def test_every_announced_order_is_there_with_one_document_of_the_right_total(announced: Announced) -> None:
    originals = {order["legacyResourceId"]: order for order in announced.desk.state("orders")["orders"]}
    orders = {order["shopify_id"]: order for order in announced.erp.every("/v1/orders", shop=SHOP)}
    assert orders.keys() == originals.keys()
    documents = [document for document in all_documents(announced.erp, SHOP) if is_live(document)]
    per_order = Counter(document["order"]["shopify_id"] for document in documents)
    assert set(per_order.values()) == {1}
    for number in orders.keys() - per_order.keys():
        assert {problem["code"] for problem in orders[number]["problems"]} == {"nothing_to_document"}
    assert differences(documents, originals.values()) == []


def test_an_order_told_of_twice_is_one_event(announced: Announced) -> None:
    told = Counter((event["type"], event["resource"]["id"]) for event in announced.erp.events())
    imported = {key: number for key, number in told.items() if key[0] in ("order.imported", "sales_document.created")}
    assert set(imported.values()) == {1}
    assert len([key for key in imported if key[0] == "order.imported"]) == ORDERS


def test_nothing_was_listed_and_no_run_was_needed(announced: Announced) -> None:
    listed = [call for call in announced.desk.calls() if call["operation"] == "OrderListing"]
    assert listed == []
    assert [run["task"] for run in announced.erp.every("/v1/runs") if run["task"] == "import_orders"] == []


def test_the_same_deliveries_days_later_change_nothing(announced: Announced) -> None:
    """A20."""
    before = len(announced.erp.events())
    announced.desk.redeliver([delivery["webhookId"] for delivery in announced.told])
    until(lambda: announced.desk.deliveries()["idle"], what="the repeats are delivered", seconds=60)
    wait_until_quiet(announced.service)
    assert sum(_inbox(announced.service).values()) == len(announced.told)
    assert len(announced.erp.events()) == before
