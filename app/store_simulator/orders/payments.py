"""Payment transactions of an order and the header fields that follow from them.

Only SALE and CAPTURE with SUCCESS are money in, REFUND with SUCCESS money out (Admin API, OrderTransaction). An open
authorisation makes an order AUTHORIZED with nothing outstanding (recorded). Cash rounding is beside the amount of a
transaction, never in it (`amountRoundingSet`). Shopify turns a later payment at the rate of that moment (recorded);
here the order's own rate is kept, so that both currencies can be proved. Knows nothing of lines.
"""

from dataclasses import dataclass
from datetime import datetime

from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, portion, total
from app.store_simulator.orders.nodes import ChildIds, gid, timestamp

_GATEWAYS = {
    "shopify_payments": "Shopify Payments",
    "paypal": "PayPal Express Checkout",
    "gift_card": "Gift Card",
    "cash": "Cash",
    "manual": "Manual",
    "bogus": "(For Testing) Bogus Gateway",
}
_CASH_STEPS = {"CHF": 5, "CAD": 5, "SEK": 100}
"""The smallest coin, in minor units."""
_MANUAL = frozenset({"manual", "cash", "Bank Deposit"})


@dataclass(frozen=True, slots=True)
class TransactionWriter:
    """Writes the transactions of one order."""

    ids: ChildIds
    currencies: Currencies

    def write(
        self,
        *,
        kind: str,
        gateway: str,
        amount: Amounts,
        at: datetime,
        status: str = "SUCCESS",
        parent: JsonObject | None = None,
        rounding: Amounts | None = None,
    ) -> JsonObject:
        """One transaction in Shopify's fields; a test where the bogus gateway or the parent is one."""
        written, bag = timestamp(at), self.currencies.bag
        number = self.ids.next_number()
        return {
            "id": gid("OrderTransaction", number),
            "kind": kind,
            "status": status,
            "gateway": gateway,
            "formattedGateway": _GATEWAYS.get(gateway, gateway),
            "manualPaymentGateway": gateway in _MANUAL,
            "test": gateway == "bogus" or bool(parent and parent.get("test")),
            "createdAt": written,
            "processedAt": written,
            "errorCode": "CARD_DECLINED" if status == "FAILURE" else None,
            "accountNumber": "•••• 4242" if gateway == "shopify_payments" else None,
            "paymentId": f"pay_{number}",
            "receiptJson": parent.get("receiptJson") if parent else None,
            "settlementCurrency": None,
            "settlementCurrencyRate": None,
            "amountSet": bag(amount),
            "amountRoundingSet": bag(rounding) if rounding is not None else None,
            "totalUnsettledSet": bag(amount if kind == "AUTHORIZATION" else ZERO),
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
    if order.get("totalReceivedSet"):
        return currencies.read(order["totalReceivedSet"])
    paid = order.get("displayFinancialStatus") in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")
    return currencies.read(order.get("totalPriceSet")) if paid else ZERO


def fix_received(order: JsonObject, currencies: Currencies) -> None:
    """Write down what was received before totals move, as it may be known from nothing but the total."""
    if not order.get("transactions"):
        order["totalReceivedSet"] = currencies.bag(received(order, currencies))


def refunded(order: JsonObject, currencies: Currencies) -> Amounts:
    """Money out, as the refunds say; what is still pending is in none of them."""
    refunds = order.get("refunds")
    if refunds:
        return total(currencies.read(refund.get("totalRefundedSet")) for refund in refunds)
    return _sum(order, currencies, ("REFUND",))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFigures:
    """Where an order stands with its payments."""

    received: Amounts
    refunded: Amounts
    capturable: Amounts
    outstanding: Amounts

    @classmethod
    def of(cls, order: JsonObject, currencies: Currencies) -> "PaymentFigures":
        """Read them; nothing is outstanding of what an authorisation still covers."""
        money_in, money_out = received(order, currencies), refunded(order, currencies)
        capturable = total(unsettled(hold, order, currencies) for hold in authorizations(order))
        current = currencies.read(order.get("currentTotalPriceSet"))
        discrepancy = currencies.read(order.get("refundDiscrepancySet"))
        outstanding = current - (money_in - money_out) + discrepancy
        if capturable and not order.get("cancelledAt"):
            outstanding = outstanding - capturable
            if not money_in:
                outstanding = _not_below_zero(outstanding)
        return cls(received=money_in, refunded=money_out, capturable=capturable, outstanding=outstanding)

    @property
    def net(self) -> Amounts:
        """Received less refunded."""
        return self.received - self.refunded


def can_mark_as_paid(order: JsonObject, figures: PaymentFigures) -> bool:
    """Only while something is outstanding, and never after cancelling."""
    return not order.get("cancelledAt") and figures.outstanding.presentment > 0


def refresh_payment(order: JsonObject, currencies: Currencies) -> None:
    """Write everything in the header that follows from transactions, refunds and the current total."""
    figures = PaymentFigures.of(order, currencies)
    for hold in authorizations(order):
        hold["totalUnsettledSet"] = currencies.bag(unsettled(hold, order, currencies))
    outstanding = figures.outstanding
    order["displayFinancialStatus"] = _status(order, figures)
    order["totalReceivedSet"] = currencies.bag(figures.received)
    order["totalRefundedSet"] = currencies.bag(figures.refunded)
    order["netPaymentSet"] = currencies.bag(figures.net)
    order["totalCapturableSet"] = currencies.bag(figures.capturable)
    order["totalOutstandingSet"] = currencies.bag(outstanding)
    order["capturable"] = bool(figures.capturable)
    order["fullyPaid"] = not figures.capturable and outstanding.presentment <= 0
    order["unpaid"] = not figures.received and bool(currencies.read(order.get("totalPriceSet")))
    order["canMarkAsPaid"] = can_mark_as_paid(order, figures)
    order["refundable"] = bool(figures.net)
    order["paymentGatewayNames"] = _gateways(order)


def _not_below_zero(amount: Amounts) -> Amounts:
    return Amounts(max(amount.shop, 0), max(amount.presentment, 0))


def _status(order: JsonObject, figures: PaymentFigures) -> str | None:
    if figures.received:
        return _status_of_received(figures)
    if figures.capturable:
        return "AUTHORIZED"
    transactions = order.get("transactions") or ()
    if order.get("cancelledAt") or any(one.get("kind") == "VOID" for one in transactions):
        return "VOIDED"
    if not transactions and figures.outstanding.presentment <= 0:
        return "PAID"
    never_said = "displayFinancialStatus" in order and order["displayFinancialStatus"] is None
    return None if never_said and not transactions else "PENDING"


def _status_of_received(figures: PaymentFigures) -> str:
    if figures.refunded:
        return "REFUNDED" if figures.net.presentment <= 0 else "PARTIALLY_REFUNDED"
    # What an authorisation still covers is not outstanding, yet it is not paid either.
    unpaid = figures.outstanding + figures.capturable
    return "PARTIALLY_PAID" if unpaid.presentment > 0 else "PAID"


def _gateways(order: JsonObject) -> list[str]:
    names: list[str] = []
    for one in order.get("transactions") or ():
        gateway = one.get("gateway")
        if gateway and gateway not in names and one.get("status") in ("SUCCESS", "PENDING"):
            names.append(gateway)
    return names
