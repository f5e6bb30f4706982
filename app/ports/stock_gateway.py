"""Stock at a store: which variants there are, what the store has of them, and setting it (P71)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.stock import LevelChange, LevelSeen, StockedVariant
from app.ports.store_gateway import StoreRef

MOST_AT_ONCE = 250
"""Levels in one change, and things seen in one look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSeen:
    """One thing, by location; locations at which it is not stocked are absent."""

    tracked: bool
    levels: Mapping[ShopifyId, LevelSeen]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockUnreadable:
    """It could not be told, though its neighbours could; ``detail`` is safe to show."""

    code: str
    detail: str
    retryable: bool


StockSight = StockSeen | StockUnreadable | None
"""None = the store knows no such thing (any more)."""


class Objection(StrEnum):
    """What the store has against one change."""

    MOVED = "moved"
    """Another quantity stood there: look again."""
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelObjection:
    """``place`` is the change's among those sent; None = the store did not say which one it means."""

    place: int | None
    kind: Objection
    detail: str
    """In the store's words."""


class StockGateway(Protocol):
    """Raised: ``Throttled``, ``StoreUnavailable``, ``AccessRevoked``; by changes also ``StoreDeclined`` in the store's
    words, ``StoreRefused``, ``ScopeMissing`` and ``OutcomeUnknown``.
    """

    async def may_set_stock(self, store: StoreRef) -> bool:
        """Whether the store has granted what reading and setting stock takes."""
        ...

    def variants(
        self, store: StoreRef, *, changed_since: datetime | None = None
    ) -> AsyncIterator[Sequence[StockedVariant]]:
        """Every variant, or those changed since; a failing page raises."""
        ...

    async def look_at_stock(self, store: StoreRef, items: Sequence[ShopifyId]) -> Sequence[StockSight]:
        """Each of these inventory items, in the order asked; one cheap call for many."""
        ...

    async def set_levels(
        self, store: StoreRef, changes: Sequence[LevelChange], *, key: str
    ) -> Sequence[LevelObjection]:
        """Set up to 250 quantities of one calculation, all or none: none when anything is answered. ``key`` is a new
        one for each request.
        """
        ...

    async def stock_at(self, store: StoreRef, change: LevelChange, *, key: str) -> None:
        """Have a thing stocked at a location where it was not, with so many pieces."""
        ...
