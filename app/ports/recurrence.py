"""When something recurs: cron expressions and intervals, whose arithmetic is a library's."""

from datetime import datetime
from typing import Protocol


class Recurrence(Protocol):
    def wrong_cron(self, cron: str, time_zone: str) -> str | None:
        """What is wrong with a cron expression of five fields, in a sentence; None = nothing, it is due one day."""
        ...

    def last_due(
        self,
        *,
        every_minutes: int | None,
        cron: str | None,
        time_zone: str,
        after: datetime,
        now: datetime,
        counted_from: datetime | None = None,
    ) -> datetime | None:
        """The latest due time in ``after`` < time <= ``now``; None = there was none. The same in every process.

        Intervals count from ``counted_from``, else from an instant that all share.
        """
        ...

    def next_due(
        self,
        *,
        every_minutes: int | None,
        cron: str | None,
        time_zone: str,
        after: datetime,
        counted_from: datetime | None = None,
    ) -> datetime | None:
        """The first due time after ``after``; None = none within five weeks. Otherwise as ``last_due``."""
        ...
