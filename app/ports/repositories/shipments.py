"""Shipments of the ERP on their way to the store: posted, claimed, sent in parts, ended, tried again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.domain.identifiers import DocumentId, OrderId, ShipmentId, ShopId, ShopifyId, StoreId
from app.domain.shipment_fitting import Part
from app.domain.shipments import LineResult, ParcelTracking, Shipment, ShipmentState
from app.ports.paging import Page, PageRequest
from app.ports.shipment_gateway import FulfilmentTracking


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMeant:
    """How a caller names the order of a shipment: by one of the three ids, or by shop and name."""

    order_id: OrderId | None = None
    document_id: DocumentId | None = None
    shop: str | None = None
    order_name: str | None = None
    shopify_order_id: ShopifyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOfShipment:
    """``document_id`` is the document that a document line's number is looked up in: the one named, else the live one.
    Several ``alike`` = the name is that of more than one order.
    """

    id: OrderId
    store_id: StoreId
    shop_id: ShopId
    document_id: DocumentId | None
    alike: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOfOrder:
    """A line of an order, and the item that was found for it; ``description`` is what its document says of it."""

    line_id: ShopifyId
    item_no: str | None = None
    variant_code: str | None = None
    description: str = ""
    title: str = ""
    variant_title: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShipment:
    id: ShipmentId
    store_id: StoreId
    shop_id: ShopId
    order_id: OrderId
    shipment: Shipment
    fingerprint: str
    """Equal for bodies that say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredShipment:
    """A shipment as it is shown."""

    id: ShipmentId
    shop_id: ShopId
    shop: str
    """The shop's code."""
    store_id: StoreId
    order_id: OrderId
    order_name: str
    order_lines: tuple[LineOfOrder, ...]
    """As our copy of the order has them now."""
    shipment: Shipment
    results: tuple[LineResult, ...]
    state: ShipmentState
    reason: str | None
    reason_detail: str | None
    fingerprint: str
    tracking_changed: bool
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFilter:
    """Which shipments; everything given must hold. ``shop_ids`` None = those of all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    state: ShipmentState | None = None
    has_errors: bool | None = None
    """Whether something of it was not sent that a person has to see to: ``failed`` and ``partially``."""
    order_id: OrderId | None = None
    erp_shipment_no: str | None = None
    posting_date_from: date | None = None
    posting_date_to: date | None = None


class SendingState(StrEnum):
    """``begun`` = asked for, and it is not known whether it took effect; ``void`` = it did not."""

    BEGUN = "begun"
    RECORDED = "recorded"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One fulfilment that was asked for; ``no`` counts within the shipment."""

    no: int
    parts: tuple[Part, ...]
    tracking: FulfilmentTracking | None
    state: SendingState
    fulfilment_id: ShopifyId | None = None
    begun_at: datetime
    ended_at: datetime | None = None
    """When its outcome was known, or, while it is ``begun``, when it was known to be lost."""
    looked_at: datetime | None = None
    """By the store's clock, right before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentClaim:
    """A claimed shipment: ``claim_no`` is the fencing token."""

    id: ShipmentId
    shop_id: ShopId
    order_id: OrderId
    order_shopify_id: ShopifyId
    claim_no: int
    attempts: int
    shipment: Shipment
    results: tuple[LineResult, ...]
    state: ShipmentState
    reason: str | None
    tracking_changed: bool
    due_at: datetime
    sendings: tuple[Sending, ...]
    known_fulfilments: frozenset[ShopifyId]
    """Recorded for any shipment of the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentEnd:
    """How a claim ends; ``due_at`` None = done, or left until a person or a change of the order wakes it."""

    claim: ShipmentClaim
    results: tuple[LineResult, ...]
    state: ShipmentState
    reason: str | None = None
    reason_detail: str | None = None
    tracking_changed: bool = False
    due_at: datetime | None = None
    seen: str | None = None
    """What was open when it was tried (``shipment_traces.open_at``); None leaves what stands there."""
    attempted: bool = True
    """False = nothing was tried: attempts begin anew."""


