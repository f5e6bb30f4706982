"""Payouts with what is behind them, and disputes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.payouts import Dispute, Payout, PayoutTransaction
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPayout:
    id: str
    store_domain: str
    payout: Payout
    transactions: int
    difference: Decimal
    """What it is more than what is behind it."""
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTransaction:
    """A movement with what it is about here; None = it is not here, or nothing of the kind."""

    transaction: PayoutTransaction
    order_id: OrderId | None
    refund_id: str | None
    document_id: str | None
    document_number: str | None
    erp_document_no: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDispute:
    id: str
    store_domain: str
    dispute: Dispute
    order_id: OrderId | None
    order_name: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFilter:
    """Everything given must hold; ``shop_ids`` None = those of all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    status: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Which of a store's payouts or disputes will not change any more, and which may."""

    settled: frozenset[ShopifyId]
    open: frozenset[ShopifyId]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutPayouts:
    """A shop that can list none, and why."""

    shop: str
    code: str
    detail: str


class Payouts(Protocol):
    async def settled_payouts(self, store: StoreId) -> Settled: ...

    async def settled_disputes(self, store: StoreId) -> Settled: ...

    async def keep_payout(
        self, store: StoreId, payout: Payout, transactions: Sequence[PayoutTransaction], *, now: datetime
    ) -> bool:
        """Keep it with all that is behind it; whether anything of it is news."""
        ...

    async def keep_disputes(self, store: StoreId, disputes: Sequence[Dispute], *, now: datetime) -> int:
        """Keep these; how many of them are news."""
        ...

    async def note_access(self, store: StoreId, *, code: str | None, detail: str | None, now: datetime) -> None:
        """Why the store's payouts cannot be read; None = they can."""
        ...

    async def page(self, wanted: PayoutFilter, request: PageRequest) -> Page[ListedPayout]:
        """By the day of issue, oldest first."""
        ...

    async def transactions(
        self, payout: str, request: PageRequest, *, shop_ids: frozenset[ShopId] | None
    ) -> Page[MatchedTransaction]:
        """Each with its order, if it is of a shop that may be seen."""
        ...

    async def disputes(self, wanted: PayoutFilter, request: PageRequest) -> Page[ListedDispute]:
        """By the beginning, oldest first."""
        ...

    async def without(self, wanted: PayoutFilter) -> Sequence[WithoutPayouts]: ...
