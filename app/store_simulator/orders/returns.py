"""The order's return status as it follows from its returns. Knows nothing of what a return does to goods or money."""

from collections.abc import Sequence

from app.store_simulator.orders.money import JsonObject

_BY_RANK = (("REQUESTED", "RETURN_REQUESTED"), ("OPEN", "IN_PROGRESS"), ("CLOSED", "RETURNED"))


def return_status(returns: Sequence[JsonObject]) -> str:
    """Any requested return wins, then any open, then any closed; declined and cancelled do not count (recorded)."""
    present = {one.get("status") for one in returns}
    return next((shown for status, shown in _BY_RANK if status in present), "NO_RETURN")
