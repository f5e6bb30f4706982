"""How fulfilment orders become others: split, merged, moved, held and released, put off, opened, given up.

Each function changes one order, touches nothing when it refuses, and answers the fulfilment orders that came of it.
Who keeps its id, who is closed, and the words of most refusals were recorded from real stores; whole moves and moves to
where another one already is follow the Admin API's page on `fulfillmentOrderMove`. Ids must not be kept by anybody.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment_orders import (
    AT_THE_SERVICE,
    assigned_location,
    fulfilment_order_line,
    has_reported_progress,
    is_open,
    is_partly_shipped,
    mergeable_with,
    refresh_fulfilment_order,
    units_left,
)
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.nodes import ChildIds, id_of, timestamp

Units = Sequence[tuple[JsonObject, int]]
"""Lines of a fulfilment order, and how many units of each."""

MOST_HOLDS: Final = 10


def chosen(node: JsonObject, lines: Sequence[tuple[str, int]] | None) -> Units:
    """The wanted units of a fulfilment order's lines, or all that is left of it."""
    if lines is None:
        return [(line, line["remainingQuantity"]) for line in node["lineItems"] if line["remainingQuantity"]]
    known = {line["id"]: line for line in node["lineItems"]}
    found: list[tuple[JsonObject, int]] = []
    for line_id, quantity in lines:
        line = known.get(line_id)
        if line is None or not 0 < quantity <= line["remainingQuantity"]:
            raise ChangeRefused("Invalid fulfillment order line item quantity requested.")
        found.append((line, quantity))
    return found


