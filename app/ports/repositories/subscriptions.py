"""What decides which webhook subscriptions a store should have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.identifiers import StoreId
from app.ports.store_gateway import StoreRef


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionNeeds:
    """``order_webhooks`` = some shop of the store has ``orders.webhooks`` on. ``granted_scopes`` None = never asked."""

    store: StoreRef
    order_webhooks: bool
    granted_scopes: tuple[str, ...] | None
    access_revoked: bool
    access_revoked_reason: str | None


class Subscriptions(Protocol):
    async def needs(self, store: StoreId) -> SubscriptionNeeds | None:
        """None = there is no such store, or it was deleted."""
        ...

    async def checked(self, store: StoreId, *, at: datetime) -> None:
        """The subscriptions stood as they should; not due until somebody makes them."""
        ...

    async def due(self, store: StoreId) -> None:
        """Have them checked at once, because a setting, a scope or the credentials changed."""
        ...
