"""Where each problem is mended: the page, and the place on it, that its remedy names."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from app.domain.problems import ProblemCode

_SETTINGS = "/settings/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A link: what it says and where it leads."""

    label: str
    address: str


_PLACES: Mapping[ProblemCode, tuple[str, str]] = {
    ProblemCode.CUSTOMER_MISSING: ("Assign or create the customer", "{order}#customer"),
    ProblemCode.CUSTOMER_AMBIGUOUS: ("Assign the right customer", "{order}#customer"),
    ProblemCode.CUSTOMER_NO_ADDRESS: ("Assign a customer", "{order}#customer"),
    ProblemCode.COMPANY_MISSING: ("Assign the company's customer", "{order}#customer"),
    ProblemCode.TEMPLATE_MISSING: ("Customer templates", "{shop}/customer-templates"),
    ProblemCode.ITEM_MISSING: ("Set the item of the line", "{order}#lines"),
    ProblemCode.ITEM_AMBIGUOUS: ("Set the item of the line", "{order}#lines"),
    ProblemCode.ACCOUNT_MISSING: ("Accounts", "{shop}/settings"),
    ProblemCode.CHARGE_NO_MISSING: ("Shipment methods", "{shop}/shipment-method-mappings"),
    ProblemCode.LOCATION_MISSING: ("Locations", "{shop}/location-mappings"),
    ProblemCode.CURRENCY_MISSING: ("Currencies", "/console/currency-mappings"),
    ProblemCode.NUMBER_INVALID: ("Numbers of orders", "{shop}/settings#f-orders-use_shopify_order_number"),
    ProblemCode.NUMBER_TAKEN: ("Numbers of orders", "{shop}/settings#f-orders-use_shopify_order_number"),
    ProblemCode.TOTAL_DIFFERS: ("Read the order again", "{order}#documents"),
    ProblemCode.PRICE_TAX_MODE_DIFFERS: ("Customer templates", "{shop}/customer-templates"),
    ProblemCode.DOCUMENT_REJECTED: ("Make the document again", "{order}#documents"),
    ProblemCode.NOTHING_TO_DOCUMENT: ("Read the order again", "{order}#documents"),
    ProblemCode.REMAINDER_TOO_LARGE: ("Limit of remainders", "{shop}/settings"),
    ProblemCode.REFUND_CHANGED: ("Cancel its document", "{order}#documents"),
    ProblemCode.REFUND_FAILED: ("Read the order again", "{order}#documents"),
}

_BY_CODE = {code.value: place for code, place in _PLACES.items()}


def place_of(problem: Mapping[str, str], order_id: str, shop: str) -> Place | None:
    """Where to mend it; a setting is led to itself. None for a code of a later release."""
    code, pointer = problem["code"], problem["pointer"]
    known = _BY_CODE.get(code)
    if known is None:
        return None
    label, pattern = known
    in_shop = f"/console/shops/{quote(shop, safe='')}"
    if pointer.startswith(_SETTINGS):
        field = pointer.removeprefix(_SETTINGS).replace("/", "-")
        return Place(label="Set it", address=f"{in_shop}/settings#f-{quote(field)}")
    order = f"/console/orders/{quote(order_id, safe='')}"
    return Place(label=label, address=pattern.format(order=order, shop=in_shop))
