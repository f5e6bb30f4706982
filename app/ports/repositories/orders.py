"""Orders as we hold them: the copy of what the store says and what we decided about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.changes import Change
from app.domain.conflicts import Conflict
from app.domain.identifiers import OrderId, ShopId, ShopifyId, StoreId
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.parts_of_orders import OrderPart
from app.domain.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order we hold, without its copy. Reading it for a change locks it until the transaction ends."""

    id: OrderId
    store_id: StoreId
    shopify_id: ShopifyId
    shop_id: ShopId
    state: OrderState
    mapping: OrderMapping
    problems: tuple[Problem, ...]
    documents_on_request: bool
    use_shopify_number: bool
    digest: bytes
    store_updated_at: datetime
    """When the copy changed at the store."""
    read_at: datetime
    """When the copy was read from the store."""
    cancelled: bool
    conflict: Conflict | None = None
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOrder:
    """An order to be written. ``order`` None leaves the copy as it is and only writes what we decided."""

    id: OrderId
    store_id: StoreId
    shopify_id: ShopifyId
    shop_id: ShopId
    order: Order | None
    raw: bytes | None = None
    """The answer the copy was made of; kept when given."""
    read_at: datetime | None = None
    state: OrderState
    mapping: OrderMapping
    problems: tuple[Problem, ...]
    documents_on_request: bool
    use_shopify_number: bool
    version: int
    conflict: Conflict | None = None
    """What its document no longer shows; written together with the copy."""
    changes: tuple[Change, ...] = ()
    """What is different from the document now, kept with this version for its history."""
    retry_at: datetime | None = None
    """When its document is to be tried again without anything appearing; None = not by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWrite:
    """A copy with what we wrote to the store ourselves. When it was read stays as it is: it was not read again."""

    id: OrderId
    order: Order
    changed_at: datetime | None = None
    """The change time of our write, which the copy takes over; None leaves its time as it is."""


class Orders(Protocol):
    async def known(self, store: StoreId, ids: Sequence[ShopifyId]) -> Mapping[ShopifyId, KnownOrder]:
        """The orders of a store that we hold, locked."""
        ...

    async def of_parts(self, store: StoreId, parts: Sequence[OrderPart]) -> Mapping[OrderPart, ShopifyId]:
        """The orders of a store that have these parts, as far as our copies tell."""
        ...

    async def locked(self, ids: Sequence[OrderId]) -> Mapping[OrderId, tuple[KnownOrder, Order]]:
        """Orders with their copies, locked, in the order of their ids."""
        ...

    async def undocumented(self, shop: ShopId, *, after: OrderId | None, limit: int) -> Sequence[tuple[OrderId, Order]]:
        """Orders of a shop without a live document that may get one, by id; those waiting for a person are left out."""
        ...

    async def take_due(self, shop: ShopId, *, limit: int, now: datetime) -> Sequence[OrderId]:
        """Take the due marks off orders whose document is due to be made or tried again; those being worked on are
        left out.
        """
        ...

    async def any_due(self, shop: ShopId, *, now: datetime) -> bool:
        """Whether any document of a shop is due, be it worked on or not."""
        ...

    def digest(self, order: Order) -> bytes:
        """Equal for copies that say the same, whenever Shopify last touched the order."""
        ...

    async def save(self, orders: Sequence[SavedOrder], *, now: datetime) -> None:
        """Write orders; a version rises by one with each. Their due marks are replaced by ``retry_at``."""
        ...

    async def touch(self, store: StoreId, seen: Mapping[ShopifyId, datetime], *, read_at: datetime) -> None:
        """Note that copies were read again and found equal."""
        ...

    async def note_own_writes(self, writes: Sequence[OwnWrite]) -> None:
        """Replace the copies of locked orders; what is ours in them is no change of the order."""
        ...

    async def resolve(self, order: OrderId, *, note: str | None, now: datetime) -> int:
        """Take the conflict off a locked order, and keep the note with its new version, which is answered."""
        ...

    async def clear_due(self, order: OrderId) -> None:
        """Take the due mark off an order whose document cannot be made for a reason nobody foresaw."""
        ...
