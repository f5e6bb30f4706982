"""Orders, their captures and the queue of orders to import, as people and the ERP read them. Locks nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.activities import Cue
from app.domain.changes import Change
from app.domain.conflicts import Conflict
from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.problems import Problem
from app.ports.paging import Page, PageRequest
from app.ports.repositories.unmapped_products import UnmappedProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders; everything given must hold. ``shop_ids`` None = those of all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    """A shop's code."""
    name: str | None = None
    shopify_id: ShopifyId | None = None
    state: OrderState | None = None
    in_conflict: bool | None = None
    cancelled: bool | None = None
    closed: bool | None = None
    problem: str | None = None
    """The code of one of its problems."""
    cue: Cue | None = None
    """Those that this cue counts; one whose rows are orders."""
    financial_status: str | None = None
    fulfilment_status: str | None = None
    updated_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """An order as it is kept. ``updated_at`` is when anything of it last changed here."""

    id: OrderId
    store_id: StoreId
    store_domain: str
    shop_id: ShopId
    shop: str
    """The shop's code."""
    order: Order
    state: OrderState
    mapping: OrderMapping
    problems: tuple[Problem, ...]
    conflict: Conflict | None
    sell_to_customer_no: str | None
    bill_to_customer_no: str | None
    version: int
    imported_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A raw answer of the store that an import was made of; ``body`` is its JSON."""

    captured_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """Something that happened to an order or to one of its documents."""

    occurred_at: datetime
    type: str
    resource_type: str
    resource_id: str
    version: int
    changes: tuple[Change, ...] = ()
    """What of the order differed from its document then."""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which rows of a shop's queue of orders to import."""

    shop_id: ShopId
    store_id: StoreId
    action: str | None = None
    has_error: bool | None = None
    parked: bool | None = None
    unclaimed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedOrder:
    """An order to import as people see it; ``due_at`` None = it waits for a person or a change."""

    id: str
    shop: str | None
    shopify_id: ShopifyId
    name: str | None
    action: str
    source: str
    state: str
    """due, importing, failed (comes again at ``due_at``), parked, unclaimed, waiting (for a run with other filters)."""
    attempts: int
    error_code: str | None
    error_detail: str | None
    failed_at: datetime | None
    due_at: datetime | None
    parked_at: datetime | None
    unclaimed_at: datetime | None
    store_updated_at: datetime | None
    listed_at: datetime
    updated_at: datetime


class OrdersReading(Protocol):
    """Orders as whoever asks may see them. One statement a call. What is in none of ``shop_ids`` does not exist."""

    async def page(self, wanted: OrderFilter, request: PageRequest) -> Page[StoredOrder]:
        """Orders by their last change here, from the end that is asked for."""
        ...

    async def one(self, order_id: OrderId, *, shop_ids: Collection[ShopId] | None) -> StoredOrder | None: ...

    async def captures(self, order_id: OrderId, request: PageRequest) -> Page[Capture]:
        """The raw answers an order was read from, newest first."""
        ...

    async def history(self, order_id: OrderId, request: PageRequest) -> Page[HistoryEntry]:
        """What was announced of an order and its documents, oldest first; kept as long as the change feed is."""
        ...

    async def unmapped_products(self, shop: ShopId, request: PageRequest) -> Page[UnmappedProduct]:
        """The products without an item that orders of a shop wait for."""
        ...

    async def queue(self, wanted: QueueFilter, request: PageRequest) -> Page[QueuedOrder]:
        """The rows a shop claimed, and those of its store that no shop has claimed; what was left out is not there."""
        ...

    async def queued_shopify_ids(
        self, ids: Sequence[str], *, store_id: StoreId, shop_id: ShopId
    ) -> Mapping[str, ShopifyId]:
        """The Shopify ids of rows of a shop's queue, by row id."""
        ...
