"""How far back an app sees a store's orders, and what is said when more was asked for (P10).

Shopify leaves older orders out of its answers without a word; nobody must take that for "there are none".
"""

from collections.abc import Collection
from datetime import datetime, timedelta

REACH = timedelta(days=60)
"""What an app sees that was not granted ``ALL_ORDERS``, by the time of creation."""
ALL_ORDERS = "read_all_orders"


def out_of_reach(asked_from: datetime | None, *, granted: Collection[str] | None, now: datetime) -> str | None:
    """A sentence where some of what is asked for cannot be seen. ``asked_from``: the oldest creation or change that is
    asked for, None = any; ``granted``: the app's scopes, None = not known.
    """
    oldest = now - REACH
    if granted is None or ALL_ORDERS in granted or (asked_from is not None and asked_from >= oldest):
        return None
    return (
        f"Without the scope {ALL_ORDERS} Shopify hides orders created before {oldest:%Y-%m-%d} from the app, so none of"
        " them is listed. Have the scope granted, then start a run with created_from."
    )
