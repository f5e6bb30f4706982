"""Who changed what, from what to what (P81)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.identifiers import ShopId
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is given must hold; ``shop_ids`` None = all shops, and what belongs to none."""

    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    resource: str | None = None
    resource_id: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change (``created``, ``changed``, ``removed``) of a row, or something that was ``done`` on request.

    ``before`` and ``after`` hold the fields that differ; those of ``withheld`` are secret or personal.
    """

    id: str
    occurred_at: datetime
    actor_kind: str
    actor_id: str | None
    actor_name: str
    operation: str | None
    change: str
    resource: str
    resource_id: str | None
    shop: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    withheld: tuple[str, ...]


class AuditEntries(Protocol):
    async def page(self, wanted: AuditFilter, request: PageRequest) -> Page[AuditEntry]:
        """The newest first."""
        ...

    async def purge(self, *, before: datetime, limit: int) -> int:
        """Delete those whose year is over, by the database's clock too; how many."""
        ...
