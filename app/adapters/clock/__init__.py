"""The machine's clock, and one that a test can put forward and back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """The present instant in UTC, by the machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock and as many seconds as stand in a file; of a file that is not there, none."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        try:
            seconds = float(self._file.read_text())
        except FileNotFoundError:
            seconds = 0.0
        return datetime.now(UTC) + timedelta(seconds=seconds)
