"""Answers connections: the lists at the root with search and sort keys, and the lists inside an object.

Knows which sort key means which field. Does not know permissions or selections.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from app.store_simulator.context import RequestContext
from app.store_simulator.filters import search
from app.store_simulator.fulfilment_places import may_see
from app.store_simulator.ids import moment_of, sortable_number, timestamp
from app.store_simulator.paging import Position, check_page_arguments, page
from app.store_simulator.state import Values

SORT_FIELDS = {
    "UPDATED_AT": "updatedAt",
    "CREATED_AT": "createdAt",
    "PROCESSED_AT": "processedAt",
    "NAME": "name",
    "TITLE": "title",
    "ORDER_NUMBER": "number",
    "PO_NUMBER": "poNumber",
    "FINANCIAL_STATUS": "displayFinancialStatus",
    "FULFILLMENT_STATUS": "displayFulfillmentStatus",
    "SKU": "sku",
    "VENDOR": "vendor",
    "PRODUCT_TYPE": "productType",
    "COMPLETED_AT": "completedAt",
    "TOTAL_ITEMS_QUANTITY": "subtotalLineItemsQuantity",
}
MONEY_SORTS = {"TOTAL_PRICE": "totalPriceSet", "CURRENT_TOTAL_PRICE": "currentTotalPriceSet"}
NUMERIC_SORTS = frozenset({"ORDER_NUMBER", "TOTAL_ITEMS_QUANTITY"})
# Which search field bounds which sort key from below, so that a list in that order need not be read from its start.
BOUNDS = {"UPDATED_AT": "updated_at", "CREATED_AT": "created_at", "PROCESSED_AT": "processed_at"}


def positioned_by(sort_key: str) -> Callable[[Values], Position]:
    """The place of an object in a list: its sort value, then its number."""
    if sort_key in MONEY_SORTS:
        name = MONEY_SORTS[sort_key]
        return lambda value: (_shop_amount(value.get(name)), sortable_number(value["id"]))
    field = SORT_FIELDS.get(sort_key)
    if field is None:
        return lambda value: (sortable_number(value["id"]), sortable_number(value["id"]))
    empty: Any = 0 if sort_key in NUMERIC_SORTS else ""
    return lambda value: (value.get(field) or empty, sortable_number(value["id"]))


def _shop_amount(bag: Values | None) -> float:
    return float(((bag or {}).get("shopMoney") or {}).get("amount") or 0)


def root_list(
    type_name: str,
    field_name: str,
    arguments: Values,
    context: RequestContext,
    only: Callable[[Values], bool] | None = None,
    among: list[Values] | None = None,
) -> Values:
    """A page of all objects of a type (or of those given) that the search wants, or that the field is about."""
    check_page_arguments(arguments)
    store = context.store
    sort_key = str(arguments.get("sortKey") or "ID")
    position = positioned_by(sort_key)
    query = search(type_name, arguments.get("query"))
    note_warnings(query.warnings, field_name, arguments, context)
    wanted = query.matches if arguments.get("query") else None
    if type_name == "Order":
        wanted = _within_window(context, wanted)
    planted = store.planted_searches.get((type_name, arguments.get("query") or ""))
    if planted is not None:
        elements, wanted = planted, None
    elif among is not None:
        elements = sorted(among, key=position)
    else:
        elements = store.sorted_by(type_name, sort_key, position)
    bound = query.lower.get(BOUNDS.get(sort_key, ""))
    if bound and not arguments.get("reverse"):
        elements = elements[_first_at_least(elements, bound, position) :]
    if type_name == "FulfillmentOrder" and not arguments.get("includeClosed"):
        elements = [item for item in elements if item.get("status") not in ("CLOSED", "CANCELLED")]
    if type_name == "FulfillmentOrder":
        elements = [item for item in elements if may_see(item, store)]
    if only is not None:
        elements = [item for item in elements if only(item)]
    if type_name == "Location" and not arguments.get("includeInactive"):
        elements = [item for item in elements if item.get("isActive")]
    if arguments.get("reverse"):
        elements = elements[::-1]
    return page(elements, arguments, position, cap=store.page_sizes.get(field_name), wanted=wanted)


def count_of(type_name: str, arguments: Values, context: RequestContext) -> Values:
    query = search(type_name, arguments.get("query"))
    limit = arguments.get("limit", 10_000)
    count = sum(1 for item in context.store.all(type_name) if query.matches(item))
    if limit is not None and count > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": count, "precision": "EXACT"}


def _within_window(context: RequestContext, wanted: Callable[[Values], bool] | None) -> Callable[[Values], bool] | None:
    """Without read_all_orders an app sees the last sixty days only."""
    oldest = context.oldest_order()
    if oldest is None:
        return wanted
    if wanted is None:
        return lambda order: bool(order["createdAt"] >= oldest)
    return lambda order: bool(order["createdAt"] >= oldest and wanted(order))


def _first_at_least(elements: list[Values], bound: str, position: Callable[[Values], Position]) -> int:
    try:
        sought = timestamp(moment_of(bound))
    except ValueError:
        return 0
    return bisect_left(elements, sought, key=lambda item: position(item)[0])


def note_warnings(warnings: list[Values], field_name: str, arguments: Values, context: RequestContext) -> None:
    if warnings:
        entry: Values = {"path": [field_name], "query": arguments.get("query"), "parsed": {}, "warnings": warnings}
        context.search_warnings.append(entry)


def nested_list(name: str, items: list[Values], arguments: Values, context: RequestContext, owner: str) -> Values:
    """A page of the parts of one object, in the order they are kept."""
    check_page_arguments(arguments)
    elements = list(items)
    if arguments.get("query"):
        matches = search("", arguments["query"]).matches
        elements = [item for item in elements if matches(item)]
    if arguments.get("reverse"):
        elements.reverse()
    places = {id(item): (index, index) for index, item in enumerate(elements)}
    # Positions already run in the wanted direction, so the cursor's comparison must not be turned round again.
    straight = {key: value for key, value in arguments.items() if key != "reverse"}
    cap = context.store.page_sizes.get(f"{owner}.{name}", context.store.page_sizes.get(name))
    return page(elements, straight, lambda item: places[id(item)], cap=cap)
