"""P16, F4: workers killed with -9 all through a backfill; it goes on with the same operation and doubles nothing."""

import os
import random
import signal

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import rows
from tests.acceptance.harness import (
    UNLIMITED,
    Installation,
    all_documents,
    installation,
    receive_everything,
    send_items,
    simulated_stores,
)
from tests.acceptance.processes import until, workers_of

SHOP = "killed"
ORDERS = 600
KILLS = 4
"""Each takes an attempt of the run, which has five."""
RANGE = {"created_from": "2025-06-01T00:00:00Z", "bulk": True}

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


def prepare(erp: Erp, desk: StoreDesk) -> None:
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}, throttle=UNLIMITED)
    receive_everything(erp, desk, SHOP)
    desk.generate(count=ORDERS, preset="typical", start="2025-06-01T08:00:00Z", spacingSeconds=60)
    send_items(erp, desk)
    desk.forget_calls()


def kill_workers(pid: int) -> None:
    found = until(lambda: workers_of(pid), what="a worker runs", seconds=30)
    for each in found:
        os.kill(each, signal.SIGKILL)


def test_a_backfill_killed_again_and_again_needs_one_operation_and_loses_and_doubles_nothing() -> None:
    chance = random.Random(4)
    with simulated_stores() as simulator, installation(simulator.url) as service:
        desk = simulator.desk("killed-backfill.myshopify.com")
        serving = service.start()
        erp = service.erp()
        prepare(erp, desk)
        # The answer to the beginning never comes: the first death is between the effect and our note.
        desk.fault(kind="timeout_after", operation="BulkStart", seconds=5)
        run: Json = erp.post(f"/v1/shops/{SHOP}/tasks/import_orders/runs", {"parameters": RANGE})
        until(lambda: "BulkStart" in [call["operation"] for call in desk.calls()], what="it is begun", seconds=30)
        kill_workers(serving.pid)
        for part in range(1, KILLS):
            wanted = ORDERS * part // (KILLS + 1) + chance.randrange(20)
            until(lambda least=wanted: imported(service) >= least, what=f"{wanted} orders are in", seconds=90)  # type: ignore[misc]
            kill_workers(serving.pid)
        until(lambda: erp.get(f"/v1/runs/{run['id']}")["finished_at"], what="the run ends", seconds=180)

        ended = erp.get(f"/v1/runs/{run['id']}")
        assert ended["state"] == "succeeded", ended
        assert (ended["progress"]["done"], ended["counts"]["listed"]) == (ORDERS, ORDERS)
        assert imported(service) == ORDERS
        assert len(all_documents(erp, SHOP)) == ORDERS
        assert rows(service, "SELECT count(*) FROM orders_to_import")[0][0] == 0
        assert sum(call["operation"] == "BulkStart" for call in desk.calls()) == 1
        imports = [event["resource"]["id"] for event in erp.events() if event["type"] == "order.imported"]
        assert (len(imports), len(set(imports))) == (ORDERS, ORDERS)


def imported(service: Installation) -> int:
    return int(rows(service, "SELECT count(*) FROM orders")[0][0])
