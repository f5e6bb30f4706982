"""Time and new identifiers, from outside, so that decisions and tests can fix them."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, in UTC, with microseconds."""
        ...


class IdFactory(Protocol):
    def new(self, prefix: str) -> str:
        """A new identifier ``<prefix>_<26 characters>``; later ones sort after earlier ones."""
        ...
