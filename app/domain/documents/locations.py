"""Where the pieces of an order line ship from, by the fulfilment orders (P31, 2.08, 5.20). Knows no money."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.fulfilment_orders import FulfilmentOrder
from app.domain.identifiers import ShopifyId
from app.domain.mappings import Mappings
from app.domain.orders import Order

_FINISHED = ("closed", "incomplete")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationShare:
    """So many pieces of a line ship from this ERP location; the store location is one behind it, or the unmapped one.

    Without an id but with a name it was deleted in the store; without both nothing says where the pieces ship from.
    """

    location_code: str | None
    location_id: ShopifyId | None
    location_name: str = ""
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    location_id: ShopifyId | None = None
    location_name: str = ""
    quantity: int = 0
    finished: bool = False


class LineLocations:
    """The fulfilment orders of one order, by order line; cancelled ones count for nothing."""

    def __init__(self, order: Order, mappings: Mappings) -> None:
        self._mappings = mappings
        self._parts: Mapping[ShopifyId, Sequence[_Part]] = _parts_by_line(order.fulfilment_orders)

    def shares(self, line_id: ShopifyId, quantity: int) -> list[LocationShare]:
        """The line's quantity by ERP location, in the order of the fulfilment orders.

        Open fulfilment orders come first; finished ones only speak for pieces that no open one has. What none of them
        has is taken to ship with the first. Several store locations with one code are one share; those without a code
        stay apart, so that each can be named.
        """
        pieces: dict[_Part, int] = {}
        left = quantity
        parts = sorted(self._parts.get(line_id, ()), key=lambda each: each.finished)
        for part in parts:
            taken = min(part.quantity, left)
            if taken > 0:
                pieces[part] = pieces.get(part, 0) + taken
                left -= taken
        if left:
            first = next(iter(pieces), parts[0] if parts else _Part())
            pieces[first] = pieces.get(first, 0) + left
        return self._by_location(pieces)

    def _by_location(self, pieces: Mapping[_Part, int]) -> list[LocationShare]:
        found: dict[tuple[str | None, ...], LocationShare] = {}
        for part, quantity in pieces.items():
            row = self._mappings.locations.get(part.location_id) if part.location_id else None
            code = (row.location_code or None) if row else None
            key = (code,) if code else (None, part.location_id, "" if part.location_id else part.location_name)
            before = found.get(key)
            found[key] = LocationShare(
                location_code=code,
                location_id=before.location_id if before else part.location_id,
                location_name=before.location_name if before else part.location_name,
                quantity=quantity + (before.quantity if before else 0),
            )
        return list(found.values())


def by_code(shares: Sequence[LocationShare]) -> list[LocationShare]:
    """The shares as a document tells them apart: everything without an ERP location is one."""
    found: dict[str | None, LocationShare] = {}
    for share in shares:
        before = found.get(share.location_code)
        quantity = share.quantity + (before.quantity if before else 0)
        found[share.location_code] = replace(before or share, quantity=quantity)
    return list(found.values())


def _parts_by_line(fulfilment_orders: Sequence[FulfilmentOrder]) -> Mapping[ShopifyId, Sequence[_Part]]:
    parts: dict[ShopifyId, list[_Part]] = defaultdict(list)
    for each in fulfilment_orders:
        status = each.status.casefold()
        if status == "cancelled":
            continue
        for line in each.lines:
            part = _Part(
                location_id=each.location_id,
                location_name=each.location_name,
                quantity=line.total_quantity,
                finished=status in _FINISHED,
            )
            parts[line.line_id].append(part)
    return parts
