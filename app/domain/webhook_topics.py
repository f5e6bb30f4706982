"""What a webhook's topic and body say about which order changed (P17). Content is never taken from them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.domain.identifiers import ShopifyId, shopify_id

APP_UNINSTALLED = "app/uninstalled"

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
    "returns/update",
    "fulfillment_orders/order_routing_complete",
    "fulfillment_orders/moved",
    "fulfillment_orders/split",
)
"""The topics to subscribe to while some shop of a store has ``orders.webhooks`` on."""

NEEDED_SCOPES: Mapping[str, frozenset[str]] = {
    "returns/": frozenset({"read_returns"}),
    "fulfillments/": frozenset({"read_fulfillments"}),
    "fulfillment_orders/": frozenset(
        {
            "read_merchant_managed_fulfillment_orders",
            "read_assigned_fulfillment_orders",
            "read_third_party_fulfillment_orders",
        }
    ),
}
"""By the beginning of a topic: any one of these is enough; everything else needs ``read_orders``."""

ORDER_FAMILIES = (
    "orders/",
    "refunds/",
    "order_transactions/",
    "tender_transactions/",
    "fulfillments/",
    "fulfillment_orders/",
    "fulfillment_holds/",
    "returns/",
    "reverse_deliveries/",
    "reverse_fulfillment_orders/",
)


def granted(topic: str, scopes: frozenset[str]) -> bool:
    """Whether these scopes allow a subscription to this topic; a write scope includes its read scope."""
    needed = next((needed for start, needed in NEEDED_SCOPES.items() if topic.startswith(start)), None)
    readable = scopes | {f"read_{scope.removeprefix('write_')}" for scope in scopes if scope.startswith("write_")}
    return bool((needed or frozenset({"read_orders", "read_all_orders"})) & readable)


def concerns_orders(topic: str) -> bool:
    """Whether this topic can announce that an order changed."""
    return topic.startswith(ORDER_FAMILIES)


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
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


def _microseconds(text: str) -> str:
    """Shopify writes nanoseconds in places; six digits are all that is kept."""
    start, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{start}{dot}{rest[: min(digits, 6)]}{rest[digits:]}"


MOST_DEPTH = 4


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
