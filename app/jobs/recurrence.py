"""Cron and interval arithmetic by APScheduler's triggers: the same in every process, and as crontab users know it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

ANCHOR = datetime(1970, 1, 1, tzinfo=UTC)
"""Intervals count from here unless said otherwise, so that every process finds the same due times."""

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERED = re.compile(r"([0-7])(?:-([0-7]))?(?:/([1-7]))?", re.ASCII)
WINDOWS = (timedelta(hours=2), timedelta(days=2), timedelta(days=35))


class ApschedulerRecurrence:
    """``app.ports.recurrence.Recurrence`` by APScheduler."""

    def wrong_cron(self, cron: str, time_zone: str) -> str | None:
        try:
            trigger = cron_trigger(cron, time_zone)
        except (ValueError, TypeError) as error:
            detail = str(error).rstrip(".")[:200]
            return f"This must be a cron expression of five fields (minute hour day month weekday): {detail}."
        if trigger.get_next_fire_time(None, datetime.now(UTC)) is None:
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
        trigger = trigger_of(every_minutes=every_minutes, cron=cron, time_zone=time_zone, counted_from=counted_from)
        for window in WINDOWS:
            found = _last(trigger, max(after, now - window), now)
            if found is not None or now - window <= after:
                return found
        return None


def trigger_of(
    *, every_minutes: int | None, cron: str | None, time_zone: str, counted_from: datetime | None = None
) -> BaseTrigger:
    """The trigger of a schedule; exactly one of the first two is given."""
    if cron is not None:
        return cron_trigger(cron, time_zone)
    assert every_minutes is not None, "a schedule recurs by minutes or by cron"
    return IntervalTrigger(minutes=every_minutes, start_date=counted_from or ANCHOR, timezone=UTC)


def cron_trigger(cron: str, time_zone: str) -> CronTrigger:
    """A trigger in a time zone. Raises ``ValueError`` for what is no expression of five fields.

    Weekdays are as in crontab (0 and 7 are Sunday); the library counts them from Monday. When both day and weekday are
    given, both must hold.
    """
    parts = cron.split()
    if len(parts) != 5:
        raise ValueError(f"it has {len(parts)} fields")
    minute, hour, day, month, weekday = parts
    return CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_named(weekday), timezone=_zone(time_zone)
    )


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


def _last(trigger: BaseTrigger, after: datetime, now: datetime) -> datetime | None:
    """The last due time in ``after`` < time <= ``now``."""
    if isinstance(trigger, IntervalTrigger):
        anchor = trigger.start_date
        due = anchor + (now - anchor) // trigger.interval * trigger.interval
        return due if due > after else None
    found = None
    due_next = trigger.get_next_fire_time(None, after)
    while due_next is not None and due_next <= now:
        if due_next > after:
            found = due_next.astimezone(UTC)
        due_next = trigger.get_next_fire_time(due_next, due_next + timedelta(seconds=1))
    return found
