"""What every node of the simulated order state has in common: global ids, child ids, times.

Child ids are the order's own number times 10,000 plus a running number, so they are unique in a store without a shared
counter and equal for equal seeds. Knows no order field but ids and times.
"""

from datetime import UTC, datetime, timedelta

from app.store_simulator.orders.money import JsonObject

_CHILDREN_PER_ORDER = 10_000
_CHILD_LISTS = ("lineItems", "shippingLines", "transactions", "refunds", "fulfillmentOrders", "fulfillments", "returns")
_GRANDCHILD_LISTS = (
    "lineItems",
    "fulfillmentLineItems",
    "refundLineItems",
    "refundShippingLines",
    "orderAdjustments",
    "returnLineItems",
    "exchangeLineItems",
    "reverseFulfillmentOrders",
    "reverseDeliveries",
    "dispositions",
    "fulfillmentHolds",
    "merchantRequests",
)


def gid(kind: str, number: int | str) -> str:
    """Shopify's global id of an object."""
    return f"gid://shopify/{kind}/{number}"


def number_of(node: JsonObject) -> int:
    """The numeric id of a node, from `legacyResourceId` or the tail of its `id`."""
    legacy = node.get("legacyResourceId")
    return int(legacy) if legacy is not None else int(str(node["id"]).rsplit("/", 1)[-1])


def id_of(kind: str, node: JsonObject) -> str:
    """The global id of a node that may carry only its legacy id."""
    identifier = node.get("id")
    return str(identifier) if identifier else gid(kind, number_of(node))


class ChildIds:
    """Hands out ids for the children of one order."""

    __slots__ = ("_base", "_next")

    def __init__(self, order_number: int, used: int = 0) -> None:
        self._base = order_number * _CHILDREN_PER_ORDER
        self._next = used

    @classmethod
    def continuing(cls, order: JsonObject) -> "ChildIds":
        """Ids after the last one already used in an order of the state."""
        number = number_of(order)
        base = number * _CHILDREN_PER_ORDER
        used = 0
        for node in _descendants(order):
            if node.get("id") or node.get("legacyResourceId"):
                offset = number_of(node) - base
                if used < offset < _CHILDREN_PER_ORDER:
                    used = offset
        return cls(number, used)

    def next_number(self) -> int:
        """The next number, for nodes that also carry a `legacyResourceId`."""
        self._next += 1
        return self._base + self._next

    def next(self, kind: str) -> str:
        """The next global id."""
        return gid(kind, self.next_number())


def _descendants(order: JsonObject) -> list[JsonObject]:
    found = [child for name in _CHILD_LISTS for child in order.get(name) or []]
    for child in found:  # grows as it is read: a return's reverse orders have lines, and these have dispositions
        found.extend(inner for name in _GRANDCHILD_LISTS for inner in child.get(name) or [])
    return found


def timestamp(at: datetime) -> str:
    """A time as Shopify writes it: UTC, whole seconds (recorded: `updatedAt` has whole seconds)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """Read one of Shopify's times."""
    return datetime.fromisoformat(text)


def touch(order: JsonObject, at: datetime) -> str:
    """Move `updatedAt` to `at`, at least one second on from the last value; answers the time written."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    if order.get("updatedAt"):
        moment = max(moment, parse_time(order["updatedAt"]) + timedelta(seconds=1))
    written = timestamp(moment)
    order["updatedAt"] = written
    return written
