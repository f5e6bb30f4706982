"""What decides which webhook subscriptions a store should have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import StoreId
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionNeeds:
    """``order_webhooks`` = some shop of the store has ``orders.webhooks`` on. ``granted_scopes`` None = never asked.
    ``tasks`` = those that some shop has scheduled and that look at what is announced to them. ``allow_outgoing`` = some
    shop lets us write to the store.
    """

    store: StoreRef
    order_webhooks: bool
    tasks: frozenset[str]
    allow_outgoing: bool
    granted_scopes: tuple[str, ...] | None
    access_revoked: bool
    access_revoked_reason: str | None
    connected_at: datetime
    """When the store was first set up here."""
    missed_since: datetime | None
    """Subscriptions were found missing, and what changed since then has not been listed yet."""


class Subscriptions(Protocol):
    async def needs(self, store: StoreId) -> SubscriptionNeeds | None:
        """None = there is no such store, or it was deleted."""
        ...

    async def begun(self, store: StoreId) -> None:
        """They are being looked at, and due until that has ended. To be called before what they depend on is read."""
        ...

    async def missed(self, store: StoreId) -> None:
        """Order subscriptions were missing: note since when, which is the last time they all stood; for ever = none."""
        ...

    async def caught_up(self, store: StoreId, since: datetime) -> None:
        """What changed since then has been listed."""
        ...

    async def checked(self, store: StoreId, *, at: datetime, good: bool) -> None:
        """Looked at: not due until somebody makes them, or has made them since ``begun``.

        ``good`` = what happened to orders before ``at`` was announced to us or has been listed, and what happens from
        now on is announced.
        """
        ...

    async def due(self, store: StoreId) -> None:
        """Have them checked at once, because a setting, a scope or the credentials changed."""
        ...
