"""Places for requests that keep a connection of the database while their work takes others. Knows no request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

MOST: Final = 4
"""Less than half of the pool: were all connections kept so, none of these requests could go on."""
MOST_OF_ONE_CALLER: Final = 3
"""Some wait ten seconds for a store: others find a place meanwhile."""


class KeptConnections:
    """So many at a time, in the order of their coming; who waits for a place keeps no connection."""

    def __init__(self) -> None:
        self._every = asyncio.Semaphore(MOST)
        self._of_caller: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncIterator[None]:
        """One of the places, for the length of the block."""
        own = self._of_caller.get(caller)
        if own is None:
            own = self._of_caller[caller] = asyncio.Semaphore(MOST_OF_ONE_CALLER)
        async with own, self._every:
            yield
