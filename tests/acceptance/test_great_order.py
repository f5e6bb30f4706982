"""One order of ten thousand lines, 300 charges and 500 refunded lines, in processes of its own (F10).

What is measured is the highest memory that a process of the service ever had, which only a fresh process can tell.
"""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.clients import Erp, StoreDesk
from tests.acceptance.great_order import CHARGES, IN_EUROS, LINES, REMOVED, great_order
from tests.acceptance.harness import (
    GENEROUS_SETTINGS,
    UNLIMITED,
    Simulator,
    all_documents,
    installation,
    set_up_shop,
)
from tests.acceptance.processes import workers_of

MOST_MEMORY_KB = 300 * 1024
SHOP = "great"

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_a_great_order_is_documented_whole_in_little_memory(simulator: Simulator) -> None:
    """B8."""
    desk = simulator.desk("great-order.myshopify.com")
    desk.put(shop=IN_EUROS, throttle=UNLIMITED)
    desk.put(orders=[great_order()])
    with installation(simulator.url) as service:
        pid = service.start().pid
        erp = service.erp()
        _prepare(erp, desk)

        run = erp.finished_run(SHOP, "import_orders", {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True})

        assert (run["state"], run["counts"]["documents"]) == ("succeeded", 1), run
        [document] = all_documents(erp, SHOP)
        peaks = {process: _peak_kb(process) for process in (pid, *workers_of(pid))}
    lines = document["lines"]
    sold = [line for line in lines if line["source"]["kind"] == "order_line"]
    assert sum(int(Decimal(line["quantity"])) for line in sold) == len(sold) == LINES - REMOVED
    assert len(lines) - len(sold) == CHARGES
    assert sum(Decimal(line["amount"]) for line in lines) == Decimal(document["totals"]["amount"])
    assert Decimal(document["totals"]["amount"]) == (LINES - REMOVED) * 10 + CHARGES
    assert max(peaks.values()) < MOST_MEMORY_KB, peaks


def _prepare(erp: Erp, desk: StoreDesk) -> None:
    erp.put("/v1/customers/WEBSALES", {"name": "Web sales"})
    erp.put("/v1/currency-mappings/EUR", {"currency_code": "EUR"})
    erp.put("/v1/items/TEAPOT", {"description": "Teapot", "base_unit": "PCS"})
    set_up_shop(erp, desk, SHOP, settings=GENEROUS_SETTINGS)


def _peak_kb(pid: int) -> int:
    """The most memory that a process has had resident."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found.group(1))
