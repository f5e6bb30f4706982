"""Sales documents as the ERP reads them: ready JSON in the shape of the HTTP surface, because this is polled.

The schema of the HTTP surface describes the same shape; a test holds the two together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import DocumentId, OrderId, ShopId, ShopifyId
from app.domain.sales_documents import DocumentKind, DocumentState
from app.ports.paging import Page, PageRequest

MOST_LINES_A_PAGE = 20_000
"""A page of documents with their lines ends early when it has so many; a document itself is never cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """Which documents; everything given must hold. ``shop_ids`` None = those of all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    """A shop's code."""
    kind: DocumentKind | None = None
    state: DocumentState | None = None
    order_id: OrderId | None = None
    order_name: str | None = None
    shopify_order_id: ShopifyId | None = None
    customer_no: str | None = None
    """Of the sell-to or the bill-to customer."""
    number: str | None = None
    external_document_no: str | None = None
    released_before: datetime | None = None
    updated_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentJson:
    """One document with all its lines; ``revision`` is its ETag."""

    id: DocumentId
    json: bytes
    revision: int


class DocumentsReading(Protocol):
    """Documents as whoever asks may see them. One statement a call. What is in none of ``shop_ids`` does not exist."""

    async def page(self, wanted: DocumentFilter, request: PageRequest, *, with_lines: bool) -> Page[bytes]:
        """Documents by their last change, from the end that is asked for; ``lines`` only where they are, too."""
        ...

    async def one(self, document_id: DocumentId, *, shop_ids: Collection[ShopId] | None) -> DocumentJson | None: ...

    async def lines(
        self, document_id: DocumentId, request: PageRequest, *, shop_ids: Collection[ShopId] | None
    ) -> Page[bytes] | None:
        """The lines of a document in their order."""
        ...

    async def versions(
        self, document_id: DocumentId, request: PageRequest, *, shop_ids: Collection[ShopId] | None
    ) -> Page[bytes] | None:
        """The versions of a document's content, oldest first; the last one is the current."""
        ...

    async def of_orders(self, order_ids: Collection[OrderId]) -> Sequence["DocumentOfOrder"]:
        """The documents of orders, oldest first, ended ones included."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOfOrder:
    """What an order says of its documents."""

    id: DocumentId
    order_id: OrderId
    refund_id: str | None
    kind: DocumentKind
    number: str
    state: DocumentState
    version: int
    erp_document_no: str | None
    created_at: datetime
    released_at: datetime | None
    acknowledged_at: datetime | None
    posted_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    unlinked_at: datetime | None
