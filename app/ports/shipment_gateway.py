"""Shipping at a store: what is open, recording a fulfilment, accepting a request, changing tracking.

Fulfilments know no key by which they could be repeated safely. So whoever is told ``OutcomeUnknown`` looks at the
order's fulfilments before anything is sent again (B6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.fulfilments import Fulfilment
from app.domain.identifiers import ShopifyId
from app.domain.shipment_sights import ShippingSeen
from app.ports.store_gateway import OrderNotThere, OrderUnreadable, StoreRef

ShippingSight = ShippingSeen | OrderNotThere | OrderUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentPart:
    """Pieces of one line of a fulfilment order."""

    fulfilment_order_id: ShopifyId
    fulfilment_order_line_id: ShopifyId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentTracking:
    """Tracking of one fulfilment: the store knows one company for all numbers. ``urls`` belong to the first of the
    ``numbers``, in the same order; there may be fewer of them.
    """

    company: str | None = None
    numbers: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFulfilment:
    """At most 250 parts, all of fulfilment orders of one order at one location. Never an empty list of lines, which
    would mean everything.
    """

    parts: Sequence[FulfilmentPart]
    tracking: FulfilmentTracking | None
    notify_customer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFulfilment:
    """A fulfilment that was recorded or changed just now, and the order as it stands after it."""

    shopify_id: ShopifyId
    status: str
    created_at: datetime
    order_updated_at: datetime
    order_fulfilment_status: str
    fulfilment: Fulfilment | None = None
    """The fulfilment whole; None = it was not told to the end of its lines."""


class ShipmentGateway(Protocol):
    """Raised: ``Throttled``, ``StoreUnavailable``, ``AccessRevoked``; by changes also ``StoreDeclined`` in the store's
    words, ``StoreRefused``, ``ScopeMissing`` and ``OutcomeUnknown``.
    """

    async def may_ship(self, store: StoreRef) -> bool:
        """Whether the store has granted a scope for recording fulfilments."""
        ...

    async def look_at_shipping(
        self, store: StoreRef, order: ShopifyId, *, with_fulfilments: bool = False
    ) -> ShippingSight:
        """What is open of an order at this moment, read to the end; on request also its recorded fulfilments."""
        ...

    async def create_fulfilment(self, store: StoreRef, fulfilment: NewFulfilment) -> RecordedFulfilment: ...

    async def accept_request(self, store: StoreRef, fulfilment_order: ShopifyId) -> None:
        """Accept the merchant's request to our fulfilment service; accepting it twice is refused by the store."""
        ...

    async def update_tracking(
        self, store: StoreRef, fulfilment: ShopifyId, tracking: FulfilmentTracking, *, notify_customer: bool
    ) -> RecordedFulfilment:
        """Replace all tracking of a fulfilment. Repeating it is harmless, but may notify the buyer again."""
        ...
