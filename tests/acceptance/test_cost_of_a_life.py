"""What an ordinary order's life costs at the store (F2): created, documented, numbered, shipped by the ERP, closed.
All of it is told by webhook. Calls and points are counted, not timed.
"""

from collections import Counter

import pytest

from tests.acceptance.clients import Erp, Json
from tests.acceptance.database import wait_until_quiet
from tests.acceptance.harness import Installation, Simulator, all_documents, prepare_for_orders
from tests.acceptance.processes import until

SHOP, SEED = "life", 21
MOST_CALLS, MOST_POINTS = 10, 450
OF_THE_STORE = {"GrantedScopes", "ShopDescription", "WebhookList"}
"""Asked when a process first works for a store, or when its subscriptions are due: not for an order."""


@pytest.mark.long
def test_a_whole_life_takes_few_calls_and_points_and_what_we_wrote_is_not_read_again(
    running_service: Installation, erp: Erp, simulator: Simulator
) -> None:
    desk = simulator.desk("life.myshopify.com")
    prepare_for_orders(erp, desk, SHOP, seed=SEED)
    wait_until_quiet(running_service)
    desk.forget_calls()

    desk.generate(seed=SEED, count=1, preset="typical", start="2025-06-01T08:00:00Z", firstNumber=2001, emit=True)
    until(lambda: all_documents(erp, SHOP), what="the order is documented")
    [document] = all_documents(erp, SHOP)
    acknowledge(erp, document)
    until(lambda: Counter(each["operation"] for each in desk.calls())["OrderGlances"] == 2, what="the number is proved")
    ship(erp, document)
    order = document["order"]["id"]
    until(lambda: erp.get(f"/v1/orders/{order}")["closed_at"], what="the finished order is closed", seconds=30)
    until(lambda: desk.deliveries()["idle"], what="every webhook is delivered")
    wait_until_quiet(running_service)

    calls = [each for each in desk.calls() if each["operation"] not in OF_THE_STORE]
    points = sum(each["requestedQueryCost"] for each in calls)
    told = Counter(each["operation"] for each in calls)
    assert len(calls) <= MOST_CALLS, told
    assert points <= MOST_POINTS, told
    # Read when it was created: neither its number, nor its fulfilment, nor its closing is news.
    assert told["OrdersWhole"] == 1


def acknowledge(erp: Erp, document: Json) -> None:
    body = {"erp_document_no": "ERP-LIFE", "version": document["version"]}
    erp.post(f"/v1/sales-documents/{document['id']}/acknowledge", body)


def ship(erp: Erp, document: Json) -> None:
    lines = [
        {"document_line_no": each["line_no"], "quantity": each["quantity"]}
        for each in document["lines"]
        if each["source"]["kind"] == "order_line"
    ]
    body = {"erp_shipment_no": "LIFE-1", "document_id": document["id"], "lines": lines}
    erp.post("/v1/shipments", body | {"tracking": [{"number": "TRK-1"}]})
