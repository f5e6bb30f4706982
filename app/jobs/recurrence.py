"""When schedules are due: intervals from an instant that all share, cron by the wall clock of a time zone.

Expressions are read and their times found by APScheduler's trigger, which is only ever asked about times of day that
rise by one: in a zone whose clocks are set back it gives the hour that comes twice for ever.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger

ANCHOR = datetime(1970, 1, 1, tzinfo=UTC)
"""Intervals count from here unless said otherwise, so that every process finds the same due times."""

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_HOUR = frozenset({"*", "*/1", "0-23", "0-23/1"})
NUMBERED = re.compile(r"([0-7])(?:-([0-7]))?(?:/([1-7]))?", re.ASCII)
WINDOWS = (timedelta(hours=2), timedelta(days=2), timedelta(days=35))
CLOCKS_CHANGE_BY = timedelta(hours=2)
"""At most."""


class ApschedulerRecurrence:
    """``app.ports.recurrence.Recurrence`` with APScheduler's reading of cron."""

    def wrong_cron(self, cron: str, time_zone: str) -> str | None:
        try:
            rule = _cron(cron, time_zone)
        except (ValueError, TypeError) as error:
            detail = str(error).rstrip(".")[:200]
            return f"This must be a cron expression of five fields (minute hour day month weekday): {detail}."
        if rule.days.get_next_fire_time(None, datetime.now(UTC)) is None:
            return "There is no such day: this would never be due."
        return None

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
        rule = _rule(every_minutes, cron, time_zone, counted_from)
        for window in WINDOWS:
            found = max(rule.between(max(after, now - window), now), default=None)
            if found is not None or now - window <= after:
                return found
        return None

    def next_due(
        self,
        *,
        every_minutes: int | None,
        cron: str | None,
        time_zone: str,
        after: datetime,
        counted_from: datetime | None = None,
    ) -> datetime | None:
        rule = _rule(every_minutes, cron, time_zone, counted_from)
        found = (min(rule.between(after, after + window), default=None) for window in WINDOWS)
        return next((due for due in found if due is not None), None)


class _Rule(Protocol):
    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The due times in ``after`` < time <= ``until``, in any order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interval:
    step: timedelta
    start: datetime

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        due = self.start + ((after - self.start) // self.step + 1) * self.step
        while due <= until:
            yield due
            due += self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cron:
    """Times of day of a zone. One that clocks set forward leave out comes an hour later, one that comes twice counts
    once; but what is due every hour is due in each of the two.
    """

    days: CronTrigger
    """The times as a clock on the wall shows them, told as if it were UTC: none is left out and none comes twice."""
    zone: ZoneInfo
    every_hour: bool

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        shown, last = self._shown(after) - CLOCKS_CHANGE_BY, self._shown(until) + CLOCKS_CHANGE_BY
        while (found := self.days.get_next_fire_time(None, shown)) is not None and found <= last:
            yield from (due for due in self._instants(found) if after < due <= until)
            shown = found + timedelta(seconds=1)

    def _shown(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone).replace(tzinfo=UTC)

    def _instants(self, shown: datetime) -> Iterator[datetime]:
        first, again = (shown.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        yield first
        if self.every_hour and first < again:
            yield again


def _rule(every_minutes: int | None, cron: str | None, time_zone: str, counted_from: datetime | None) -> _Rule:
    """Exactly one of the first two is given."""
    if cron is not None:
        return _cron(cron, time_zone)
    assert every_minutes is not None, "a schedule recurs by minutes or by cron"
    return _Interval(step=timedelta(minutes=every_minutes), start=counted_from or ANCHOR)


def _cron(cron: str, time_zone: str) -> _Cron:
    """Raises ``ValueError`` for what is no expression of five fields.

    Weekdays are as in crontab (0 and 7 are Sunday); the library counts them from Monday. When both day and weekday are
    given, both must hold.
    """
    parts = cron.split()
    if len(parts) != 5:
        raise ValueError(f"it has {len(parts)} fields")
    minute, hour, day, month, weekday = parts
    days = CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=_named(weekday), timezone=UTC)
    return _Cron(days=days, zone=_zone(time_zone), every_hour=hour in EVERY_HOUR)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _named(weekday: str) -> str:
    names: list[str] = []
    for part in weekday.split(","):
        numbers = NUMBERED.fullmatch(part)
        if numbers is None:
            names.append(part)
            continue
        first = int(numbers[1])
        last = int(numbers[2]) if numbers[2] else (7 if numbers[3] else first)
        if last < first:
            raise ValueError(f"the weekdays {part} run backwards")
        names += [WEEKDAYS[number] for number in range(first, last + 1, int(numbers[3] or 1))]
    return ",".join(dict.fromkeys(names))
