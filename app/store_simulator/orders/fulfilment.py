"""Fulfilments of an order: what has left, with which parcels, and what comes back to be shipped when one is cancelled.

Shipping all of a fulfilment order closes it, a part makes it IN_PROGRESS; a closed one is refused (recorded). Knows
nothing of money but what a shipped part is worth, and nothing of who may ship.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment_orders import (
    fulfilment_order_line,
    is_open,
    is_shippable,
    location_id_of,
    open_units_by_line,
    refresh_fulfilment_order,
    refuse_unshippable,
    units_asked,
    units_left,
)
from app.store_simulator.orders.line_money import is_tip, money_of, refresh_quantities, shipped_units
from app.store_simulator.orders.money import Currencies, JsonObject
from app.store_simulator.orders.nodes import ChildIds, gid, timestamp

Part = tuple[JsonObject, JsonObject, int]
"""Units of a line of a fulfilment order: that order, the line, how many."""


def ship(
    order: JsonObject,
    lines: Sequence[tuple[str, int]] | None,
    tracking: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
    at: datetime,
) -> list[JsonObject]:
    """Make one fulfilment per location of the wanted fulfilment order lines, or of everything that can be shipped."""
    wanted = _wanted(order, lines)
    ids, currencies = ChildIds.continuing(order), Currencies.of(order)
    made: list[JsonObject] = []
    for location_id in dict.fromkeys(location_id_of(node) for node, _, _ in wanted):
        parts = [part for part in wanted if location_id_of(part[0]) == location_id]
        made.append(_fulfilment(ids, currencies, order, parts, tracking, at))
    refresh_shipping(order, currencies)
    return made


def _wanted(order: JsonObject, lines: Sequence[tuple[str, int]] | None) -> list[Part]:
    known = {
        line["id"]: (node, line)
        for node in order.get("fulfillmentOrders") or ()
        for line in node.get("lineItems") or ()
    }
    if lines is None:
        found = [(node, line, line["remainingQuantity"]) for node, line in known.values() if is_shippable(node)]
        found = [part for part in found if part[2] > 0]
        if not found:
            raise ChangeRefused("Fulfillment order does not exist.", field=["fulfillment"])
        return found
    summed: Counter[str] = Counter()
    for line_id, quantity in lines:
        if quantity <= 0:
            raise ChangeRefused("Quantity must be greater than 0", field=["fulfillment", "quantity"])
        summed[line_id] += quantity
    return [_checked(known.get(line_id), quantity) for line_id, quantity in summed.items()]


def _checked(entry: tuple[JsonObject, JsonObject] | None, quantity: int) -> Part:
    if entry is None:
        raise ChangeRefused("Fulfillment order line item does not exist.", field=["fulfillment"])
    node, line = entry
    refuse_unshippable(node)
    if quantity > line["remainingQuantity"]:
        raise ChangeRefused("Invalid fulfillment order line item quantity requested.", field=["fulfillment"])
    return node, line, quantity


def _fulfilment(
    ids: ChildIds,
    currencies: Currencies,
    order: JsonObject,
    parts: Sequence[Part],
    tracking: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
    at: datetime,
) -> JsonObject:
    by_id = {line["id"]: line for line in order["lineItems"]}
    number, written = ids.next_number(), timestamp(at)
    fulfilments = order.setdefault("fulfillments", [])
    first = parts[0][0]
    node: JsonObject = {
        "id": gid("Fulfillment", number),
        "legacyResourceId": str(number),
        "name": f"{order.get('name')}-F{len(fulfilments) + 1}",
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "createdAt": written,
        "updatedAt": written,
        "totalQuantity": sum(quantity for _, _, quantity in parts),
        "requiresShipping": any(line.get("requiresShipping", True) for _, line, _ in parts),
        "location": (first.get("assignedLocation") or {}).get("location"),
        "trackingInfo": tracking_entries(tracking),
        "fulfillmentOrders": [{"id": one} for one in dict.fromkeys(fo["id"] for fo, _, _ in parts)],
        "fulfillmentLineItems": [],
    }
    for parent, line, quantity in parts:
        sold = by_id[line["lineItem"]["id"]]
        node["fulfillmentLineItems"].append(_shipped_line(ids, currencies, order, sold, quantity))
        line["remainingQuantity"] -= quantity
        parent["updatedAt"] = written
    for parent in {part[0]["id"]: part[0] for part in parts}.values():
        refresh_fulfilment_order(parent)
    fulfilments.append(node)
    return node


def _shipped_line(
    ids: ChildIds, currencies: Currencies, order: JsonObject, line: JsonObject, quantity: int
) -> JsonObject:
    worth = money_of(line, order, currencies)
    return {
        "id": ids.next("FulfillmentLineItem"),
        "quantity": quantity,
        "lineItem": {"id": line["id"]},
        "originalTotalSet": currencies.bag(worth.price * quantity),
        "discountedTotalSet": currencies.bag(worth.net(quantity)),
    }


def tracking_entries(tracking: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None) -> list[JsonObject]:
    """The parcels of a fulfilment: from a list of them, or from one company with one or several numbers and URLs."""
    if not tracking:
        return []
    if not isinstance(tracking, Mapping):
        return [{"company": e.get("company"), "number": e.get("number"), "url": e.get("url")} for e in tracking]
    company = tracking.get("company")
    numbers = tracking.get("numbers") or [tracking[name] for name in ("number",) if tracking.get(name)]
    urls = tracking.get("urls") or [tracking[name] for name in ("url",) if tracking.get(name)]
    if company and not numbers and not urls:
        numbers = [None]
    return [{"company": company, "number": number, "url": url} for number, url in zip_longest(numbers, urls)]


def cancel_fulfilment(order: JsonObject, fulfilment: JsonObject, at: datetime) -> None:
    """Take a fulfilment back; a second time changes nothing (recorded).

    A fulfilment order that is still open takes its units back in. One that was closed by it stays closed, counts what
    remains up again, and another one is opened for the units: whoever adds up closed ones counts twice (recorded).
    """
    if fulfilment.get("status") == "CANCELLED":
        return
    fulfilment.update(status="CANCELLED", displayStatus="CANCELED", updatedAt=timestamp(at))
    closed: dict[str, tuple[JsonObject, list[tuple[JsonObject, int]]]] = {}
    for node, line, quantity in _parts_of(order, fulfilment):
        line["remainingQuantity"] += quantity
        node["updatedAt"] = timestamp(at)
        if not is_open(node):
            closed.setdefault(node["id"], (node, []))[1].append((line, quantity))
        elif node.get("requestStatus", "UNSUBMITTED") == "UNSUBMITTED" and units_left(node) == units_asked(node):
            node["status"] = "OPEN"
    ids = ChildIds.continuing(order)
    for node, units in closed.values():
        order["fulfillmentOrders"].append(_reopened(ids, order, node, units, at))
    order["closed"], order["closedAt"] = False, None
    refresh_shipping(order, Currencies.of(order))


def _parts_of(order: JsonObject, fulfilment: JsonObject) -> list[Part]:
    """Where the units of a fulfilment were taken from, as far as its fulfilment orders have room for them."""
    named = {one["id"] for one in fulfilment.get("fulfillmentOrders") or ()}
    nodes = [node for node in order.get("fulfillmentOrders") or () if not named or node["id"] in named]
    parts: list[Part] = []
    taken: Counter[str] = Counter()
    for shipped in fulfilment.get("fulfillmentLineItems") or ():
        left = int(shipped["quantity"])
        for node in nodes:
            for line in node["lineItems"]:
                if line["lineItem"]["id"] == shipped["lineItem"]["id"] and left:
                    back = min(left, line["totalQuantity"] - line["remainingQuantity"] - taken[line["id"]])
                    taken[line["id"]] += back
                    left -= back
                    if back:
                        parts.append((node, line, back))
    return parts


def _reopened(
    ids: ChildIds, order: JsonObject, node: JsonObject, units: Sequence[tuple[JsonObject, int]], at: datetime
) -> JsonObject:
    sold = {line["id"]: line for line in order["lineItems"]}
    written = timestamp(at)
    return {
        **node,
        "id": ids.next("FulfillmentOrder"),
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "createdAt": written,
        "updatedAt": written,
        "fulfillmentHolds": [],
        "merchantRequests": [],
        "lineItems": [fulfilment_order_line(ids, sold[line["lineItem"]["id"]], quantity) for line, quantity in units],
    }


def refresh_shipping(order: JsonObject, currencies: Currencies) -> None:
    """Write what follows from fulfilments: quantities of the lines, the order's display status, whether work is left.

    An order that was put into the state without fulfilment orders keeps the status it was put with.
    """
    shipped, wanted, held = shipped_units(order), open_units_by_line(order), open_units_by_line(order, "ON_HOLD")
    known = bool(order.get("fulfillmentOrders"))
    for line in order.get("lineItems") or ():
        money, identifier = money_of(line, order, currencies), line.get("id", "")
        left = 0 if is_tip(line) else max(money.current - shipped[identifier], 0)
        left = wanted[identifier] if known else left
        refresh_quantities(line, money, currencies, shipped[identifier], left, held[identifier])
    order["fulfillable"] = wanted.total() > 0
    if known or shipped or not order.get("displayFulfillmentStatus"):
        order["displayFulfillmentStatus"] = _display_status(order, wanted.total(), shipped.total())


def _display_status(order: JsonObject, open_units: int, shipped: int) -> str:
    if shipped and not open_units:
        return "FULFILLED"
    if shipped:
        return "PARTIALLY_FULFILLED"
    if all(is_tip(line) for line in order.get("lineItems") or ()):
        return "FULFILLMENT_NOT_REQUIRED"
    working = {_display_of(node) for node in order.get("fulfillmentOrders") or () if is_open(node) and units_left(node)}
    if len(working) == 1:
        return working.pop()
    previous = order.get("displayFulfillmentStatus")
    return previous if previous == "FULFILLMENT_NOT_REQUIRED" else "UNFULFILLED"


def _display_of(node: JsonObject) -> str:
    """What an order looks like whose whole open work is in the state of this fulfilment order."""
    if node.get("status") in ("ON_HOLD", "SCHEDULED", "IN_PROGRESS"):
        return str(node["status"])
    return {"SUBMITTED": "IN_PROGRESS", "REJECTED": "REQUEST_DECLINED"}.get(
        node.get("requestStatus", "UNSUBMITTED"), "UNFULFILLED"
    )
