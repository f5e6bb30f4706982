"""What a test can make happen to an order by name: pay, cancel, fulfil, edit, refund and so on.

Translates words and JSON into calls of the order's life; the consequences are decided there.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.store_simulator.orders import life
from app.store_simulator.return_actions import RETURN_ACTIONS

Values = dict[str, Any]
Action = Callable[[Values, Values, datetime], list[str]]


class ActionError(ValueError):
    """The action is unknown, or lacks what it needs."""


def act(name: str, order: Values, given: Values, now: datetime) -> list[str]:
    """Carries out an action and returns the webhook topics it causes."""
    action = ACTIONS.get(name)
    if action is None:
        raise ActionError(f"unknown action {name}; known are {', '.join(sorted(ACTIONS))}")
    at = datetime.fromisoformat(given["at"]) if given.get("at") else now
    try:
        return action(order, given, at)
    except KeyError as error:
        raise ActionError(f"{name} needs {error}") from error


def plain_fields(name: str, given: Values) -> list[str] | None:
    """The fields an action sets if no amount follows from them; None if it goes deeper."""
    if name in ("close", "reopen"):
        return ["closed", "closedAt"]
    return list(given.get("fields", {})) if name == "change" else None


def _close(order: Values, _given: Values, at: datetime) -> list[str]:
    return life.close(order, at)


def _reopen(order: Values, _given: Values, at: datetime) -> list[str]:
    return life.reopen(order, at)


def _pay(order: Values, _given: Values, at: datetime) -> list[str]:
    return life.mark_as_paid(order, at)


def _capture(order: Values, given: Values, at: datetime) -> list[str]:
    return life.capture(order, given.get("amount"), at, parent_transaction_id=given.get("parentTransactionId"))


def _cancel(order: Values, given: Values, at: datetime) -> list[str]:
    method = given.get("refundMethod")
    if given.get("refund"):
        method = {"originalPaymentMethodsRefund": True}
    reason = given.get("reason", "OTHER")
    return life.cancel(order, reason, given.get("restock", True), method, at, staff_note=given.get("staffNote"))


def _fulfil(order: Values, given: Values, at: datetime) -> list[str]:
    lines = given.get("lines")
    wanted = None if lines is None else [(line["id"], line["quantity"]) for line in lines]
    return life.fulfil(order, wanted, given.get("tracking"), at)


def _edit(order: Values, given: Values, at: datetime) -> list[str]:
    return life.edit(order, given["changes"], at, refunds=given.get("refunds", "none"))


def _refund(order: Values, given: Values, at: datetime) -> list[str]:
    return life.refund(order, given["refund"], at)


def _exchange(order: Values, given: Values, at: datetime) -> list[str]:
    returned = [(line["id"], int(line["quantity"])) for line in given["returned"]]
    return life.exchange(order, returned, given["goods"], at)


def _change(order: Values, given: Values, at: datetime) -> list[str]:
    return life.change(order, given["fields"], at)


ACTIONS: dict[str, Action] = {
    "close": _close,
    "reopen": _reopen,
    "pay": _pay,
    "capture": _capture,
    "cancel": _cancel,
    "fulfil": _fulfil,
    "edit": _edit,
    "refund": _refund,
    "exchange": _exchange,
    "change": _change,
    **RETURN_ACTIONS,
}
