"""Webhook endpoints with their secrets, and the deliveries that events become for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.identifiers import EventId, ShopId, WebhookEndpointId
from app.domain.webhook_deliveries import DeliveryState, DisabledReason
from app.ports.paging import Page, PageRequest
from app.ports.repositories.events import FeedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """``types`` empty and ``shop_ids`` None = everything. ``position`` is how far the feed has become deliveries."""

    id: WebhookEndpointId
    url: str
    description: str
    types: tuple[str, ...]
    shop_ids: tuple[ShopId, ...] | None
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    position: int
    failing_since: datetime | None
    paused_until: datetime | None
    delivered_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """A signing secret as ciphertext; ``expires_at`` None = the present one."""

    id: str
    secret: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFilter:
    """``shop`` by its code: endpoints that are told its events."""

    shop: str | None = None
    failing: bool = False
    """Only those that a person should look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """One line of a delivery's history."""

    at: datetime
    ms: int
    status: int | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    position: int
    event_id: EventId
    type: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    history: tuple[PastAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryClaim:
    """A claimed delivery: ``claim_no`` is the fencing token. ``event`` None = it is no longer kept."""

    position: int
    claim_no: int
    attempts: int
    event: FeedEvent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEnd:
    """How an attempt ended; ``again_at`` is when a failed one is repeated."""

    claim: DeliveryClaim
    state: DeliveryState
    again_at: datetime | None
    attempt: PastAttempt


class WebhookEndpoints(Protocol):
    async def find(self, endpoint: WebhookEndpointId) -> WebhookEndpoint | None: ...

    async def locked(self, endpoint: WebhookEndpointId) -> WebhookEndpoint | None:
        """The endpoint, held against changes until the transaction ends."""
        ...

    async def page(
        self, request: PageRequest, wanted: EndpointFilter, *, within: Sequence[ShopId] | None, now: datetime
    ) -> Page[WebhookEndpoint]:
        """Endpoints by id; ``within`` leaves only those limited to some of these shops."""
        ...

    async def add(self, endpoint: WebhookEndpoint) -> None: ...

    async def save(self, endpoint: WebhookEndpoint) -> None: ...

    async def delete(self, endpoint: WebhookEndpointId) -> None:
        """With its secrets and deliveries."""
        ...

    async def listening(self) -> Sequence[WebhookEndpointId]:
        """Those that are enabled."""
        ...

    async def secrets(self, endpoint: WebhookEndpointId, *, now: datetime) -> Sequence[SealedSecret]:
        """Those that sign now, the newest first."""
        ...

    async def add_secret(
        self, endpoint: WebhookEndpointId, secret: SealedSecret, *, others_until: datetime, most: int
    ) -> None:
        """The present one from now on; the others end at ``others_until`` if not before, beyond ``most`` at once."""
        ...


class WebhookDeliveries(Protocol):
    async def fan_out(self, endpoint: WebhookEndpoint, *, upto: int, limit: int, now: datetime) -> tuple[int, int]:
        """Make the next events of interest due, those that were deliveries before too: how many, and how far it got."""
        ...

    async def claim(
        self, endpoint: WebhookEndpointId, *, by: str, limit: int, lease: timedelta, now: datetime
    ) -> Sequence[DeliveryClaim]:
        """Claim due deliveries, those longest due first, and count the attempt."""
        ...

    async def finish(self, endpoint: WebhookEndpointId, ends: Sequence[DeliveryEnd], *, now: datetime) -> int:
        """End the claims that are still ours: how many were."""
        ...

    async def release(self, endpoint: WebhookEndpointId, claims: Sequence[DeliveryClaim], *, now: datetime) -> None:
        """Give claims back, due at once; their attempts do not count."""
        ...

    async def page(
        self, endpoint: WebhookEndpointId, request: PageRequest, *, state: DeliveryState | None
    ) -> Page[Delivery]:
        """The latest events first."""
        ...

    async def purge(self, *, before: datetime, limit: int) -> int:
        """Delete deliveries that ended before; never one that is still to be tried."""
        ...
