"""Places for requests that keep a connection of the database while their work takes others. Knows no request."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

MOST: Final = 4
"""Less than half of the pool: were all connections kept so, none of these requests could go on."""
MOST_OF_ONE_CALLER: Final = 3
"""Some wait ten seconds for a store: others find a place meanwhile."""
MOST_BEGUN: Final = 100
MOST_BEGUN_OF_ONE_CALLER: Final = 24
"""With those that wait, each of which holds its body in memory."""
AGAIN_AFTER: Final = 5
"""Seconds."""


class NoPlace(Exception):
    """So many wait already that another would only wait longer; ``own`` = they are the caller's."""

    def __init__(self, *, own: bool) -> None:
        super().__init__("no place")
        self.own = own


class KeptConnections:
    """So many at a time, in the order of their coming; who waits for a place keeps no connection."""

    def __init__(self) -> None:
        self._every = asyncio.Semaphore(MOST)
        self._of_caller: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._begun: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncIterator[None]:
        """One of the places, for the length of the block. Raises NoPlace instead of waiting without an end in sight."""
        own_are_many = self._begun[caller] >= MOST_BEGUN_OF_ONE_CALLER
        if own_are_many or self._begun.total() >= MOST_BEGUN:
            raise NoPlace(own=own_are_many)
        self._begun[caller] += 1
        own = self._of_caller.get(caller)
        if own is None:
            own = self._of_caller[caller] = asyncio.Semaphore(MOST_OF_ONE_CALLER)
        try:
            async with own, self._every:
                yield
        finally:
            self._begun[caller] -= 1
            if not self._begun[caller]:
                del self._begun[caller]
