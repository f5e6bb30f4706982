"""What can be done with a fulfilment order of a store, by name, with everything it causes: the order, and the post.

What the mutations and the control doors share. The consequences for fulfilment orders are decided in
app.store_simulator.orders; who may do what is the mutations' matter.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.store_simulator.loading import Loader
from app.store_simulator.orders import fulfilment_order_life as life
from app.store_simulator.orders import fulfilment_requests as requests
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.fulfilment import refresh_shipping
from app.store_simulator.orders.fulfilment_orders import location_id_of
from app.store_simulator.orders.money import Currencies
from app.store_simulator.orders.nodes import touch
from app.store_simulator.orders.undo import all_or_nothing
from app.store_simulator.state import Store

Values = dict[str, Any]
Event = tuple[str, Values]


@dataclass(slots=True, kw_only=True)
class Doing:
    """One fulfilment order, and what is asked of it in the words of the mutation's arguments."""

    store: Store
    order: Values
    node: Values
    given: Values
    at: datetime
    # Topics, with the body each is told with.
    told: list[tuple[str, Values]] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[str, int]] | None:
        named = self.given.get("fulfillmentOrderLineItems")
        return [(line["id"], line["quantity"]) for line in named] if named else None

    def tell(self, topic: str, **body: Any) -> None:
        self.told.append((f"FULFILLMENT_ORDERS_{topic}", body or {"fulfillment_order": reference(self.node)}))

    def tell_of_holds(self, change: str, holds: list[Values]) -> None:
        named = [{"id": one["id"]} for one in holds]
        self.told.append(
            (f"FULFILLMENT_HOLDS_{change}", {"fulfillment_order": {"id": self.node["id"]}, "holds": named})
        )


def reference(node: Values | None) -> Values | None:
    return {"id": node["id"], "status": str(node["status"]).lower()} if node else None


def _hold(doing: Doing) -> Values:
    made, rest = life.hold(doing.order, doing.node, doing.given["fulfillmentHold"], doing.at, doing.store.new_number())
    doing.tell(
        "PLACED_ON_HOLD",
        fulfillment_order={**(reference(doing.node) or {}), "fulfillment_holds": [{"id": made["id"]}]},
        remaining_fulfillment_order=reference(rest),
        created_fulfillment_hold={"id": made["id"]},
    )
    doing.tell_of_holds("ADDED", [made])
    return {"fulfillmentHold": made, "fulfillmentOrder": doing.node, "remainingFulfillmentOrder": rest}


def _release(doing: Doing) -> Values:
    gone = life.release(doing.order, doing.node, doing.given.get("holdIds"), doing.at)
    if gone:
        doing.tell("HOLD_RELEASED")
        doing.tell_of_holds("RELEASED", gone)
    return {"fulfillmentOrder": doing.node}


def _move(doing: Doing) -> Values:
    location = doing.store.find(doing.given["newLocationId"])
    if location is None or not location.get("isActive", True):
        raise ChangeRefused("Location not found.", field=["id"])
    source = location_id_of(doing.node)
    moved = life.move(doing.order, doing.node, doing.lines, location, doing.at)
    rest = doing.node if moved is not doing.node else None
    doing.tell(
        "MOVED",
        original_fulfillment_order=reference(doing.node),
        moved_fulfillment_order=reference(moved),
        destination_location_id=location["id"],
        source_location={"id": source},
    )
    return {
        "movedFulfillmentOrder": moved,
        "originalFulfillmentOrder": doing.node,
        "remainingFulfillmentOrder": rest,
    }


def _split(doing: Doing) -> Values:
    made = life.split(doing.order, doing.node, doing.lines or [], doing.at)
    doing.tell(
        "SPLIT",
        fulfillment_order=reference(doing.node),
        remaining_fulfillment_order=reference(made),
        replacement_fulfillment_order=None,
        split_line_items=[{"id": line["id"], "quantity": line["totalQuantity"]} for line in made["lineItems"]],
    )
    return {
        "fulfillmentOrder": doing.node,
        "remainingFulfillmentOrder": made,
        "replacementFulfillmentOrder": None,
    }


