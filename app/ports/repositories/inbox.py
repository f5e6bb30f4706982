"""Webhooks that wait to be looked at, taken in batches by whoever is free."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.domain.identifiers import ShopifyId, StoreId


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingWebhook:
    store_id: StoreId
    store_domain: str
    webhook_id: str
    topic: str
    triggered_at: str | None
    body: bytes = field(repr=False)
    store_deleted: bool = False


class InboxState(StrEnum):
    HANDLED = "handled"
    KEPT = "kept"
    """A topic that nothing acts on (yet)."""
    PARKED = "parked"
    """It could not be read; ``detail`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """What became of a webhook."""

    webhook: WaitingWebhook
    state: InboxState
    detail: str | None = None
    order: ShopifyId | None = None
    """Which order it is about; if its buyer was forgotten, the body is not kept."""


class Inbox(Protocol):
    async def take(self, limit: int) -> Sequence[WaitingWebhook]:
        """Lock waiting webhooks, the oldest first, that nobody else has locked. They stay waiting until ``settle``."""
        ...

    async def replay(self, *, since: datetime) -> int:
        """Have the webhooks received since then looked at again; the number of them."""
        ...

    async def settle(self, looked_at: Sequence[LookedAt], *, now: datetime) -> None: ...

    async def bulk_operation_ended(self, store: StoreId) -> None:
        """Once committed, wake whoever waits for a bulk operation of the store (``Channel.BULK_OPERATION_ENDED``)."""
        ...
