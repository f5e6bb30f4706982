"""What a store tells of itself that an ERP has codes for: the left side of the mapping tables (P04).

Every method reads to the end or raises; a part that the store denies raises ``StoreRefused`` with code
``scope_missing``, which says nothing about the other parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.seen_values import SeenValues
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLocation:
    """A location of the store; an inactive one is put away and may come back."""

    shopify_id: ShopifyId
    name: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTerms:
    """Payment terms that the store can give; ``type`` as orders say it (``net``)."""

    shopify_id: ShopifyId
    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreProvince:
    country_code: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAreas:
    """Where the store sells: ISO codes of countries and currencies, its own currency among them."""

    countries: Sequence[str]
    currencies: Sequence[str]
    markets_name_shipping: bool
    """Whether its markets, rather than its delivery profiles, say which ways of shipping there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAreas:
    """What the delivery profiles say: titles of ways of shipping, countries, and the provinces of those that have
    some.
    """

    titles: Sequence[str]
    countries: Sequence[str]
    provinces: Sequence[StoreProvince]


class StoreValues(Protocol):
    async def locations(self, store: StoreRef) -> Sequence[StoreLocation]:
        """Every location there is, inactive ones included; what is not among them was deleted."""
        ...

    async def sales_areas(self, store: StoreRef) -> SalesAreas: ...

    async def delivery_areas(self, store: StoreRef) -> DeliveryAreas: ...

    async def market_shipping_titles(self, store: StoreRef) -> Sequence[str]:
        """Titles that active markets give their ways of shipping; those a carrier calculates have none."""
        ...

    async def payment_terms(self, store: StoreRef) -> Sequence[StoreTerms]: ...

    async def recently_seen(self, store: StoreRef) -> SeenValues:
        """What the latest orders were shipped and paid with."""
        ...
