"""Shipping, and changing what was shipped, with everything it causes in a store: the order, the post, the history.

What a mutation and the control doors share. Refusals of form and of access are not decided here.
"""

from collections.abc import Sequence
from typing import Any

from app.store_simulator.ids import number_of, timestamp
from app.store_simulator.loading import Loader
from app.store_simulator.orders import life
from app.store_simulator.state import Store

Values = dict[str, Any]
Event = tuple[str, Values]


def ship(
    store: Store, loader: Loader, order: Values, lines: Sequence[tuple[str, int]] | None, given: Values
) -> tuple[list[Values], list[Event]]:
    """Records fulfilments: one per location. `given` is tracking, notifyCustomer and message, for the history."""
    known = len(order.get("fulfillments") or [])
    topics = life.fulfil(order, lines, given.get("tracking"), store.clock.now())
    made: list[Values] = order["fulfillments"][known:]
    loader.settle(store, order)
    note_shipped(store, order, made, given)
    return made, [(topic, order) for topic in topics]


def note_shipped(store: Store, order: Values, made: Sequence[Values], given: Values) -> None:
    """Keeps in the store's history what was shipped, whatever becomes of it."""
    for fulfilment in made:
        store.shipped.append(
            {
                "number": len(store.shipped) + 1,
                "at": timestamp(store.clock.now()),
                "orderId": order["id"],
                "orderName": order.get("name"),
                "id": fulfilment["id"],
                "location": (fulfilment.get("location") or {}).get("id"),
                "lines": [
                    {"lineItemId": part["lineItem"]["id"], "quantity": part["quantity"]}
                    for part in fulfilment["fulfillmentLineItems"]
                ],
                "trackingInfo": [dict(entry) for entry in fulfilment["trackingInfo"]],
                "notifyCustomer": bool(given.get("notifyCustomer")),
                "message": given.get("message"),
            }
        )


def cancel(store: Store, loader: Loader, order: Values, fulfilment: Values) -> list[Event]:
    topics = life.cancel_shipment(order, fulfilment, store.clock.now())
    return _changed(store, loader, order, fulfilment, topics)


def change_tracking(store: Store, loader: Loader, order: Values, fulfilment: Values, tracking: Values) -> list[Event]:
    topics = life.change_tracking(order, fulfilment, tracking, store.clock.now())
    return _changed(store, loader, order, fulfilment, topics)


def _changed(store: Store, loader: Loader, order: Values, fulfilment: Values, topics: list[str]) -> list[Event]:
    if not topics:
        return []
    loader.settle(store, order)
    told = {**fulfilment, "orderId": int(number_of(order["id"]))}
    return [("FULFILLMENTS_UPDATE", told), *((topic, order) for topic in topics)]