def _merge(doing: Doing) -> Values:
    others = [doing.store.find(identifier) for identifier in doing.given["with"]]
    known = [one for one in others if one is not None and one in doing.order["fulfillmentOrders"]]
    if len(known) < len(others):
        raise ChangeRefused("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND")
    life.merge(doing.order, [doing.node, *known], doing.at)
    intents = [{"fulfillment_order_id": one["id"]} for one in (doing.node, *known)]
    doing.tell("MERGED", fulfillment_order_merges=[{"merge_intents": intents, "result": reference(doing.node)}])
    return {"fulfillmentOrder": doing.node}


def _cancel(doing: Doing) -> Values:
    made = life.cancel(doing.order, doing.node, doing.at)
    doing.tell("CANCELLED", fulfillment_order=reference(doing.node), replacement_fulfillment_order=reference(made))
    return {"fulfillmentOrder": doing.node, "replacementFulfillmentOrder": made}


def _open(doing: Doing) -> Values:
    scheduled = doing.node["status"] == "SCHEDULED"
    life.reopen(doing.node, doing.at)
    doing.tell("SCHEDULED_FULFILLMENT_ORDER_READY" if scheduled else "MANUALLY_REPORTED_PROGRESS_STOPPED")
    return {"fulfillmentOrder": doing.node}


def _submit(doing: Doing) -> Values:
    rest = requests.submit(doing.order, doing.node, doing.lines, doing.given.get("message"), doing.at)
    doing.tell(
        "FULFILLMENT_REQUEST_SUBMITTED",
        original_fulfillment_order=reference(doing.node),
        submitted_fulfillment_order=reference(doing.node),
    )
    return {
        "originalFulfillmentOrder": doing.node,
        "submittedFulfillmentOrder": doing.node,
        "unsubmittedFulfillmentOrder": rest,
    }


def _accept_cancellation(doing: Doing) -> Values:
    requests.accept_cancellation(doing.order, doing.node, doing.at)
    doing.tell("CANCELLATION_REQUEST_ACCEPTED")
    return {"fulfillmentOrder": doing.node}


def _plain(change: Callable[[Doing], object], topic: str | None) -> Callable[[Doing], Values]:
    """A deed that changes the one fulfilment order and answers it."""

    def do(doing: Doing) -> Values:
        change(doing)
        if topic:
            doing.tell(topic)
        return {"fulfillmentOrder": doing.node}

    return do


DEEDS: dict[str, Callable[[Doing], Values]] = {
    "hold": _hold,
    "release-hold": _release,
    "move": _move,
    "split": _split,
    "merge": _merge,
    "cancel": _cancel,
    "open": _open,
    "report-progress": _plain(lambda one: life.report_progress(one.node, one.at), "PROGRESS_REPORTED"),
    "reschedule": _plain(lambda one: life.reschedule(one.node, one.given["fulfillAt"], one.at), "RESCHEDULED"),
    "schedule": _plain(lambda one: life.schedule(one.node, one.given["fulfillAt"], one.at), None),
    "submit-request": _submit,
    "accept-request": _plain(lambda one: requests.accept(one.node, one.at), "FULFILLMENT_REQUEST_ACCEPTED"),
    "reject-request": _plain(lambda one: requests.reject(one.node, one.at), "FULFILLMENT_REQUEST_REJECTED"),
    "submit-cancellation": _plain(
        lambda one: requests.ask_to_cancel(one.order, one.node, one.given.get("message"), one.at),
        "CANCELLATION_REQUEST_SUBMITTED",
    ),
    "accept-cancellation": _accept_cancellation,
    "reject-cancellation": _plain(
        lambda one: requests.reject_cancellation(one.node, one.at), "CANCELLATION_REQUEST_REJECTED"
    ),
    "close": _plain(lambda one: requests.close(one.node, one.at), "FULFILLMENT_SERVICE_FAILED_TO_COMPLETE"),
}


def do(name: str, store: Store, loader: Loader, node: Values, given: Values) -> tuple[Values, list[Event]]:
    """Does it, or raises ChangeRefused and leaves everything as it was; answers what the mutation answers."""
    order = store.owner(node["id"], "Order")
    if order is None:
        raise ChangeRefused("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND")
    doing = Doing(store=store, order=order, node=node, given=given, at=store.clock.now())
    with all_or_nothing(order):
        answer = DEEDS[name](doing)
        refresh_shipping(order, Currencies.of(order))
        touch(order, doing.at)
    loader.settle(store, order)
    events = [(topic, {"id": node["id"], "body": body}) for topic, body in doing.told]
    return answer, [*events, ("ORDERS_UPDATED", order)]
