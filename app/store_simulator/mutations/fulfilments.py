"""Mutations of fulfilments: recording one, changing its tracking, taking it back.

Refusals are those recorded from real stores, in the order in which they were seen to come; what is said of another
app's location was reported by developers. The consequences live in app.store_simulator.orders.
"""

from collections.abc import Sequence
from typing import Any

from app.store_simulator import fulfilment_deeds as deeds
from app.store_simulator.answers import invalid_id
from app.store_simulator.context import RequestContext
from app.store_simulator.fulfilment_places import location_number, may_change, may_ship
from app.store_simulator.ids import is_gid, number_of, type_of
from app.store_simulator.mutations.registry import mutation, refused, user_error
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment_orders import refuse_unshippable

Values = dict[str, Any]

MOST_LINES = 512
NOT_OURS = "The api_client does not have access to the fulfillment order."


@mutation("fulfillmentCreate")
def fulfillment_create(arguments: Values, context: RequestContext) -> Values:
    given = arguments["fulfillment"]
    groups: list[Values] = given["lineItemsByFulfillmentOrder"]
    for group in groups:
        _known_kind(group["fulfillmentOrderId"], "FulfillmentOrder")
    try:
        _refuse_quantities(groups)
        nodes = [_fulfilment_order(group["fulfillmentOrderId"], context) for group in groups]
        order = _one_order(nodes, context)
        _one_location(nodes)
        lines = [line for group, node in zip(groups, nodes, strict=True) for line in _lines(group, node, context)]
        noted = {
            "tracking": given.get("trackingInfo"),
            "notifyCustomer": given.get("notifyCustomer"),
            "message": arguments.get("message"),
        }
        [made], events = deeds.ship(context.store, context.loader, order, lines, noted)
    except ChangeRefused as refusal:
        return {"fulfillment": None, "userErrors": [refused(refusal)]}
    context.events.extend(events)
    return {"fulfillment": made, "userErrors": []}


def _known_kind(identifier: str, type_name: str) -> None:
    if not is_gid(identifier) or type_of(identifier) != type_name or number_of(identifier) == "0":
        raise invalid_id()


def _refuse_quantities(groups: Sequence[Values]) -> None:
    for place, group in enumerate(groups):
        lines = group.get("fulfillmentOrderLineItems") or []
        path = ["fulfillment", "lineItemsByFulfillmentOrder", str(place), "fulfillmentOrderLineItems"]
        if len(lines) > MOST_LINES:
            raise ChangeRefused(f"Fulfillment order line items accepts a maximum of {MOST_LINES} items.", field=path)
        for number, line in enumerate(lines):
            if line["quantity"] <= 0:
                raise ChangeRefused("Quantity must be greater than 0", field=[*path, str(number), "quantity"])


def _fulfilment_order(identifier: str, context: RequestContext) -> Values:
    node = context.store.find(identifier)
    if node is None:
        raise ChangeRefused("Fulfillment order does not exist.", field=["fulfillment"])
    return node


def _one_order(nodes: Sequence[Values], context: RequestContext) -> Values:
    owners = [context.store.owner(node["id"], "Order") for node in nodes]
    orders = {owner["id"]: owner for owner in owners if owner is not None}
    if not orders:
        raise ChangeRefused("Fulfillment order does not exist.", field=["fulfillment"])
    if len(orders) > 1:
        named = ", ".join(number_of(identifier) for identifier in orders)
        text = f"All fulfillment orders must belong to the same order. Multiple orders with ids [{named}] were found."
        raise ChangeRefused(text, field=["fulfillment"])
    return next(iter(orders.values()))


def _one_location(nodes: Sequence[Values]) -> None:
    places = list(dict.fromkeys(location_number(node) for node in nodes))
    if len(places) > 1:
        text = "All fulfillment orders must be assigned to a single location. "
        text += f"Multiple locations with ids [{', '.join(places)}] were found."
        raise ChangeRefused(text, field=["fulfillment"])


def _lines(group: Values, node: Values, context: RequestContext) -> list[tuple[str, int]]:
    """The lines of one group; none named means everything that is left."""
    if not may_ship(node, context.store):
        raise ChangeRefused(NOT_OURS, field=["fulfillment"])
    refuse_unshippable(node)
    named = group.get("fulfillmentOrderLineItems")
    if not named:
        return [(line["id"], line["remainingQuantity"]) for line in node["lineItems"] if line["remainingQuantity"]]
    known = {line["id"] for line in node["lineItems"]}
    if any(line["id"] not in known for line in named):
        raise ChangeRefused("Fulfillment order line item does not exist.", field=["fulfillment"])
    return [(line["id"], line["quantity"]) for line in named]


@mutation("fulfillmentTrackingInfoUpdate")
def fulfillment_tracking_info_update(arguments: Values, context: RequestContext) -> Values:
    fulfilment, order = _fulfilment(arguments["fulfillmentId"], context)
    if fulfilment is None or order is None:
        return {"fulfillment": None, "userErrors": [user_error("Fulfillment does not exist.", "fulfillmentId")]}
    tracking = arguments["trackingInfoInput"]
    context.events.extend(deeds.change_tracking(context.store, context.loader, order, fulfilment, tracking))
    return {"fulfillment": fulfilment, "userErrors": []}


@mutation("fulfillmentCancel")
def fulfillment_cancel(arguments: Values, context: RequestContext) -> Values:
    fulfilment, order = _fulfilment(arguments["id"], context)
    if fulfilment is None or order is None:
        return {"fulfillment": None, "userErrors": [user_error("Fulfillment not found.", "id")]}
    context.events.extend(deeds.cancel(context.store, context.loader, order, fulfilment))
    return {"fulfillment": fulfilment, "userErrors": []}


def _fulfilment(identifier: str, context: RequestContext) -> tuple[Values | None, Values | None]:
    _known_kind(identifier, "Fulfillment")
    found = context.store.find(identifier)
    order = context.store.owner(identifier, "Order") if found else None
    named = {one["id"] for one in (found or {}).get("fulfillmentOrders") or []}
    nodes = [node for node in (order or {}).get("fulfillmentOrders") or [] if node["id"] in named]
    hidden = any(not may_change(node, context.store) for node in nodes)
    return (None, None) if hidden else (found, order)
