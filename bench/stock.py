"""F14: 50,000 stock levels told to a store that has others: points, calls and seconds, and what changes cost."""

import time
from collections import Counter
from collections.abc import Sequence

from app.demo.processes import DemoError
from bench.figures import Figure
from bench.stage import CONTROL, SHOP, Json, Service, Stage, serving, set_up_shop

PLACES = 10
BATCH = 250
PATIENCE_SECONDS = 600


def measured(stage: Stage, *, levels: int) -> Figure:
    """A run over all levels, a second one over what is in line by then, and changes of the ERP told soon after."""
    items = levels // PLACES
    with serving(stage, "stock") as service:
        set_up_shop(service)
        _stock(service, items)
        first, seconds = _told(service)
        again, _ = _told(service)
        service.store.send("DELETE", f"{CONTROL}/calls")
        _tell(service, range(items // 2), places=1, quantity=8)
        few = _until_set(service, items // 2)
    points = sum(int(each["requestedQueryCost"]) for each in first)
    return Figure(
        name="F14",
        what=f"points per stock level, {levels:,} levels of which all differ",
        value=round(points / levels, 3),
        unit="points",
        bar=1,
        goal=0.2,
        notes=[
            f"{len(first)} calls, {points} points, {seconds:.0f} s: {_by_operation(first)}",
            f"again, all in line: {len(again)} calls, {sum(int(each['requestedQueryCost']) for each in again)} points",
            f"{items // 2:,} changed levels told by the ERP: {len(few)} calls: {_by_operation(few)}",
        ],
    )


def _by_operation(calls: Sequence[Json]) -> str:
    return ", ".join(f"{number} {name}" for name, number in Counter(each["operation"] for each in calls).items())


def _stock(service: Service, items: int) -> None:
    """Things in the store at every place, the ERP's items and levels, and last the mappings by which they are told."""
    locations = [{"legacyResourceId": str(61 + place), "name": f"Place {place}"} for place in range(PLACES)]
    service.store.send("PUT", f"{CONTROL}/state", {"locations": locations})
    for start in range(0, items, BATCH):
        numbers = range(start, min(start + BATCH, items))
        service.store.send("PUT", f"{CONTROL}/state", {"products": [_product(number) for number in numbers]})
        service.api.send("POST", "/v1/items/batch", {"items": [{"no": _no(number)} for number in numbers]})
    for place in range(PLACES):
        _tell(service, range(items), places=1, quantity=7, first=place)
    for place in range(PLACES):
        mapping = {"location_code": f"L{place}", "stock_calculation": "available"}
        service.api.send("PUT", f"/v1/shops/{SHOP}/location-mappings/{61 + place}", mapping)


def _no(number: int) -> str:
    return f"STK-{number:06}"


def _product(number: int) -> Json:
    number += 700_000
    levels = [
        {
            "id": f"gid://shopify/InventoryLevel/{number}{place}?inventory_item_id={number}",
            "isActive": True,
            "location": {"id": f"gid://shopify/Location/{61 + place}"},
            "quantities": [{"name": name, "quantity": 3} for name in ("available", "on_hand")],
        }
        for place in range(PLACES)
    ]
    thing = {"id": f"gid://shopify/InventoryItem/{number}", "inventoryLevels": levels}
    variant = {
        "id": f"gid://shopify/ProductVariant/{number}",
        "sku": _no(number - 700_000),
        "inventoryItem": thing,
    }
    return {"id": f"gid://shopify/Product/{number}", "variants": [variant]}


def _tell(service: Service, numbers: range, *, places: int, quantity: int, first: int = 0) -> None:
    told = [
        {"item_no": _no(number), "location_code": f"L{place}", "quantity": str(quantity)}
        for number in numbers
        for place in range(first, first + places)
    ]
    for start in range(0, len(told), BATCH):
        service.api.send("POST", "/v1/inventory-levels/batch", {"items": told[start : start + BATCH]})


def _told(service: Service) -> tuple[list[Json], float]:
    """The calls of a run of the task, and how long it took."""
    service.store.send("DELETE", f"{CONTROL}/calls")
    began = time.monotonic()
    run = service.api.send("POST", f"/v1/shops/{SHOP}/tasks/sync_inventory/runs", {})
    while run["state"] not in ("succeeded", "failed", "cancelled"):
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise DemoError(f"The run did not end: {run}")
        run = service.api.send("GET", f"/v1/runs/{run['id']}", wait=20)
    if run["state"] != "succeeded" or run["errors"]:
        raise DemoError(f"The run failed: {run}")
    return _calls(service), time.monotonic() - began


def _until_set(service: Service, levels: int) -> list[Json]:
    """The calls until so many levels were set."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        calls = _calls(service)
        done = sum(
            len(each["variables"]["input"]["quantities"]) for each in calls if each["operation"] == "InventorySet"
        )
        if done >= levels:
            return calls
        time.sleep(0.2)
    raise DemoError("The store was not told in time.")


def _calls(service: Service) -> list[Json]:
    found: list[Json] = service.store.send("GET", f"{CONTROL}/calls")["calls"]
    return found
