"""The conversation with a store's platform: listing what changed, reading orders whole, describing the store.

Everything here may fail in the ways of ``app.ports.errors``; nothing returns a part as if it were the whole (P14, B4).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.completeness import OrderSum
from app.domain.identifiers import ShopifyId, StoreId
from app.domain.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRef:
    """A store as its platform knows it."""

    id: StoreId
    domain: str
    plan: str | None = None
    """What the store pays its platform for, in the platform's words; None = not known yet."""
    granted_scopes: tuple[str, ...] | None = None
    """What the app was granted at ``described_at``; None = the store was never asked."""
    described_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderListing:
    """Which orders to list. All bounds are inclusive; ``open_only`` is the first run's rule (1.03)."""

    updated_since: datetime | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrder:
    """What a listing tells of an order: enough for the queue, not for a document."""

    shopify_id: ShopifyId
    name: str
    created_at: datetime
    updated_at: datetime
    closed: bool
    cancelled: bool
    test: bool
    financial_status: str | None
    fulfilment_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRead:
    """An order read whole, with the raw answer it was made of (UTF-8 JSON) and when the reading began. ``raw`` None =
    it must not be kept.
    """

    order: Order
    raw: bytes | None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotThere:
    """Shopify answered that there is no such order for us: deleted, or older than our scope reaches. Not an error."""

    shopify_id: ShopifyId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnreadable:
    """An order that could not be read whole; its neighbours could. ``detail`` is safe to show."""

    shopify_id: ShopifyId
    code: str
    detail: str
    retryable: bool


OrderReading = OrderRead | OrderNotThere | OrderUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDescription:
    """What the store says of itself at first contact and at each connection test."""

    name: str
    currency: str
    time_zone: str
    country_code: str
    plan: str
    granted_scopes: tuple[str, ...]
    api_version: str
    """The version that answered, which is not always the one asked (B14)."""
    supported_api_versions: tuple[str, ...]
    points_maximum: int
    points_restore_rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSubscription:
    """A subscription as it stands at the store; ``topic`` in Shopify's slash form (``orders/updated``)."""

    shopify_id: ShopifyId
    topic: str
    uri: str
    outdated: bool = False
    """Made with another version of the platform's interface than ours: its bodies are of that version for good."""


class StoreGateway(Protocol):
    """One store platform, reached store by store."""

    def list_orders(self, store: StoreRef, listing: OrderListing) -> AsyncIterator[Sequence[ListedOrder]]:
        """Pages of orders, oldest change first. A failing page raises; nothing is skipped."""
        ...

    def order_sums(self, store: StoreRef, listing: OrderListing) -> AsyncIterator[Sequence[OrderSum]]:
        """The same pages with what each order amounts to and what was refunded of it; an order may come twice."""
        ...

    async def read_orders(
        self, store: StoreRef, ids: Sequence[ShopifyId], *, catch_up: bool = False
    ) -> Sequence[OrderReading]:
        """Each order asked for, exactly once, in the order asked; nested lists of any length to their end.

        ``catch_up`` = nobody waits for them just now: where calls are scarce, others go first.

        Raises only for trouble of the whole store (``Throttled``, ``StoreUnavailable``, ``AccessRevoked``) and for want
        of scopes (``ScopeMissing``); where only some orders need these, they are unreadable with that code.
        """
        ...

    async def describe(self, store: StoreRef) -> StoreDescription: ...

    async def webhook_subscriptions(self, store: StoreRef) -> Sequence[WebhookSubscription]: ...

    async def create_webhook_subscription(self, store: StoreRef, topic: str, uri: str) -> WebhookSubscription: ...

    async def delete_webhook_subscription(self, store: StoreRef, subscription: ShopifyId) -> None: ...
