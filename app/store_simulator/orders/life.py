"""The life of an order: every change a merchant or customer can cause, with the consequences Shopify gives it.

Each function changes the order in place, moves `updatedAt` (whole seconds, strictly rising) and answers the webhook
topics caused, in the order Shopify would send them. What Shopify would refuse raises `ChangeRefused` and changes
nothing. Consequences follow the Admin API pages on orders and what was recorded from real stores. Knows no store, no
delivery of webhooks and no GraphQL.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from app.store_simulator.orders.edits import OrderEdit
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.orders.exchanges import record_exchange
from app.store_simulator.orders.fulfilment import cancel_fulfilment, refresh_shipping, ship, tracking_entries
from app.store_simulator.orders.fulfilment_orders import is_open, refresh_fulfilment_order
from app.store_simulator.orders.header import AFTER_RETURNS, refresh_counts, refresh_tax_lines
from app.store_simulator.orders.line_money import current_quantity
from app.store_simulator.orders.money import ZERO, Amounts, Currencies, JsonObject, portion, to_minor, to_text
from app.store_simulator.orders.nodes import ChildIds, touch
from app.store_simulator.orders.payments import (
    PaymentFigures,
    TransactionWriter,
    authorizations,
    can_mark_as_paid,
    fix_received,
    refresh_payment,
    unsettled,
)
from app.store_simulator.orders.refunds import RefundEntry, record_refund
from app.store_simulator.orders.returns import return_status
from app.store_simulator.orders.undo import all_or_nothing

__all__ = [
    "ChangeRefused",
    "cancel",
    "cancel_shipment",
    "capture",
    "change",
    "change_tracking",
    "close",
    "create",
    "edit",
    "exchange",
    "fulfil",
    "mark_as_paid",
    "refund",
    "refuse_cancel",
    "reopen",
]

_UPDATED: Final = "ORDERS_UPDATED"
_SETTLED: Final = frozenset({"SUCCESS", "FAILURE", "ERROR"})
_FIXED_FIELDS: Final = frozenset({"id", "legacyResourceId", "updatedAt", "currencyCode", "presentmentCurrencyCode"})


def create(order: JsonObject) -> list[str]:
    """Topics of an order that has just appeared, with everything it already went through."""
    topics = ["ORDERS_CREATE"]
    settled = [one for one in order.get("transactions") or () if one.get("status") in _SETTLED]
    topics.extend("ORDER_TRANSACTIONS_CREATE" for _ in settled)
    if order.get("displayFinancialStatus") in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED"):
        topics.append("ORDERS_PAID")
    topics.extend("FULFILLMENTS_CREATE" for _ in order.get("fulfillments") or ())
    topics.extend(_fulfilment_topic(order) if order.get("fulfillments") else ())
    topics.extend("REFUNDS_CREATE" for _ in order.get("refunds") or ())
    if order.get("cancelledAt"):
        topics.append("ORDERS_CANCELLED")
    return [*topics, _UPDATED]


def close(order: JsonObject, at: datetime) -> list[str]:
    """Archive. Closing a closed order is a silent success (recorded)."""
    if order.get("closed"):
        return []
    order["closedAt"] = touch(order, at)
    order["closed"] = True
    return [_UPDATED]


def reopen(order: JsonObject, at: datetime) -> list[str]:
    """Take out of the archive; silent when it is not there."""
    if not order.get("closed"):
        return []
    touch(order, at)
    order["closed"] = False
    order["closedAt"] = None
    return [_UPDATED]


def change(order: JsonObject, fields: Mapping[str, Any], at: datetime) -> list[str]:
    """Change what is neither money nor goods: addresses, note, tags, attributes, e-mail, returns, customer.

    The display address and the return status follow. Ids, currencies and `updatedAt` cannot be set.
    """
    fixed = sorted(_FIXED_FIELDS & fields.keys())
    if fixed:
        raise ChangeRefused(f"{', '.join(fixed)} cannot be changed", field=fixed)
    order.update(fields)
    if "returns" in fields:
        order["returnStatus"] = return_status(order["returns"])
    if {"shippingAddress", "billingAddress"} & fields.keys():
        shipping, billing = order.get("shippingAddress"), order.get("billingAddress")
        order["displayAddress"] = shipping or billing
        order["billingAddressMatchesShippingAddress"] = shipping is not None and shipping == billing
    touch(order, at)
    return [_UPDATED]


def mark_as_paid(order: JsonObject, at: datetime) -> list[str]:
    """Pay the whole outstanding amount by hand: a SALE by the gateway `manual`, or of the payment that was pending."""
    currencies = Currencies.of(order)
    figures = PaymentFigures.of(order, currencies)
    if not can_mark_as_paid(order, figures):
        raise ChangeRefused("Order cannot be marked as paid.", field=["id"])
    writer = TransactionWriter(ChildIds.continuing(order), currencies)
    transactions = order.setdefault("transactions", [])
    if not transactions and figures.received:
        # An order put into the state as paid has received something that no transaction tells; it gets one.
        transactions.append(writer.write(kind="SALE", gateway="manual", amount=figures.received, at=at))
    waiting = next((one for one in transactions if one["kind"] == "SALE" and one["status"] == "PENDING"), None)
    gateway = waiting["gateway"] if waiting else "manual"
    transactions.append(writer.write(kind="SALE", gateway=gateway, amount=figures.outstanding, at=at, parent=waiting))
    refresh_payment(order, currencies)
    touch(order, at)
    return ["ORDER_TRANSACTIONS_CREATE", "ORDERS_PAID", _UPDATED]


def capture(
    order: JsonObject, amount: str | None, at: datetime, *, parent_transaction_id: str | None = None
) -> list[str]:
    """Capture an authorisation, wholly (`None`) or in part; the amount is in the customer's currency (recorded)."""
    currencies = Currencies.of(order)
    holds = [one for one in authorizations(order) if parent_transaction_id in (None, one["id"])]
    hold = next((one for one in holds if unsettled(one, order, currencies)), holds[0] if holds else None)
    if hold is None:
        raise ChangeRefused("Unable to find parent transaction")
    taken = _capturable(hold, amount, order, currencies)
    writer = TransactionWriter(ChildIds.continuing(order), currencies)
    made = writer.write(kind="CAPTURE", gateway=hold["gateway"], amount=taken, at=at, parent=hold)
    order["transactions"].append(made)
    refresh_payment(order, currencies)
    touch(order, at)
    paid = ["ORDERS_PAID"] if order["fullyPaid"] else []
    return ["ORDER_TRANSACTIONS_CREATE", *paid, _UPDATED]


