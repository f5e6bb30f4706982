"""Mutations of fulfilment orders: who may do what, and Shopify's payloads. What is done is told by the deeds' table."""

from collections.abc import Mapping
from typing import Any

from app.store_simulator.answers import not_found
from app.store_simulator.context import RequestContext
from app.store_simulator.fulfilment_order_deeds import do
from app.store_simulator.fulfilment_places import may_change, place_of
from app.store_simulator.ids import is_gid, number_of, type_of
from app.store_simulator.mutations.registry import Mutation, mutation, refused, user_error
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment_orders import Place

Values = dict[str, Any]

UNKNOWN = "Fulfillment order does not exist."
UNKNOWN_CODE = "FULFILLMENT_ORDER_NOT_FOUND"
NO_SERVICE = "The fulfillment order's assigned fulfillment service must be of api type"

# Mutation -> deed, and whose fulfilment order it must be: a service answers only for itself, and only one can be asked.
ANYWHERE = frozenset(Place)
OURS = frozenset({Place.OUR_SERVICE})
AT_A_SERVICE = frozenset({Place.OUR_SERVICE, Place.FOREIGN_SERVICE})
DEEDS: Mapping[str, tuple[str, frozenset[Place]]] = {
    "fulfillmentOrderHold": ("hold", ANYWHERE),
    "fulfillmentOrderReleaseHold": ("release-hold", ANYWHERE),
    "fulfillmentOrderMove": ("move", ANYWHERE),
    "fulfillmentOrderCancel": ("cancel", ANYWHERE),
    "fulfillmentOrderOpen": ("open", ANYWHERE),
    "fulfillmentOrderReschedule": ("reschedule", ANYWHERE),
    "fulfillmentOrderReportProgress": ("report-progress", ANYWHERE),
    "fulfillmentOrderSubmitFulfillmentRequest": ("submit-request", AT_A_SERVICE),
    "fulfillmentOrderSubmitCancellationRequest": ("submit-cancellation", AT_A_SERVICE),
    "fulfillmentOrderAcceptFulfillmentRequest": ("accept-request", OURS),
    "fulfillmentOrderRejectFulfillmentRequest": ("reject-request", OURS),
    "fulfillmentOrderAcceptCancellationRequest": ("accept-cancellation", OURS),
    "fulfillmentOrderRejectCancellationRequest": ("reject-cancellation", OURS),
    "fulfillmentOrderClose": ("close", OURS),
}


def _mutation_of(deed: str, places: frozenset[Place]) -> Mutation:
    def carry_out(arguments: Values, context: RequestContext) -> Values:
        node = _visible(arguments["id"], context)
        if node is None:
            return {"userErrors": [user_error(UNKNOWN, "id", code=UNKNOWN_CODE)]}
        if place_of(node, context.store) not in places:
            return {"userErrors": [user_error(NO_SERVICE)]}
        try:
            answer, events = do(deed, context.store, context.loader, node, arguments)
        except ChangeRefused as refusal:
            return {"userErrors": [refused(refusal)]}
        context.events.extend(events)
        return {**answer, "userErrors": []}

    return carry_out


def _visible(identifier: str, context: RequestContext) -> Values | None:
    """The fulfilment order if the app may change it; an id of another kind is no id to Shopify."""
    if not is_gid(identifier) or type_of(identifier) != "FulfillmentOrder" or number_of(identifier) == "0":
        raise not_found(identifier)
    node = context.store.find(identifier)
    return node if node is not None and may_change(node, context.store) else None


for _name, (_deed, _places) in DEEDS.items():
    mutation(_name)(_mutation_of(_deed, _places))


@mutation("fulfillmentOrderSplit")
def fulfillment_order_split(arguments: Values, context: RequestContext) -> Values:
    answers: list[Values] = []
    events: list[tuple[str, Values]] = []
    for given in arguments["fulfillmentOrderSplits"]:
        node = _visible(given["fulfillmentOrderId"], context)
        if node is None:
            return {"userErrors": [user_error(UNKNOWN, code=UNKNOWN_CODE)]}
        try:
            answer, caused = do("split", context.store, context.loader, node, given)
        except ChangeRefused as refusal:
            return {"userErrors": [refused(refusal)]}
        answers.append(answer)
        events.extend(caused)
    context.events.extend(events)
    return {"fulfillmentOrderSplits": answers, "userErrors": []}


@mutation("fulfillmentOrderMerge")
def fulfillment_order_merge(arguments: Values, context: RequestContext) -> Values:
    answers: list[Values] = []
    for given in arguments["fulfillmentOrderMergeInputs"]:
        nodes = [_visible(intent["fulfillmentOrderId"], context) for intent in given["mergeIntents"]]
        known = [node for node in nodes if node is not None]
        if not known or len(known) < len(nodes):
            return {"userErrors": [user_error(UNKNOWN, code=UNKNOWN_CODE)]}
        try:
            wanted = {"with": [node["id"] for node in known[1:]]}
            answer, caused = do("merge", context.store, context.loader, known[0], wanted)
        except ChangeRefused as refusal:
            return {"userErrors": [refused(refusal)]}
        answers.append(answer)
        context.events.extend(caused)
    return {"fulfillmentOrderMerges": answers, "userErrors": []}
