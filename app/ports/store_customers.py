"""The customers a store has: listing what changed, reading them, finding who has an e-mail or phone, changing them.

Whatever concerns the whole store is raised (``Throttled``, ``StoreUnavailable``, ``AccessRevoked``, ``ScopeMissing``).
A change that the store would not make raises ``StoreDeclined``; one whose outcome nobody knows ``OutcomeUnknown``: then
one reads before anything is repeated.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.customer_export import CustomerToSend
from app.domain.identifiers import ShopifyId
from app.domain.orders import StoreCustomer
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecord:
    """A record of the store and when it last changed, by the store's clock."""

    shopify_id: ShopifyId
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRead:
    """A store customer whole; ``read_at`` is when the reading began."""

    customer: StoreCustomer
    updated_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNotThere:
    """The store knows no such record that this app may read. Not an error."""

    shopify_id: ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUnreadable:
    """A record that could not be read whole; its neighbours could. ``detail`` is safe to show."""

    shopify_id: ShopifyId
    code: str
    detail: str


CustomerReading = CustomerRead | RecordNotThere | RecordUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSeen:
    """A store customer by what it is found by."""

    shopify_id: ShopifyId
    email: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """Who answers to an e-mail and to a phone; whether they really have it is the caller's to compare."""

    by_email: ContactSeen | None
    by_phone: ContactSeen | None


class StoreCustomers(Protocol):
    def list_changed(self, store: StoreRef, *, since: datetime | None) -> AsyncIterator[Sequence[ListedRecord]]:
        """Pages of customers changed at or after ``since`` (None = all), oldest change first. A failing page raises."""
        ...

    async def read(self, store: StoreRef, ids: Sequence[ShopifyId]) -> Sequence[CustomerReading]:
        """Each of them, in the order asked, with all its addresses."""
        ...

    async def look_up(self, store: StoreRef, *, email: str, phone: str) -> LookedUp:
        """As they are at this moment, unlike a search; a blank phone is not looked for."""
        ...

    async def may_write(self, store: StoreRef) -> bool: ...

    async def create(self, store: StoreRef, customer: CustomerToSend) -> ShopifyId:
        """A customer without an address."""
        ...

    async def update(self, store: StoreRef, customer_id: ShopifyId, customer: CustomerToSend) -> None:
        """Everything but the address; what is blank stays as it is."""
        ...

    async def put_default_address(
        self, store: StoreRef, customer_id: ShopifyId, address_id: str | None, customer: CustomerToSend
    ) -> None:
        """Change the address with this id, or make one; it is the default afterwards."""
        ...
