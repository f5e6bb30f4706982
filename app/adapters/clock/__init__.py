"""The machine's clock, the one that all processes share, and one that a test can put forward and back."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.ports.clock import Clock


class SystemClock:
    """The present instant in UTC, by the machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SharedClock:
    """The database's clock, as it was heard last, and what was counted since: the same in all processes, and none the
    wiser when the clock of a machine jumps. Until it is heard, the machine's own at the beginning.

    What is heard is some moment between asking and answer. A clock that may be right is left alone: the way to the
    database does not make it tremble.
    """

    def __init__(self, machine: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._set(machine.now())

    def now(self) -> datetime:
        return self._at + timedelta(seconds=self._ticks() - self._since)

    def ticks(self) -> float:
        """To be noted before the database is asked."""
        return self._ticks()

    def hear(self, told: datetime, *, asked: float) -> None:
        """The database's time has just come; ``asked`` was counted before it was asked for."""
        latest = told + timedelta(seconds=self._ticks() - asked)
        self._set(min(max(self.now(), told), latest))

    def _set(self, at: datetime) -> None:
        self._at, self._since = at.astimezone(UTC), self._ticks()


class ShiftedClock:
    """A clock and as many seconds as stand in a file; of a file that is not there, none."""

    def __init__(self, clock: Clock, file: Path) -> None:
        self._clock = clock
        self._file = file

    def now(self) -> datetime:
        try:
            seconds = float(self._file.read_text())
        except FileNotFoundError:
            seconds = 0.0
        return self._clock.now() + timedelta(seconds=seconds)
