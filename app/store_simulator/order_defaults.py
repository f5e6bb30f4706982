"""Completes an order of which only the telling fields were given.

Follows one rule throughout: what is given stays, what is missing is derived from what is given, and only then from
what a fresh web order would have. Does not know the schema, requests, or how an order changes later.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.store_simulator.ids import gid, number_of
from app.store_simulator.order_money import ZERO, Amount, OrderMoney, allocations_of, read, taxes_of, total

Values = dict[str, Any]
NumberSource = Callable[[], int]

SETTLED = frozenset({"PAID", "REFUNDED", "PARTIALLY_REFUNDED", "VOIDED"})
MONEY_IN = frozenset({"SALE", "CAPTURE"})

HEADER: Values = {
    "confirmed": True,
    "test": False,
    "edited": False,
    "taxesIncluded": False,
    "taxExempt": False,
    "dutiesIncluded": False,
    "estimatedTaxes": False,
    "returnStatus": "NO_RETURN",
    "displayFinancialStatus": "PAID",
    "displayFulfillmentStatus": "UNFULFILLED",
    "sourceName": "web",
    "merchantEditable": True,
    "refundable": True,
    "restockable": True,
    "fulfillable": True,
    "canNotifyCustomer": True,
}
LISTS = (
    "tags customAttributes taxLines discountApplications transactions refunds returns fulfillments agreements".split()
)


def fill_order(
    order: Values, *, now: str, shop_currency: str, new_number: NumberSource, location: Values | None
) -> None:
    _fill_header(order, now, shop_currency)
    money = OrderMoney(order)
    for part in ("transactions", "taxLines", "additionalFees", "paymentTerms", "returns", "agreements"):
        money.complete_all(order.get(part))
    for line in order.setdefault("lineItems", []):
        _fill_line(order, line, money)
    for line in order.setdefault("shippingLines", []):
        _fill_shipping_line(line, money)
    for transaction in order["transactions"]:
        _fill_transaction(order, transaction, money)
    for refund in order["refunds"]:
        _fill_refund(order, refund, money)
    _fill_totals(order, money)
    _fill_states(order)
    if "fulfillmentOrders" not in order:
        order["fulfillmentOrders"] = _first_fulfillment_order(order, new_number, location)
    for fulfillment_order in order["fulfillmentOrders"]:
        _fill_fulfillment_order(order, fulfillment_order)
    for fulfillment in order["fulfillments"]:
        _fill_fulfillment(order, fulfillment)


def _fill_header(order: Values, now: str, shop_currency: str) -> None:
    for name, value in HEADER.items():
        order.setdefault(name, value)
    for name in LISTS:
        if order.get(name) is None:
            order[name] = []
    if not order.get("createdAt"):
        order["createdAt"] = order.get("processedAt") or order.get("updatedAt") or now
    order["processedAt"] = order.get("processedAt") or order["createdAt"]
    order["updatedAt"] = order.get("updatedAt") or order["createdAt"]
    order["currencyCode"] = order.get("currencyCode") or shop_currency
    order["presentmentCurrencyCode"] = order.get("presentmentCurrencyCode") or order["currencyCode"]
    order["name"] = order.get("name") or f"#{number_of(order['id'])}"
    if order.get("number") is None:
        digits = "".join(character for character in order["name"] if character.isdigit())
        order["number"] = int(digits or 0) % 2_147_483_647
    if "displayAddress" not in order:
        order["displayAddress"] = order.get("shippingAddress") or order.get("billingAddress")
    customer = order.get("customer") or {}
    if "email" not in order:
        order["email"] = (customer.get("defaultEmailAddress") or {}).get("emailAddress")
    if "risk" not in order or order["risk"] is None:
        order["risk"] = {"assessments": []}
    order["risk"].setdefault("recommendation", _recommendation(order["risk"]))


def _recommendation(risk: Values) -> str:
    levels = {assessment.get("riskLevel") for assessment in risk.get("assessments") or []}
    if "HIGH" in levels:
        return "CANCEL"
    if "MEDIUM" in levels:
        return "INVESTIGATE"
    return "ACCEPT" if levels - {"PENDING", "NONE"} else "NONE"


def is_tip(line: Values) -> bool:
    """A tip is a line named Tip that belongs to no product."""
    return not line.get("product") and not line.get("variant") and str(line.get("name") or line.get("title")) == "Tip"


def _fill_line(order: Values, line: Values, money: OrderMoney) -> None:
    line["title"] = line.get("title") or line.get("name") or ""
    line["name"] = line.get("name") or line["title"]
    line.setdefault("quantity", 1)
    gone = sum(item.get("quantity", 0) for item in _refund_lines_of(order, line["id"]))
    line.setdefault("currentQuantity", max(0, line["quantity"] - gone))
    line.setdefault("refundableQuantity", line["currentQuantity"])
    shippable = not (line.get("isGiftCard") or is_tip(line))
    for name, value in (("requiresShipping", shippable), ("taxable", True), ("restockable", True)):
        line.setdefault(name, value)
    line.setdefault("isGiftCard", False)
    for name in ("discountAllocations", "taxLines", "duties", "customAttributes"):
        if line.get(name) is None:
            line[name] = []
        money.complete_all(line[name])
    if "unfulfilledQuantity" not in line:
        line["unfulfilledQuantity"] = _unfulfilled(order, line)
    line.setdefault("nonFulfillableQuantity", line["quantity"] - line["currentQuantity"])
    _fill_line_money(order, line, money)


def _fill_line_money(order: Values, line: Values, money: OrderMoney) -> None:
    quantity, current = line["quantity"], line["currentQuantity"]
    unit = money.part(line, "originalUnitPriceSet", ZERO)
    gross = money.part(line, "originalTotalSet", unit.times(quantity))
    everything = allocations_of(line)
    own = total(
        read(share.get("allocatedAmountSet"))
        for share in line["discountAllocations"]
        if not _is_order_level(order, share)
    )
    money.part(line, "totalDiscountSet", own)
    discounted = money.part(line, "discountedTotalSet", gross - own)
    each = Decimal(1) / quantity if quantity else Decimal(0)
    money.part(line, "discountedUnitPriceSet", discounted.times(each))
    money.part(line, "discountedUnitPriceAfterAllDiscountsSet", (gross - everything).times(each))
    remaining = Decimal(current) * each
    net = gross - everything - (taxes_of(line) if order["taxesIncluded"] else ZERO)
    money.part(line, "priceAfterAllDiscountsBeforeTaxesSet", net.times(remaining))
    open_share = Decimal(line["unfulfilledQuantity"]) * each
    money.part(line, "unfulfilledOriginalTotalSet", gross.times(open_share))
    money.part(line, "unfulfilledDiscountedTotalSet", discounted.times(open_share))


def _is_order_level(order: Values, share: Values) -> bool:
    index = (share.get("discountApplication") or {}).get("index")
    applications = order["discountApplications"]
    found = next((item for item in applications if item.get("index") == index), None) if index is not None else None
    return found is not None and found.get("allocationMethod") == "ACROSS" and found.get("targetSelection") == "ALL"


def _refund_lines_of(order: Values, line_id: str) -> list[Values]:
    return [
        item
        for refund in order["refunds"]
        for item in refund.get("refundLineItems") or []
        if (item.get("lineItem") or {}).get("id") == line_id
    ]


def _unfulfilled(order: Values, line: Values) -> int:
    fulfillment_orders = order.get("fulfillmentOrders")
    if fulfillment_orders:
        return sum(
            item.get("remainingQuantity", item.get("totalQuantity", 0))
            for fulfillment_order in fulfillment_orders
            for item in fulfillment_order.get("lineItems") or []
            if (item.get("lineItem") or {}).get("id") == line["id"]
        )
    return 0 if order["displayFulfillmentStatus"] == "FULFILLED" else int(line["currentQuantity"])


def _fill_shipping_line(line: Values, money: OrderMoney) -> None:
    line["title"] = line.get("title") or "Shipping"
    for name in ("discountAllocations", "taxLines"):
        if line.get(name) is None:
            line[name] = []
        money.complete_all(line[name])
    line.setdefault("isRemoved", False)
    line.setdefault("custom", False)
    original = money.part(line, "originalPriceSet", ZERO)
    discounted = money.part(line, "discountedPriceSet", original - allocations_of(line))
    money.part(line, "currentDiscountedPriceSet", ZERO if line["isRemoved"] else discounted)


def _fill_transaction(order: Values, transaction: Values, money: OrderMoney) -> None:
    defaults = {"kind": "SALE", "status": "SUCCESS", "gateway": "manual", "test": order["test"], "fees": []}
    for name, value in defaults.items():
        transaction.setdefault(name, value)
    transaction["createdAt"] = transaction.get("createdAt") or order["processedAt"]
    transaction.setdefault("processedAt", transaction["createdAt"])
    transaction.setdefault("formattedGateway", str(transaction["gateway"] or "").replace("_", " ").title())
    transaction.setdefault("manualPaymentGateway", transaction["gateway"] == "manual")
    money.part(transaction, "amountSet", ZERO)


def _fill_refund(order: Values, refund: Values, money: OrderMoney) -> None:
    refund["createdAt"] = refund.get("createdAt") or order["updatedAt"]
    refund["processedAt"] = refund.get("processedAt") or refund["createdAt"]
    refund["updatedAt"] = refund.get("updatedAt") or refund["createdAt"]
    for name in ("refundLineItems", "refundShippingLines", "orderAdjustments", "transactions", "duties"):
        if refund.get(name) is None:
            refund[name] = []
    for transaction in refund["transactions"]:
        transaction.setdefault("kind", "REFUND")
        _fill_transaction({**order, "processedAt": refund["createdAt"]}, transaction, money)
    money.complete_all([refund["orderAdjustments"], refund["duties"]])
    lines = {line["id"]: line for line in order["lineItems"]}
    for item in refund["refundLineItems"]:
        line = lines.get((item.get("lineItem") or {}).get("id"))
        item.setdefault("quantity", 1)
        item.setdefault("restockType", "NO_RESTOCK")
        item.setdefault("restocked", item["restockType"] != "NO_RESTOCK")
        price = money.part(item, "priceSet", read(line["originalUnitPriceSet"]) if line else ZERO)
        money.part(item, "subtotalSet", price.times(item["quantity"]))
        share = Decimal(item["quantity"]) / line["quantity"] if line and line["quantity"] else Decimal(0)
        money.part(item, "totalTaxSet", taxes_of(line).times(share) if line else ZERO)
    for item in refund["refundShippingLines"]:
        money.part(item, "subtotalAmountSet", ZERO)
        money.part(item, "taxAmountSet", ZERO)
    given = refund.get("totalRefundedSet")
    paid = total(read(item["amountSet"]) for item in refund["transactions"] if item["status"] == "SUCCESS")
    parts = paid if refund["transactions"] else _refunded_goods(order, refund) + _refunded_shipping(order, refund)
    if given is not None and "presentmentMoney" not in given and read(given).shop == parts.shop:
        refund["totalRefundedSet"] = money.bag(parts)
    money.part(refund, "totalRefundedSet", paid)


def _refunded_goods(order: Values, refund: Values) -> Amount:
    lines = refund["refundLineItems"]
    net = total(read(item["subtotalSet"]) for item in lines)
    return net if order["taxesIncluded"] else net + total(read(item["totalTaxSet"]) for item in lines)


def _refunded_shipping(order: Values, refund: Values) -> Amount:
    lines = refund["refundShippingLines"]
    net = total(read(item["subtotalAmountSet"]) for item in lines)
    return net if order["taxesIncluded"] else net + total(read(item["taxAmountSet"]) for item in lines)


def _fill_totals(order: Values, money: OrderMoney) -> None:
    lines, shipping_lines, refunds = order["lineItems"], order["shippingLines"], order["refunds"]
    taxes = total(taxes_of(part) for part in [*lines, *shipping_lines]) if _has_part_taxes(order) else taxes_of(order)
    goods = total(read(line["originalTotalSet"]) - allocations_of(line) for line in lines)
    freight = total(read(line["discountedPriceSet"]) for line in shipping_lines)
    extras = total(read(fee.get("price")) for fee in order.get("additionalFees") or [])
    duties = total(read(duty.get("price")) for line in lines for duty in line["duties"])
    subtotal = money.header("subtotalPriceSet", goods)
    shipping = money.header("totalShippingPriceSet", freight)
    tax = money.header("totalTaxSet", taxes)
    on_top = ZERO if order["taxesIncluded"] else tax
    duties_on_top = ZERO if order["dutiesIncluded"] else duties
    price = money.header("totalPriceSet", subtotal + shipping + on_top + extras + duties_on_top)
    money.header("originalTotalPriceSet", price)
    discounts = money.header("totalDiscountsSet", total(allocations_of(part) for part in [*lines, *shipping_lines]))
    money.header("totalTipReceivedSet", total(read(line["originalTotalSet"]) for line in lines if is_tip(line)))

    goods_back = total(_refunded_goods(order, refund) for refund in refunds)
    freight_back = total(_refunded_shipping(order, refund) for refund in refunds)
    net_back = total(read(item["subtotalSet"]) for refund in refunds for item in refund["refundLineItems"])
    tax_back = total(read(item["totalTaxSet"]) for refund in refunds for item in refund["refundLineItems"])
    current = money.header("currentTotalPriceSet", price - goods_back - freight_back)
    money.header("currentSubtotalPriceSet", subtotal - net_back)
    money.header("currentTotalTaxSet", _not_below_zero(tax - tax_back))
    money.header("currentTotalDiscountsSet", discounts)
    money.header("currentCartDiscountAmountSet", ZERO)
    money.header("currentShippingPriceSet", shipping - freight_back)
    money.header("totalRefundedShippingSet", freight_back)
    if duties != ZERO or "currentTotalDutiesSet" in order:
        money.header("currentTotalDutiesSet", duties)
    if extras != ZERO or "currentTotalAdditionalFeesSet" in order:
        money.header("currentTotalAdditionalFeesSet", extras)
    _fill_payment(order, money, price=price, current=current)


def _has_part_taxes(order: Values) -> bool:
    return any(part["taxLines"] for part in [*order["lineItems"], *order["shippingLines"]])


def _not_below_zero(amount: Amount) -> Amount:
    return Amount(max(Decimal(0), amount.shop), max(Decimal(0), amount.presentment))


def _fill_payment(order: Values, money: OrderMoney, *, price: Amount, current: Amount) -> None:
    refunded = money.header("totalRefundedSet", total(read(item["totalRefundedSet"]) for item in order["refunds"]))
    taken = [item for item in order["transactions"] if item["kind"] in MONEY_IN and item["status"] == "SUCCESS"]
    status = order["displayFinancialStatus"]
    received = total(read(item["amountSet"]) for item in taken)
    if not taken and status in SETTLED - {"VOIDED"}:
        received = price
    received = money.header("totalReceivedSet", received)
    money.header("netPaymentSet", received - refunded)
    outstanding = ZERO if status in SETTLED else current - received
    money.header("totalOutstandingSet", outstanding)
    money.header("refundDiscrepancySet", ZERO)
    held = [item for item in order["transactions"] if item["kind"] == "AUTHORIZATION" and item["status"] == "SUCCESS"]
    capturable = total(read(item["amountSet"]) for item in held) if status == "AUTHORIZED" else ZERO
    money.header("totalCapturableSet", capturable)
    rounding = order.get("totalCashRoundingAdjustment") or {}
    order["totalCashRoundingAdjustment"] = rounding
    money.part(rounding, "paymentSet", ZERO)
    money.part(rounding, "refundSet", ZERO)


def _fill_states(order: Values) -> None:
    status = order["displayFinancialStatus"]
    order.setdefault("closed", bool(order.get("closedAt")))
    if order["closed"] and not order.get("closedAt"):
        order["closedAt"] = order["updatedAt"]
    order.setdefault("fullyPaid", status in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED"))
    order.setdefault("unpaid", status in ("PENDING", "AUTHORIZED", "EXPIRED"))
    due = read(order["totalOutstandingSet"]).shop > 0 and not order.get("cancelledAt")
    order.setdefault("canMarkAsPaid", due)
    order.setdefault("capturable", status == "AUTHORIZED")
    order.setdefault("currentSubtotalLineItemsQuantity", sum(line["currentQuantity"] for line in order["lineItems"]))
    order.setdefault("subtotalLineItemsQuantity", sum(line["quantity"] for line in order["lineItems"]))
    order.setdefault("requiresShipping", any(line["requiresShipping"] for line in order["lineItems"]))
    gateways = list(dict.fromkeys(item["gateway"] for item in order["transactions"] if item["gateway"]))
    order.setdefault("paymentGatewayNames", gateways)
    codes = [item["code"] for item in order["discountApplications"] if item.get("code")]
    order.setdefault("discountCodes", codes)


def _first_fulfillment_order(order: Values, new_number: NumberSource, location: Values | None) -> list[Values]:
    """What Shopify's routing makes of an order nobody said anything else about: everything at one place."""
    lines = [line for line in order["lineItems"] if line["requiresShipping"] and line["currentQuantity"]]
    if not lines or order.get("cancelledAt"):
        return []
    place = {"location": {"id": location["id"]}, "name": location.get("name", "")} if location else {"name": "Shop"}
    items = [
        {
            "id": gid("FulfillmentOrderLineItem", new_number()),
            "lineItem": {"id": line["id"]},
            "totalQuantity": line["currentQuantity"],
            "remainingQuantity": line["unfulfilledQuantity"],
        }
        for line in lines
    ]
    return [{"id": gid("FulfillmentOrder", new_number()), "assignedLocation": place, "lineItems": items}]


