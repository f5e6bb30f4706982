"""Catalogs at a store and the prices of their lists. Setting a price twice comes to the same; whoever does not know
whether a catalog was made looks at those of its company first.

What the app may not read raises ``StoreRefused`` with code ``scope_missing``.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from app.domain.identifiers import ShopifyId
from app.domain.store_catalogs import CatalogFacts, CatalogType, PriceToSet
from app.ports.store_gateway import StoreRef

PLAN_LACKS_IT: Final = "plan_lacks_b2b"
"""The code of ``StoreRefused`` when the store's plan has no (further) catalogs of companies."""
MOST_PRICES: Final = 250
"""That are set, or removed, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCatalogs:
    """A company with its first location, the currency it buys in, and the catalogs that location has."""

    name: str
    location_id: ShopifyId | None
    currency: str | None
    catalogs: Sequence[CatalogFacts] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceObjection:
    """What the store has against one of the changes asked for together (``place``), or against all (None).
    ``is_gone``: what was to be removed is not there.
    """

    place: int | None
    detail: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPrice:
    price: Decimal
    compare_at_price: Decimal | None


class CatalogGateway(Protocol):
    async def may_write(self, store: StoreRef) -> bool: ...

    def catalogs(self, store: StoreRef, kind: CatalogType) -> AsyncIterator[Sequence[CatalogFacts]]:
        """Every catalog of companies, or of markets, page by page."""
        ...

    async def of_company(self, store: StoreRef, company: ShopifyId) -> CompanyCatalogs | None:
        """None = there is no such company."""
        ...

    async def create_catalog(self, store: StoreRef, *, title: str, location: ShopifyId) -> ShopifyId:
        """An active catalog for a company location."""
        ...

    async def create_price_list(self, store: StoreRef, *, catalog: ShopifyId, name: str, currency: str) -> None:
        """A price list for a catalog, which adjusts no price."""
        ...

    async def may_publish(self, store: StoreRef) -> bool: ...

    async def create_publication(self, store: StoreRef, *, catalog: ShopifyId) -> None:
        """The catalog shows every product, also those that are yet to come."""
        ...

    async def set_prices(
        self, store: StoreRef, price_list: ShopifyId, currency: str, prices: Sequence[PriceToSet]
    ) -> Sequence[PriceObjection]:
        """Fix up to ``MOST_PRICES``; none is fixed where anything is objected to."""
        ...

    async def remove_prices(
        self, store: StoreRef, price_list: ShopifyId, variants: Sequence[ShopifyId]
    ) -> Sequence[PriceObjection]:
        """As ``set_prices``, the other way."""
        ...

    async def fixed_prices(
        self, store: StoreRef, price_list: ShopifyId, variants: Sequence[ShopifyId]
    ) -> Mapping[ShopifyId, FixedPrice]:
        """Which of these variants have a price of their own in the list."""
        ...
