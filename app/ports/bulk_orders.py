"""A range of orders read by one operation of the store, which works at its own pace and leaves a file (P16).

Everything here may fail in the ways of ``app.ports.errors``. A result is told only once it is there whole: lines that
are missing are noticed before the first order is (P14).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.ports.errors import StoreUnavailable
from app.ports.store_gateway import ListedOrder, OrderListing, OrderReading, StoreRef


class BulkStatus(StrEnum):
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOperation:
    """An operation as the store tells of it. ``url`` None = it has no file, or not any more."""

    id: ShopifyId
    status: BulkStatus
    created_at: datetime
    """By the store's clock; whatever its file says was so then or later."""
    objects: int
    """Lines of the file, as far as it is written."""
    orders: int
    error_code: str | None = None
    """Why it failed, in the store's word."""
    url: str | None = None


class BulkOperationsBusy(StoreUnavailable):
    """As many operations of the app are under way as the store allows; one may begin when another has ended."""

    code = "bulk_operations_busy"


class BulkResultGone(StoreUnavailable):
    """The store does not give the file out any more: it was kept for its time."""

    code = "bulk_result_gone"


class BulkResultIncomplete(StoreUnavailable):
    """The file holds other than what the operation counted, however often it is asked for."""

    code = "bulk_result_incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedOrder:
    """An order of a result."""

    listed: ListedOrder
    body: bytes
    """Everything that was told of it, in the form that ``BulkOrders.read`` understands."""
    whole: bool
    """False = something of it is not in the file and cannot be told apart: it is read by ordinary means."""


class BulkResult(Protocol):
    """A result that is there, proved and in order."""

    def batches(self, *, after: int, size: int) -> AsyncIterator[Sequence[ExportedOrder]]:
        """Its orders behind the first ``after``, so many at a time; each time the same ones in the same order."""
        ...


class BulkOrders(Protocol):
    async def may_export(self, store: StoreRef) -> bool:
        """Whether the app may read all that an operation about orders reads; one denied thing fails the whole of it."""
        ...

    async def count(self, store: StoreRef, listing: OrderListing, *, at_most: int) -> int:
        """How many orders there are, counted no further than ``at_most``."""
        ...

    async def begin(self, store: StoreRef, listing: OrderListing, *, mark: str) -> BulkOperation:
        """Start an operation that carries ``mark``. Raises ``BulkOperationsBusy``; ``OutcomeUnknown`` when it may have
        begun all the same.
        """
        ...

    async def begun(self, store: StoreRef, *, mark: str) -> BulkOperation | None:
        """The operation that carries this mark, if there is one among the latest."""
        ...

    async def standing(self, store: StoreRef, operation: ShopifyId) -> BulkOperation | None:
        """None = the store knows no such operation."""
        ...

    async def cancel(self, store: StoreRef, operation: ShopifyId) -> None:
        """End an operation before its end; one that has ended already is left as it is."""
        ...

    async def narrowed(self, store: StoreRef) -> bool:
        """After an operation was denied something: leave out what orders are whole without. False = nothing is left
        that could be left out.
        """
        ...

    def result(self, operation: BulkOperation) -> AbstractAsyncContextManager[BulkResult]:
        """The operation's file, fetched and proved before it is handed out. Raises ``BulkResultGone`` and
        ``BulkResultIncomplete``.
        """
        ...

    async def read(
        self, store: StoreRef, orders: Mapping[ShopifyId, ExportedOrder], *, exported_at: datetime
    ) -> Sequence[OrderReading]:
        """Each order as ``StoreGateway.read_orders`` would tell it, in the order given.

        What an export cannot carry (refunds, returns, what was shipped …) is asked for where an order has any; an order
        that is not whole, or changed since, is read anew.
        """
        ...
