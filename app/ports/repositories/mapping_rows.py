"""Rows of the mapping tables that nobody has mapped yet, kept as the store tells of its values (P04).

Codes are never touched: a value that has a row keeps what the ERP made of it, and what the store no longer has stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopId
from app.domain.seen_values import SeenValues
from app.ports.store_values import StoreLocation, StoreProvince, StoreTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRows:
    """What keeping did: rows added, and rows whose store side (a name, a status) was brought up to date."""

    added: int = 0
    changed: int = 0

    def __add__(self, other: "KeptRows") -> "KeptRows":
        return KeptRows(added=self.added + other.added, changed=self.changed + other.changed)


class MappingRows(Protocol):
    async def keep_locations(
        self, shop: ShopId, locations: Sequence[StoreLocation], *, read_from: datetime, now: datetime
    ) -> KeptRows:
        """All locations of the store. Rows of other ones are flagged as not at the store, unless they are younger than
        ``read_from``, when the reading began.
        """
        ...

    async def keep_terms(self, shop: ShopId, terms: Sequence[StoreTerms], *, now: datetime) -> KeptRows: ...

    async def keep_countries(self, shop: ShopId, countries: Sequence[str], *, now: datetime) -> KeptRows:
        """A customer template of the shop and a tax area of all shops for each country."""
        ...

    async def keep_provinces(self, provinces: Sequence[StoreProvince], *, now: datetime) -> KeptRows:
        """A tax area for each province; its name where it has none, as the ERP may have another. No templates: those
        of countries do for most.
        """
        ...

    async def keep_currencies(self, currencies: Sequence[str], *, now: datetime) -> KeptRows: ...

    async def keep_seen(self, seen: Mapping[ShopId, SeenValues], *, now: datetime) -> KeptRows:
        """Locations, titles and gateways that have no row; in one statement for any number of shops."""
        ...
