"""What was done to fulfilment orders of real stores is done to ours, and after each step both look the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.simulator.client import ShopClient, Values

RECORDING = (
    "data/shopify/recorded/harry-test-heelo.myshopify.com/2026-04/shipping-fulfillments/"
    "fulfillment-order-lifecycle.json"
)
READ = """query R($id: ID!) { order(id: $id) { displayFulfillmentStatus
  fulfillmentOrders(first: 20) { nodes { id status requestStatus supportedActions { action }
    assignedLocation { name location { id } } fulfillmentHolds { id handle reason reasonNotes displayReason }
    lineItems(first: 20) { nodes { id totalQuantity remainingQuantity lineItem { id fulfillableQuantity } } } } } } }"""
NOT_HERE = ("fulfillmentOrdersReroute", "fulfillmentOrdersSetFulfillmentDeadline", "PreparedForPickup")


def payload_of(step: Values) -> Values:
    answer: Values = step["response"].get("payload") or step["response"]
    return answer


def steps_of(workflow: Values) -> Iterator[tuple[Values, Values | None]]:
    """Each call that changed something, and the order as it was read after it, if it was."""
    calls = [(name, step) for name, step in workflow.items() if name != "create" and isinstance(step, dict)]
    for place, (_, step) in enumerate(calls):
        if "query" not in step or "variables" not in step:
            continue
        after = calls[place + 1][1].get("orderRead") if place + 1 < len(calls) else None
        yield step, payload_of(after)["data"]["order"] if after else None


def visible(order: Values) -> Values:
    """What a step is to leave behind, without the ids that it gave."""
    nodes = order["fulfillmentOrders"]["nodes"]
    return {
        "status": order["displayFulfillmentStatus"],
        "nodes": [
            {
                "status": (node["status"], node["requestStatus"]),
                "actions": [each["action"] for each in node["supportedActions"]],
                "place": node["assignedLocation"]["name"],
                "holds": [(hold["handle"], hold["reason"], hold["displayReason"]) for hold in node["fulfillmentHolds"]],
                "lines": [
                    (line["totalQuantity"], line["remainingQuantity"], line["lineItem"]["fulfillableQuantity"])
                    for line in node["lineItems"]["nodes"]
                ],
            }
            for node in nodes
        ],
    }


def ids_of(order: Values) -> Iterator[str]:
    for node in order["fulfillmentOrders"]["nodes"]:
        yield node["id"]
        yield from (hold["id"] for hold in node["fulfillmentHolds"])
        yield from (line["id"] for line in node["lineItems"]["nodes"])


def translated(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: translated(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [translated(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("holdRelease", 2),
        ("move", 1),
        ("scheduleProgressOpenClose", 5),
        ("reroute", 1),
        ("residualSplitDeadlineMerge", 2),
    ],
)
async def test_a_recorded_life_of_fulfilment_orders_is_lived_alike(
    shop: ShopClient, shared_folder: Path, name: str, compared: int
) -> None:
    recording = json.loads((shared_folder / RECORDING).read_text(encoding="utf-8"))
    workflow = recording["workflows"][name]
    created = payload_of(workflow["create"])["data"]["orderCreate"]["order"]
    await shop.put(locations=payload_of(recording["locations"])["data"]["locations"]["nodes"])
    await shop.put(orders=[{**created, "lineItems": sold_lines(created)}])
    names: dict[str, str] = {}
    checked = 0
    for step, after in steps_of(workflow):
        if any(root in step["query"] for root in NOT_HERE):
            continue
        body = await shop.ask(step["query"], translated(step["variables"], names))
        assert refusals(body) == refusals(payload_of(step))
        ours = (await shop.data(READ, {"id": created["id"]}))["order"]
        if after is not None:
            assert visible(ours) == visible(after)
            names.update(zip(ids_of(after), ids_of(ours), strict=True))
            checked += 1
    assert checked == compared


def sold_lines(order: Values) -> list[Values]:
    parts = [line for node in order["fulfillmentOrders"]["nodes"] for line in node["lineItems"]["nodes"]]
    return [{"id": part["lineItem"]["id"], "quantity": part["lineItem"]["quantity"]} for part in parts]


def refusals(body: Values) -> list[Values]:
    return [error for payload in (body["data"] or {}).values() for error in (payload or {}).get("userErrors") or []]
