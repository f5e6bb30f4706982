"""Returns as an order carries them, and the status that follows from all of them.

Admin API, Return: `returnLineItems` point to what was shipped. Moves neither goods nor money; refunds do that. What
becomes of a return is in `return_life`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.line_money import current_quantity, money_of, shipped_units
from app.store_simulator.orders.money import Amounts, Currencies, JsonObject
from app.store_simulator.orders.nodes import ChildIds, gid, timestamp

RETURN_REASONS: Final = (
    ("size-too-small", "Size was too small"),
    ("size-too-large", "Size was too large"),
    ("defective", "Damaged or defective"),
    ("unwanted", "Customer changed their mind"),
    ("other", "Other"),
)
"""Handle and name of the reasons that every store has."""

_BY_RANK = (("REQUESTED", "RETURN_REQUESTED"), ("OPEN", "IN_PROGRESS"), ("CLOSED", "RETURNED"))


def return_status(returns: Sequence[JsonObject]) -> str:
    """Any requested return wins, then any open, then any closed; declined and cancelled do not count (recorded)."""
    present = {one.get("status") for one in returns}
    return next((shown for status, shown in _BY_RANK if status in present), "NO_RETURN")


def closed_return(order: JsonObject, goods: Sequence[tuple[JsonObject, int]], at: datetime) -> JsonObject:
    """A return of shipped units, `(line, quantity)`, received and paid back."""
    wanted = [{"id": line["id"], "quantity": quantity} for line, quantity in goods]
    back, written = open_return(order, wanted, (), at), timestamp(at)
    nothing_left = dict.fromkeys(("processableQuantity", "unprocessedQuantity", "refundableQuantity"), 0)
    for line in back["returnLineItems"]:
        line.update(nothing_left, processedQuantity=line["quantity"], refundedQuantity=line["quantity"])
    return back | {"status": "CLOSED", "requestApprovedAt": written, "closedAt": written}


def open_return(
    order: JsonObject, wanted: Sequence[Mapping[str, Any]], unverified: Sequence[Mapping[str, Any]], at: datetime
) -> JsonObject:
    """A return that was asked for, of shipped units of lines and of goods of which nobody knows the line."""
    ids = ChildIds.continuing(order)
    back = ids.next("Return")
    lines = [_return_line(ids, order, part, place) for place, part in enumerate(wanted)]
    lines += [_unverified_line(ids, order, part) for part in unverified]
    return {
        "id": back,
        "name": f"{order['name']}-R{len(order['returns']) + 1}",
        "status": "REQUESTED",
        "createdAt": timestamp(at),
        "requestApprovedAt": None,
        "closedAt": None,
        "totalQuantity": sum(line["quantity"] for line in lines),
        "decline": None,
        "returnLineItems": lines,
        "exchangeLineItems": [],
        "returnShippingFees": [],
        "reverseFulfillmentOrders": [],
        "refunds": [],
    }


def _return_line(ids: ChildIds, order: JsonObject, part: Mapping[str, Any], place: int) -> JsonObject:
    field = ["returnInput", "returnLineItems", str(place)]
    line = next((one for one in order["lineItems"] if one["id"] == part["id"]), None)
    shipped = _shipped_part(order, part["id"])
    if line is None or shipped is None:
        message = "Fulfillment Line Item was not found."
        raise ChangeRefused(message, field=[*field, "fulfillmentLineItemId"], code="NOT_FOUND")
    quantity = int(part["quantity"])
    if not 0 < quantity <= returnable_units(order, line):
        raise ChangeRefused("Return line item has an invalid quantity.", field=[*field, "quantity"], code="INVALID")
    currencies = Currencies.of(order)
    money = money_of(line, order, currencies)
    worth = money.net(money.current) - money.net(max(money.current - quantity, 0))
    return {
        "__typename": "ReturnLineItem",
        **_counted(ids, part),
        "restockingFee": _fee(ids, part, worth, currencies),
        "fulfillmentLineItem": shipped,
        "withCodeDiscountedTotalPriceSet": currencies.bag(worth),
    }


def _unverified_line(ids: ChildIds, order: JsonObject, part: Mapping[str, Any]) -> JsonObject:
    price = {"amount": part["unitPrice"], "currencyCode": order["presentmentCurrencyCode"]}
    return {
        "__typename": "UnverifiedReturnLineItem",
        **_counted(ids, part, "UnverifiedReturnLineItem"),
        "unitPrice": price,
    }


def _counted(ids: ChildIds, part: Mapping[str, Any], kind: str = "ReturnLineItem") -> JsonObject:
    quantity = int(part["quantity"])
    return {
        "id": ids.next(kind),
        "quantity": quantity,
        "processableQuantity": quantity,
        "processedQuantity": 0,
        "unprocessedQuantity": quantity,
        "refundableQuantity": quantity,
        "refundedQuantity": 0,
        "returnReasonNote": part.get("reasonNote") or "",
        "returnReasonDefinition": _reason(part.get("reason") or RETURN_REASONS[0][0]),
        "customerNote": part.get("customerNote"),
    }


def _reason(handle: str) -> JsonObject:
    known = {each: (number, name) for number, (each, name) in enumerate(RETURN_REASONS, 1)}
    if handle not in known:
        raise ChangeRefused(f"There is no return reason {handle}; known are {', '.join(known)}.")
    number, name = known[handle]
    return {"id": gid("ReturnReasonDefinition", number), "handle": handle, "name": name, "deleted": False}


def _fee(ids: ChildIds, part: Mapping[str, Any], worth: Amounts, currencies: Currencies) -> JsonObject | None:
    percentage = part.get("restockingFee")
    if not percentage:
        return None
    amount = worth.portion(int(percentage), 100)
    return {"id": ids.next("RestockingFee"), "percentage": percentage, "amountSet": currencies.bag(amount)}


def _shipped_part(order: JsonObject, line_id: str) -> JsonObject | None:
    parts = (part for fulfilment in order["fulfillments"] for part in fulfilment["fulfillmentLineItems"])
    return next((part for part in parts if part["lineItem"]["id"] == line_id), None)


def returnable_units(order: JsonObject, line: JsonObject) -> int:
    """Units of a line that were shipped, are still the buyer's, and that no other return asks for."""
    parts = [
        part
        for back in order["returns"]
        if back["status"] in ("REQUESTED", "OPEN", "CLOSED")
        for part in back["returnLineItems"]
        if (part.get("fulfillmentLineItem") or {}).get("lineItem", {}).get("id") == line["id"]
    ]
    asked: int = sum(part["quantity"] for part in parts)
    waiting: int = sum(part["quantity"] - part["refundedQuantity"] for part in parts)
    return max(min(shipped_units(order)[line["id"]] - asked, current_quantity(line) - waiting), 0)
