"""F10: one order of ten thousand lines, imported and documented by a fresh service: the time and memory it takes."""

import time

from bench.figures import Figure
from bench.stage import CONTROL, SHOP, Stage, import_everything, peak_of, serving, set_up_shop
from tests.acceptance.great_order import CHARGES, IN_EUROS, LINES, great_order


def measured(stage: Stage) -> list[Figure]:
    """Seconds from asking for the run to its end, and the most that any of the service's processes had resident."""
    with serving(stage, "great") as service:
        set_up_shop(service)
        service.store.send("PUT", f"{CONTROL}/state", {"shop": IN_EUROS, "orders": [great_order()]})
        service.api.send("PUT", "/v1/currency-mappings/EUR", {"currency_code": "EUR"})
        service.api.send("PUT", "/v1/items/TEAPOT", {"description": "Teapot", "base_unit": "PCS"})
        began = time.monotonic()
        run = import_everything(service)
        seconds = time.monotonic() - began
        [document] = service.api.send("GET", "/v1/sales-documents", shop=SHOP, include="lines")["data"]
        worker, door = max(map(peak_of, service.workers())), peak_of(service.process.pid)
    if run["counts"]["documents"] != 1 or not document["lines"]:
        raise RuntimeError(f"The order was not documented: {run}")
    what = f"an order of {LINES} lines and {CHARGES} charges"
    return [
        Figure(name="F10", what=f"from asking for {what} to its document", value=seconds, unit="s", bar=30, goal=30),
        Figure(
            name="F10",
            what=f"the most memory of any process, with {what}",
            value=max(worker, door) / 1024,
            unit="MiB",
            bar=300,
            goal=200,
            notes=[f"{worker / 1024:.0f} MiB in the worker, {door / 1024:.0f} in the process that serves HTTP"],
        ),
    ]
