"""The change feed: facts written with their cause, given positions by one publisher, read by position (decision 11)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import quote

from app.domain.events import EventType
from app.domain.identifiers import EventId, ShopId

PAGES: Final = {
    "order": "orders",
    "sales_document": "sales-documents",
    "refund": "refunds",
    "new_customer": "new-customers",
    "item": "items",
    "discovered_item": "discovered-items",
    "shipment": "shipments",
    "run": "runs",
    "webhook_endpoint": "webhook-endpoints",
}
"""By the type of what an event is about: where its page is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """A fact to be announced: something of a shop has a new version."""

    type: EventType
    shop_id: ShopId
    resource_type: str
    resource_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """An event as readers see it; ``shop`` is the shop's code."""

    id: EventId
    position: int
    type: str
    occurred_at: datetime
    shop: str
    resource_type: str
    resource_id: str
    resource_version: int
    customer_no: str | None = None
    """Of the customer it is about, whose page goes by the ERP's number."""

    @property
    def url(self) -> str | None:
        """Where to read what it is about; None = that has no page of its own."""
        if self.resource_type == "shop":
            return f"/v1/shops/{self.shop}"
        if self.customer_no is not None:
            return f"/v1/customers/{quote(self.customer_no, safe='')}"
        page = PAGES.get(self.resource_type)
        return None if page is None else f"/v1/{page}/{self.resource_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRange:
    """``last`` position given; events up to ``purged`` are no longer kept."""

    last: int
    purged: int


class Events(Protocol):
    """Events of the present unit of work, and the feed as far as it has positions."""

    async def append(
        self,
        type: EventType,  # noqa: A002 - the feed's word
        shop_id: ShopId,
        resource_type: str,
        resource_id: str,
        version: int,
    ) -> None:
        """Announce one fact with the transaction; it has no position until it is published."""
        ...

    async def append_many(self, events: Sequence[NewEvent]) -> None:
        """Announce several facts, in this order. All that a unit of work announces is one statement, at its end."""
        ...

    async def feed_range(self) -> FeedRange: ...

    async def page(
        self, *, after: int, upto: int, types: Collection[str], shops: Collection[ShopId] | None, limit: int
    ) -> Sequence[FeedEvent]:
        """Events with ``after`` < position <= ``upto``, rising. A type may end in ``.*``; no types = all of them."""
        ...

    async def give_positions(self, limit: int) -> int:
        """Number the oldest events without a position, as they were written; 0 = none, or another is at it."""
        ...

    async def purge(self, *, before: datetime, limit: int) -> int:
        """Delete the oldest events that occurred before; the feed says from then on that they are gone."""
        ...
