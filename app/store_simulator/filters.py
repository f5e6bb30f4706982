"""What the search fields of each list mean: orders, customers, products and the rest.

Knows the objects' field names; the syntax itself is the matter of the search module.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from app.store_simulator.ids import moment_of, number_of, timestamp
from app.store_simulator.search import Predicate, Search, TermMaker, parse_search

Values = dict[str, Any]
Reader = Callable[[Values], Any]

FULFILLMENT_WORDS = {
    "shipped": {"FULFILLED"},
    "fulfilled": {"FULFILLED"},
    "unshipped": {"UNFULFILLED"},
    "unfulfilled": {"UNFULFILLED", "PARTIALLY_FULFILLED"},
    "partial": {"PARTIALLY_FULFILLED"},
    "scheduled": {"SCHEDULED"},
    "on_hold": {"ON_HOLD"},
    "request_declined": {"REQUEST_DECLINED"},
}
FINANCIAL_WORDS = {"unpaid": {"PENDING", "AUTHORIZED", "EXPIRED", "PARTIALLY_PAID"}}


def text(read: Reader) -> TermMaker:
    """Equality without regard to case; a star at the end means: begins with; a star alone: is there."""

    def make(_operator: str, wanted: str) -> Predicate:
        sought = wanted.casefold()
        if sought == "*":
            return lambda value: any(_texts(read(value)))
        if sought.endswith("*"):
            return lambda value: any(item.startswith(sought[:-1]) for item in _texts(read(value)))
        return lambda value: sought in _texts(read(value))

    return make


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list | tuple | set) else [value]
    return [str(item).casefold() for item in items if item is not None]


def moment(read: Reader) -> TermMaker:
    def make(operator: str, wanted: str) -> Predicate:
        try:
            sought = moment_of(wanted)
        except ValueError:
            return lambda _value: True
        low = timestamp(sought)
        if not operator and len(wanted) == len("2026-01-01"):
            high = timestamp(sought + timedelta(days=1))
            return lambda value: bool(read(value)) and low <= read(value) < high
        return lambda value: bool(read(value)) and _compare(read(value), operator, low)

    return make


def number(read: Reader) -> TermMaker:
    def make(operator: str, wanted: str) -> Predicate:
        try:
            sought = float(number_of(wanted))
        except ValueError:
            return lambda _value: False
        return lambda value: read(value) is not None and _compare(float(read(value)), operator, sought)

    return make


def flag(read: Reader) -> TermMaker:
    return lambda _operator, wanted: lambda value: bool(read(value)) == (wanted.casefold() == "true")


def words(read: Reader, groups: Mapping[str, set[str]]) -> TermMaker:
    """An enumeration, several values by commas, with words that stand for more than one of them."""

    def make(_operator: str, wanted: str) -> Predicate:
        sought: set[str] = set()
        for word in wanted.split(","):
            sought |= groups.get(word.strip().casefold(), {word.strip().upper()})
        return lambda value: "ANY" in sought or read(value) in sought

    return make


def _compare(left: Any, operator: str, right: Any) -> bool:
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case ">=":
            return bool(left >= right)
        case _:
            return bool(left == right)


def key(name: str) -> Reader:
    return lambda value: value.get(name)


def _order_status(_operator: str, wanted: str) -> Predicate:
    match wanted.casefold():
        case "open":
            return lambda order: not order.get("closed") and not order.get("cancelledAt")
        case "closed":
            return lambda order: bool(order.get("closed"))
        case "cancelled":
            return lambda order: bool(order.get("cancelledAt"))
        case "not_closed":
            return lambda order: not order.get("closed")
        case _:
            return lambda _order: True


def _negated(maker: TermMaker) -> TermMaker:
    def make(operator: str, wanted: str) -> Predicate:
        matches = maker(operator, wanted)
        return lambda value: not matches(value)

    return make


def _nested(*names: str) -> Reader:
    def read(value: Values) -> Any:
        current: Any = value
        for name in names:
            current = (current or {}).get(name)
        return current

    return read


def _each(list_name: str, read: Reader) -> Reader:
    return lambda value: [read(item) for item in value.get(list_name) or []]


def _order_names(order: Values) -> list[str]:
    name = str(order.get("name") or "")
    return [name, name.lstrip("#")]


def _number_of_id(value: Values) -> Any:
    return number_of(value["id"])


def _emails(value: Values) -> list[Any]:
    return [value.get("email"), (value.get("defaultEmailAddress") or {}).get("emailAddress")]


def _phones(value: Values) -> list[Any]:
    return [value.get("phone"), (value.get("defaultPhoneNumber") or {}).get("phoneNumber")]


def _highest_risk(order: Values) -> str:
    levels = {item.get("riskLevel") for item in (order.get("risk") or {}).get("assessments") or []}
    return next((level for level in ("HIGH", "MEDIUM", "LOW") if level in levels), "NONE")


def _delivery_method(order: Values) -> str:
    methods = [(item.get("deliveryMethod") or {}).get("methodType") for item in order.get("fulfillmentOrders") or []]
    return str(next((method for method in methods if method), "NONE"))


def _address_parts(customer: Values, *names: str) -> list[Any]:
    return [address.get(name) for address in customer.get("addresses") or [] for name in names]


TIMES: dict[str, TermMaker] = {
    "created_at": moment(key("createdAt")),
    "updated_at": moment(key("updatedAt")),
}
ORDER_FIELDS: dict[str, TermMaker] = {
    **TIMES,
    "id": number(_number_of_id),
    "name": text(_order_names),
    "processed_at": moment(key("processedAt")),
    "closed_at": moment(key("closedAt")),
    "cancelled_at": moment(key("cancelledAt")),
    "status": _order_status,
    "financial_status": words(key("displayFinancialStatus"), FINANCIAL_WORDS),
    "fulfillment_status": words(key("displayFulfillmentStatus"), FULFILLMENT_WORDS),
    "return_status": words(key("returnStatus"), {}),
    "risk_level": words(_highest_risk, {}),
    "tag": text(key("tags")),
    "tag_not": _negated(text(key("tags"))),
    "channel": text(_nested("attribution", "handle")),
    "sales_channel": text(_nested("attribution", "displayName")),
    "source_name": text(key("sourceName")),
    "source_identifier": text(key("sourceIdentifier")),
    "test": flag(key("test")),
    "po_number": text(key("poNumber")),
    "email": text(key("email")),
    "phone": text(key("phone")),
    "sku": text(_each("lineItems", key("sku"))),
    "product_id": text(_each("lineItems", lambda line: number_of(_nested("product", "id")(line) or ""))),
    "customer_id": text(lambda order: number_of(_nested("customer", "id")(order) or "")),
    "location_id": text(
        _each("fulfillmentOrders", lambda item: number_of(_nested("assignedLocation", "location", "id")(item) or ""))
    ),
    "delivery_method": words(_delivery_method, {}),
    "gateway": text(key("paymentGatewayNames")),
    "discount_code": text(key("discountCodes")),
    "confirmation_number": text(key("confirmationNumber")),
    "edited": flag(key("edited")),
}
CUSTOMER_FIELDS: dict[str, TermMaker] = {
    **TIMES,
    "customer_date": TIMES["created_at"],
    "id": number(_number_of_id),
    "email": text(_emails),
    "phone": text(_phones),
    "first_name": text(key("firstName")),
    "last_name": text(key("lastName")),
    "tag": text(key("tags")),
    "tag_not": _negated(text(key("tags"))),
    "state": words(key("state"), {}),
    "country": text(lambda customer: _address_parts(customer, "country", "countryCodeV2")),
}
VARIANT_FIELDS: dict[str, TermMaker] = {
    **TIMES,
    "id": number(_number_of_id),
    "sku": text(key("sku")),
    "barcode": text(key("barcode")),
    "title": text(key("title")),
}
PRODUCT_FIELDS: dict[str, TermMaker] = {
    **TIMES,
    "id": number(_number_of_id),
    "title": text(key("title")),
    "handle": text(key("handle")),
    "status": words(key("status"), {}),
    "vendor": text(key("vendor")),
    "gift_card": flag(key("isGiftCard")),
    "product_type": text(key("productType")),
    "tag": text(key("tags")),
    "sku": text(_each("variants", key("sku"))),
    "barcode": text(_each("variants", key("barcode"))),
}
OTHER_FIELDS: dict[str, TermMaker] = {
    **TIMES,
    "id": number(_number_of_id),
    "name": text(key("name")),
    "status": words(key("status"), {}),
    "sku": text(key("sku")),
    "external_id": text(key("externalId")),
    "active": flag(key("isActive")),
    "topic": words(key("topic"), {}),
    "type": words(key("type"), {}),
    "operation_type": words(key("type"), {}),
    "tag": text(key("tags")),
    "initial_value": text(key("initialValue")),
    "last_characters": text(key("lastCharacters")),
    "default_email": text(_emails),
    "variant_id": text(lambda item: number_of(_nested("variant", "id")(item) or "")),
    "payments_transfer_id": text(lambda item: number_of(_nested("associatedPayout", "id")(item) or "")),
}
FIELDS = {
    "Order": ORDER_FIELDS,
    "Customer": CUSTOMER_FIELDS,
    "Product": PRODUCT_FIELDS,
    "ProductVariant": VARIANT_FIELDS,
}


def _spoken(value: Values) -> Iterable[str]:
    for name in ("name", "title", "email", "displayName", "firstName", "lastName", "sku", "phone", "handle"):
        yield from _texts(value.get(name))
    for reader in (_emails, _phones):
        yield from _texts(reader(value))


def free_text(_operator: str, wanted: str) -> Predicate:
    sought = wanted.casefold().rstrip("*").lstrip("#")
    return lambda value: any(item.lstrip("#").startswith(sought) for item in _spoken(value))


def search(type_name: str, query: str | None) -> Search:
    """A search in one list; names beginning with metafields. are accepted and match nothing given otherwise."""
    return parse_search(query, FIELDS.get(type_name, OTHER_FIELDS), free_text)
