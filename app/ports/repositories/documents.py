"""Sales documents as they are made and as they live. Reading them for the ERP is in ``documents_reading``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.domain.chosen_customers import Parties
from app.domain.identifiers import DocumentId, OrderId, ShopId
from app.domain.money import CurrencyHandling
from app.domain.problems import Problem
from app.domain.sales_documents import DocumentContent, DocumentFacts, DocumentKind, DocumentLine, DocumentState
from app.domain.snapshots import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document that passed its proof and waits for a number."""

    id: DocumentId
    shop_id: ShopId
    order_id: OrderId
    refund_id: str | None = None
    replaces_id: DocumentId | None = None
    """The document of the same order or refund that this one takes the place of."""
    adjusts_id: DocumentId | None = None
    """The acknowledged document whose figures this one corrects."""
    content: DocumentContent
    snapshot: Snapshot
    """The order as this document was made from it (decision 9)."""
    shopify_number: str | None = None
    """The order's name when documents are numbered by it; None = the series."""
    series_prefix: str
    """Prefix of the shop's number series for this kind."""
    released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    id: DocumentId
    number: str
    renamed_id: DocumentId | None = None
    """The document that held the Shopify number before and now carries a suffix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTaken:
    """A live document of the same shop and kind holds this Shopify number."""

    id: DocumentId
    number: str
    holder_document_id: DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyLive:
    """The order or refund has a live document; another transaction may just have made it (P34)."""

    id: DocumentId
    document_id: DocumentId


Insertion = Inserted | NumberTaken | AlreadyLive


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A document's life, locked for change: everything that an action reads or writes, nothing of the content."""

    id: DocumentId
    shop_id: ShopId
    order_id: OrderId
    refund_id: str | None
    adjusts_id: DocumentId | None
    kind: DocumentKind
    number: str
    state: DocumentState
    version: int
    revision: int
    erp_document_no: str | None
    posted_document_no: str | None
    posting_date: date | None
    cancel_reason: str | None
    released_at: datetime | None
    acknowledged_at: datetime | None
    posted_at: datetime | None
    cancelled_at: datetime | None
    unlinked_at: datetime | None

    @property
    def facts(self) -> DocumentFacts:
        """What the transitions are decided by."""
        return DocumentFacts(
            id=self.id,
            kind=self.kind,
            number=self.number,
            state=self.state,
            version=self.version,
            erp_document_no=self.erp_document_no,
            posted_document_no=self.posted_document_no,
            posting_date=self.posting_date,
            unlinked_at=self.unlinked_at,
        )

    @property
    def of_the_order(self) -> bool:
        """Whether it is the document of its order, not one of a refund or an adjustment."""
        return self.refund_id is None and self.adjusts_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedOrder:
    """The live document of an order, with the state of the order that it shows or that a person settled with it."""

    document: DocumentFacts
    snapshot: Snapshot
    handling: CurrencyHandling
    customers: Parties
    """Those of the document; a customer that the ERP numbered since has its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOrder:
    """What setting an order back needs to know of it."""

    id: OrderId
    shop_id: ShopId
    version: int
    in_conflict: bool


class Documents(Protocol):
    """The documents of all shops; uniqueness (number, one live document) is the database's."""

    async def insert_many(self, documents: Sequence[NewDocument], *, now: datetime) -> Sequence[Insertion]:
        """Store documents, each with a number, and say what came of each, in their order.

        The series of a shop and kind rises by one for each document that takes its number from it; a number is never
        given twice. A Shopify number held by a document that is no longer live is freed: its old holder gets ``-1``
        (``-2``, …).
        A document that finds a live one in its place is left out and never fails the others.
        """
        ...

    async def live_of_orders(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, DocumentFacts]:
        """The live sales order or invoice of each of these orders that has one."""
        ...

    async def booked(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, BookedOrder]:
        """What each of these orders was booked as, of those that have a live sales order or invoice."""
        ...

    async def amend(
        self, document_id: DocumentId, content: DocumentContent, snapshot: Snapshot, *, now: datetime
    ) -> int:
        """Give a locked document a new version of its content; the old one stays readable. Answers the version."""
        ...

    async def content_of(self, document_id: DocumentId) -> DocumentContent:
        """The content of a document that exists."""
        ...

    async def lines_of_order(self, order_id: OrderId) -> Sequence[DocumentLine]:
        """The lines of an order's live documents, its adjustments included, those of refunds not; oldest first."""
        ...

    async def settle(self, document_id: DocumentId, snapshot: Snapshot) -> None:
        """From now on the order is compared with this state: a person has dealt with what changed before."""
        ...

    async def order_of(self, document_id: DocumentId, *, shop_ids: Collection[ShopId] | None) -> OrderId | None:
        """The order of a document in one of these shops (None = all); None = there is no such document to see."""
        ...

    async def lock(self, document_id: DocumentId, *, shop_ids: Collection[ShopId] | None) -> DocumentRecord | None:
        """Lock a document for change until the end of the transaction; lock its order first where both are needed."""
        ...

    async def lock_order(self, order_id: OrderId, *, shop_ids: Collection[ShopId] | None) -> LockedOrder | None:
        """Lock an order for change until the end of the transaction."""
        ...

    async def lock_all_of_order(self, order_id: OrderId) -> Sequence[DocumentRecord]:
        """Lock the live documents of an order, its adjustments included, those of its refunds not; oldest first."""
        ...

    async def save(self, record: DocumentRecord, *, now: datetime) -> DocumentRecord:
        """Write the changed life of a locked document; answers it with its new revision."""
        ...

    async def set_order_back(self, order_id: OrderId, *, problem: Problem | None, now: datetime) -> int:
        """Make an order unprocessed, its next document only on request, its conflict gone; answers its new version."""
        ...
