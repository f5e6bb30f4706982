"""What of a shipment fits onto which fulfilment orders: the fulfilments to ask for, and why the rest is left (P60).

Shopify's rules and ours, by what was just seen at the store:

- a fulfilment order takes a shipment only while the store says so (``supportedActions``): one that is on hold,
  scheduled, cancelled or closed has nothing open;
- one at another company's fulfilment service is left alone (FUL-7); at our own service, a submitted request is accepted
  first (FUL-6);
- a line that is more than what is open over all its fulfilment orders is not sent at all, the others go (api.md);
- one fulfilment per location, of at most 250 lines (FUL-13).

Pieces come from fulfilment orders at the location that the ERP names first, then from the others as Shopify lists them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.identifiers import ShopifyId
from app.domain.shipment_sights import CREATE_FULFILMENT, SeenFulfilmentOrder, SeenLine
from app.domain.shipments import NotSent

MOST_LINES = 250
"""Of one fulfilment."""
_SUBMITTED = "submitted"
_ENDED = frozenset({"closed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is still to be sent of a line of a shipment: ``index`` is its place, ``line_ids`` the order lines that it
    may be on, in the order in which they are filled.
    """

    index: int
    line_ids: tuple[ShopifyId, ...]
    quantity: int
    location_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpLocations:
    """Which store locations an ERP location stands for."""

    by_code: Mapping[str, frozenset[ShopifyId]]
    blank: frozenset[ShopifyId] | None = None
    """Those of the blank location; None = it stands for none, as every store location has a code."""

    def of(self, code: str) -> frozenset[ShopifyId] | None:
        return self.by_code.get(code.casefold()) if code else self.blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a part is a line's of the shipment."""

    index: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Pieces of one line of a fulfilment order."""

    fulfilment_order_id: ShopifyId
    fulfilment_order_line_id: ShopifyId
    line_id: ShopifyId
    shares: tuple[Share, ...]

    @property
    def quantity(self) -> int:
        return sum(share.quantity for share in self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why a line is not sent, in words."""

    reason: NotSent
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """``fulfilments``: the parts of each, in the order in which they are asked for. ``to_accept``: requests to our own
    service that come before.
    """

    fulfilments: tuple[tuple[Part, ...], ...]
    misfits: Mapping[int, Misfit]
    to_accept: tuple[ShopifyId, ...]


@dataclass(slots=True)
class _Open:
    order: SeenFulfilmentOrder
    line: SeenLine
    left: int
    shares: list[Share]


def fit(
    wanted: Sequence[Wanted],
    seen: Sequence[SeenFulfilmentOrder],
    *,
    locations: ErpLocations,
    own_service: str | None,
) -> Fitting:
    """Fit what is wanted onto what was seen. The lines come in their order, those that name one order line before those
    that may be on several: what one takes, the next does not find.
    """
    places = [
        _Open(order, line, line.remaining_quantity, [])
        for order in seen
        if takes_shipments(order, own_service=own_service)
        for line in order.lines
        if line.remaining_quantity > 0
    ]
    misfits: dict[int, Misfit] = {}
    for each in sorted(wanted, key=lambda line: len(line.line_ids) > 1):
        misfit = _misfit(each, seen, places, locations, own_service)
        if misfit is not None:
            misfits[each.index] = misfit
            continue
        _take(each, places, locations.of(each.location_code) if each.location_code is not None else None)
    used = [place for place in places if place.shares]
    accept = [place.order.shopify_id for place in used if place.order.request_status == _SUBMITTED]
    return Fitting(fulfilments=_grouped(used), misfits=misfits, to_accept=tuple(dict.fromkeys(accept)))


def takes_shipments(order: SeenFulfilmentOrder, *, own_service: str | None) -> bool:
    """Whether a fulfilment order takes a shipment of ours now, or after its request was accepted."""
    if order.service_name is not None and not _ours(order, own_service):
        return False
    requested = order.service_name is not None and order.request_status == _SUBMITTED
    return CREATE_FULFILMENT in order.actions or (requested and order.status == "open")


