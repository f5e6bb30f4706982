"""Payment transactions of an order and the header fields that follow from them.

Only SALE and CAPTURE with SUCCESS are money in, REFUND with SUCCESS money out (Admin API, OrderTransaction). An open
authorisation makes an order AUTHORIZED with nothing outstanding (recorded). Cash rounding is beside the amount of a
transaction, never in it (`amountRoundingSet`). Knows nothing of lines.
"""

from datetime import datetime

from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, portion, total
from app.store_simulator.orders.nodes import ChildIds, timestamp

_GATEWAYS = {
    "shopify_payments": "Shopify Payments",
    "paypal": "PayPal Express Checkout",
    "gift_card": "Gift Card",
    "cash": "Cash",
    "manual": "Manual",
    "bogus": "(For Testing) Bogus Gateway",
}
_CASH_STEPS = {"CHF": 5, "CAD": 5}
_MANUAL = frozenset({"manual", "cash", "Bank Deposit"})


def transaction(
    ids: ChildIds,
    currencies: Currencies,
    *,
    kind: str,
    gateway: str,
    amount: Amounts,
    at: datetime,
    status: str = "SUCCESS",
    parent: JsonObject | None = None,
    rounding: Amounts | None = None,
    test: bool = False,
) -> JsonObject:
    """One transaction in Shopify's fields."""
    written = timestamp(at)
    number = ids.next_number()
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": status,
        "gateway": gateway,
        "formattedGateway": _GATEWAYS.get(gateway, gateway),
        "manualPaymentGateway": gateway in _MANUAL,
        "test": test,
        "createdAt": written,
        "processedAt": written,
        "errorCode": "CARD_DECLINED" if status == "FAILURE" else None,
        "accountNumber": "•••• 4242" if gateway == "shopify_payments" else None,
        "paymentId": f"pay_{number}",
        "settlementCurrency": None,
        "settlementCurrencyRate": None,
        "amountSet": currencies.bag(amount),
        "amountRoundingSet": currencies.bag(rounding) if rounding is not None else None,
        "totalUnsettledSet": currencies.bag(amount if kind == "AUTHORIZATION" else ZERO),
        "parentTransaction": (
            {"id": parent["id"], "kind": parent["kind"], "status": parent["status"]} if parent else None
        ),
    }


def cash_rounding(due: Amounts, currencies: Currencies) -> Amounts:
    """What is added to or taken off an amount paid in coins, where the smallest coins are gone."""
    step = _CASH_STEPS.get(currencies.presentment)
    if step is None or not due.presentment:
        return ZERO
    rounding = (due.presentment + step // 2) // step * step - due.presentment
    if currencies.shop == currencies.presentment:
        return Amounts(rounding, rounding)
    return Amounts(portion(due.shop, rounding, due.presentment), rounding)


def _sum(order: JsonObject, currencies: Currencies, kinds: tuple[str, ...]) -> Amounts:
    return total(
        currencies.read(one.get("amountSet"))
        for one in order.get("transactions") or ()
        if one.get("kind") in kinds and one.get("status", "SUCCESS") == "SUCCESS"
    )


def received(order: JsonObject, currencies: Currencies) -> Amounts:
    """Money in. An order put into the state as paid but without transactions has received what its header says."""
    if order.get("transactions"):
        return _sum(order, currencies, ("SALE", "CAPTURE"))
    stated = currencies.read(order.get("totalReceivedSet"))
    if stated:
        return stated
    return currencies.read(order.get("totalPriceSet")) if order.get("fullyPaid") else ZERO


def refunded(order: JsonObject, currencies: Currencies) -> Amounts:
    """Money out; without transactions what the refunds say."""
    if any(one.get("kind") == "REFUND" for one in order.get("transactions") or ()):
        return _sum(order, currencies, ("REFUND",))
    return total(currencies.read(refund.get("totalRefundedSet")) for refund in order.get("refunds") or ())


def unsettled(authorization: JsonObject, order: JsonObject, currencies: Currencies) -> Amounts:
    """What an authorisation still allows to capture; nothing once it was voided."""
    children = [
        one
        for one in order.get("transactions") or ()
        if (one.get("parentTransaction") or {}).get("id") == authorization["id"] and one.get("status") == "SUCCESS"
    ]
    if any(one["kind"] == "VOID" for one in children):
        return ZERO
    captured = total(currencies.read(one["amountSet"]) for one in children if one["kind"] == "CAPTURE")
    return currencies.read(authorization["amountSet"]) - captured


def authorizations(order: JsonObject) -> list[JsonObject]:
    """Successful authorisations, oldest first."""
    return [
        one
        for one in order.get("transactions") or ()
        if one.get("kind") == "AUTHORIZATION" and one.get("status") == "SUCCESS"
    ]


def refresh_payment(order: JsonObject, currencies: Currencies) -> None:
    """Write everything in the header that follows from transactions, refunds and the current total."""
    money_in, money_out = received(order, currencies), refunded(order, currencies)
    capturable = ZERO
    for authorization in authorizations(order):
        left = unsettled(authorization, order, currencies)
        authorization["totalUnsettledSet"] = currencies.bag(left)
        capturable = capturable + left
    cancelled = bool(order.get("cancelledAt"))
    current = currencies.read(order.get("currentTotalPriceSet"))
    discrepancy = currencies.read(order.get("refundDiscrepancySet"))
    net = money_in - money_out
    outstanding = current - net + discrepancy
    if capturable and not cancelled:
        outstanding = _not_below_zero(outstanding - capturable) if not net else outstanding - capturable
    order["displayFinancialStatus"] = _status(order, money_in, money_out, capturable, outstanding)
    order["totalReceivedSet"] = currencies.bag(money_in)
    order["totalRefundedSet"] = currencies.bag(money_out)
    order["netPaymentSet"] = currencies.bag(net)
    order["totalCapturableSet"] = currencies.bag(capturable)
    order["totalOutstandingSet"] = currencies.bag(outstanding)
    order["capturable"] = bool(capturable)
    order["fullyPaid"] = not capturable and outstanding.presentment <= 0 and outstanding.shop <= 0
    order["unpaid"] = not money_in and bool(currencies.read(order.get("totalPriceSet")))
    order["canMarkAsPaid"] = not cancelled and outstanding.presentment > 0
    order["refundable"] = bool(net)
    order["paymentGatewayNames"] = _gateways(order)


def _not_below_zero(amount: Amounts) -> Amounts:
    return Amounts(max(amount.shop, 0), max(amount.presentment, 0))


def _status(
    order: JsonObject, money_in: Amounts, money_out: Amounts, capturable: Amounts, outstanding: Amounts
) -> str | None:
    if money_out and money_in:
        return "REFUNDED" if (money_in - money_out).presentment <= 0 else "PARTIALLY_REFUNDED"
    if money_in:
        return "PARTIALLY_PAID" if outstanding.presentment > 0 else "PAID"
    if capturable:
        return "AUTHORIZED"
    if order.get("cancelledAt"):
        return "VOIDED"
    if any(one.get("kind") == "VOID" for one in order.get("transactions") or ()):
        return "VOIDED"
    if outstanding.presentment <= 0 and not order.get("transactions"):
        return "PAID"
    if "displayFinancialStatus" in order and order["displayFinancialStatus"] is None and not order.get("transactions"):
        return None
    return "PENDING"


def _gateways(order: JsonObject) -> list[str]:
    names: list[str] = []
    for one in order.get("transactions") or ():
        gateway = one.get("gateway")
        if gateway and gateway not in names and one.get("status") in ("SUCCESS", "PENDING"):
            names.append(gateway)
    return names
