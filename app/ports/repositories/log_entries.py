"""What happened to orders and documents, in runs, and between us and the stores (P81)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopId
from app.domain.log_words import LogLevel
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What is given must hold; ``shop_ids`` None = all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    kind: str | None = None
    level: LogLevel | None = None
    resource_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One thing that happened; ``kind`` is ``event``, ``run`` or ``store_call``."""

    id: str
    occurred_at: datetime
    shop: str
    level: LogLevel
    kind: str
    resource_type: str
    resource_id: str
    message: str


class LogEntries(Protocol):
    async def page(self, wanted: LogFilter, request: PageRequest) -> Page[LogEntry]:
        """The newest first."""
        ...

    async def purge(self, *, before: datetime, limit: int) -> int:
        """Delete calls of stores; how many. Events and runs end by themselves."""
        ...
