"""The life of a return: asked for, approved or declined, sent back, disposed of, processed, closed, opened again.

Follows the Return and ReverseFulfillmentOrder objects of the Admin API and the recorded states: approving makes a
reverse fulfilment order, processing counts pieces and leaves the return open, cancelling closes what was expected.
Moves no money; a refund may name the return.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.nodes import ChildIds, timestamp, touch
from app.store_simulator.orders.returns import open_return, return_status

_UPDATED: Final = "ORDERS_UPDATED"
_DISPOSITIONS: Final = frozenset({"RESTOCKED", "NOT_RESTOCKED", "PROCESSING_REQUIRED", "MISSING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The webhook topics that a step caused, and the id of the part of the returns that they are about."""

    topics: list[str]
    about: str


def request(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """A buyer asks to send pieces back: `lines` of `{"id" (order line), "quantity", "reason"?, "reasonNote"?,
    "customerNote"?, "restockingFee"?}`, or `unverified` ones with a `unitPrice`.
    """
    back = open_return(order, given.get("lines") or (), given.get("unverified") or (), at)
    order["returns"] = [*order["returns"], back]
    return _told(order, back, at, "RETURNS_REQUEST")


def approve(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """The merchant agrees; a reverse fulfilment order then expects the pieces."""
    back = _in_state(
        order, given, ("REQUESTED",), "is not approvable. Only returns with status REQUESTED can be approved."
    )
    ids = ChildIds.continuing(order)
    back["status"], back["requestApprovedAt"] = "OPEN", timestamp(at)
    lines = [line for line in back["returnLineItems"] if line.get("fulfillmentLineItem")]
    back["reverseFulfillmentOrders"] = [_reverse_order(ids, lines)] if lines else []
    return _told(order, back, at, "RETURNS_APPROVE")


def decline(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """The merchant refuses, with a `reason` and perhaps a `note`."""
    back = _in_state(
        order, given, ("REQUESTED",), "is not declinable. Only returns with status REQUESTED can be declined."
    )
    back["status"] = "DECLINED"
    back["decline"] = {"reason": given.get("reason", "OTHER"), "note": given.get("note")}
    return _told(order, back, at, "RETURNS_DECLINE")


def amend(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """The merchant notes something about a `line` (by id, else the first)."""
    back = _in_state(order, given, ("REQUESTED", "OPEN"), "status is invalid.")
    line = next(one for one in back["returnLineItems"] if given.get("line") in (None, one["id"]))
    line["returnReasonNote"] = given["reasonNote"]
    return _told(order, back, at, "RETURNS_UPDATE")


def cancel(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """Nothing comes back after all; refused once anything was processed or refunded."""
    back = _in_state(order, given, ("REQUESTED", "OPEN"), "is not cancelable.")
    if any(line["processedQuantity"] or line["refundedQuantity"] for line in back["returnLineItems"]):
        raise ChangeRefused("Return is not cancelable.", field=["id"], code="INVALID_STATE")
    back["status"] = "CANCELED"
    for each in back["reverseFulfillmentOrders"]:
        each["status"] = "CANCELED"
    return _told(order, back, at, "RETURNS_CANCEL")


def close(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """The merchant is done with it."""
    back = _in_state(order, given, ("OPEN",), "status is invalid.")
    back["status"], back["closedAt"] = "CLOSED", timestamp(at)
    return _told(order, back, at, "RETURNS_CLOSE")


def reopen(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """A closed one is worked on again."""
    back = _in_state(order, given, ("CLOSED",), "status is invalid.")
    back["status"], back["closedAt"] = "OPEN", None
    return _told(order, back, at, "RETURNS_REOPEN")


def process(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """Pieces are settled: `lines` of `{"id" (return line), "quantity"}`, or everything that is left."""
    back = _in_state(order, given, ("OPEN",), "status is invalid.")
    known = {line["id"]: line for line in back["returnLineItems"]}
    wanted = given.get("lines")
    if wanted is None:
        wanted = [{"id": line["id"], "quantity": line["unprocessedQuantity"]} for line in known.values()]
    for place, part in enumerate(wanted):
        line = known.get(part["id"])
        if line is None or not 0 <= part["quantity"] <= line["unprocessedQuantity"]:
            field = ["input", "returnLineItems", str(place), "quantity"]
            raise ChangeRefused("Return line item has an invalid quantity.", field=field, code="INVALID")
        _settle(line, part["quantity"])
    return _told(order, back, at, "RETURNS_PROCESS")


def dispose(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """Pieces arrived: `dispositions` of `{"line" (reverse line; the first that expects any), "type", "quantity",
    "location"?}`. The reverse fulfilment order closes once all are disposed of.
    """
    back = _in_state(order, given, ("OPEN", "CLOSED"), "status is invalid.")
    ids = ChildIds.continuing(order)
    told: JsonObject | None = None
    for part in given["dispositions"]:
        told, line = _expecting(back, part)
        line["dispositions"].append(
            {
                "id": ids.next("ReverseFulfillmentOrderDisposition"),
                "type": part["type"],
                "quantity": part["quantity"],
                "createdAt": timestamp(at),
                "location": {"id": part["location"]} if part.get("location") else None,
            }
        )
        if not any(_open_pieces(each) for each in told["lineItems"]):
            told["status"] = "CLOSED"
    return _told(order, told or back, at, "REVERSE_FULFILLMENT_ORDERS_DISPOSE")


def ship_back(order: JsonObject, given: Mapping[str, Any], at: datetime) -> Step:
    """The buyer sends a parcel, with its `tracking`."""
    back = _in_state(order, given, ("OPEN",), "status is invalid.")
    tracking = given.get("tracking") or {}
    parcel = {
        "id": ChildIds.continuing(order).next("ReverseDelivery"),
        "deliverable": {
            "__typename": "ReverseDeliveryShippingDeliverable",
            "tracking": {name: tracking.get(name) for name in ("carrierName", "number", "url")},
            "label": None,
        },
        "reverseDeliveryLineItems": [],
    }
    back["reverseFulfillmentOrders"][0]["reverseDeliveries"].append(parcel)
    return _told(order, parcel, at, "REVERSE_DELIVERIES_ATTACH_DELIVERABLE")


def _in_state(order: JsonObject, given: Mapping[str, Any], states: Sequence[str], otherwise: str) -> JsonObject:
    """The return that is named by `return`, or the latest one."""
    known = order["returns"]
    wanted = given.get("return") or (known[-1]["id"] if known else None)
    found: JsonObject | None = next((one for one in known if wanted in (one["id"], one.get("name"))), None)
    if found is None:
        raise ChangeRefused("Return not found.", field=["id"], code="NOT_FOUND")
    if found["status"] not in states:
        raise ChangeRefused(f"Return {otherwise}", field=["id"], code="INVALID_STATE")
    return found


def _reverse_order(ids: ChildIds, lines: Sequence[JsonObject]) -> JsonObject:
    return {
        "id": ids.next("ReverseFulfillmentOrder"),
        "status": "OPEN",
        "thirdPartyConfirmation": None,
        "reverseDeliveries": [],
        "lineItems": [
            {
                "id": ids.next("ReverseFulfillmentOrderLineItem"),
                "totalQuantity": line["quantity"],
                "fulfillmentLineItem": line["fulfillmentLineItem"],
                "dispositions": [],
            }
            for line in lines
        ],
    }


def _settle(line: JsonObject, quantity: int) -> None:
    line["processedQuantity"] += quantity
    line["unprocessedQuantity"] -= quantity
    line["processableQuantity"] = line["unprocessedQuantity"]


def _open_pieces(line: JsonObject) -> int:
    return int(line["totalQuantity"]) - sum(int(each["quantity"]) for each in line["dispositions"])


def _expecting(back: JsonObject, part: Mapping[str, Any]) -> tuple[JsonObject, JsonObject]:
    if part["type"] not in _DISPOSITIONS:
        field = ["dispositionInputs", "0", "dispositionType"]
        raise ChangeRefused(f"{part['type']} is not a disposition type.", field=field, code="INVALID")
    for node in back["reverseFulfillmentOrders"]:
        for line in node["lineItems"]:
            if part.get("line") in (None, line["id"]) and 0 < part["quantity"] <= _open_pieces(line):
                return node, line
    raise ChangeRefused("Disposition quantity is invalid.", field=["dispositionInputs"], code="INVALID")


def _told(order: JsonObject, subject: JsonObject, at: datetime, topic: str) -> Step:
    """Status and change time of the order follow."""
    order["returnStatus"] = return_status(order["returns"])
    touch(order, at)
    return Step(topics=[topic, _UPDATED], about=subject["id"])
