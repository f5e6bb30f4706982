"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """The present instant in UTC, by the machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
