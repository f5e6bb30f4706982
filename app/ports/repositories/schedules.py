"""When tasks recur in a shop."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.announced_records import AnnouncedRecord
from app.domain.identifiers import ShopId, StoreId
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

    async def listening(self, store: StoreId, task: str) -> Collection[ShopId]:
        """The shops of a store that have the task scheduled and take in what webhooks announce to it."""
        ...

    async def wake(
        self, store: StoreId, task: str, told: Sequence[AnnouncedRecord], *, now: datetime, due_at: datetime
    ) -> None:
        """Have the task run in the shops that listen, from ``due_at`` on unless it is to already: where any of what is
        told is not that shop's own write.
        """
        ...

    async def woken(self, *, now: datetime) -> Sequence[ActiveSchedule]:
        """Those whose time has come by ``wake``, locked until the transaction ends; not those that others hold."""
        ...

    async def forget_due_times(self, *, after: datetime) -> None:
        """Whatever interval made a run later than that may be due at the same time once more."""
        ...

    async def went_to_work(self, shop: ShopId, task: str) -> None:
        """What woke it is being looked at."""
        ...
