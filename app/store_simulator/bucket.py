"""The leaky bucket that limits how many points an app may spend in a store.

Knows points and seconds; does not know what a query costs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

# Points restored a second; the bucket holds twenty seconds of it on every plan that was ever observed.
RESTORE_RATES = {"standard": 100.0, "advanced": 200.0, "plus": 1000.0, "enterprise": 2000.0}
SECONDS_IN_BUCKET = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleStatus:
    maximum: float
    available: float
    restore_rate: float

    def as_answer(self) -> dict[str, float]:
        return {
            "maximumAvailable": round(self.maximum, 1),
            "currentlyAvailable": int(self.available),
            "restoreRate": round(self.restore_rate, 1),
        }


class Bucket:
    """Points of one app in one store."""

    def __init__(self, *, restore_rate: float = 100.0, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self.restore_rate = restore_rate
        self.maximum = restore_rate * SECONDS_IN_BUCKET
        self._available = self.maximum
        self._at = seconds()
        # What shall be left once the next query has been answered, whatever it cost.
        self._available_after_next: float | None = None

    def configure(
        self,
        *,
        restore_rate: float | None = None,
        maximum: float | None = None,
        available: float | None = None,
        available_after_next: float | None = None,
    ) -> None:
        self._restore()
        if restore_rate is not None:
            self.restore_rate = restore_rate
            self.maximum = restore_rate * SECONDS_IN_BUCKET
        if maximum is not None:
            self.maximum = maximum
        if restore_rate is not None or maximum is not None:
            self._available = self.maximum
        if available is not None:
            self._available = available
        if available_after_next is not None:
            self._available_after_next = available_after_next

    def try_take(self, points: float) -> bool:
        """The requested cost is taken when a query starts, or the query does not start at all."""
        self._restore()
        if points > self._available:
            return False
        self._available -= points
        return True

    def give_back(self, points: float) -> None:
        self._restore()
        self._available = min(self.maximum, self._available + points)
        if self._available_after_next is not None:
            self._available, self._available_after_next = self._available_after_next, None

    def status(self) -> ThrottleStatus:
        self._restore()
        return ThrottleStatus(maximum=self.maximum, available=self._available, restore_rate=self.restore_rate)

    def _restore(self) -> None:
        now = self._seconds()
        self._available = min(self.maximum, self._available + (now - self._at) * self.restore_rate)
        self._at = now
