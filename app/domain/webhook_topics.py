"""What a webhook of each topic sets going, and which order its body names (P17). Content is never taken from it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.parts_of_orders import OrderPart, OrderPartKind


class Wakes(StrEnum):
    """What a webhook sets going."""

    ORDER = "order"
    """The order it names is read."""
    END_OF_ACCESS = "end_of_access"
    """The store's work stops."""
    SCOPES = "scopes"
    """The scopes are asked for again; subscriptions and what waits for a scope are looked at."""
    MAPPINGS = "mappings"
    """What the store has that can be mapped is pulled again."""
    BULK_OPERATION = "bulk_operation"
    """Whoever waits for a bulk operation of the store looks at it now."""
    PRIVACY = "privacy"
    """What a person, or the law, asks about what is held becomes work of its own."""
    PRODUCTS = "products"
    """Products are looked for that are no items yet."""
    CUSTOMERS = "customers"
    """Customers that changed are taken in."""
    COMPANIES = "companies"
    """Companies and their locations that changed are taken in."""
    DISPUTES = "disputes"
    """Payouts and disputes are read."""
    STOCK = "stock"
    """The stock of what it names is compared with the ERP's."""
    NOTHING = "nothing"
    """A known topic that no feature of this release needs."""
    UNKNOWN = "unknown"
    """A topic that we have never heard of: kept, and said in the log."""


WAKES: Mapping[str, Wakes] = {
    "orders/": Wakes.ORDER,
    "refunds/": Wakes.ORDER,
    "order_transactions/": Wakes.ORDER,
    "tender_transactions/": Wakes.ORDER,
    "fulfillments/": Wakes.ORDER,
    "fulfillment_orders/": Wakes.ORDER,
    "fulfillment_holds/": Wakes.ORDER,
    "returns/": Wakes.ORDER,
    "reverse_deliveries/": Wakes.ORDER,
    "reverse_fulfillment_orders/": Wakes.ORDER,
    "locations/": Wakes.MAPPINGS,
    "bulk_operations/finish": Wakes.BULK_OPERATION,
    "app/uninstalled": Wakes.END_OF_ACCESS,
    "app/scopes_update": Wakes.SCOPES,
    "customers/data_request": Wakes.PRIVACY,
    "customers/redact": Wakes.PRIVACY,
    "shop/redact": Wakes.PRIVACY,
    "app/": Wakes.NOTHING,
    "shop/": Wakes.NOTHING,
    "customers/": Wakes.NOTHING,
    "customers/create": Wakes.CUSTOMERS,
    "customers/update": Wakes.CUSTOMERS,
    "companies/": Wakes.NOTHING,
    "companies/create": Wakes.COMPANIES,
    "companies/update": Wakes.COMPANIES,
    "company_contacts/": Wakes.NOTHING,
    "company_contacts/create": Wakes.COMPANIES,
    "company_contacts/update": Wakes.COMPANIES,
    "company_contact_roles/": Wakes.NOTHING,
    "company_locations/": Wakes.NOTHING,
    "company_locations/create": Wakes.COMPANIES,
    "company_locations/update": Wakes.COMPANIES,
    "products/": Wakes.NOTHING,
    "products/create": Wakes.PRODUCTS,
    "products/update": Wakes.PRODUCTS,
    "variants/": Wakes.NOTHING,
    "inventory_items/": Wakes.NOTHING,
    "inventory_items/create": Wakes.STOCK,
    "inventory_items/update": Wakes.STOCK,
    "inventory_levels/": Wakes.NOTHING,
    "inventory_levels/connect": Wakes.STOCK,
    "disputes/": Wakes.NOTHING,
    "disputes/create": Wakes.DISPUTES,
    "disputes/update": Wakes.DISPUTES,
    "payment_terms/": Wakes.NOTHING,
}
"""By the beginning of a topic; the longest that fits decides. A level that changed wakes nothing: each sale changes
one, and to set it back before the ERP knows the order would offer again what was sold (decision 51).
"""

PRIVACY_TOPICS = tuple(sorted(topic for topic, wakes in WAKES.items() if wakes is Wakes.PRIVACY))
"""Declared in the app's configuration at Shopify, never subscribed to."""