def _capturable(hold: JsonObject, amount: str | None, order: JsonObject, currencies: Currencies) -> Amounts:
    left = unsettled(hold, order, currencies)
    wanted = left.presentment if amount is None else to_minor(amount, currencies.presentment)
    if wanted <= 0:
        raise ChangeRefused("Amount must be greater than zero for capture transactions")
    if wanted > left.presentment:
        authorised = to_text(currencies.read(hold["amountSet"]).presentment, currencies.presentment)
        raise ChangeRefused(f"Cannot capture more than the authorized {authorised} for this payment.")
    return Amounts(portion(left.shop, wanted, left.presentment), wanted)


def fulfil(
    order: JsonObject,
    lines: Sequence[tuple[str, int]] | None,
    tracking: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
    at: datetime,
) -> list[str]:
    """Ship fulfilment order lines `(id, quantity)`, or everything open; one fulfilment per location."""
    made = ship(order, lines, tracking, at)
    touch(order, at)
    return [*("FULFILLMENTS_CREATE" for _ in made), *_fulfilment_topic(order), _UPDATED]


def cancel_shipment(order: JsonObject, fulfilment: JsonObject, at: datetime) -> list[str]:
    """Take a fulfilment back: its units are to be shipped again, and an order that was closed is open."""
    if fulfilment.get("status") == "CANCELLED":
        return []
    cancel_fulfilment(order, fulfilment, at)
    touch(order, at)
    return [_UPDATED]


def change_tracking(order: JsonObject, fulfilment: JsonObject, tracking: Mapping[str, Any], at: datetime) -> list[str]:
    """Replace the parcels of a fulfilment; also of a cancelled one (recorded)."""
    fulfilment["trackingInfo"] = tracking_entries(tracking)
    fulfilment["updatedAt"] = touch(order, at)
    return [_UPDATED]


def _fulfilment_topic(order: JsonObject) -> list[str]:
    done = order.get("displayFulfillmentStatus") == "FULFILLED"
    return ["ORDERS_FULFILLED" if done else "ORDERS_PARTIALLY_FULFILLED"]


def edit(order: JsonObject, changes: Sequence[Mapping[str, Any]], at: datetime, *, refunds: str = "none") -> list[str]:
    """Commit an order edit; see `edits.OrderEdit` for the changes and for `refunds` (none, empty, lines)."""
    if order.get("cancelledAt"):
        raise ChangeRefused("The order cannot be edited.")
    if not changes:
        raise ChangeRefused("There must be at least one change to be made.", field=["id"])
    with all_or_nothing(order):
        session = OrderEdit(order, at)
        session.check(changes)
        fix_received(order, Currencies.of(order))
        for wanted in changes:
            session.apply(wanted)
        topics = session.commit(refunds)
        order["closed"], order["closedAt"] = False, None
        touch(order, at)
    return ["ORDERS_EDITED", *topics, _UPDATED]


def refund(order: JsonObject, refund: JsonObject, at: datetime) -> list[str]:
    """Refund as given; see `refunds.record_refund`."""
    currencies = Currencies.of(order)
    with all_or_nothing(order):
        topics = record_refund(order, refund, at)
        _refresh(order, currencies)
        touch(order, at)
    return [*topics, _UPDATED]


