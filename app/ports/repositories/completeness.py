"""What we hold of a store's orders to compare with it, and how its days compared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.domain.completeness import CopySum, Queued
from app.domain.identifiers import ShopId, ShopifyId, StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDay:
    """A day as it compared; an empty ``detail`` = nothing on it is to be mended."""

    day: date
    detail: str


class Completeness(Protocol):
    async def copies(self, store: StoreId, orders: Collection[ShopifyId]) -> Mapping[ShopifyId, CopySum]:
        """The copies of these orders, of whatever shop."""
        ...

    async def copies_made(self, shop: ShopId, *, since: datetime, until: datetime) -> Mapping[ShopifyId, CopySum]:
        """The shop's copies of orders created in ``since`` <= time < ``until``."""
        ...

    async def queued(self, store: StoreId, orders: Collection[ShopifyId]) -> Mapping[ShopifyId, Queued]:
        """Where these orders stand in the queue; those that are not in it are left out."""
        ...

    async def keep(self, shop: ShopId, days: Sequence[KeptDay], *, now: datetime) -> None: ...

    async def differing(self, shop: ShopId) -> Sequence[date]:
        """The days that differed when they were last checked, the oldest first."""
        ...
