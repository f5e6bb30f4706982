"""What a webhook says: topic names and bodies in the form of Shopify's older REST resources.

Bodies are small on purpose: receivers are expected to read the object again. Sends nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from app.store_simulator.ids import number_of, sortable_number, type_of
from app.store_simulator.return_bodies import is_about_a_return, return_body

Values = dict[str, Any]
Event = tuple[str, Values]

# Longest first: the part of a topic's name that is the resource.
RESOURCES = sorted(
    """
    APP APP_PURCHASES APP_SUBSCRIPTIONS BULK_OPERATIONS CARTS CHECKOUTS COLLECTIONS COLLECTION_LISTINGS COMPANIES
    COMPANY_CONTACTS COMPANY_CONTACT_ROLES COMPANY_LOCATIONS CUSTOMERS CUSTOMER_GROUPS CUSTOMER_TAGS DISPUTES DOMAINS
    DRAFT_ORDERS FULFILLMENTS FULFILLMENT_EVENTS FULFILLMENT_HOLDS FULFILLMENT_ORDERS INVENTORY_ITEMS INVENTORY_LEVELS
    LOCATIONS MARKETS ORDERS ORDER_TRANSACTIONS PAYMENT_SCHEDULES PAYMENT_TERMS PRODUCTS PRODUCT_LISTINGS REFUNDS
    RETURNS REVERSE_DELIVERIES REVERSE_FULFILLMENT_ORDERS SHOP TENDER_TRANSACTIONS THEMES VARIANTS
    """.split(),
    key=len,
    reverse=True,
)


# Topics whose subject is a part of an order, and where in the order it stands.
PART_OF_TOPIC = {
    "REFUNDS_CREATE": "refunds",
    "ORDER_TRANSACTIONS_CREATE": "transactions",
    "FULFILLMENTS_CREATE": "fulfillments",
    "FULFILLMENTS_UPDATE": "fulfillments",
}


def topic_name(topic: str) -> str:
    """ORDERS_PARTIALLY_FULFILLED is orders/partially_fulfilled on the wire."""
    for resource in RESOURCES:
        if topic.startswith(f"{resource}_"):
            return f"{resource.lower()}/{topic[len(resource) + 1 :].lower()}"
    head, _, tail = topic.partition("_")
    return f"{head.lower()}/{tail.lower()}"


def webhook_body(topic: str, value: Values) -> Values:
    if "body" in value:
        return dict(value["body"])
    if topic.endswith("_DELETE"):
        return {"id": _number(value)}
    if topic == "BULK_OPERATIONS_FINISH":
        return _bulk_operation(value)
    if topic == "ORDERS_EDITED":
        return _order_edit(value)
    if is_about_a_return(topic):
        return return_body(topic, value)
    if type_of(value.get("id")) == "Order":
        return _order(value)
    return _plain(value)


def events_with_subjects(events: Iterable[Event]) -> Iterator[Event]:
    """Turns "the order, and a refund was made" into "the refund": some topics are about a part of an order.

    A topic that comes three times for one order is about its last three parts of that kind.
    """
    listed = list(events)
    times = Counter((topic, id(value)) for topic, value in listed)
    told: Counter[tuple[str, int]] = Counter()
    for topic, value in listed:
        parts = value.get(PART_OF_TOPIC.get(topic, "")) if type_of(value.get("id")) == "Order" else None
        if not parts:
            yield topic, value
            continue
        index = max(0, len(parts) - times[topic, id(value)] + told[topic, id(value)])
        told[topic, id(value)] += 1
        yield topic, {**parts[index], "orderId": _number(value)}


def _bulk_operation(value: Values) -> Values:
    return {
        "admin_graphql_api_id": value["id"],
        "completed_at": value.get("completedAt"),
        "created_at": value.get("createdAt"),
        "error_code": _lower(value.get("errorCode")),
        "status": _lower(value.get("status")),
        "type": _lower(value.get("type")),
    }


def _number(value: Values) -> int | str:
    number = number_of(value.get("id", ""))
    return int(number) if number.isdigit() else number


def _plain(value: Values) -> Values:
    body: Values = {"id": _number(value), "admin_graphql_api_id": value.get("id")}
    for name in ("orderId", "name", "title", "email", "kind", "gateway", "status", "createdAt", "updatedAt"):
        if name in value:
            body[_snake(name)] = value[name].lower() if name in ("kind", "status") else value[name]
    if isinstance(value.get("tags"), list):
        body["tags"] = ", ".join(value["tags"])
    return body


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _money(order: Values, name: str) -> Any:
    return ((order.get(name) or {}).get("shopMoney") or {}).get("amount")


def _lower(value: Any) -> str | None:
    return str(value).lower() if value else None


def _order(order: Values) -> Values:
    fulfilment = {"UNFULFILLED": None, "PARTIALLY_FULFILLED": "partial", "FULFILLED": "fulfilled"}
    status = order.get("displayFulfillmentStatus")
    return {
        "id": _number(order),
        "admin_graphql_api_id": order["id"],
        "name": order.get("name"),
        "order_number": order.get("number"),
        "created_at": order.get("createdAt"),
        "processed_at": order.get("processedAt"),
        "updated_at": order.get("updatedAt"),
        "closed_at": order.get("closedAt"),
        "cancelled_at": order.get("cancelledAt"),
        "cancel_reason": _lower(order.get("cancelReason")),
        "test": bool(order.get("test")),
        "confirmed": bool(order.get("confirmed")),
        "currency": order.get("currencyCode"),
        "presentment_currency": order.get("presentmentCurrencyCode"),
        "total_price": _money(order, "totalPriceSet"),
        "current_total_price": _money(order, "currentTotalPriceSet"),
        "total_outstanding": _money(order, "totalOutstandingSet"),
        "financial_status": _lower(order.get("displayFinancialStatus")),
        "fulfillment_status": fulfilment.get(str(status), _lower(status)),
        "source_name": order.get("sourceName"),
        "tags": ", ".join(order.get("tags") or []),
        "line_items": [
            {
                "id": sortable_number(line["id"]),
                "admin_graphql_api_id": line["id"],
                "sku": line.get("sku"),
                "quantity": line.get("quantity"),
                "current_quantity": line.get("currentQuantity"),
            }
            for line in order.get("lineItems") or []
        ],
        "refunds": [{"id": sortable_number(refund["id"])} for refund in order.get("refunds") or []],
    }


def quantities(order: Values) -> dict[str, int]:
    """The current quantity of each line, to tell an edit by its differences."""
    return {line["id"]: line.get("currentQuantity", 0) for line in order.get("lineItems") or []}


def edit_between(before: dict[str, int], after: dict[str, int]) -> Values:
    changes = {line_id: count - before.get(line_id, 0) for line_id, count in after.items()}
    return {
        "additions": [{"id": sortable_number(key), "delta": change} for key, change in changes.items() if change > 0],
        "removals": [{"id": sortable_number(key), "delta": -change} for key, change in changes.items() if change < 0],
    }


def _order_edit(order: Values) -> Values:
    """An edit's webhook carries the edit, not the order; what changed is told by ids and differences."""
    nothing: Values = {"additions": [], "removals": []}
    return {
        "order_edit": {
            "id": sortable_number(order["id"]) * 10 + 1,
            "app_id": None,
            "created_at": order.get("updatedAt"),
            "notify_customer": False,
            "order_id": _number(order),
            "staff_note": "",
            "user_id": None,
            "line_items": order.get("edit") or nothing,
            "discounts": {"line_item": nothing},
            "shipping_lines": nothing,
        }
    }
