"""Fulfilment orders and fulfilments of an order: who ships what from where, and what has left.

Follows the FulfillmentOrder objects of the Admin API and the recorded states: shipping all of one closes it, a part
makes it IN_PROGRESS; a closed one is refused. Knows nothing of money but what a shipped part is worth.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.line_money import is_tip, money_of, refresh_quantities, shipped_units
from app.store_simulator.orders.money import Currencies, JsonObject
from app.store_simulator.orders.nodes import ChildIds, gid, number_of, timestamp

_DONE = frozenset({"CLOSED", "CANCELLED"})


def fulfilment_order(
    ids: ChildIds,
    order: JsonObject,
    units: Sequence[tuple[JsonObject, int]],
    location: JsonObject,
    method: JsonObject,
    at: datetime,
) -> JsonObject:
    """An open fulfilment order for units of lines at a location; the method is `methodType` with its names."""
    written = timestamp(at)
    node: JsonObject = {
        "id": ids.next("FulfillmentOrder"),
        "orderId": order["id"],
        "orderName": order["name"],
        "orderProcessedAt": order["processedAt"],
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "createdAt": written,
        "updatedAt": written,
        "fulfillAt": written,
        "fulfillBy": None,
        "assignedLocation": assigned_location(location),
        "deliveryMethod": {
            "id": ids.next("DeliveryMethod"),
            "presentedName": None,
            "serviceCode": None,
            "minDeliveryDateTime": None,
            "maxDeliveryDateTime": None,
            **method,
        },
        "fulfillmentHolds": [],
        "merchantRequests": [],
        "lineItems": [_fulfilment_order_line(ids, line, quantity) for line, quantity in units],
    }
    refresh_fulfilment_order(node)
    return node


def assigned_location(location: JsonObject) -> JsonObject:
    """Where a fulfilment order is to be shipped from, with the copy of its address that Shopify keeps."""
    address = location.get("address") or {}
    return {
        "name": location["name"],
        "countryCode": address.get("countryCode") or "DE",
        "address1": address.get("address1"),
        "address2": address.get("address2"),
        "city": address.get("city"),
        "province": address.get("province"),
        "zip": address.get("zip"),
        "phone": address.get("phone"),
        "location": location_reference(location),
    }


def location_reference(location: JsonObject) -> JsonObject:
    """A location as other nodes point to it."""
    return {"id": location["id"], "legacyResourceId": location["legacyResourceId"], "name": location["name"]}


def _fulfilment_order_line(ids: ChildIds, line: JsonObject, quantity: int) -> JsonObject:
    return {
        "id": ids.next("FulfillmentOrderLineItem"),
        "sku": line.get("sku"),
        "productTitle": line.get("title"),
        "variantTitle": line.get("variantTitle"),
        "vendor": line.get("vendor"),
        "requiresShipping": bool(line.get("requiresShipping", True)),
        "totalQuantity": quantity,
        "remainingQuantity": quantity,
        "lineItem": {"id": line["id"]},
        "variant": {"id": line["variant"]["id"]} if line.get("variant") else None,
    }


def refresh_fulfilment_order(node: JsonObject) -> None:
    """Write the status and the supported actions that follow from what remains."""
    remaining = sum(line["remainingQuantity"] for line in node["lineItems"])
    asked = sum(line["totalQuantity"] for line in node["lineItems"])
    if remaining == 0:
        node["status"] = "CLOSED"
    elif remaining < asked and node.get("status") in (None, "OPEN", "IN_PROGRESS"):
        node["status"] = "IN_PROGRESS"
    open_actions = ("CREATE_FULFILLMENT", "MOVE", "HOLD", "SPLIT")
    actions = () if node["status"] in _DONE else open_actions
    node["supportedActions"] = [{"action": action, "externalUrl": None} for action in actions]


def is_open(node: JsonObject) -> bool:
    """Whether a fulfilment order still asks for anything; closed ones keep stale quantities (recorded)."""
    return node.get("status", "OPEN") not in _DONE


def ship(
    order: JsonObject,
    lines: Sequence[tuple[str, int]] | None,
    tracking: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
    at: datetime,
) -> list[JsonObject]:
    """Make one fulfilment per location of the wanted fulfilment order lines, or of everything open."""
    wanted = _wanted(order, lines)
    ids, currencies = ChildIds.continuing(order), Currencies.of(order)
    made: list[JsonObject] = []
    for location_id in dict.fromkeys(_location_id(node) for node, _, _ in wanted):
        parts = [part for part in wanted if _location_id(part[0]) == location_id]
        made.append(_fulfilment(ids, currencies, order, parts, tracking, at))
    refresh_shipping(order, currencies)
    return made


def _location_id(node: JsonObject) -> str | None:
    location = (node.get("assignedLocation") or {}).get("location") or {}
    return location.get("id") or location.get("legacyResourceId")


def _wanted(order: JsonObject, lines: Sequence[tuple[str, int]] | None) -> list[tuple[JsonObject, JsonObject, int]]:
    known = {
        line["id"]: (node, line)
        for node in order.get("fulfillmentOrders") or ()
        for line in node.get("lineItems") or ()
    }
    if lines is None:
        found = [(node, line, line["remainingQuantity"]) for node, line in known.values() if is_open(node)]
        found = [part for part in found if part[2] > 0]
        if not found:
            raise ChangeRefused("Fulfillment order does not exist.", field=["fulfillment"])
        return found
    return [_checked(known.get(line_id), quantity) for line_id, quantity in lines]


def _checked(entry: tuple[JsonObject, JsonObject] | None, quantity: int) -> tuple[JsonObject, JsonObject, int]:
    if entry is None:
        raise ChangeRefused("Fulfillment order line item does not exist.", field=["fulfillment"])
    node, line = entry
    if not is_open(node):
        status = str(node["status"]).lower()
        message = f"Fulfillment order {number_of(node)} has an unfulfillable status= {status}."
        raise ChangeRefused(message, field=["fulfillment"])
    if quantity <= 0:
        raise ChangeRefused("Quantity must be greater than 0", field=["fulfillment", "quantity"])
    if quantity > line["remainingQuantity"]:
        raise ChangeRefused("Invalid fulfillment order line item quantity requested.", field=["fulfillment"])
    return node, line, quantity


def _fulfilment(
    ids: ChildIds,
    currencies: Currencies,
    order: JsonObject,
    parts: Sequence[tuple[JsonObject, JsonObject, int]],
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
        "trackingInfo": _tracking(tracking),
        "fulfillmentOrders": [{"id": one} for one in dict.fromkeys(fo["id"] for fo, _, _ in parts)],
        "fulfillmentLineItems": [],
    }
    for parent, line, quantity in parts:
        sold = by_id[line["lineItem"]["id"]]
        node["fulfillmentLineItems"].append(_shipped_line(ids, currencies, order, sold, quantity))
        line["remainingQuantity"] -= quantity
        parent["updatedAt"] = written
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


def _tracking(tracking: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None) -> list[JsonObject]:
    if not tracking:
        return []
    entries = [tracking] if isinstance(tracking, Mapping) else list(tracking)
    return [{"company": e.get("company"), "number": e.get("number"), "url": e.get("url")} for e in entries]


def open_units_by_line(order: JsonObject) -> Counter[str]:
    """Units by line id that open fulfilment orders still ask for."""
    units: Counter[str] = Counter()
    for node in order.get("fulfillmentOrders") or ():
        if is_open(node):
            for line in node["lineItems"]:
                units[line["lineItem"]["id"]] += line["remainingQuantity"]
    return units


def refresh_shipping(order: JsonObject, currencies: Currencies) -> None:
    """Write what follows from fulfilments: quantities of the lines, the order's display status, whether work is left.

    An order that was put into the state without fulfilment orders keeps the status it was put with.
    """
    shipped, wanted = shipped_units(order), open_units_by_line(order)
    known = bool(order.get("fulfillmentOrders"))
    for line in order.get("lineItems") or ():
        money, identifier = money_of(line, order, currencies), line.get("id", "")
        left = 0 if is_tip(line) else max(money.current - shipped[identifier], 0)
        refresh_quantities(line, money, currencies, shipped[identifier], wanted[identifier] if known else left)
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
    previous = order.get("displayFulfillmentStatus")
    return previous if previous in ("ON_HOLD", "SCHEDULED", "FULFILLMENT_NOT_REQUIRED") else "UNFULFILLED"


def reduce_open_units(order: JsonObject, line_id: str, quantity: int, at: datetime) -> None:
    """Take units of a line off the open fulfilment orders, in place (recorded for edits, refunds and cancels)."""
    for node in order.get("fulfillmentOrders") or ():
        if not is_open(node):
            continue
        for line in node["lineItems"]:
            if line["lineItem"]["id"] == line_id and quantity > 0:
                taken = min(quantity, line["remainingQuantity"])
                line["remainingQuantity"] -= taken
                line["totalQuantity"] -= taken
                quantity -= taken
                node["updatedAt"] = timestamp(at)
        refresh_fulfilment_order(node)
