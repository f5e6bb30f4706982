"""Links between the store's records and the ERP's, one set of records a kind."""

from collections.abc import Collection, Sequence
from typing import Protocol

from app.domain.identifiers import ShopId
from app.domain.links import (
    CompanyLocationLink,
    StoreAddressLink,
    StoreCompanyLink,
    StoreCustomerLink,
    StoreVariantLink,
)
from app.ports.repositories.keyed_records import KeyedRecords


class Links(Protocol):
    @property
    def store_customers(self) -> KeyedRecords[StoreCustomerLink]: ...

    @property
    def store_addresses(self) -> KeyedRecords[StoreAddressLink]: ...

    @property
    def store_companies(self) -> KeyedRecords[StoreCompanyLink]: ...

    @property
    def company_locations(self) -> KeyedRecords[CompanyLocationLink]: ...

    @property
    def store_variants(self) -> KeyedRecords[StoreVariantLink]: ...

    async def awaited_companies(self, shop: ShopId) -> Sequence[str]:
        """The awaited facts about companies in this shop, by their names in ``app.domain.awaited``."""
        ...

    async def unknown_items(self, nos: Collection[str]) -> Sequence[str]:
        """Those of the numbers that no item has; the others are held against deletion."""
        ...
