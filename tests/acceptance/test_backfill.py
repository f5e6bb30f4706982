"""P16 from outside: the command line asks for a range, one bulk operation reads it, and its end is told by webhook."""

import pytest

from tests.acceptance.clients import Erp
from tests.acceptance.harness import (
    UNLIMITED,
    Installation,
    Simulator,
    all_documents,
    receive_everything,
    send_items,
    wait_for_subscriptions,
)
from tests.acceptance.processes import command

SHOP = "backfill"


@pytest.mark.long
def test_a_range_asked_for_on_the_command_line_comes_in_by_one_operation(
    erp: Erp, simulator: Simulator, running_service: Installation
) -> None:
    desk = simulator.desk("backfill.myshopify.com")
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}, throttle=UNLIMITED)
    receive_everything(erp, desk, SHOP)
    wait_for_subscriptions(desk)
    desk.generate(count=60, preset="typical", start="2025-06-01T08:00:00Z", spacingSeconds=60)
    send_items(erp, desk)
    desk.forget_calls()

    asked = ("--created-from", "2025-06-01T00:00:00Z", "--created-to", "2025-07-01T00:00:00Z", "--bulk", "--wait")
    done = command("import", SHOP, *asked, environment=running_service.environment)

    assert done.returncode == 0, done.stderr
    run_id, said = done.stdout.splitlines()
    assert said == "The run succeeded: 60 listed, 60 imported, 60 documents."
    run = erp.get(f"/v1/runs/{run_id}")
    assert (run["state"], run["progress"]) == ("succeeded", {"done": 60, "total": 60})
    assert len(all_documents(erp, SHOP)) == 60
    operations = [call["operation"] for call in desk.calls()]
    assert operations.count("BulkStart") == 1
    assert not {"OrderListing", "OrdersWhole"} & set(operations)
    told = [each for each in desk.deliveries()["deliveries"] if each["topic"] == "BULK_OPERATIONS_FINISH"]
    assert len(told) == 1
