"""Stores: domain, sealed credentials, and what the store said of itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    id: StoreId
    store_domain: str
    credentials: bytes | None = field(default=None, repr=False)
    """Sealed (``app.ports.store_credentials``)."""
    name: str | None = None
    plan: str | None = None
    currency: str | None = None
    time_zone: str | None = None
    country_code: str | None = None
    granted_scopes: tuple[str, ...] | None = None
    access_revoked_at: datetime | None = None
    access_revoked_reason: str | None = None
    deleted_at: datetime | None = None


class Stores(Protocol):
    async def made(self, store_domain: str, *, new_id: StoreId, now: datetime) -> Store:
        """The store of this domain, made or brought back when it was deleted; held against changes."""
        ...

    async def locked(self, store: StoreId) -> Store: ...

    async def of(self, stores: Collection[StoreId]) -> Mapping[StoreId, Store]: ...

    async def set_credentials(
        self,
        store: StoreId,
        sealed: bytes,
        *,
        previous: bytes | None,
        previous_until: datetime,
        keep_token: bool,
        now: datetime,
    ) -> None:
        """New credentials: the token goes unless it is to be kept, access counts as given, ``previous`` (sealed) still
        verifies webhooks.
        """
        ...

    async def delete(self, store: StoreId, *, now: datetime) -> None:
        """End the store's work; domain and secrets stay for late webhooks."""
        ...

    async def by_domain(self, store_domain: str) -> Store | None:
        """The store of this domain; None = there is none, or it was deleted."""
        ...

    async def begin_installation(self, store: StoreId, state_hash: bytes, *, now: datetime) -> None:
        """Remember that a browser was sent to the store; forgets those that never came back."""
        ...

    async def end_installation(self, state_hash: bytes, *, since: datetime) -> StoreId | None:
        """The store for which this was begun after ``since``, once; None = it was not, or it has come back already."""
        ...

    async def connected(self, store: StoreId, *, now: datetime) -> None:
        """Access was given anew: the store's work may go on, and what is known of it is asked again."""
        ...
