"""What Shopify's door needs: the secrets that sign a store's webhooks, and a place that keeps a webhook durably."""

from dataclasses import dataclass, field
from typing import Protocol

from app.domain.identifiers import StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStore:
    """A store that may send webhooks, and every secret that may sign them now, the present one first."""

    id: StoreId
    secrets: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedWebhook:
    """A verified webhook as it came. Its key is (store, webhook_id): the id of a delivery, the same on its retries."""

    store_id: StoreId
    webhook_id: str
    topic: str
    event_id: str | None
    api_version: str | None
    triggered_at: str | None
    body: bytes = field(repr=False)


class WebhookSecrets(Protocol):
    """The stores by domain, with what signs for them; from memory for a few seconds."""

    async def of(self, domain: str) -> SignedStore | None:
        """The store of this domain; None = we do not know it. Deleted stores are known for 90 days."""
        ...

    async def reread(self, domain: str) -> SignedStore | None:
        """As ``of``, but not from memory, unless it was read within the last second."""
        ...


class WebhookInbox(Protocol):
    """Webhooks received and not yet dealt with."""

    async def store(self, webhook: ReceivedWebhook) -> bool:
        """Keep it durably; True = new, False = its key is known and the first one stands unchanged.

        Returns after the commit only. Raises ``Unavailable`` when it may not be kept: the database is away, or more is
        waiting than we take on; ``NotFound`` when the store is gone.
        """
        ...


class SignatureWatch(Protocol):
    """Told how the webhooks of stores that we know were signed; it costs nobody anything."""

    def signed(self, store: StoreId) -> None: ...

    def refused(self, store: StoreId) -> None:
        """Whoever sent it: a stranger can do that in any store's name."""
        ...
