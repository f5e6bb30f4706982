"""Fulfilment orders of an order: how they come to be, what state they are in, and what may be done with one just now.

Follows the FulfillmentOrder object of the Admin API and the states recorded from real stores. Knows neither what was
shipped (`fulfilment`) nor how one becomes several (`fulfilment_order_life`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.nodes import ChildIds, number_of, timestamp

_DONE: Final = frozenset({"CLOSED", "CANCELLED"})
_SHIPPABLE: Final = frozenset({"OPEN", "IN_PROGRESS"})
AT_THE_SERVICE: Final = frozenset({"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED"})
"""Request states in which the work is a fulfilment service's, and nobody else may change it."""


class Place(StrEnum):
    """Who ships from a location, as the app sees it."""

    MERCHANT = "merchant"
    OUR_SERVICE = "our_service"
    FOREIGN_SERVICE = "foreign_service"


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
        "lineItems": [fulfilment_order_line(ids, line, quantity) for line, quantity in units],
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
    return {"id": location["id"], "legacyResourceId": location.get("legacyResourceId"), "name": location["name"]}


def fulfilment_order_line(ids: ChildIds, line: JsonObject, quantity: int) -> JsonObject:
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
    """Write the status that follows from what remains."""
    remaining = units_left(node)
    if remaining == 0:
        node["status"] = "CLOSED"
        node["fulfillmentHolds"] = []
    elif remaining < units_asked(node) and node.get("status") in (None, "OPEN"):
        node["status"] = "IN_PROGRESS"


def units_left(node: JsonObject) -> int:
    return sum(int(line["remainingQuantity"]) for line in node.get("lineItems") or ())


def units_asked(node: JsonObject) -> int:
    return sum(int(line["totalQuantity"]) for line in node.get("lineItems") or ())


def is_open(node: JsonObject) -> bool:
    """Whether a fulfilment order still asks for anything; closed ones keep stale quantities (recorded)."""
    return node.get("status", "OPEN") not in _DONE


def is_shippable(node: JsonObject) -> bool:
    """Whether it takes a fulfilment: it is neither held nor scheduled, and no service has yet to answer."""
    return node.get("status", "OPEN") in _SHIPPABLE and node.get("requestStatus") != "SUBMITTED"


def refuse_unshippable(node: JsonObject) -> None:
    """What Shopify says of one that takes no fulfilment; recorded for closed ones."""
    if is_shippable(node):
        return
    status = str(node["status"] if node["status"] not in _SHIPPABLE else node["requestStatus"]).lower()
    kind = "status" if node["status"] not in _SHIPPABLE else "request status"
    message = f"Fulfillment order {number_of(node)} has an unfulfillable {kind}= {status}."
    raise ChangeRefused(message, field=["fulfillment"])


def is_partly_shipped(node: JsonObject) -> bool:
    return 0 < units_left(node) < units_asked(node)


def has_reported_progress(node: JsonObject) -> bool:
    """In progress because the merchant said so, not because a part has left or a service works on it."""
    return (
        node.get("status") == "IN_PROGRESS"
        and node.get("requestStatus") not in AT_THE_SERVICE
        and not is_partly_shipped(node)
    )


def location_id_of(node: JsonObject) -> str | None:
    location = (node.get("assignedLocation") or {}).get("location") or {}
    return location.get("id") or location.get("legacyResourceId")


def mergeable_with(node: JsonObject, siblings: Iterable[JsonObject]) -> list[JsonObject]:
    """The other fulfilment orders of the order that the same place could ship in one."""
    if not _is_untouched(node):
        return []
    place = location_id_of(node)
    return [one for one in siblings if one is not node and _is_untouched(one) and location_id_of(one) == place]


def _is_untouched(node: JsonObject) -> bool:
    return node.get("status") == "OPEN" and node.get("requestStatus", "UNSUBMITTED") not in AT_THE_SERVICE


def supported_actions(node: JsonObject, siblings: Iterable[JsonObject], place: Place) -> list[str]:
    """What may be done with a fulfilment order at this moment, in the order Shopify was recorded to tell it."""
    if not is_open(node):
        return []
    request = node.get("requestStatus", "UNSUBMITTED")
    if place is not Place.MERCHANT and request in AT_THE_SERVICE:
        return _actions_at_the_service(node, request, place)
    asking = [] if place is Place.MERCHANT else ["REQUEST_FULFILLMENT"]
    match node.get("status", "OPEN"):
        case "ON_HOLD":
            return ["RELEASE_HOLD", "HOLD", "MOVE"]
        case "SCHEDULED":
            return ["MARK_AS_OPEN", "MOVE"]
        case "INCOMPLETE":
            return [*asking, "MOVE"]
    shipping = [] if place is Place.FOREIGN_SERVICE else ["CREATE_FULFILLMENT"]
    if place is Place.MERCHANT:
        shipping.append("REPORT_PROGRESS")
    if has_reported_progress(node):
        return [*shipping, "HOLD", "MARK_AS_OPEN"]
    splitting = ["SPLIT"] if units_left(node) > 1 else []
    merging = ["MERGE"] if mergeable_with(node, siblings) else []
    return [*asking, *shipping, "MOVE", "HOLD", *splitting, *merging]


def _actions_at_the_service(node: JsonObject, request: str, place: Place) -> list[str]:
    shipping = ["CREATE_FULFILLMENT"] if place is Place.OUR_SERVICE and is_shippable(node) else []
    match request:
        case "SUBMITTED":
            return ["CANCEL_FULFILLMENT_ORDER"]
        case "CANCELLATION_REQUESTED":
            return [*shipping, "CANCEL_FULFILLMENT_ORDER"]
        case _:
            return [*shipping, "REQUEST_CANCELLATION"]


def open_units_by_line(order: JsonObject, status: str | None = None) -> Counter[str]:
    """Units by line id that open fulfilment orders still ask for, or those in one state."""
    units: Counter[str] = Counter()
    for node in order.get("fulfillmentOrders") or ():
        if is_open(node) and status in (None, node.get("status")):
            for line in node["lineItems"]:
                units[line["lineItem"]["id"]] += line["remainingQuantity"]
    return units


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
