"""One order of ten thousand lines, 300 charges and 500 refunded lines, in processes of its own (F10).

What is measured is the highest memory that a process of the service ever had, which only a fresh process can tell.
"""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import (
    GENEROUS_SETTINGS,
    UNLIMITED,
    Simulator,
    all_documents,
    installation,
    set_up_shop,
)
from tests.acceptance.processes import workers_of

LINES, CHARGES, REMOVED, RETURNED = 10_000, 300, 250, 250
MOST_MEMORY_KB = 300 * 1024
SHOP = "great"

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_a_great_order_is_documented_whole_in_little_memory(simulator: Simulator) -> None:
    """B8."""
    desk = simulator.desk("great-order.myshopify.com")
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Berlin"}, throttle=UNLIMITED)
    desk.put(orders=[_great_order()])
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


def _great_order() -> Json:
    return {
        "legacyResourceId": "1001",
        "name": "#1001",
        "createdAt": "2025-06-01T08:00:00Z",
        "updatedAt": "2025-06-01T08:00:00Z",
        "currencyCode": "EUR",
        "taxesIncluded": True,
        "lineItems": [_line(number) for number in range(1, LINES + 1)],
        "shippingLines": [
            {"id": f"gid://shopify/ShippingLine/{number}", "title": f"Parcel {number}", "originalPriceSet": _euros(1)}
            for number in range(1, CHARGES + 1)
        ],
        "refunds": [
            _refund(1, range(1, REMOVED + 1), "NO_RESTOCK", money_back=0),
            _refund(2, range(REMOVED + 1, REMOVED + RETURNED + 1), "RETURN", money_back=RETURNED * 10),
        ],
        "fulfillmentOrders": [],
    }


def _line(number: int) -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "quantity": 1,
        "sku": "TEAPOT",
        "originalUnitPriceSet": _euros(10),
        "product": {"legacyResourceId": "801"},
        "variant": {"legacyResourceId": "9001"},
    }


def _refund(number: int, lines: range, restock_type: str, *, money_back: int) -> Json:
    """Lines removed without money reduce the document; those that were paid back a credit memo will show."""
    parts = [
        {
            "id": f"gid://shopify/RefundLineItem/{line}",
            "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
            "quantity": 1,
            "restockType": restock_type,
            "subtotalSet": _euros(10),
        }
        for line in lines
    ]
    return {"legacyResourceId": str(number), "refundLineItems": parts, "totalRefundedSet": _euros(money_back)}


def _euros(amount: int) -> Json:
    return {"shopMoney": {"amount": f"{amount}.00", "currencyCode": "EUR"}}


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
