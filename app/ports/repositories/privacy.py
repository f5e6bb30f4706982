"""Privacy requests, what they find, and what was forgotten (P83)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.identifiers import CustomerId, OrderId, ShopId, ShopifyId, StoreId
from app.domain.privacy import Person, PrivacyKind, PrivacyState
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrivacyRequest:
    """A request as its webhook brought it."""

    id: str
    store_id: StoreId
    webhook_id: str
    kind: PrivacyKind
    person: Person
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """A request and what became of it. ``person`` is empty once it was forgotten; ``counts`` are rows by table."""

    id: str
    store_id: StoreId
    store_domain: str
    kind: PrivacyKind
    state: PrivacyState
    detail: str
    person: Person
    counts: Mapping[str, int]
    received_at: datetime
    answer_by: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What is held about a person: our ids, and texts by which bodies that name them are found."""

    orders: tuple[OrderId, ...] = ()
    shopify_orders: tuple[ShopifyId, ...] = ()
    documents: tuple[str, ...] = ()
    created_customers: tuple[CustomerId, ...] = ()
    """Customers that we made of the store's; those that the ERP gave are the ERP's."""
    erp_customer_nos: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Texts that others have, too, such as surnames: by them only sentences about what went wrong are found."""


class Privacy(Protocol):
    async def add(self, requests: Sequence[NewPrivacyRequest]) -> None:
        """One that is there already, by store and webhook, is left as it is."""
        ...

    async def locked_due(self, store: StoreId, *, now: datetime) -> PrivacyRequest | None:
        """The oldest waiting request of the store that is due and that nobody else works on."""
        ...

    async def hold_imports(self, store: StoreId, orders: Collection[ShopifyId]) -> None:
        """None of these orders is being written before this transaction ends; taken before ``traces``."""
        ...

    async def traces(self, store: StoreId, person: Person, *, email_key: str, phone_key: str) -> Traces:
        """Everything of the store that belongs to the person."""
        ...

    async def uncollected(self, orders: Collection[OrderId]) -> int:
        """How many live documents of these orders the ERP has not acknowledged."""
        ...

    async def export(self, store: StoreId, person: Person, traces: Traces) -> Mapping[str, Sequence[Any]]:
        """What is held, by table: JSON rows of the columns that the map calls personal, with what identifies them."""
        ...

    async def forget(self, store: StoreId, person: Person, traces: Traces) -> Mapping[str, int]:
        """Take the person out of every personal column; the rows changed or deleted, by table. Leaves a tombstone."""
        ...

    async def forget_store(self, store: StoreId) -> Mapping[str, int]:
        """Delete everything of the store but its name and the requests about it; the rows deleted, by table."""
        ...

    async def forgotten(self, store: StoreId, orders: Collection[ShopifyId]) -> Collection[ShopifyId]:
        """Those of the orders whose buyer was forgotten."""
        ...

    async def credentials_given(self, store: StoreId, *, since: datetime) -> bool:
        """Whether somebody connected the store anew after ``since``, or tried to."""
        ...

    async def put_off(self, request: str, *, until: datetime, detail: str) -> None: ...

    async def finish(
        self,
        request: str,
        state: PrivacyState,
        *,
        detail: str,
        counts: Mapping[str, int],
        keep_person: bool,
        now: datetime,
    ) -> None: ...

    async def page(self, shops: Collection[ShopId] | None, request: PageRequest) -> Page[PrivacyRequest]:
        """Of stores all of whose shops are among these; None = of all, by the time of their receipt."""
        ...

    async def one(
        self, request: str, shops: Collection[ShopId] | None, *, locked: bool = False
    ) -> PrivacyRequest | None:
        """``locked``: nobody else works on it before this transaction ends."""
        ...