APP_TOPICS = ("app/uninstalled", "app/scopes_update", "bulk_operations/finish")
"""The topics to subscribe to always: they are about the app itself, and need no scope."""

MAPPING_TOPICS = (
    "locations/create",
    "locations/update",
    "locations/activate",
    "locations/deactivate",
    "locations/delete",
)
"""The topics to subscribe to where the app may read locations."""
ORDER_TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/cancelled",
    "orders/edited",
    "orders/delete",
    "refunds/create",
    "order_transactions/create",
    "fulfillments/create",
    "fulfillments/update",
    "returns/request",
    "returns/approve",
    "returns/cancel",
    "returns/close",
    "returns/decline",
    "returns/reopen",
    "returns/process",
    "returns/update",
    "reverse_deliveries/attach_deliverable",
    "reverse_fulfillment_orders/dispose",
    "fulfillment_orders/order_routing_complete",
    "fulfillment_orders/moved",
    "fulfillment_orders/split",
    "fulfillment_orders/merged",
    "fulfillment_orders/cancelled",
    "fulfillment_orders/placed_on_hold",
    "fulfillment_orders/hold_released",
    "fulfillment_orders/scheduled_fulfillment_order_ready",
    "fulfillment_orders/fulfillment_request_submitted",
)
"""The topics to subscribe to while some shop of a store has ``orders.webhooks`` on."""

TASK_OF: Mapping[Wakes, str] = {
    Wakes.PRODUCTS: "sync_products",
    Wakes.CUSTOMERS: "sync_customers",
    Wakes.COMPANIES: "sync_companies",
    Wakes.DISPUTES: "sync_payouts",
    Wakes.STOCK: "sync_inventory",
}
"""The recurring task that looks at what is announced."""

TASK_TOPICS: Mapping[str, tuple[str, ...]] = {
    task: tuple(topic for topic, woken in WAKES.items() if woken is meaning) for meaning, task in TASK_OF.items()
}
"""By task, the topics to subscribe to while some shop of a store has it scheduled and takes in what they announce."""

NEEDED_SCOPES: Mapping[str, frozenset[str]] = {
    "app/": frozenset(),
    "bulk_operations/": frozenset(),
    "locations/": frozenset({"read_locations", "read_inventory"}),
    "products/": frozenset({"read_products"}),
    "inventory_": frozenset({"read_inventory"}),
    "customers/": frozenset({"read_customers"}),
    "compan": frozenset({"read_companies", "read_customers"}),
    "disputes/": frozenset({"read_shopify_payments_disputes", "read_shopify_payments"}),
    "returns/": frozenset({"read_returns"}),
    "reverse_": frozenset({"read_returns"}),
    "fulfillments/": frozenset({"read_fulfillments"}),
    "fulfillment_orders/": frozenset(
        {
            "read_merchant_managed_fulfillment_orders",
            "read_assigned_fulfillment_orders",
            "read_third_party_fulfillment_orders",
        }
    ),
}
"""By the beginning of a topic: any one of these is enough, none = none is needed; all others need ``read_orders``."""


def wakes(topic: str) -> Wakes:
    """What a webhook of this topic sets going."""
    fitting = [start for start in WAKES if topic.startswith(start)]
    return WAKES[max(fitting, key=len)] if fitting else Wakes.UNKNOWN


def granted(topic: str, scopes: frozenset[str]) -> bool:
    """Whether these scopes allow a subscription to this topic; a write scope includes its read scope."""
    orders = frozenset({"read_orders", "read_all_orders"})
    needed = next((needed for start, needed in NEEDED_SCOPES.items() if topic.startswith(start)), orders)
    readable = scopes | {f"read_{scope.removeprefix('write_')}" for scope in scopes if scope.startswith("write_")}
    return not needed or bool(needed & readable)


def store_of(payload: object) -> str | None:
    """The store that a webhook about the app or a person says it is of, where it says so."""
    if not isinstance(payload, Mapping):
        return None
    named = payload.get("myshopify_domain") or payload.get("shop_domain")
    return named.strip().lower() if isinstance(named, str) else None


