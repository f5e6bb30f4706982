"""Small records kept by a natural key: mappings and links. One protocol for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from app.domain.identifiers import ShopId
from app.ports.paging import Page, PageRequest

Record = TypeVar("Record")

Key = tuple[str, ...]
"""The parts of a natural key, in the order of the resource's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[Record]):
    """A record as it is stored."""

    value: Record
    version: int
    updated_at: datetime
    id: str = ""
    """Ours, for records whose natural key is free text."""


class KeyedRecords(Protocol[Record]):
    """The records of one kind. ``shop`` None for kinds that all shops share."""

    async def find(self, shop: ShopId | None, key: Key) -> Kept[Record] | None: ...

    async def locked(self, shop: ShopId | None, key: Key) -> Kept[Record] | None:
        """The record, held against changes until the transaction ends."""
        ...

    async def page(self, shop: ShopId | None, request: PageRequest, *, under: Key = ()) -> Page[Kept[Record]]:
        """Records in the order of their keys; ``under`` fixes the first parts of the key."""
        ...

    async def put(self, shop: ShopId | None, value: Record, *, now: datetime, new_id: str = "") -> Kept[Record]:
        """Make or replace the record of this natural key; its version rises by one."""
        ...

    async def delete(self, shop: ShopId | None, key: Key) -> None: ...

    def natural_key(self, value: Record) -> Key:
        """The natural key of a value, as it compares."""
        ...


class TextKeyedRecords(KeyedRecords[Record], Protocol[Record]):
    """Records whose natural key is free text, so ``find``, ``locked`` and ``delete`` take our id."""

    async def locked_by_text(self, shop: ShopId, value: Record) -> Kept[Record] | None:
        """The record of the same natural key."""
        ...


Records = Sequence[Kept[Record]]
