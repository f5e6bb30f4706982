"""Where the pieces of an order line ship from, by the fulfilment orders (P31, 2.08, 5.20). Knows no money."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.identifiers import ShopifyId
from app.domain.mappings import Mappings
from app.domain.orders import FulfilmentOrder, Order

_FINISHED = ("closed", "incomplete")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationShare:
    """So many pieces of a line ship from this ERP location; ``location_id`` is a store location behind it, if known."""

    location_code: str | None
    location_id: ShopifyId | None
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    location_id: ShopifyId | None
    quantity: int
    finished: bool


class LineLocations:
    """The fulfilment orders of one order, by order line; cancelled ones count for nothing."""

    def __init__(self, order: Order, mappings: Mappings) -> None:
        self._mappings = mappings
        self._parts: Mapping[ShopifyId, Sequence[_Part]] = _parts_by_line(order.fulfilment_orders)

    def shares(self, line_id: ShopifyId, quantity: int) -> list[LocationShare]:
        """The line's quantity by ERP location, in the order of the fulfilment orders.

        Open fulfilment orders come first; finished ones only speak for pieces that no open one has. What none of them
        has is taken to ship with the first. Several store locations with one code are one share.
        """
        taken: dict[str | None, LocationShare] = {}
        left = quantity
        parts = self._parts.get(line_id, ())
        for part in sorted(parts, key=lambda each: each.finished):
            pieces = min(part.quantity, left)
            if pieces > 0:
                self._add(taken, part.location_id, pieces)
                left -= pieces
        if left:
            first = next(iter(taken.values()), None)
            self._add(taken, first.location_id if first else (parts[0].location_id if parts else None), left)
        return list(taken.values())

    def _add(self, taken: dict[str | None, LocationShare], location_id: ShopifyId | None, pieces: int) -> None:
        row = self._mappings.locations.get(location_id) if location_id else None
        code = (row.location_code or None) if row else None
        before = taken.get(code)
        taken[code] = LocationShare(
            location_code=code,
            location_id=before.location_id if before else location_id,
            quantity=pieces + (before.quantity if before else 0),
        )


def _parts_by_line(fulfilment_orders: Sequence[FulfilmentOrder]) -> Mapping[ShopifyId, Sequence[_Part]]:
    parts: dict[ShopifyId, list[_Part]] = defaultdict(list)
    for each in fulfilment_orders:
        status = each.status.casefold()
        if status == "cancelled":
            continue
        for line in each.lines:
            finished = status in _FINISHED
            part = _Part(location_id=each.location_id, quantity=line.total_quantity, finished=finished)
            parts[line.line_id].append(part)
    return parts
