"""Refunds of orders on their way to a document, each known by order and Shopify's id."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.activities import Cue
from app.domain.identifiers import DocumentId, OrderId, RefundId, ShopId, ShopifyId
from app.domain.orders import Refund
from app.domain.problems import Problem
from app.domain.refund_states import RefundState
from app.domain.sales_documents import DocumentKind, DocumentState
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRefund:
    """A refund we hold, and its live document if there is one."""

    id: RefundId
    shopify_id: ShopifyId
    refund: Refund
    state: RefundState
    problems: tuple[Problem, ...]
    document_on_request: bool
    version: int
    document_id: DocumentId | None
    document_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRefund:
    """A refund to be written."""

    id: RefundId
    order_id: OrderId
    shop_id: ShopId
    refund: Refund
    state: RefundState
    problems: tuple[Problem, ...] = ()
    document_on_request: bool = False
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFilter:
    """Which refunds; everything given must hold. ``shop_ids`` None = those of all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    """A shop's code."""
    state: RefundState | None = None
    cue: Cue | None = None
    """Those that this cue counts; one whose rows are refunds."""
    order_id: OrderId | None = None
    shopify_id: ShopifyId | None = None
    updated_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOfRefund:
    """A document of a refund, ended ones included."""

    id: DocumentId
    kind: DocumentKind
    number: str
    state: DocumentState
    unlinked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRefund:
    """A refund as it is shown."""

    id: RefundId
    shop: str
    """The shop's code."""
    order_id: OrderId
    order_shopify_id: ShopifyId
    order_name: str
    currency: str
    presentment_currency: str
    refund: Refund
    state: RefundState
    problems: tuple[Problem, ...]
    documents: tuple[DocumentOfRefund, ...]
    version: int
    updated_at: datetime


class Refunds(Protocol):
    """Changed only under the lock of their order."""

    async def of_orders(self, orders: Collection[OrderId]) -> Mapping[OrderId, Mapping[ShopifyId, KnownRefund]]:
        """The refunds we hold of orders, by Shopify's id."""
        ...

    async def save(self, refunds: Sequence[SavedRefund], *, now: datetime) -> None:
        """Write refunds."""
        ...

    async def order_of(self, refund: RefundId, *, shop_ids: Collection[ShopId] | None) -> OrderId | None:
        """The order of a refund in one of these shops (None = all)."""
        ...

    async def with_open(self, shop: ShopId, *, after: OrderId | None, limit: int) -> Sequence[OrderId]:
        """Orders of a shop that have a refund which waits for a person, by id."""
        ...

    async def set_back(self, refund: RefundId, *, problem: Problem, now: datetime) -> None:
        """Its document was taken back: the next one is made on request only."""
        ...

    async def settle(self, order: OrderId, *, now: datetime) -> int:
        """A person dealt with what changed of the order's documented refunds; how many there were."""
        ...

    async def page(self, wanted: RefundFilter, request: PageRequest) -> Page[StoredRefund]:
        """Refunds by their last change, from the end that is asked for."""
        ...

    async def one(self, refund: RefundId, *, shop_ids: Collection[ShopId] | None) -> StoredRefund | None:
        """A refund in one of these shops."""
        ...