def exchange(
    order: JsonObject, returned: Sequence[tuple[str, int]], goods: Sequence[Mapping[str, Any]], at: datetime
) -> list[str]:
    """Exchange shipped goods for others; see `exchanges.record_exchange`."""
    with all_or_nothing(order):
        topics = record_exchange(order, returned, goods, at)
        _refresh(order, Currencies.of(order))
        touch(order, at)
    return [*topics, _UPDATED]


def _refresh(order: JsonObject, currencies: Currencies) -> None:
    refresh_shipping(order, currencies)
    refresh_counts(order)
    if any(line.get("taxLines") for line in (*order["lineItems"], *(order.get("shippingLines") or ()))):
        refresh_tax_lines(order, currencies)
    refresh_payment(order, currencies)


def cancel(
    order: JsonObject,
    reason: str,
    restock: bool,  # noqa: FBT001 - in the place where `orderCancel` has it
    refund_method: Mapping[str, Any] | None,
    at: datetime,
    *,
    staff_note: str | None = None,
) -> list[str]:
    """Cancel for good: nothing current is left, open work is closed, holds are voided, payments go back if wanted.

    Recorded: `cancelledAt` equals `closedAt`, `quantity` stays, `currentQuantity` becomes 0 with or without restock,
    fulfilment orders are closed with quantities 0, the fulfilment status stays; refused after shipping, with returns,
    or twice. Units taken away are in a refund, with money only when a payment was there and `refund_method` says so.
    """
    refuse_cancel(order)
    currencies = Currencies.of(order)
    fix_received(order, currencies)
    topics = _take_everything(order, restock=restock, method=_method(refund_method), at=at)
    topics.extend(_void_holds(order, currencies, at))
    order["cancelledAt"] = order["closedAt"] = touch(order, at)
    order["closed"] = True
    order["cancelReason"] = reason
    order["cancellation"] = {"staffNote": staff_note}
    order["merchantEditable"] = False
    for name in AFTER_RETURNS:
        order[name] = currencies.bag(ZERO)
    for name in ("currentTotalDutiesSet", "currentTotalAdditionalFeesSet"):
        if order.get(name):
            order[name] = currencies.bag(ZERO)
    status = order.get("displayFulfillmentStatus")
    _refresh(order, currencies)
    order["displayFulfillmentStatus"] = status
    return [*topics, "ORDERS_CANCELLED", _UPDATED]


def _method(given: Mapping[str, Any] | None) -> str | None:
    """How money goes back: by the original payment, as store credit (an input that may be empty), or not at all."""
    if given and given.get("storeCreditRefund") is not None:
        return "storeCreditRefund"
    return "originalPaymentMethodsRefund" if given and given.get("originalPaymentMethodsRefund") else None


def refuse_cancel(order: JsonObject) -> None:
    """Raises what Shopify has against cancelling."""
    reasons = {
        "has already been canceled": bool(order.get("cancelledAt")),
        "has outstanding fulfillments": any(
            one.get("status") != "CANCELLED" for one in order.get("fulfillments") or ()
        ),
        "has returns": any(one.get("status") in ("REQUESTED", "OPEN", "CLOSED") for one in order.get("returns") or ()),
    }
    for reason, holds in reasons.items():
        if holds:
            raise ChangeRefused(f"Cannot cancel an order that {reason}", field=["orderId"], code="INVALID")


def _take_everything(order: JsonObject, *, restock: bool, method: str | None, at: datetime) -> list[str]:
    entry = RefundEntry.begin(order, {}, at)
    net = entry.net_payment()
    topics: list[str] = []
    if method or not net:
        restock_type = "CANCEL" if restock else "NO_RESTOCK"
        units = [(line, current_quantity(line)) for line in order["lineItems"]]
        entry.take_lines(
            [
                {"lineItem": {"id": line["id"]}, "quantity": current, "restockType": restock_type}
                for line, current in units
                if current
            ]
        )
        charges = [charge for charge in order.get("shippingLines") or () if not charge.get("isRemoved")]
        if net:
            entry.take_shipping([{"shippingLine": {"id": charge["id"]}} for charge in charges])
            (entry.credit if method == "storeCreditRefund" else entry.pay_back)(net)
            if not order.get("transactions"):
                entry.node["totalRefundedSet"] = entry.currencies.bag(net)
        entry.finish(balanced=True)
        topics = entry.topics
    for line in order["lineItems"]:
        line["currentQuantity"] = 0
    for node in order.get("fulfillmentOrders") or ():
        if is_open(node):
            for part in node["lineItems"]:
                part["totalQuantity"] = part["remainingQuantity"] = 0
            refresh_fulfilment_order(node)
    return topics


def _void_holds(order: JsonObject, currencies: Currencies, at: datetime) -> list[str]:
    writer = TransactionWriter(ChildIds.continuing(order), currencies)
    topics: list[str] = []
    for hold in authorizations(order):
        left = unsettled(hold, order, currencies)
        if left:
            void = writer.write(kind="VOID", gateway=hold["gateway"], amount=left, at=at, parent=hold)
            order["transactions"].append(void)
            topics.append("ORDER_TRANSACTIONS_CREATE")
    return topics
