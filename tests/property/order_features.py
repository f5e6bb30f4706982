"""Which of the things that make documents hard an order of the simulator has, by name."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from app.store_simulator.orders.line_money import ODD_TIP_TITLES, TIP_TITLES
from tests.property.living_orders import Json, exchanged_lines, money

SHOP = "shopMoney"


def features_of(order: Json) -> frozenset[str]:
    """The names of all that the order has, and of the discounts it was given."""
    return frozenset({name for name, has in _FEATURES.items() if has(order)} | set(_discounts(order)))


def every_feature() -> frozenset[str]:
    """All names that orders can have."""
    return frozenset({*_FEATURES, *_DISCOUNTS})


def _lines(order: Json) -> list[Json]:
    lines: list[Json] = order["lineItems"]
    return lines


def _taxes(order: Json) -> Iterator[Json]:
    for node in (*_lines(order), *order["shippingLines"]):
        yield from node["taxLines"]


def _duties(order: Json) -> list[Json]:
    return [duty for line in _lines(order) for duty in line["duties"]]


def _off(line: Json) -> Decimal:
    return sum((money(each["allocatedAmountSet"], SHOP) for each in line["discountAllocations"]), Decimal(0))


def _article(line: Json) -> bool:
    return bool(line["product"] or line["sku"])


def _given_away(line: Json) -> bool:
    worth = money(line["originalUnitPriceSet"], SHOP) * line["quantity"]
    return bool(worth) and _off(line) == worth


def _split(order: Json) -> bool:
    places: dict[str, set[str]] = {}
    for node in order["fulfillmentOrders"]:
        for part in node["lineItems"]:
            places.setdefault(part["lineItem"]["id"], set()).add(node["assignedLocation"]["location"]["id"])
    return any(len(found) > 1 for found in places.values())


def _liabilities(order: Json) -> set[bool | None]:
    return {tax["channelLiable"] for tax in _taxes(order)}


def _paid_back_and_removed(order: Json) -> set[str]:
    back = (part for refund in order["refunds"] if refund["transactions"] for part in refund["refundShippingLines"])
    gone = {charge["id"] for charge in order["shippingLines"] if charge["isRemoved"]}
    return gone & {part["shippingLine"]["id"] for part in back}


def _any(items: Iterable[object]) -> bool:
    return any(items)


_FEATURES: dict[str, Callable[[Json], bool]] = {
    "taxes in prices": lambda order: bool(order["taxesIncluded"] and order["taxLines"]),
    "taxes on top": lambda order: bool(not order["taxesIncluded"] and order["taxLines"]),
    "several rates on a line": lambda order: _any(len(line["taxLines"]) > 1 for line in _lines(order)),
    "several rates in an order": lambda order: len({tax["rate"] for tax in _taxes(order)}) > 1,
    "exempt": lambda order: bool(order["taxExempt"]),
    "an untaxed article": lambda order: _any(not line["taxable"] and _article(line) for line in _lines(order)),
    "all taxes the channel's": lambda order: _liabilities(order) == {True},
    "some taxes the channel's": lambda order: _liabilities(order) == {True, False},
    "nobody knows whose taxes": lambda order: None in _liabilities(order),
    "duties": lambda order: bool(_duties(order)) and not order["dutiesIncluded"],
    "taxed duties": lambda order: _any(duty["taxLines"] for duty in _duties(order)),
    "duties in prices": lambda order: bool(_duties(order)) and bool(order["dutiesIncluded"]),
    "duties given back": lambda order: _any(refund["duties"] for refund in order["refunds"]),
    "fees": lambda order: bool(order["additionalFees"]),
    "a tip": lambda order: _any(line["title"] in TIP_TITLES for line in _lines(order)),
    "an odd tip": lambda order: _any(line["title"] in ODD_TIP_TITLES for line in _lines(order)),
    "a gift card sold": lambda order: _any(line["isGiftCard"] for line in _lines(order)),
    "a gift card redeemed": lambda order: _any(one["gateway"] == "gift_card" for one in order["transactions"]),
    "a custom line": lambda order: _any(
        not _article(line) and line["title"] not in TIP_TITLES for line in _lines(order)
    ),
    "a deleted product": lambda order: _any(line["sku"] and not line["product"] for line in _lines(order)),
    "an exchange": lambda order: bool(exchanged_lines(order)),
    "a line from several locations": _split,
    "a company": lambda order: order["purchasingEntity"] is not None,
    "a company's order number": lambda order: bool(order["poNumber"]),
    "payment terms": lambda order: order["paymentTerms"] is not None,
    "a till": lambda order: order["retailLocation"] is not None,
    "cash rounding": lambda order: bool(money(order["totalCashRoundingAdjustment"]["paymentSet"], SHOP)),
    "nothing to pay": lambda order: not money(order["totalPriceSet"], SHOP),
    "a line given away": lambda order: _any(_given_away(line) for line in _lines(order)),
    "a line without price": lambda order: _any(not money(line["originalUnitPriceSet"], SHOP) for line in _lines(order)),
    "two currencies": lambda order: order["currencyCode"] != order["presentmentCurrencyCode"],
    "several charges": lambda order: len(order["shippingLines"]) > 1,
    "a charge paid back and then taken away": lambda order: _any(_paid_back_and_removed(order)),
    "a code before an edit": lambda order: bool(order["discountCodes"] and order["edited"]),
    "a discount by edit": lambda order: _any(
        share["discountApplication"]["index"] not in {one["index"] for one in order["discountApplications"]}
        for line in _lines(order)
        for share in line["discountAllocations"]
    ),
    "a refund": lambda order: bool(order["refunds"]),
    "a cancellation": lambda order: bool(order["cancelledAt"]),
}
_DISCOUNTS = (
    "a code across the order",
    "an automatic discount across the order",
    "a discount by hand across the order",
    "a code on entitled lines",
    "an automatic discount on entitled lines",
    "a code on one line",
    "a discount by hand on one line",
    "a code on shipping",
    "a discount by hand on shipping",
    "a fixed amount",
    "a percentage",
)
_KINDS = {
    "DiscountCodeApplication": "a code",
    "AutomaticDiscountApplication": "an automatic discount",
    "ManualDiscountApplication": "a discount by hand",
}
_REACHES = {("ACROSS", "ALL"): "across the order", ("EACH", "ENTITLED"): "on entitled lines"}


def _discounts(order: Json) -> Iterator[str]:
    for one in order["discountApplications"]:
        reach = _REACHES.get((one["allocationMethod"], one["targetSelection"]), "on one line")
        if one["targetType"] == "SHIPPING_LINE":
            reach = "on shipping"
        yield f"{_KINDS[one['__typename']]} {reach}"
        yield "a fixed amount" if one["value"]["__typename"] == "MoneyV2" else "a percentage"
