"""What passes between a merchant and a fulfilment service about a fulfilment order: asking, accepting, declining.

Each function changes one fulfilment order of an order, and answers those that came of it. States and the words of most
refusals follow the recordings; what is not recorded follows the Admin API's page on fulfilment orders. Who may say
what is not decided here.
"""

from collections.abc import Sequence
from datetime import datetime

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment_order_life import carve, chosen
from app.store_simulator.orders.fulfilment_orders import AT_THE_SERVICE, units_left
from app.store_simulator.orders.money import JsonObject
from app.store_simulator.orders.nodes import ChildIds, timestamp


def submit(
    order: JsonObject, node: JsonObject, lines: Sequence[tuple[str, int]] | None, message: str | None, at: datetime
) -> JsonObject | None:
    """Ask the service to ship all of it, or some lines: then what is not asked for stands apart and is answered."""
    if node.get("status") not in ("OPEN", "INCOMPLETE") or node.get("requestStatus") in AT_THE_SERVICE:
        raise _invalid(node)
    ids = ChildIds.continuing(order)
    rest = None
    wanted = chosen(node, lines)
    if sum(quantity for _, quantity in wanted) < units_left(node):
        asked = {line["id"]: quantity for line, quantity in wanted}
        apart = [(line, line["remainingQuantity"] - asked.get(line["id"], 0)) for line in node["lineItems"]]
        rest = carve(order, node, [(line, quantity) for line, quantity in apart if quantity], at, ids)
    node["status"] = "OPEN"
    _note_request(node, "FULFILLMENT_REQUEST", message, at, ids)
    _move_on(node, "SUBMITTED", at)
    return rest


def accept(node: JsonObject, at: datetime) -> None:
    _expect(node, "SUBMITTED")
    node["status"] = "IN_PROGRESS"
    _move_on(node, "ACCEPTED", at)


def reject(node: JsonObject, at: datetime) -> None:
    """The work is the merchant's again."""
    _expect(node, "SUBMITTED")
    _move_on(node, "REJECTED", at)


def ask_to_cancel(order: JsonObject, node: JsonObject, message: str | None, at: datetime) -> None:
    _expect(node, "ACCEPTED", "CANCELLATION_REJECTED")
    _note_request(node, "CANCELLATION_REQUEST", message, at, ChildIds.continuing(order))
    _move_on(node, "CANCELLATION_REQUESTED", at)


def accept_cancellation(order: JsonObject, node: JsonObject, at: datetime) -> JsonObject:
    """It is closed with nothing left in it (recorded), and another one is open for the work."""
    _expect(node, "CANCELLATION_REQUESTED")
    rest = carve(order, node, chosen(node, None), at, ChildIds.continuing(order), keep_lines=True)
    node["status"] = "CLOSED"
    _move_on(node, "CANCELLATION_ACCEPTED", at)
    return rest


def reject_cancellation(node: JsonObject, at: datetime) -> None:
    _expect(node, "CANCELLATION_REQUESTED")
    _move_on(node, "CANCELLATION_REJECTED", at)


def close(node: JsonObject, at: datetime) -> None:
    """The service gives up what it accepted; the merchant decides what becomes of what is left."""
    _expect(node, "ACCEPTED", "CANCELLATION_REJECTED")
    node["status"] = "INCOMPLETE"
    _move_on(node, "CLOSED", at)


def _expect(node: JsonObject, *states: str) -> None:
    if node.get("requestStatus") not in states:
        raise _invalid(node)


def _invalid(node: JsonObject) -> ChangeRefused:
    state = str(node.get("requestStatus") or "UNSUBMITTED").lower()
    return ChangeRefused(f"Expected fulfillment order request status to be valid but it was {state}.")


def _move_on(node: JsonObject, state: str, at: datetime) -> None:
    node["requestStatus"] = state
    node["updatedAt"] = timestamp(at)


def _note_request(node: JsonObject, kind: str, message: str | None, at: datetime, ids: ChildIds) -> None:
    entry: JsonObject = {
        "id": ids.next("FulfillmentOrderMerchantRequest"),
        "kind": kind,
        "message": message,
        "requestOptions": {},
        "responseData": None,
        "sentAt": timestamp(at),
    }
    node.setdefault("merchantRequests", []).append(entry)