def carve(
    order: JsonObject, node: JsonObject, units: Units, at: datetime, ids: ChildIds, *, keep_lines: bool = False
) -> JsonObject:
    """Move units of a fulfilment order into a new open one at the same place; lines left without units are gone."""
    written = timestamp(at)
    sold = {line["id"]: line for line in order["lineItems"]}
    made: JsonObject = {
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
    for line, quantity in units:
        line["totalQuantity"] -= quantity
        line["remainingQuantity"] -= quantity
    node["lineItems"] = [line for line in node["lineItems"] if line["totalQuantity"] or keep_lines]
    node["updatedAt"] = written
    order["fulfillmentOrders"].append(made)
    return made


def split(order: JsonObject, node: JsonObject, lines: Sequence[tuple[str, int]], at: datetime) -> JsonObject:
    """Put units into a fulfilment order of their own, which is answered; the first one keeps its id."""
    if not lines:
        text = "There must be at least one item selected in this fulfillment to split it."
        path = ["fulfillmentOrderSplits", "0", "fulfillmentOrderLineItems"]
        raise ChangeRefused(text, field=path, code="NO_LINE_ITEMS_PROVIDED_TO_SPLIT")
    if any(quantity <= 0 for _, quantity in lines):
        text = "You must select at least one item to split into a new fulfillment order."
        path = ["fulfillmentOrderSplits", "0", "fulfillmentOrderLineItems", "0", "quantity"]
        raise ChangeRefused(text, field=path, code="GREATER_THAN")
    units = chosen(node, lines)
    if not is_open(node) or sum(quantity for _, quantity in units) >= units_left(node):
        raise ChangeRefused("Invalid fulfillment order line item quantity requested.")
    return carve(order, node, units, at, ChildIds.continuing(order))


def merge(order: JsonObject, nodes: Sequence[JsonObject], at: datetime) -> JsonObject:
    """Put fulfilment orders of one place together: the first one gets everything, the others are closed empty."""
    first, others = nodes[0], nodes[1:]
    able = [one["id"] for one in mergeable_with(first, order["fulfillmentOrders"])]
    if not others or any(one["id"] not in able for one in others):
        raise ChangeRefused("Fulfillment orders are not in a mergeable state.")
    for other in others:
        _take_in(first, other, ChildIds.continuing(order), order)
        other["updatedAt"] = timestamp(at)
        refresh_fulfilment_order(other)
    first["updatedAt"] = timestamp(at)
    return first


def _take_in(node: JsonObject, other: JsonObject, ids: ChildIds, order: JsonObject) -> None:
    """Everything left of the other: its lines stay in it with quantities 0 (recorded)."""
    sold = {line["id"]: line for line in order["lineItems"]}
    for given in other["lineItems"]:
        units, item = given["remainingQuantity"], given["lineItem"]["id"]
        line = next((one for one in node["lineItems"] if one["lineItem"]["id"] == item), None)
        if line is None and units:
            node["lineItems"].append(fulfilment_order_line(ids, sold[item], units))
        elif line is not None:
            line["totalQuantity"] += units
            line["remainingQuantity"] += units
        given["totalQuantity"] -= units
        given["remainingQuantity"] = 0


def move(
    order: JsonObject, node: JsonObject, lines: Sequence[tuple[str, int]] | None, location: JsonObject, at: datetime
) -> JsonObject:
    """Let another location ship what is left, or some of it; answers the fulfilment order that is now there.

    A whole and untouched one goes itself. Otherwise what goes becomes a new one; where the location already has an open
    one, that is closed too and its lines are in the new one as well.
    """
    _refuse_move(node)
    units = chosen(node, lines)
    ids, goal = ChildIds.continuing(order), assigned_location({**location, "id": id_of("Location", location)})
    is_whole = sum(quantity for _, quantity in units) == units_left(node)
    if is_whole and not is_partly_shipped(node):
        node["assignedLocation"] = goal
        node["updatedAt"] = timestamp(at)
        return node
    made = carve(order, node, units, at, ids)
    made["assignedLocation"] = goal
    refresh_fulfilment_order(node)
    for other in mergeable_with(made, order["fulfillmentOrders"]):
        _take_in(made, other, ids, order)
        other["updatedAt"] = timestamp(at)
        refresh_fulfilment_order(other)
    return made


def _refuse_move(node: JsonObject) -> None:
    if not is_open(node):
        raise ChangeRefused("Cannot change location.")
    if node.get("requestStatus") in AT_THE_SERVICE:
        raise ChangeRefused("Cannot move submitted fulfillment order that is at a 3PL fulfillment service.")
    if has_reported_progress(node):
        text = "Cannot move a fulfillment order that has had progress reported. To move a fulfillment order that has "
        text += "had progress reported, the fulfillment order must first be marked as open resolving the ongoing "
        text += "progress state."
        raise ChangeRefused(text, field=["id"], code="CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS")


def hold(
    order: JsonObject, node: JsonObject, given: JsonObject, at: datetime, number: int
) -> tuple[JsonObject, JsonObject | None]:
    """Hold a fulfilment order, or some of it: that keeps the id, and the rest, which is answered, stands apart."""
    lines = given.get("fulfillmentOrderLineItems")
    _refuse_hold(node, given, lines)
    rest = None
    if lines:
        kept = {
            line["id"]: quantity for line, quantity in chosen(node, [(one["id"], one["quantity"]) for one in lines])
        }
        apart = [(line, line["remainingQuantity"] - kept.get(line["id"], 0)) for line in node["lineItems"]]
        units = [(line, quantity) for line, quantity in apart if quantity]
        rest = carve(order, node, units, at, ChildIds.continuing(order)) if units else None
    made = {
        "id": f"gid://shopify/FulfillmentHold/{number}",
        "handle": given.get("handle"),
        "reason": given["reason"],
        "reasonNotes": given.get("reasonNotes"),
        "displayReason": str(given["reason"]).replace("_", " ").capitalize(),
        "heldByRequestingApp": given.get("heldByRequestingApp", True),
        # What was set apart goes back when the hold is released (recorded); no field of Shopify's tells of it.
        "setApart": rest["id"] if rest else None,
    }
    node.setdefault("fulfillmentHolds", []).append(made)
    node["status"] = "ON_HOLD"
    node["updatedAt"] = timestamp(at)
    return made, rest


def _refuse_hold(node: JsonObject, given: JsonObject, lines: Sequence[JsonObject] | None) -> None:
    path = ["fulfillmentHold", "fulfillmentOrderLineItems"]
    if not is_open(node) or node.get("requestStatus") in AT_THE_SERVICE:
        raise ChangeRefused("The fulfillment order is not in a holdable state.", field=["id"], code="TAKEN")
    if lines and node.get("status") == "ON_HOLD":
        text = "The fulfillment order is not in a splittable state."
        raise ChangeRefused(text, field=path, code="FULFILLMENT_ORDER_NOT_SPLITTABLE")
    for place, line in enumerate(lines or ()):
        if line["quantity"] <= 0:
            text = "You must select at least one item to place on partial hold."
            raise ChangeRefused(text, field=[*path, str(place), "quantity"], code="GREATER_THAN_ZERO")
    if any(count > 1 for count in Counter(line["id"] for line in lines or ()).values()):
        text = "must contain unique line item ids"
        raise ChangeRefused(text, field=path, code="DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS")
    holds = node.get("fulfillmentHolds") or []
    if any(one.get("handle") == given.get("handle") for one in holds):
        text = "The handle provided for the fulfillment hold is already in use by this app for another hold on this "
        text += "fulfillment order."
        raise ChangeRefused(text, field=["fulfillmentHold", "handle"], code="DUPLICATE_FULFILLMENT_HOLD_HANDLE")
    if len(holds) >= MOST_HOLDS:
        text = (
            "The maximum number of fulfillment holds for this fulfillment order has been reached for this app. An app "
        )
        text += f"can only have up to {MOST_HOLDS} holds on a single fulfillment order at any one time."
        raise ChangeRefused(text, field=["id"], code="FULFILLMENT_ORDER_HOLD_LIMIT_REACHED")


def release(order: JsonObject, node: JsonObject, hold_ids: Iterable[str] | None, at: datetime) -> list[JsonObject]:
    """Take holds off, all or those named. After the last one the work goes on, and what a hold had set apart and
    nobody touched since is in it again.
    """
    wanted = set(hold_ids) if hold_ids else None
    holds = node.get("fulfillmentHolds") or []
    gone = [one for one in holds if wanted is None or one["id"] in wanted]
    node["fulfillmentHolds"] = [one for one in holds if one not in gone]
    node["updatedAt"] = timestamp(at)
    if node["fulfillmentHolds"] or node.get("status") != "ON_HOLD":
        return gone
    node["status"] = "IN_PROGRESS" if is_partly_shipped(node) else "OPEN"
    apart = {one.get("setApart") for one in gone}
    for other in mergeable_with(node, order["fulfillmentOrders"]):
        if other["id"] in apart:
            _take_in(node, other, ChildIds.continuing(order), order)
            other["updatedAt"] = timestamp(at)
            refresh_fulfilment_order(other)
    return gone


def report_progress(node: JsonObject, at: datetime) -> None:
    if node.get("status") not in ("OPEN", "IN_PROGRESS"):
        text = "The fulfillment order status is invalid."
        raise ChangeRefused(text, field=["id"], code="FULFILLMENT_ORDER_STATUS_INVALID")
    node["status"] = "IN_PROGRESS"
    node["updatedAt"] = timestamp(at)


def reopen(node: JsonObject, at: datetime) -> None:
    """Scheduled work is ready, or reported progress is taken back."""
    if node.get("status") != "SCHEDULED" and not has_reported_progress(node):
        text = f"Expected fulfillment order status to be valid but it was {str(node['status']).lower()}."
        raise ChangeRefused(text)
    node["status"] = "OPEN"
    node["updatedAt"] = timestamp(at)


def reschedule(node: JsonObject, fulfil_at: str, at: datetime) -> None:
    if node.get("status") != "SCHEDULED":
        raise ChangeRefused("Fulfillment order must be scheduled.")
    node["fulfillAt"] = fulfil_at
    node["updatedAt"] = timestamp(at)


def schedule(node: JsonObject, fulfil_at: str, at: datetime) -> None:
    """As an order of goods to come begins; no mutation of Shopify's does it."""
    node["status"] = "SCHEDULED"
    node["fulfillAt"] = fulfil_at
    node["updatedAt"] = timestamp(at)


def cancel(order: JsonObject, node: JsonObject, at: datetime) -> JsonObject:
    """Give up a fulfilment order: it is closed without lines, and one that replaces it has them, with their ids."""
    if has_reported_progress(node):
        text = "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first."
        raise ChangeRefused(text, field=["id"], code="FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS")
    if not is_open(node) or node.get("requestStatus") in ("ACCEPTED", "CANCELLATION_REJECTED"):
        raise ChangeRefused("Fulfillment order is not in cancelable request state and can't be canceled.")
    lines = [line["id"] for line in node["lineItems"]]
    made = carve(order, node, chosen(node, None), at, ChildIds.continuing(order))
    if not node["lineItems"]:
        for line, old in zip(made["lineItems"], lines, strict=True):
            line["id"] = old
    node["status"] = "CLOSED"
    return made
