"""What webhooks about returns say. Some name the order and some only the return, or a part of it, as Shopify's do."""

from collections.abc import Iterator
from typing import Any

from app.store_simulator.ids import number_of
from app.store_simulator.return_actions import CHANGED_PART

Values = dict[str, Any]

_OF_RETURNS = ("RETURNS_", "REVERSE_FULFILLMENT_ORDERS_", "REVERSE_DELIVERIES_")
_SHORT = ("RETURNS_CANCEL", "RETURNS_CLOSE", "RETURNS_REOPEN")


def is_about_a_return(topic: str) -> bool:
    return topic.startswith(_OF_RETURNS)


def return_body(topic: str, order: Values) -> Values:
    """The body about the part of the order's returns that changed last."""
    back, part = next((pair for pair in _parts(order) if pair[1]["id"] == order.get(CHANGED_PART)), (order, order))
    named = {"id": int(number_of(part["id"])), "admin_graphql_api_id": part["id"]}
    if topic == "RETURNS_UPDATE":
        return {"admin_graphql_api_id": part["id"], "return_line_items": {}, "restocking_fees": {}}
    if topic in _SHORT:
        return {**named, "order_id": int(number_of(order["id"])), "status": part["status"].lower()}
    if topic.startswith("RETURNS_"):
        owner = {"id": int(number_of(order["id"])), "admin_graphql_api_id": order["id"]}
        return {**named, "order": owner, "name": None, "status": part["status"].lower()}
    if topic == "REVERSE_DELIVERIES_ATTACH_DELIVERABLE":
        owner = {"id": int(number_of(back["id"])), "admin_graphql_api_id": back["id"]}
        return {**named, "return": owner, "shipping_deliverable": part["deliverable"]["tracking"]}
    made = [each for line in part["lineItems"] for each in line["dispositions"]]
    told = [{"id": int(number_of(each["id"])), "type": each["type"].lower()} for each in made]
    return {**named, "dispositions": told, "total_dispositions": len(made)}


def _parts(order: Values) -> Iterator[tuple[Values, Values]]:
    """Each return with each of its parts that a webhook can be about, itself among them."""
    for back in order["returns"]:
        yield back, back
        for reverse in back["reverseFulfillmentOrders"]:
            yield back, reverse
            yield from ((back, parcel) for parcel in reverse["reverseDeliveries"])
