"""Catalogs of a shop's store, the ERP's prices for their price groups, and what of these was sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopId, ShopifyId
from app.domain.products import ItemPrice
from app.domain.store_catalogs import CatalogFacts, CatalogPriceKey, ListedVariant, StoreCatalog
from app.ports.repositories.keyed_records import KeyedRecords
from app.ports.repositories.mapping_rows import KeptRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSent:
    """How the price of a variant ended: set, with the fingerprint of what was sent; or not, with the reason."""

    store_variant_id: ShopifyId
    sent: str | None = None
    error_code: str | None = None
    error_detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyToServe:
    """A company that was sent to the store and has no catalog of its own yet; ``begun``: one is being made."""

    store_company_id: ShopifyId
    customer_no: str
    begun: bool


class Catalogs(Protocol):
    @property
    def records(self) -> KeyedRecords[StoreCatalog]:
        """A shop's catalogs by Shopify's id; putting one keeps what the store told."""
        ...

    async def taken_by(self, shop: ShopId, catalog: ShopifyId) -> str | None:
        """The code of another shop of the same store that gives this catalog its prices. Who asks waits until nobody
        else of the store has asked and not yet committed.
        """
        ...

    async def keep(self, shop: ShopId, told: Sequence[CatalogFacts], *, now: datetime) -> KeptRows:
        """Rows as the store tells of its catalogs; price groups are left alone."""
        ...

    async def gone(self, shop: ShopId, type_: str, present: Collection[ShopifyId], *, now: datetime) -> None:
        """Catalogs of this type that are not among those present are not at the store any more."""
        ...

    async def tell_price(self, key: CatalogPriceKey, price: ItemPrice | None, *, now: datetime) -> bool:
        """Keep a price; None takes it back. Whether there was none before."""
        ...

    async def priced(self, shop: ShopId) -> Sequence[StoreCatalog]:
        """The catalogs that have a price group, by their ids."""
        ...

    async def currencies_of(self, price_group: str) -> frozenset[str]:
        """In which the ERP tells prices of a group."""
        ...

    async def variants(
        self, shop: ShopId, catalog: ShopifyId, *, price_group: str, currency: str, after: str, limit: int
    ) -> Sequence[ListedVariant]:
        """Every linked variant, and every one that has a price of ours there, by their ids."""
        ...

    async def sent_count(self, shop: ShopId, catalog: ShopifyId) -> int:
        """How many prices of ours are fixed in a catalog's list, as far as we know."""
        ...

    async def doubt(self, shop: ShopId, catalog: ShopifyId) -> None:
        """What was sent to a catalog may not stand there any more: all of it is sent again."""
        ...

    async def begin(
        self, shop: ShopId, catalog: ShopifyId, variants: Sequence[ListedVariant], *, now: datetime
    ) -> None:
        """Note, before anything is asked for, that a price of ours may stand there from now on."""
        ...

    async def keep_prices(
        self, shop: ShopId, catalog: ShopifyId, outcomes: Sequence[PriceSent], *, now: datetime
    ) -> None: ...

    async def forget_prices(self, shop: ShopId, catalog: ShopifyId, variants: Collection[ShopifyId]) -> None:
        """These have no price of ours there any more."""
        ...

    async def fail(self, shop: ShopId, catalog: ShopifyId, reason: str, detail: str, *, now: datetime) -> None:
        """No price of a catalog could be sent."""
        ...

    async def mended(self, shop: ShopId, catalog: ShopifyId) -> None: ...

    async def companies_to_serve(self, shop: ShopId, *, after: str, limit: int) -> Sequence[CompanyToServe]:
        """By their ids."""
        ...

    async def begin_company(self, shop: ShopId, company: ShopifyId, *, now: datetime) -> None:
        """Note, before it is asked for, that a catalog of this company is about to be made."""
        ...

    async def company_served(
        self, shop: ShopId, company: ShopifyId, catalog: ShopifyId | None, *, price_group: str | None, now: datetime
    ) -> None:
        """The company has its catalog; one that has no price group yet is given this one."""
        ...

    async def company_failed(
        self, shop: ShopId, company: ShopifyId, reason: str, detail: str, *, now: datetime
    ) -> None: ...
