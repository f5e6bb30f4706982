"""What waits for a person or for the ERP, counted per shop (P80)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.activities import Cue
from app.domain.identifiers import ShopId


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """``shop`` is the shop's code; ``oldest_at`` None when there is nothing."""

    cue: Cue
    shop: str
    count: int
    oldest_at: datetime | None


class Activities(Protocol):
    async def of(self, shops: Collection[ShopId] | None, *, shop: str | None, now: datetime) -> Sequence[Activity]:
        """What there is, without zero rows."""
        ...

    async def shop_codes(self, shops: Collection[ShopId] | None, *, shop: str | None) -> Sequence[str]: ...
