"""The companies a store has: listing what changed, reading what their locations are, and changing them.

Troubles are those of ``store_customers``.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.companies import CompanyProfile
from app.domain.company_export import CompanyToSend, LocationToSend
from app.domain.company_standing import CompanyStanding, LocationStanding
from app.domain.identifiers import ShopifyId
from app.domain.orders import Named
from app.ports.store_customers import ListedRecord, RecordNotThere, RecordUnreadable
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCompany:
    """A company that changed, with all its locations."""

    shopify_id: ShopifyId
    updated_at: datetime
    locations: tuple[ShopifyId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationRead:
    """What the store holds of a company location; parts it does not tell for want of a scope are ``unknown``."""

    company: Named
    location: Named
    profile: CompanyProfile
    unknown: tuple[str, ...]
    read_at: datetime


LocationReading = LocationRead | RecordNotThere | RecordUnreadable


class StoreCompanies(Protocol):
    def list_changed(self, store: StoreRef, *, since: datetime | None) -> AsyncIterator[Sequence[ListedCompany]]: ...

    def list_changed_locations(
        self, store: StoreRef, *, since: datetime | None
    ) -> AsyncIterator[Sequence[ListedRecord]]: ...

    async def read_locations(self, store: StoreRef, ids: Sequence[ShopifyId]) -> Sequence[LocationReading]: ...

    async def may_write(self, store: StoreRef) -> bool: ...

    async def by_external_id(self, store: StoreRef, external_id: str) -> Sequence[ShopifyId]:
        """Companies with exactly this number; what was made a moment ago may be missing."""
        ...

    async def standing(self, store: StoreRef, company: ShopifyId) -> CompanyStanding | None: ...

    async def location_standings(self, store: StoreRef, ids: Sequence[ShopifyId]) -> Sequence[LocationStanding]:
        """Those of them that are there."""
        ...

    async def contact_of(self, store: StoreRef, company: ShopifyId, customer: ShopifyId) -> ShopifyId | None:
        """As which contact of the company a store customer stands."""
        ...

    async def create(self, store: StoreRef, company: CompanyToSend) -> ShopifyId: ...

    async def rename(self, store: StoreRef, company: ShopifyId, *, name: str, external_id: str) -> None: ...

    async def assign_contact(self, store: StoreRef, company: ShopifyId, customer: ShopifyId) -> ShopifyId:
        """The contact that the store customer has become."""
        ...

    async def assign_main_contact(self, store: StoreRef, company: ShopifyId, contact: ShopifyId) -> None: ...

    async def assign_role(
        self, store: StoreRef, *, contact: ShopifyId, role: ShopifyId, location: ShopifyId
    ) -> None: ...

    async def create_location(self, store: StoreRef, company: ShopifyId, location: LocationToSend) -> ShopifyId: ...

    async def update_location(self, store: StoreRef, location_id: ShopifyId, location: LocationToSend) -> None:
        """Name, number, phone and terms; what is blank stays as it is."""
        ...

    async def put_address(self, store: StoreRef, location_id: ShopifyId, location: LocationToSend) -> None: ...

    async def put_tax_id(self, store: StoreRef, location_id: ShopifyId, tax_id: str) -> None: ...
