"""Returns as an order carries them: the one a generated refund belongs to, and the status that follows from all.

Admin API, Return: `returnLineItems` point to what was shipped. Moves neither goods nor money; refunds do that.
"""

from collections.abc import Sequence
from datetime import datetime

from app.store_simulator.orders.line_money import money_of
from app.store_simulator.orders.money import Currencies, JsonObject
from app.store_simulator.orders.nodes import ChildIds, gid, timestamp

_BY_RANK = (("REQUESTED", "RETURN_REQUESTED"), ("OPEN", "IN_PROGRESS"), ("CLOSED", "RETURNED"))


def return_status(returns: Sequence[JsonObject]) -> str:
    """Any requested return wins, then any open, then any closed; declined and cancelled do not count (recorded)."""
    present = {one.get("status") for one in returns}
    return next((shown for status, shown in _BY_RANK if status in present), "NO_RETURN")


def closed_return(order: JsonObject, goods: Sequence[tuple[JsonObject, int]], at: datetime) -> JsonObject:
    """A return of shipped units, `(line, quantity)`, received and paid back."""
    ids, written = ChildIds.continuing(order), timestamp(at)
    return {
        "id": ids.next("Return"),
        "name": f"{order['name']}-R{len(order['returns']) + 1}",
        "status": "CLOSED",
        "createdAt": written,
        "requestApprovedAt": written,
        "closedAt": written,
        "totalQuantity": sum(quantity for _, quantity in goods),
        "decline": None,
        "returnLineItems": [_return_line(ids, order, line, quantity) for line, quantity in goods],
        "exchangeLineItems": [],
        "returnShippingFees": [],
        "reverseFulfillmentOrders": [],
        "refunds": [],
    }


def _return_line(ids: ChildIds, order: JsonObject, line: JsonObject, quantity: int) -> JsonObject:
    currencies = Currencies.of(order)
    money = money_of(line, order, currencies)
    reason = {"id": gid("ReturnReasonDefinition", 1), "handle": "size-too-small", "name": "Size was too small"}
    return {
        "__typename": "ReturnLineItem",
        "id": ids.next("ReturnLineItem"),
        "quantity": quantity,
        "processableQuantity": 0,
        "processedQuantity": quantity,
        "unprocessedQuantity": 0,
        "refundableQuantity": 0,
        "refundedQuantity": quantity,
        "returnReasonNote": "",
        "returnReasonDefinition": {**reason, "deleted": False},
        "customerNote": None,
        "restockingFee": None,
        "fulfillmentLineItem": _shipped_part(order, line["id"]),
        "withCodeDiscountedTotalPriceSet": currencies.bag(
            money.net(money.current) - money.net(money.current - quantity)
        ),
    }


def _shipped_part(order: JsonObject, line_id: str) -> JsonObject:
    parts = (part for fulfilment in order["fulfillments"] for part in fulfilment["fulfillmentLineItems"])
    found: JsonObject = next(part for part in parts if part["lineItem"]["id"] == line_id)
    return found