def _fill_fulfillment_order(order: Values, fulfillment_order: Values) -> None:
    for item in fulfillment_order.setdefault("lineItems", []):
        item.setdefault("totalQuantity", item.get("remainingQuantity", 1))
        item.setdefault("remainingQuantity", item["totalQuantity"])
    is_open = any(item["remainingQuantity"] for item in fulfillment_order["lineItems"])
    fulfillment_order.setdefault("status", "OPEN" if is_open else "CLOSED")
    fulfillment_order.setdefault("requestStatus", "UNSUBMITTED")
    fulfillment_order.setdefault("createdAt", order["createdAt"])
    fulfillment_order.setdefault("updatedAt", order["updatedAt"])
    fulfillment_order.setdefault("deliveryMethod", {"methodType": "SHIPPING"})
    fulfillment_order.setdefault("assignedLocation", {"name": "Shop"}).setdefault("name", "")
    for name in ("fulfillmentHolds", "merchantRequests"):
        fulfillment_order.setdefault(name, [])


def _fill_fulfillment(order: Values, fulfillment: Values) -> None:
    fulfillment.setdefault("status", "SUCCESS")
    fulfillment.setdefault("createdAt", order["updatedAt"])
    fulfillment.setdefault("updatedAt", fulfillment["createdAt"])
    fulfillment.setdefault("trackingInfo", [])
    items = fulfillment.setdefault("fulfillmentLineItems", [])
    for item in items:
        item.setdefault("quantity", 1)
    fulfillment.setdefault("totalQuantity", sum(item["quantity"] for item in items))
    number = next((n for n, item in enumerate(order["fulfillments"], 1) if item is fulfillment), 1)
    fulfillment.setdefault("name", f"{order['name']}.{number}")
    fulfillment.setdefault("displayStatus", "FULFILLED")
