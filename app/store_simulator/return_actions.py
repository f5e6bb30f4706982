"""What a test can make happen to the returns of an order by name; each is a step of `orders.return_life`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.store_simulator.orders import return_life
from app.store_simulator.orders.return_life import Step
from app.store_simulator.orders.undo import all_or_nothing

Values = dict[str, Any]

CHANGED_PART = "changedPart"
"""Where the caller finds which part of the returns an action was about."""


def _action(step: Callable[[Values, Values, datetime], Step]) -> Callable[[Values, Values, datetime], list[str]]:
    def act(order: Values, given: Values, at: datetime) -> list[str]:
        with all_or_nothing(order):
            taken = step(order, given, at)
        given[CHANGED_PART] = taken.about
        return taken.topics

    return act


RETURN_ACTIONS: dict[str, Callable[[Values, Values, datetime], list[str]]] = {
    "requestReturn": _action(return_life.request),
    "approveReturn": _action(return_life.approve),
    "declineReturn": _action(return_life.decline),
    "amendReturn": _action(return_life.amend),
    "cancelReturn": _action(return_life.cancel),
    "closeReturn": _action(return_life.close),
    "reopenReturn": _action(return_life.reopen),
    "processReturn": _action(return_life.process),
    "disposeReturn": _action(return_life.dispose),
    "shipReturn": _action(return_life.ship_back),
}
