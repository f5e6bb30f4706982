"""Root queries that are more than "the object with this id" or "all objects of this type".

Each takes the arguments and the request's context and gives plain values back.
"""

import re
from collections.abc import Callable
from typing import Any

from app.store_simulator import catalogs
from app.store_simulator.context import RequestContext
from app.store_simulator.exports import aged
from app.store_simulator.fulfilment_places import place_of
from app.store_simulator.ids import is_gid, type_of
from app.store_simulator.lists import root_list
from app.store_simulator.orders.fulfilment_orders import Place, location_id_of
from app.store_simulator.state import Values
from app.store_simulator.versions import api_versions

Root = Callable[[Values, Values, RequestContext], Any]

# The templates that Shopify has for every shop.
PAYMENT_TERMS: list[Values] = [
    {
        "id": f"gid://shopify/PaymentTermsTemplate/{number}",
        "name": name,
        "translatedName": name,
        "description": name,
        "paymentTermsType": kind,
        "dueInDays": days,
    }
    for number, name, kind, days in (
        (1, "Due on receipt", "RECEIPT", None),
        (2, "Net 7", "NET", 7),
        (3, "Net 15", "NET", 15),
        (4, "Net 30", "NET", 30),
        (5, "Net 45", "NET", 45),
        (6, "Net 60", "NET", 60),
        (7, "Fixed", "FIXED", None),
        (8, "Net 90", "NET", 90),
        (9, "Due on fulfillment", "FULFILLMENT", None),
    )
]


def _shop(_source: Values, _arguments: Values, context: RequestContext) -> Values:
    return context.store.shop


def _installation(_source: Values, _arguments: Values, context: RequestContext) -> Values:
    app = context.store.app
    scopes = [{"handle": scope, "description": scope} for scope in sorted(app.scopes)]
    return {
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": scopes,
        "app": {"id": f"gid://shopify/App/{app.app_number}", "title": "Orderbridge", "apiKey": app.client_id},
    }