def _ours(order: SeenFulfilmentOrder, own_service: str | None) -> bool:
    named = (order.service_name or "").casefold()
    return bool(own_service) and named == (own_service or "").casefold()


def _misfit(
    wanted: Wanted,
    seen: Sequence[SeenFulfilmentOrder],
    places: Sequence[_Open],
    locations: ErpLocations,
    own_service: str | None,
) -> Misfit | None:
    if not wanted.line_ids:
        return Misfit(reason=NotSent.NOT_ON_ORDER, detail="No line of the order is meant by it.")
    if wanted.location_code is not None and locations.of(wanted.location_code) is None:
        named = f"location {wanted.location_code}" if wanted.location_code else "blank location"
        detail = f"No location mapping of the shop has the ERP's {named}."
        return Misfit(reason=NotSent.LOCATION_UNMAPPED, detail=detail)
    left = sum(place.left for place in places if place.line.line_id in wanted.line_ids)
    if left >= wanted.quantity:
        return None
    elsewhere = _elsewhere(wanted.line_ids, seen, own_service)
    if left > 0:
        detail = f"{wanted.quantity} were shipped, {left} are open at Shopify. {elsewhere.told}".strip()
        return Misfit(reason=NotSent.QUANTITY_EXCEEDS_OPEN, detail=detail)
    if elsewhere.third_party:
        return Misfit(reason=NotSent.THIRD_PARTY_LOCATION, detail=elsewhere.told)
    return Misfit(reason=NotSent.NOTHING_OPEN, detail=f"Nothing of it is open at Shopify. {elsewhere.told}".strip())


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    third_party: bool
    told: str


def _elsewhere(
    line_ids: Collection[ShopifyId], seen: Sequence[SeenFulfilmentOrder], own_service: str | None
) -> _Elsewhere:
    """Where the rest of these order lines stands, and why it takes no shipment of ours."""
    third_party, told = False, []
    for order in seen:
        left = sum(line.remaining_quantity for line in order.lines if line.line_id in line_ids)
        if not left or order.status in _ENDED or takes_shipments(order, own_service=own_service):
            continue
        if order.service_name is not None and not _ours(order, own_service):
            third_party = True
            told.append(f"{left} are with the fulfilment service {order.service_name}, which ships them itself.")
        else:
            told.append(f"{left} stand in fulfilment order {order.shopify_id}, which is {_words(order.status)}.")
    return _Elsewhere(third_party, " ".join(told))


def _words(status: str) -> str:
    return status.replace("_", " ")


def _take(wanted: Wanted, places: Sequence[_Open], preferred: Collection[ShopifyId] | None) -> None:
    left = wanted.quantity
    mine = [place for line_id in wanted.line_ids for place in places if place.line.line_id == line_id and place.left]
    mine.sort(key=lambda place: preferred is not None and place.order.location_id not in preferred)
    for place in mine:
        taken = min(left, place.left)
        if taken:
            place.left -= taken
            place.shares.append(Share(index=wanted.index, quantity=taken))
            left -= taken


def _grouped(used: Sequence[_Open]) -> tuple[tuple[Part, ...], ...]:
    """By location; of a deleted location nothing is known, so its fulfilment orders go one by one."""
    groups: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for place in used:
        order = place.order
        group = ("at", order.location_id) if order.location_id else ("alone", order.shopify_id)
        groups[group].append(
            Part(
                fulfilment_order_id=order.shopify_id,
                fulfilment_order_line_id=place.line.shopify_id,
                line_id=place.line.line_id,
                shares=tuple(place.shares),
            )
        )
    return tuple(
        tuple(parts[first : first + MOST_LINES])
        for parts in groups.values()
        for first in range(0, len(parts), MOST_LINES)
    )
