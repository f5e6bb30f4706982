"""When tasks recur in a shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.identifiers import ShopId
from app.ports.repositories.runs import RunShop


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Exactly one of ``every_minutes`` and ``cron`` is given; ``category`` None = the task's own."""

    task: str
    enabled: bool
    every_minutes: int | None
    cron: str | None
    filters: Mapping[str, Any]
    parameters: Mapping[str, Any]
    category: str | None
    version: int
    """0 = nobody has set it: it holds until somebody does."""
    updated_at: datetime

    @property
    def counted_from(self) -> datetime | None:
        """From when intervals count; None = from an instant that is the same for all, so that they are full hours."""
        return self.updated_at if self.version == 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSchedule:
    """An enabled schedule with the shop it belongs to."""

    shop: RunShop
    schedule: Schedule


class Schedules(Protocol):
    async def get(self, shop: ShopId, task: str, *, lock: bool = False) -> Schedule | None: ...

    async def put(self, shop: ShopId, schedule: Schedule) -> None:
        """Create or replace; whoever keeps the schedules hears of it after the commit."""
        ...

    async def active(self, defaults: Mapping[str, int]) -> Sequence[ActiveSchedule]:
        """All enabled ones of shops whose store is not deleted; ``defaults`` are minutes by task, where none is set."""
        ...
