"""Whose rows whoever asks may be shown: what the database holds a reading transaction to, whatever its statements say.

Set where somebody comes in to read, read where a transaction begins (S2). It is the second belt: each statement asks
for the caller's shops by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.domain.identifiers import ShopId

_seen: ContextVar[frozenset[ShopId] | None] = ContextVar("seen", default=None)


def seen_shops() -> frozenset[ShopId] | None:
    """The shops whose rows this task may be shown; None = of all."""
    return _seen.get()


@contextmanager
def seeing(shops: frozenset[ShopId] | None) -> Iterator[None]:
    """Transactions that begin in the block are shown rows of these shops alone; ``None`` where a use case has to look
    at a whole store, and answers by itself no more than the caller may see.
    """
    token = _seen.set(shops)
    try:
        yield
    finally:
        _seen.reset(token)
