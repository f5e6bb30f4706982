"""When something began by the store's own clock, as far as its answers tell: change times are of that clock.

Whoever compares a change time with the time of a reading would take a reading for later than it was where our clock
goes ahead of the store's. A clock of ours that goes behind costs readings and nothing else; it is left as it is.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from app.ports.clock import Clock

BARELY_AHEAD: Final = timedelta(seconds=2)
"""Less than a change takes to settle (``app.domain.order_freshness``). The store tells whole seconds, a moment late."""

TOLD_LATELY: Final = timedelta(minutes=10)
"""What a machine that slept counts on for longer is worth nothing."""


@dataclass(frozen=True, slots=True)
class Beginning:
    ours: datetime
    ticks: float


class StoreTime:
    """Of all stores: their answers bear the time of one company's clocks."""

    def __init__(self, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ticks = ticks
        self._told: tuple[datetime, float] | None = None

    def hear(self, headers: Mapping[str, str]) -> None:
        """The headers of an answer that has just come."""
        try:
            told = parsedate_to_datetime(headers.get("date", ""))
        except ValueError:
            return
        self._told = told.replace(tzinfo=told.tzinfo or UTC), self._ticks()

    def ours_is_ahead_by(self) -> timedelta | None:
        """How far our clock is from the store's now, as told lately; negative = behind. None = not told lately."""
        if self._told is None:
            return None
        told, ticks = self._told
        since = timedelta(seconds=self._ticks() - ticks)
        return self._clock.now() - told - since if since <= TOLD_LATELY else None

    def begin(self) -> Beginning:
        return Beginning(self._clock.now(), self._ticks())

    def theirs(self, beginning: Beginning) -> datetime | None:
        """Ask when the store has answered: by its clock, a moment early rather than late. None = it told no time."""
        if self._told is None:
            return None
        told, ticks = self._told
        return told - timedelta(seconds=ticks - beginning.ticks)

    def of(self, beginning: Beginning) -> datetime:
        """Ask when the store has answered: by our clock, or by the store's where ours is ahead of it."""
        theirs = self.theirs(beginning)
        return beginning.ours if theirs is None or beginning.ours - theirs <= BARELY_AHEAD else theirs
