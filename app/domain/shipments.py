"""A shipment as the ERP posted it, and what came of each of its lines (P60, FUL-10…14).

Knows nothing of what is open at the store (``shipment_fitting``) nor of how it is told there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.identifiers import ShopifyId


class ShipmentState(StrEnum):
    """``pending`` = still to be sent; ``partially`` = some of it was sent; ``skipped`` = there was nothing to send."""

    PENDING = "pending"
    SYNCHRONISED = "synchronised"
    PARTIALLY = "partially"
    FAILED = "failed"
    SKIPPED = "skipped"


class NotSent(StrEnum):
    """Why something was not sent. Whatever else stands as a shipment's reason is trouble that passes by itself."""

    LOCATION_UNMAPPED = "location_unmapped"
    QUANTITY_EXCEEDS_OPEN = "quantity_exceeds_open"
    NOTHING_OPEN = "nothing_open"
    THIRD_PARTY_LOCATION = "third_party_location"
    NOT_ON_ORDER = "not_on_order"
    REFUSED_BY_SHOPIFY = "refused_by_shopify"
    OUTGOING_NOT_ALLOWED = "outgoing_not_allowed"


_NOTHING_TO_SEND = frozenset({NotSent.NOTHING_OPEN, NotSent.THIRD_PARTY_LOCATION, NotSent.NOT_ON_ORDER})


class LineState(StrEnum):
    SENT = "sent"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelTracking:
    """A parcel's number, with its carrier and address where the ERP knows better than the agent's settings."""

    number: str
    company: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentLine:
    """Pieces that were shipped of one order line (``line_id``), or of an item on whatever lines it is.

    ``line_id`` None and no item = the line given is on no line of the order.
    """

    line_id: ShopifyId | None = None
    item_no: str | None = None
    variant_code: str | None = None
    quantity: int
    location_code: str | None = None
    """The ERP's location; empty = its blank one, None = not said, so not checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """``notify_customer`` None = by the shop's setting."""

    erp_shipment_no: str
    posting_date: date | None = None
    lines: tuple[ShipmentLine, ...]
    shipping_agent_code: str | None = None
    tracking: tuple[ParcelTracking, ...] = ()
    notify_customer: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult:
    """What came of a line so far. ``reason`` None = it was sent whole, or has not been tried."""

    quantity_sent: int = 0
    reason: NotSent | None = None
    reason_detail: str | None = None
    fulfilments: tuple[ShopifyId, ...] = ()

    def state(self, line: ShipmentLine) -> LineState:
        return LineState.SENT if self.quantity_sent >= line.quantity else LineState.NOT_SENT


def state_of(lines: Sequence[ShipmentLine], results: Sequence[LineResult]) -> ShipmentState:
    """Where a shipment stands once all of it was tried. A line on no order line is never an error: the others decide
    (api.md).
    """
    pairs = list(zip(lines, results, strict=True))
    counted = [pair for pair in pairs if pair[1].reason is not NotSent.NOT_ON_ORDER]
    if counted and all(result.state(line) is LineState.SENT for line, result in counted):
        return ShipmentState.SYNCHRONISED
    if any(result.quantity_sent for result in results):
        return ShipmentState.PARTIALLY
    if all(result.reason in _NOTHING_TO_SEND for result in results):
        return ShipmentState.SKIPPED
    return ShipmentState.FAILED


def reason_of(results: Sequence[LineResult]) -> LineResult | None:
    """The result whose reason stands for the shipment: the first that a person can do something about."""
    told = [result for result in results if result.reason is not None]
    pressing = [result for result in told if result.reason not in _NOTHING_TO_SEND]
    named = [result for result in told if result.reason is not NotSent.NOT_ON_ORDER]
    return next(iter(pressing or named or told), None)
