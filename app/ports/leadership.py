"""At most one process at a time does a thing, and another takes over soon after it died (decision 5)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol


class Leadership(Protocol):
    async def lead(self, name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Until ``stop``: whenever this process is the leader of that name, run ``work``; cancel it when it is no more.

        What leaders write must be harmless when two of them overlap for a moment, for instance keyed by due time.
        """
        ...
