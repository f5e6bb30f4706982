"""Who ships from a fulfilment order's location as the one installed app sees it, and what its scopes let it see and do.

A location is the merchant's, or a fulfilment service's: one of the app's own or somebody else's. Changes nothing.
"""

from typing import Any

from app.store_simulator.ids import number_of
from app.store_simulator.orders.fulfilment_orders import Place, location_id_of
from app.store_simulator.state import Store

Values = dict[str, Any]

SCOPES = {
    Place.MERCHANT: "merchant_managed_fulfillment_orders",
    Place.OUR_SERVICE: "assigned_fulfillment_orders",
    Place.FOREIGN_SERVICE: "third_party_fulfillment_orders",
}


def location_of(node: Values, store: Store) -> Values | None:
    """The location that a fulfilment order is assigned to, as it now is."""
    identifier = location_id_of(node)
    return store.find(identifier) if identifier else None


def service_of(location: Values | None, store: Store) -> Values | None:
    """The fulfilment service whose location this is."""
    named = (location or {}).get("fulfillmentService")
    if not named:
        return None
    return {**named, **(store.find(named.get("id", "")) or {})}


def place_of_location(location: Values | None, store: Store) -> Place:
    service = service_of(location, store)
    if service is None or service.get("type") == "MANUAL":
        return Place.MERCHANT
    return Place.OUR_SERVICE if service.get("id") in store.app.fulfilment_services else Place.FOREIGN_SERVICE


def place_of(node: Values, store: Store) -> Place:
    return place_of_location(location_of(node, store), store)


def may_see(node: Values, store: Store) -> bool:
    return f"read_{SCOPES[place_of(node, store)]}" in store.app.scopes


def may_change(node: Values, store: Store) -> bool:
    return f"write_{SCOPES[place_of(node, store)]}" in store.app.scopes


def may_ship(node: Values, store: Store) -> bool:
    """Since 2024-10 no app ships from the location of another app's service, whatever it was granted."""
    return may_change(node, store) and place_of(node, store) is not Place.FOREIGN_SERVICE


def location_number(node: Values) -> str:
    return number_of(str(location_id_of(node) or ""))
