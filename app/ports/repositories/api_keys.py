"""Keys of the programs that call us. Secrets are known by their hash only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.access import Scope
from app.domain.identifiers import ShopId
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    id: str
    name: str
    secret_hash: bytes = field(repr=False)
    scopes: tuple[Scope, ...]
    shop_ids: tuple[ShopId, ...] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def alive(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class ApiKeys(Protocol):
    async def find(self, key_id: str) -> ApiKey | None: ...

    async def locked(self, key_id: str) -> ApiKey | None:
        """The key, held against changes until the transaction ends."""
        ...

    async def page(self, request: PageRequest, *, within: Sequence[ShopId] | None) -> Page[ApiKey]:
        """Keys by their public part; ``within`` leaves only those limited to some of these shops."""
        ...

    async def add(self, key: ApiKey) -> None: ...

    async def end(self, key_id: str, *, expires_at: datetime | None, revoked_at: datetime | None) -> None:
        """Set when a key stops working."""
        ...

    async def used(self, key_id: str, at: datetime) -> None: ...

    async def shop_codes(self, ids: Sequence[ShopId]) -> Sequence[str]:
        """The codes of shops, sorted."""
        ...
