"""Points of the stores' buckets: taking them before a call, and telling the shared bucket what an answer said.

The bucket itself is shared by all processes and lives behind the port; here is only when to ask it and how
long to wait.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import IntEnum
from typing import Final

from app.adapters.shopify.envelope import Cost
from app.ports.clock import Clock
from app.ports.errors import Throttled
from app.ports.store_access import PointsBucket, PointsState
from app.ports.store_gateway import StoreRef

Sleep = Callable[[float], Awaitable[None]]

LONGEST_WAIT: Final = 30.0
"""Seconds a call waits for points in all; a longer wait is handed back to whoever can do other work meanwhile."""


class Priority(IntEnum):
    """Who goes first while points are scarce."""

    URGENT = 0
    """A person or a mutation waits."""
    PROMPT = 1
    """Something was announced or asked for just now."""
    CATCH_UP = 2
    """Listings, and what they found: it may take as long as it takes."""


KEPT_FREE: Final[Mapping[Priority, float]] = {Priority.URGENT: 0.0, Priority.PROMPT: 0.1, Priority.CATCH_UP: 0.5}
"""The share of a store's bucket that a call leaves to more urgent ones."""


class Points:
    def __init__(self, bucket: PointsBucket, clock: Clock, sleep: Sleep) -> None:
        self._bucket = bucket
        self._clock = clock
        self._sleep = sleep
        self._known: dict[str, int] = {}

    async def cost_of(self, key: str, estimate: int) -> int:
        """What Shopify last said a call costs, else our estimate."""
        if key not in self._known:
            learned = await self._bucket.learned_cost(key)
            if learned is None:
                return estimate
            self._known[key] = learned
        return self._known[key]

    async def take(self, store: StoreRef, points: int, priority: Priority) -> None:
        """Wait until the points are taken; raises Throttled rather than wait long."""
        waited = 0.0
        while (wait := await self._bucket.reserve(store.id, points, keep_free=KEPT_FREE[priority])) > 0:
            if waited + wait > LONGEST_WAIT:
                raise Throttled(
                    f"The store's points are used up; {points} are free again in about {wait:.0f} s.",
                    retry_after=timedelta(seconds=wait),
                )
            await self._sleep(wait)
            waited += wait

    async def note(self, store: StoreRef, key: str, cost: Cost | None) -> None:
        """Tell the bucket what an answer said of it, and remember a cost that is new."""
        if cost is None:
            return
        status = cost.throttle_status
        if status is not None:
            state = PointsState(
                maximum=int(status.maximum_available),
                available=int(status.currently_available),
                restore_rate=int(status.restore_rate),
                measured_at=self._clock.now(),
            )
            await self._bucket.correct(store.id, state)
        if cost.requested_query_cost is not None:
            await self.learn(key, cost.requested_query_cost)

    async def learn(self, key: str, points: int) -> None:
        if points > 0 and self._known.get(key) != points:
            self._known[key] = points
            await self._bucket.learn_cost(key, points)


def throttled_for(cost: Cost | None) -> float:
    """Seconds until a throttled call can succeed: what is missing by the restore rate, at least one second (B1)."""
    if cost is None or cost.throttle_status is None:
        return 1.0
    status = cost.throttle_status
    missing = (cost.requested_query_cost or 0) - status.currently_available
    return max(1.0, missing / status.restore_rate) if status.restore_rate > 0 else LONGEST_WAIT