class Shipments(Protocol):
    async def order_meant(self, meant: OrderMeant) -> OrderOfShipment | None: ...

    async def lines_of(self, order: OrderId) -> Sequence[LineOfOrder]:
        """The lines of an order as our copy has them, in their order."""
        ...

    async def document_lines(self, document: DocumentId) -> Mapping[int, ShopifyId]:
        """The order lines behind the lines of a document, by line number; other lines have none."""
        ...

    async def add(self, new: NewShipment, *, now: datetime) -> bool:
        """Keep a shipment, due at once; False = its number was used before."""
        ...

    async def by_number(self, erp_shipment_no: str) -> StoredShipment | None: ...

    async def one(self, shipment: ShipmentId, *, shop_ids: Collection[ShopId] | None) -> StoredShipment | None: ...

    async def locked(self, shipment: ShipmentId, *, shop_ids: Collection[ShopId] | None) -> StoredShipment | None: ...

    async def page(self, wanted: ShipmentFilter, request: PageRequest) -> Page[StoredShipment]:
        """In the order in which they were posted (that of their ids), from the end that is asked for."""
        ...

    async def try_again(self, shipment: ShipmentId, *, now: datetime) -> None:
        """A person wants it: pending and due at once, with all its attempts."""
        ...

    async def give_tracking(
        self, shipment: ShipmentId, tracking: Sequence[ParcelTracking], *, notify_customer: bool | None, now: datetime
    ) -> None:
        """Replace the tracking of a locked shipment; what was sent of it is to be told."""
        ...

    async def wake(self, opened: Mapping[OrderId, str], *, now: datetime) -> Sequence[StoreId]:
        """Make due what did not fit on these orders when something else was open of them, and what is being sent now;
        the stores that have work.
        """
        ...

    async def let_go(self, shop: ShopId, *, now: datetime) -> Sequence[StoreId]:
        """What was held for a setting or a scope is due again; the stores that have work now."""
        ...

    async def pull_forward(
        self, shop: ShopId, *, posted_from: date | None, posted_to: date | None, now: datetime
    ) -> None:
        """Make due at once what is pending and waits for its next attempt."""
        ...

    async def open_of(
        self, shop: ShopId, *, posted_from: date | None, posted_to: date | None, now: datetime
    ) -> Sequence[ShipmentId]:
        """Those that are due or being sent."""
        ...

    async def some(self, shipments: Collection[ShipmentId]) -> Sequence[StoredShipment]:
        """These shipments, in the order in which they were posted."""
        ...

    async def claim(
        self, store: StoreId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[ShipmentClaim]:
        """Claim due shipments, those longest due first, and count the attempt; one of an order at a time, and none of
        an order of which another is claimed.
        """
        ...

    async def extend(self, claims: Sequence[ShipmentClaim], *, lease: timedelta, now: datetime) -> None:
        """Keep claims that are still ours alive."""
        ...

    async def begin(self, claim: ShipmentClaim, sending: Sending, *, store: StoreId, until: datetime) -> bool:
        """Write down what is about to be asked for and keep the claim until then; False = the claim is lost."""
        ...

    async def end(
        self,
        claim: ShipmentClaim,
        sending: Sending,
        results: Sequence[LineResult] | None = None,
        *,
        now: datetime,
    ) -> bool:
        """Write down what became of a sending, and of the lines; False = the claim is lost, and nothing is written of
        it. That a fulfilment was recorded is written all the same, as it is true whoever has the claim.
        """
        ...

    async def told(self, claim: ShipmentClaim, sending: Sending, *, now: datetime) -> None:
        """Note the tracking that a fulfilment has now."""
        ...

    async def finish(self, end: ShipmentEnd, *, now: datetime) -> int | None:
        """End a claim; the shipment's version then, None = the claim is lost, and nothing is written. What was asked
        for meanwhile stays due.
        """
        ...

    async def release(
        self,
        claims: Sequence[ShipmentClaim],
        *,
        due_at: datetime,
        reason: str | None = None,
        idle_only: bool = False,
    ) -> None:
        """Give claims back for trouble that is not theirs; their attempts do not count. ``idle_only``: not those of
        which something was asked for and not answered, which stay claimed while it may still take effect.
        """
        ...

    async def known_fulfilments(self, store: StoreId, ids: Collection[ShopifyId]) -> set[ShopifyId]:
        """Those of these fulfilments that we recorded."""
        ...
