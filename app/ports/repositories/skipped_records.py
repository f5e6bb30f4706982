"""Records that something was deliberately not done about, each with its reason (P81)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import ShopId
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRecordFilter:
    """What is given must hold; ``shop_ids`` None = all shops."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    resource_type: str | None = None
    reason: str | None = None
    open: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRecord:
    """One record and why it was skipped; ``cleared_at`` None while that is so."""

    id: str
    shop: str
    resource_type: str
    resource_id: str
    no: str
    reason: str
    detail: str
    first_seen_at: datetime
    last_seen_at: datetime
    count: int
    cleared_at: datetime | None


class SkippedRecords(Protocol):
    async def page(self, wanted: SkippedRecordFilter, request: PageRequest) -> Page[SkippedRecord]:
        """By the records they are about, in the order in which those came."""
        ...
