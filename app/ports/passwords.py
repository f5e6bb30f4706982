"""Passwords of people: kept as slow, salted hashes only."""

from typing import Protocol


class Passwords(Protocol):
    async def hashed(self, password: str) -> str:
        """What is kept of it."""
        ...

    async def match(self, password: str, kept: str | None) -> bool:
        """Whether it is the one; for nobody (None) always false, and no sooner than for somebody."""
        ...
