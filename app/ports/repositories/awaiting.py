"""Work that waits for a fact to appear (P33)."""

from collections.abc import Collection
from typing import Protocol


class AwaitingWork(Protocol):
    """Orders and refunds that could not be documented for want of something."""

    async def appeared(self, facts: Collection[str]) -> int:
        """Make everything due that waits for one of these facts (names by ``app.domain.awaited``); the number of it."""
        ...
