"""Shops: one set of rules on a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopId, StoreId
from app.domain.shop_settings import ShopSettings
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRef:
    """A shop by its names: ours, people's, and its store's."""

    id: ShopId
    code: str
    store_id: StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    id: ShopId
    code: str
    name: str
    store_id: StoreId
    settings: ShopSettings
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def ref(self) -> ShopRef:
        return ShopRef(id=self.id, code=self.code, store_id=self.store_id)


class Shops(Protocol):
    async def by_code(self, code: str) -> ShopRef | None: ...

    async def ids(self) -> Sequence[ShopId]:
        """All shops."""
        ...

    async def by_codes(self, codes: Sequence[str]) -> Sequence[ShopRef]: ...

    async def find(self, shop: ShopId) -> Shop | None: ...

    async def locked(self, shop: ShopId) -> Shop | None:
        """The shop, held against changes until the transaction ends."""
        ...

    async def page(self, request: PageRequest, *, only: Sequence[ShopId] | None) -> Page[Shop]:
        """Shops by code; ``only`` None = all."""
        ...

    async def add(self, shop: Shop) -> bool:
        """False = there is a shop of this code already."""
        ...

    async def save(self, shop: Shop) -> None:
        """Write name and settings; the version is the one given."""
        ...

    async def of_store(self, store: StoreId) -> Sequence[ShopRef]: ...

    async def has_orders(self, shop: ShopId) -> bool:
        """Whether orders, documents or anything else that is history belongs to it."""
        ...

    async def delete(self, shop: ShopId) -> None:
        """Remove the shop with its mappings, links, schedules, runs and events."""
        ...
