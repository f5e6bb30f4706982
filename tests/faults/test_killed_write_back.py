"""A10: a worker killed with -9 after the store took the ERP's number and before we noted it: one effect, no news."""

import os
import signal

import pytest

from app.domain.erp_number import ERP_NUMBER_KEY
from tests.acceptance.database import rows, wait_until_quiet
from tests.acceptance.harness import all_documents, installation, place_orders, prepare_for_orders, simulated_stores
from tests.acceptance.processes import until, workers_of

SHOP = "killed"
LEASE_SECONDS = 75
"""A lease, and the moments until somebody looks."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


def test_a_worker_killed_between_the_effect_and_our_note_costs_a_lease_and_no_second_effect() -> None:
    with simulated_stores() as simulator, installation(simulator.url) as service:
        desk = simulator.desk("killed-write-back.myshopify.com")
        serving = service.start()
        erp = service.erp()
        prepare_for_orders(erp, desk, SHOP, seed=5)
        place_orders(desk, 1, seed=5, lines=(1, 1), emit=True)
        until(lambda: len(all_documents(erp, SHOP)) == 1, what="the order is documented")
        until(lambda: desk.deliveries()["idle"], what="every webhook is delivered")
        wait_until_quiet(service)
        [document] = all_documents(erp, SHOP)
        position = max(event["position"] for event in erp.events())
        desk.forget_calls()

        def number_of_calls(operation: str) -> int:
            return sum(call["operation"] == operation for call in desk.calls())

        # The effect is there, and its answer never comes.
        desk.fault(kind="timeout_after", operation="OrderAttributesUpdate", seconds=25)
        body = {"erp_document_no": "ERP-1", "version": document["version"]}
        erp.post(f"/v1/sales-documents/{document['id']}/acknowledge", body)
        until(lambda: number_of_calls("OrderAttributesUpdate") == 1, what="the number is written")
        workers = workers_of(serving.pid)
        assert workers
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(
            lambda: rows(service, "SELECT count(*) FROM number_write_backs")[0][0] == 0,
            what="another worker has finished the work",
            seconds=LEASE_SECONDS,
        )
        wait_until_quiet(service)

        [order] = desk.state("orders")["orders"]
        numbers = [each["value"] for each in order["customAttributes"] if each["key"] == ERP_NUMBER_KEY]
        assert (numbers, number_of_calls("OrderAttributesUpdate")) == (["ERP-1"], 1)
        assert [event["type"] for event in erp.events(position)] == ["sales_document.acknowledged"]