def order_of(topic: str, payload: object) -> ShopifyId | None:
    """The order that a webhook is about; None = it does not name one."""
    if not isinstance(payload, Mapping):
        return None
    if topic.startswith("orders/"):
        own = _order_id(payload.get("admin_graphql_api_id")) or (
            None if topic in {"orders/edited", "orders/risk_assessment_changed"} else _number(payload.get("id"))
        )
        if own is not None:
            return own
    return next(_named_orders(payload, depth=0), None)


def parts_of(topic: str, payload: object) -> Sequence[OrderPart]:
    """The parts of one order that a webhook is about which need not name the order."""
    kinds = next((kinds for start, kinds in _PARTS.items() if topic.startswith(start)), {})
    if not kinds or not isinstance(payload, Mapping):
        return ()
    named = list(_texts(payload, depth=0))
    found = [
        OrderPart(kind=kind, shopify_id=number)
        for kind, start in kinds.items()
        for text in named
        if text.startswith(start) and (number := _number(shopify_id(text))) is not None
    ]
    return tuple(dict.fromkeys(found))


def fulfilment_of(topic: str, payload: object) -> ShopifyId | None:
    """The fulfilment whose recording is announced; None = it is about something else."""
    if topic != "fulfillments/create" or not isinstance(payload, Mapping):
        return None
    return _number(payload.get("id"))


def changed_at(topic: str, payload: object) -> datetime | None:
    """The order's change time, where the body is the order itself."""
    if not topic.startswith("orders/") or not isinstance(payload, Mapping):
        return None
    text = payload.get("updated_at")
    return instant(text) if isinstance(text, str) else None


def instant(text: str) -> datetime | None:
    """An RFC 3339 instant with an offset, in UTC; None = it is not one."""
    try:
        found = datetime.fromisoformat(_microseconds(text))
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _microseconds(text: str) -> str:
    """Shopify writes nanoseconds in places; six digits are all that is kept."""
    start, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{start}{dot}{rest[: min(digits, 6)]}{rest[digits:]}"


_OF_RETURNS = {
    OrderPartKind.RETURN: "gid://shopify/Return/",
    OrderPartKind.REVERSE_ORDER: "gid://shopify/ReverseFulfillmentOrder/",
}
_OF_SHIPPING = {OrderPartKind.FULFILMENT_ORDER: "gid://shopify/FulfillmentOrder/"}
_PARTS: Mapping[str, Mapping[OrderPartKind, str]] = {
    "returns/": _OF_RETURNS,
    "reverse_": _OF_RETURNS,
    "fulfillment_orders/": _OF_SHIPPING,
    "fulfillment_holds/": _OF_SHIPPING,
}
"""By the beginning of a topic, how the parts that its body may name instead of their order are written."""
MOST_DEPTH = 4


def _texts(value: object, *, depth: int) -> Iterator[str]:
    """Every text in an object and not too far below it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (Mapping, list)) and depth <= 2 * MOST_DEPTH:
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part, depth=depth + 1)


def _named_orders(value: Mapping[str, Any], *, depth: int) -> Iterator[ShopifyId]:
    """Orders named in an object or just below it: ``order_id``, ``order.id``, a global id of an order."""
    named = _order_id(value.get("order_id")) or _number(value.get("order_id"))
    order = value.get("order")
    if named is None and isinstance(order, Mapping):
        named = _order_id(order.get("admin_graphql_api_id")) or _order_id(order.get("id")) or _number(order.get("id"))
    if named is None:
        named = _order_id(value.get("admin_graphql_api_order_id"))
    if named is not None:
        yield named
    if depth < MOST_DEPTH:
        for part in value.values():
            for inner in part if isinstance(part, list) else [part]:
                if isinstance(inner, Mapping):
                    yield from _named_orders(inner, depth=depth + 1)


def _order_id(value: object) -> ShopifyId | None:
    if isinstance(value, str) and value.startswith("gid://shopify/Order/"):
        return _number(shopify_id(value))
    return None


def _number(value: object) -> ShopifyId | None:
    """An id as Shopify writes it outside global ids: a positive whole number, sometimes as a text."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return ShopifyId(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 20 and int(text) > 0 else None