def _versions(_source: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    return [
        {"handle": version.handle, "displayName": version.display_name, "supported": version.supported}
        for version in api_versions(context.store.clock.now())
    ]


def _node(_source: Values, arguments: Values, context: RequestContext) -> Any:
    return _found(arguments["id"], context)


def _nodes(_source: Values, arguments: Values, context: RequestContext) -> list[Any]:
    return [_found(identifier, context) for identifier in arguments["ids"]]


def _found(identifier: str, context: RequestContext) -> Any:
    if not is_gid(identifier) or type_of(identifier) in context.denied:
        return None
    if type_of(identifier) == "Shop":
        return context.store.shop
    return context.store.find(identifier)


def _by_identifier(type_name: str, **lists: str) -> Root:
    """The …ByIdentifier queries: by id, or by the first object whose field says the same."""

    def resolve(_source: Values, arguments: Values, context: RequestContext) -> Any:
        identifier = arguments["identifier"]
        if identifier.get("id"):
            return context.wanted(identifier["id"], type_name)
        for name, field in lists.items():
            if identifier.get(name):
                return next(
                    (item for item in context.store.all(type_name) if item.get(field) == identifier[name]), None
                )
        return None

    return resolve


def _customer_by_identifier(_source: Values, arguments: Values, context: RequestContext) -> Any:
    """What was planted as the answer to a search for the same is found by a look-up, too."""
    identifier = arguments["identifier"]
    for name, term in (("emailAddress", "email"), ("phoneNumber", "phone")):
        planted = context.store.planted_searches.get(("Customer", f"{term}:{identifier.get(name)}"))
        if identifier.get(name) and planted is not None:
            return planted[0] if planted else None
    if identifier.get("id"):
        return context.wanted(identifier["id"], "Customer")
    for name, field in (("emailAddress", "email"), ("phoneNumber", "phone")):
        sought = re.sub(r"\s", "", identifier.get(name) or "").lower()
        found = (each for each in context.store.all("Customer") if (each.get(field) or "").lower() == sought)
        if sought:
            return next(found, None)
    return None


def _job(_source: Values, arguments: Values, context: RequestContext) -> Any:
    """Whoever asks again finds the job done, unless its work is still waiting."""
    job = context.wanted(arguments["id"], "Job")
    if job is not None:
        job["done"] = not context.store.jobs.is_pending(job["id"])
    return job


ASSIGNED = {
    "FULFILLMENT_REQUESTED": "SUBMITTED",
    "FULFILLMENT_ACCEPTED": "ACCEPTED",
    "FULFILLMENT_UNSUBMITTED": "UNSUBMITTED",
    "CANCELLATION_REQUESTED": "CANCELLATION_REQUESTED",
}


def _assigned(_source: Values, arguments: Values, context: RequestContext) -> Values:
    """What the app's own fulfilment services have to ship, and how far they were asked."""
    wanted = ASSIGNED.get(str(arguments.get("assignmentStatus")))
    places = arguments.get("locationIds")

    def is_ours(node: Values) -> bool:
        return (
            place_of(node, context.store) is Place.OUR_SERVICE
            and (wanted is None or node.get("requestStatus") == wanted)
            and (places is None or location_id_of(node) in places)
        )

    chosen = {**arguments, "includeClosed": False}
    return root_list("FulfillmentOrder", "assignedFulfillmentOrders", chosen, context, is_ours)


def _templates(_source: Values, arguments: Values, context: RequestContext) -> list[Values]:
    wanted = arguments.get("paymentTermsType")
    return [
        item
        for item in context.store.all("PaymentTermsTemplate") or PAYMENT_TERMS
        if wanted is None or item.get("paymentTermsType") == wanted
    ]


def _bulk_operation(_source: Values, arguments: Values, context: RequestContext) -> Any:
    operation = context.wanted(arguments["id"], "BulkOperation")
    return aged(operation, context.store.clock.now()) if operation is not None else None


def _bulk_operations(_source: Values, arguments: Values, context: RequestContext) -> Values:
    for each in context.store.all("BulkOperation"):
        aged(each, context.store.clock.now())
    return root_list("BulkOperation", "bulkOperations", arguments, context)


def _current_bulk_operation(_source: Values, arguments: Values, context: RequestContext) -> Any:
    wanted = arguments.get("type") or "QUERY"
    operations = [item for item in context.store.all("BulkOperation") if item.get("type") == wanted]
    return operations[-1] if operations else None


def _payments_account(_source: Values, _arguments: Values, context: RequestContext) -> Any:
    """A store has one as soon as money moves there."""
    store = context.store
    lists = {
        "payouts": sorted(store.all("ShopifyPaymentsPayout"), key=lambda each: str(each["issuedAt"])),
        "balanceTransactions": store.all("ShopifyPaymentsBalanceTransaction"),
        "disputes": store.all("ShopifyPaymentsDispute"),
    }
    return {"id": "gid://shopify/ShopifyPaymentsAccount/1", **lists} if any(lists.values()) else None


def _carrier_services(_source: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    return [{"carrierService": item, "locations": []} for item in context.store.all("DeliveryCarrierService")]


ROOTS: dict[str, Root] = {
    "shop": _shop,
    "currentAppInstallation": _installation,
    "appInstallation": _installation,
    "publicApiVersions": _versions,
    "node": _node,
    "nodes": _nodes,
    "job": _job,
    "catalogs": catalogs.listed,
    "orderByIdentifier": _by_identifier("Order"),
    "customerByIdentifier": _customer_by_identifier,
    "productByIdentifier": _by_identifier("Product", handle="handle"),
    "productVariantByIdentifier": _by_identifier("ProductVariant"),
    "locationByIdentifier": _by_identifier("Location"),
    "assignedFulfillmentOrders": _assigned,
    "paymentTermsTemplates": _templates,
    "bulkOperation": _bulk_operation,
    "bulkOperations": _bulk_operations,
    "currentBulkOperation": _current_bulk_operation,
    "shopifyPaymentsAccount": _payments_account,
    "availableCarrierServices": _carrier_services,
}
