"""Nudges as PgQueuer jobs. A nudge says "look there"; the work itself is in our tables (decision 5).

Knows PgQueuer's table and statements, not what a kind of nudge means.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from typing import Any, Protocol

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

from app.ports.job_queue import Nudge

NOW = timedelta(0)


class Fetching(Protocol):
    """A connection, or the library's own way to use one."""

    async def fetch(self, query: str, *args: Any) -> Any: ...


@cache
def _enqueue() -> str:
    return QueryQueueBuilder().build_enqueue_query("skip")


async def enqueue(driver: Fetching, nudges: Collection[Nudge]) -> None:
    """Enqueue with the transaction of this connection; a nudge that already waits or runs is not doubled.

    To be the last statement before a commit: two transactions with the same nudge wait for each other here, and sorted
    keys keep them from waiting in a circle.
    """
    if not nudges:
        return
    kinds = [nudge.kind for nudge in sorted(nudges)]
    keys = [nudge.key for nudge in sorted(nudges)]
    await driver.fetch(
        _enqueue(),
        [0] * len(kinds),
        kinds,
        [key.encode() for key in keys],
        [NOW] * len(kinds),
        [f"{kind}:{key}" for kind, key in zip(kinds, keys, strict=True)],
        ["{}"] * len(kinds),
    )
