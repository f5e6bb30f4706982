"""How due work is brought to a worker's notice: nudges, and the kinds of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

LANE = "/"
"""After it in a key stands a number: much due work is nudged several times under one name, for several workers."""


class NudgeKind(StrEnum):
    """What a nudge's key names: a store, a shop, a run or a webhook endpoint."""

    ORDERS_TO_IMPORT = "orders_to_import"
    """Key: store. Some of its orders are due."""
    DOCUMENTS = "documents"
    """Key: shop. Documents of some of its orders are due."""
    RUN = "run"
    """Key: run. It is queued, or its worker is gone."""
    WRITE_BACK = "write_back"
    """Key: store. The ERP's numbers of some of its orders are to be written to it."""
    WEBHOOK_DELIVERIES = "webhook_deliveries"
    """Key: webhook endpoint. Events are to be delivered to it."""
    SHIPMENTS = "shipments"
    """Key: store. Shipments of its shops are to be sent to it."""
    STOCK = "stock"
    """Key: shop. Stock of some items is to be compared with its store."""
    PRIVACY = "privacy"
    """Key: store. Requests about persons, or about the whole store, are due."""
    CHECK_SUBSCRIPTIONS = "check_subscriptions"
    """Key: store. Its webhook subscriptions are to be compared with the wanted ones."""


@dataclass(frozen=True, slots=True, order=True)
class Nudge:
    """Have a worker look at this soon. Losing one costs seconds: whatever is due is nudged again."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """What to do about nudges of a kind; ``at_once`` bounds it over all processes, 0 = without bound."""

    kind: NudgeKind
    work: Callable[[str], Awaitable[None]]
    at_once: int = 0
    left: Callable[[str], Awaitable[bool]] | None = None
    """Asked at the work's end, when the same nudge can be queued again: whether there is more to do after all. Who was
    nudged while the work ended would else wait for the sweeper.
    """


class JobQueue(Protocol):
    async def run(self, kinds: Sequence[JobKind], stop: asyncio.Event) -> None:
        """Bring nudges to their work until ``stop``; then finish or cancel what is running, within seconds.

        Work that raises is logged and left to its own due time. A database that went away is awaited.
        """
        ...
