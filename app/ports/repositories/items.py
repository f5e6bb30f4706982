"""The ERP's items with the codes by which they are found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.catalogue import Item
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptItem:
    item: Item
    version: int
    created_at: datetime
    updated_at: datetime


class Items(Protocol):
    async def find(self, no: str) -> KeptItem | None: ...

    async def locked(self, no: str) -> KeptItem | None: ...

    async def page(
        self, request: PageRequest, *, updated_from: datetime | None, search: str | None = None
    ) -> Page[KeptItem]: ...

    async def save(self, item: Item, *, now: datetime) -> KeptItem:
        """Make or replace, codes included."""
        ...

    async def links(self, no: str) -> int: ...

    async def unlink(self, no: str) -> None: ...

    async def delete(self, no: str) -> None: ...
