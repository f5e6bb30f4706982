"""Doing to an order at its store what was asked of it: see how it stands, send one change, know what came of it.

Outcomes are those of ``app.ports.store_writer``: a change took effect, or is declined in the store's words
(``StoreDeclined``), or not allowed (``ScopeMissing``), or nobody knows (``OutcomeUnknown``: look before repeating).
"""

from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.order_actions import CancelOrder, Capture, OrderStanding
from app.ports.store_gateway import StoreRef
from app.ports.store_writer import OrderSeen


class OrderActionGateway(Protocol):
    """Whatever concerns the whole store is raised: ``Throttled``, ``StoreUnavailable``, ``AccessRevoked``."""

    async def standing(self, store: StoreRef, order: ShopifyId) -> OrderStanding | None:
        """How the order stands; None = the store knows no such order that we may read. Raises ``StoreRefused``."""
        ...

    async def mark_as_paid(self, store: StoreRef, order: ShopifyId) -> None:
        """Note the whole outstanding amount as received."""
        ...

    async def cancel(self, store: StoreRef, order: ShopifyId, how: CancelOrder) -> str:
        """Begin to cancel; the job to ask about until it is done."""
        ...

    async def is_done(self, store: StoreRef, job: str) -> bool:
        """Whether a job has ended, well or not. One the store does not know any more has."""
        ...

    async def capture(self, store: StoreRef, order: ShopifyId, part: Capture, currency: str) -> None:
        """Capture an amount of the authorisation whose id the part names."""
        ...

    async def close(self, store: StoreRef, order: ShopifyId) -> OrderSeen:
        """Archive the order; how it stands then."""
        ...

    async def reopen(self, store: StoreRef, order: ShopifyId) -> None:
        """Take the order out of the archive."""
        ...
