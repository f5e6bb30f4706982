"""Fields that are computed when asked, not kept: what other parts of the same object already say.

Keyed by type and field; everything else is read from the object itself.
"""

from collections.abc import Callable
from typing import Any

from app.store_simulator import catalogs
from app.store_simulator.context import RequestContext
from app.store_simulator.fulfilment_places import location_of, may_see, place_of, place_of_location, service_of
from app.store_simulator.ids import gid
from app.store_simulator.orders.fulfilment_orders import Place, mergeable_with, supported_actions
from app.store_simulator.state import Values

Virtual = Callable[[Values, Values, RequestContext], Any]


def _shipping_lines(order: Values, arguments: Values, _context: RequestContext) -> list[Values]:
    lines: list[Values] = order.get("shippingLines") or []
    return lines if arguments.get("includeRemovals") else [line for line in lines if not line.get("isRemoved")]


def _shipping_line(order: Values, arguments: Values, context: RequestContext) -> Any:
    lines = _shipping_lines(order, arguments, context)
    return lines[0] if lines else None


def _addresses(customer: Values, _arguments: Values, _context: RequestContext) -> Any:
    return customer.get("addresses") or []


def _orders_of_customer(customer: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    if customer.get("orders") is not None:
        return list(customer["orders"])
    return [
        order for order in context.store.all("Order") if (order.get("customer") or {}).get("id") == customer.get("id")
    ]


def _number_of_orders(customer: Values, arguments: Values, context: RequestContext) -> Any:
    given = customer.get("numberOfOrders")
    return given if given is not None else len(_orders_of_customer(customer, arguments, context))


def _last_order(customer: Values, arguments: Values, context: RequestContext) -> Any:
    orders = _orders_of_customer(customer, arguments, context)
    return max(orders, key=lambda order: str(order["createdAt"])) if orders else None


def _line_sku(line: Values, _arguments: Values, context: RequestContext) -> Any:
    """The copy taken at the sale; an order given without it gets the variant's of now."""
    if "sku" in line or not line.get("variant"):
        return line.get("sku")
    variant = context.store.find(line["variant"].get("id", ""))
    return variant.get("sku") if variant else None


def _of_line_item(field: str) -> Virtual:
    def resolve(part: Values, arguments: Values, context: RequestContext) -> Any:
        if part.get(field) is not None:
            return part[field]
        line = context.follow("LineItem", part.get("lineItem") or {})
        return _line_sku(line, arguments, context) if field == "sku" else line.get(field)

    return resolve


def _of_order(field: str) -> Virtual:
    def resolve(part: Values, _arguments: Values, context: RequestContext) -> Any:
        order = context.store.owner(part.get("id", ""), "Order") or {}
        return order.get(field)

    return resolve


def _variants(item: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    variant = context.store.owner(item.get("id", ""), "ProductVariant")
    return [variant] if variant else []


def _variant(item: Values, arguments: Values, context: RequestContext) -> Any:
    found = _variants(item, arguments, context)
    return found[0] if found else None


def _quantities(level: Values, arguments: Values, _context: RequestContext) -> list[Values]:
    kept = {item["name"]: item for item in level.get("quantities") or []}
    return [
        kept.get(name) or {"id": gid("InventoryQuantity", f"1?name={name}"), "name": name, "quantity": 0}
        for name in arguments["names"]
    ]


def _formatted(address: Values, _arguments: Values, _context: RequestContext) -> list[str]:
    parts = (address.get(name) for name in ("address1", "address2", "zip", "city", "province", "country"))
    return [str(part) for part in parts if part]


def _address_name(address: Values, _arguments: Values, _context: RequestContext) -> Any:
    names = [address[name] for name in ("firstName", "lastName") if address.get(name)]
    return address.get("name") or " ".join(names) or None


def _contact_profiles(customer: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    return [
        contact
        for company in context.store.all("Company")
        for contact in company.get("contacts") or []
        if (contact.get("customer") or {}).get("id") == customer.get("id")
    ]


def _fulfillments_of_fulfillment_order(part: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    given = part.get("fulfillments")
    if given is not None:
        return list(given)
    order = context.store.owner(part.get("id", ""), "Order") or {}
    named = [
        fulfillment
        for fulfillment in order.get("fulfillments") or []
        if any(one["id"] == part["id"] for one in fulfillment.get("fulfillmentOrders") or [])
    ]
    if named:
        return named
    lines = {(item.get("lineItem") or {}).get("id") for item in part.get("lineItems") or []}
    return [
        fulfillment
        for fulfillment in order.get("fulfillments") or []
        if any(
            (item.get("lineItem") or {}).get("id") in lines for item in fulfillment.get("fulfillmentLineItems") or []
        )
    ]


def _visible_fulfillment_orders(order: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    """Those that the app's scopes cover: an empty list is no proof that there are none."""
    return [node for node in order.get("fulfillmentOrders") or [] if may_see(node, context.store)]


def _siblings(part: Values, context: RequestContext) -> list[Values]:
    order = context.store.owner(part.get("id", ""), "Order") or {}
    return order.get("fulfillmentOrders") or []


def _supported_actions(part: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    actions = supported_actions(part, _siblings(part, context), place_of(part, context.store))
    return [{"action": action, "externalUrl": None} for action in actions]


def _mergeable(part: Values, _arguments: Values, context: RequestContext) -> list[Values]:
    return mergeable_with(part, _siblings(part, context))


def _assigned_location(part: Values, _arguments: Values, context: RequestContext) -> Values:
    """The copy that the fulfilment order keeps; its name follows the location while work is left."""
    kept: Values = part.get("assignedLocation") or {"name": "Shop"}
    location = location_of(part, context.store)
    return {**kept, "name": (location or {}).get("name") or kept.get("name") or ""}


def _service_of_location(location: Values, _arguments: Values, context: RequestContext) -> Any:
    return service_of(location, context.store)


def _is_service_location(location: Values, _arguments: Values, context: RequestContext) -> bool:
    return place_of_location(location, context.store) is not Place.MERCHANT


def _location_of_service(service: Values, _arguments: Values, context: RequestContext) -> Any:
    return next(
        (
            location
            for location in context.store.all("Location")
            if (location.get("fulfillmentService") or {}).get("id") == service["id"]
        ),
        None,
    )


def _carrier_name(service: Values, _arguments: Values, _context: RequestContext) -> Any:
    return service.get("formattedName") or service.get("name")


def _metafields(owner: Values, arguments: Values, _context: RequestContext) -> list[Values]:
    """Those of one namespace, or those named as namespace.key, as far as either is asked for."""
    namespace, keys = arguments.get("namespace"), arguments.get("keys")
    return [
        item
        for item in owner.get("metafields") or []
        if (namespace is None or item.get("namespace") == namespace)
        and (keys is None or item.get("key") in keys or f"{item.get('namespace')}.{item.get('key')}" in keys)
    ]


def _metafield(owner: Values, arguments: Values, context: RequestContext) -> Any:
    found = _metafields(owner, {"namespace": arguments.get("namespace"), "keys": [arguments["key"]]}, context)
    return found[0] if found else None


def _ships_to(shop: Values, _arguments: Values, _context: RequestContext) -> list[Values]:
    """As given, else its own country."""
    given = shop.get("shipsToCountries")
    own = (shop.get("shopAddress") or {}).get("countryCodeV2")
    return list(given) if given is not None else [own] if own else []


def _location_groups(profile: Values, arguments: Values, _context: RequestContext) -> list[Values]:
    """All groups of a delivery profile, or the one asked for."""
    wanted = arguments.get("locationGroupId")
    groups: list[Values] = profile.get("profileLocationGroups") or []
    return [group for group in groups if wanted is None or (group.get("locationGroup") or {}).get("id") == wanted]


def _shipping_options(shipping: Values, arguments: Values, _context: RequestContext) -> list[Values]:
    wanted = arguments.get("active")
    options: list[Values] = shipping.get("optionDefinitions") or []
    return [option for option in options if wanted is None or bool(option.get("isActive")) is wanted]


def _balance_transactions(account: Values, arguments: Values, _context: RequestContext) -> list[Values]:
    found: list[Values] = account.get("balanceTransactions") or []
    hidden = "TRANSFER" if arguments.get("hideTransfers") else "nothing"
    return [each for each in found if not str(each["type"]).startswith(hidden)]


# Fields that mean the same on every type that has them.
EVERYWHERE: dict[str, Virtual] = {"metafield": _metafield, "metafields": _metafields}

VIRTUAL: dict[tuple[str, str], Virtual] = {
    ("Order", "shippingLines"): _shipping_lines,
    ("Order", "shippingLine"): _shipping_line,
    ("Customer", "addressesV2"): _addresses,
    ("Customer", "orders"): _orders_of_customer,
    ("Customer", "numberOfOrders"): _number_of_orders,
    ("Customer", "lastOrder"): _last_order,
    ("Customer", "companyContactProfiles"): _contact_profiles,
    ("LineItem", "sku"): _line_sku,
    ("FulfillmentOrderLineItem", "sku"): _of_line_item("sku"),
    ("FulfillmentOrderLineItem", "productTitle"): _of_line_item("title"),
    ("FulfillmentOrderLineItem", "vendor"): _of_line_item("vendor"),
    ("FulfillmentOrder", "orderId"): _of_order("id"),
    ("FulfillmentOrder", "orderName"): _of_order("name"),
    ("FulfillmentOrder", "orderProcessedAt"): _of_order("processedAt"),
    ("Order", "fulfillmentOrders"): _visible_fulfillment_orders,
    ("FulfillmentOrder", "supportedActions"): _supported_actions,
    ("FulfillmentOrder", "fulfillmentOrdersForMerge"): _mergeable,
    ("FulfillmentOrder", "assignedLocation"): _assigned_location,
    ("Location", "fulfillmentService"): _service_of_location,
    ("Location", "isFulfillmentService"): _is_service_location,
    ("FulfillmentService", "location"): _location_of_service,
    ("FulfillmentOrder", "fulfillments"): _fulfillments_of_fulfillment_order,
    ("InventoryItem", "variant"): _variant,
    ("InventoryItem", "variants"): _variants,
    ("InventoryLevel", "quantities"): _quantities,
    ("MailingAddress", "formatted"): _formatted,
    ("MailingAddress", "name"): _address_name,
    ("DeliveryCarrierService", "formattedName"): _carrier_name,
    ("DeliveryProfile", "profileLocationGroups"): _location_groups,
    ("Shop", "shipsToCountries"): _ships_to,
    ("ShopifyPaymentsAccount", "balanceTransactions"): _balance_transactions,
    ("ShippingConfiguration", "optionDefinitions"): _shipping_options,
    ("CompanyLocation", "catalogs"): catalogs.of_location,
    ("PriceList", "catalog"): catalogs.of_list,
    ("PriceList", "prices"): catalogs.prices,
    ("PriceList", "fixedPricesCount"): catalogs.fixed_count,
    ("Publication", "catalog"): catalogs.of_publication,
    ("Publication", "includedProducts"): catalogs.published,
}
