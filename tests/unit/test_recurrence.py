"""Cron as crontab users know it, intervals alike in every process, and due times that do not depend on who asks."""

from datetime import UTC, datetime, timedelta

import pytest

from app.jobs.recurrence import ApschedulerRecurrence

RECURRENCE = ApschedulerRecurrence()
NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)  # a Thursday


def last(
    cron: str, *, now: datetime = NOON, zone: str = "UTC", within: timedelta = timedelta(days=1)
) -> datetime | None:
    return RECURRENCE.last_due(every_minutes=None, cron=cron, time_zone=zone, after=now - within, now=now)


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        ("0 * * * *", "2026-01-15T12:00"),
        ("5-59/7 * * * *", "2026-01-15T11:54"),
        ("0 6 * * 4", "2026-01-15T06:00"),
        ("0 6 * * thu", "2026-01-15T06:00"),
        ("30 23 * * 3", "2026-01-14T23:30"),
        ("0 6 * * 1-5", "2026-01-15T06:00"),
        ("0 6 * * 0-4/2", "2026-01-15T06:00"),
    ],
)
def test_the_last_due_time_of_a_cron_expression(cron: str, due: str) -> None:
    assert last(cron) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize("weekday", ["0", "7", "sun"])
def test_zero_and_seven_are_sunday(weekday: str) -> None:
    sunday = datetime(2026, 1, 18, 12, 0, tzinfo=UTC)

    assert last(f"0 6 * * {weekday}", now=sunday) == datetime(2026, 1, 18, 6, 0, tzinfo=UTC)
    assert last(f"0 6 * * {weekday}") is None


def test_cron_is_meant_in_the_shops_time_zone() -> None:
    assert last("0 12 * * *", zone="Europe/Amsterdam") == datetime(2026, 1, 15, 11, 0, tzinfo=UTC)


def test_a_due_time_at_the_border_counts_once() -> None:
    def due(after: datetime, now: datetime) -> datetime | None:
        return RECURRENCE.last_due(every_minutes=None, cron="0 12 * * *", time_zone="UTC", after=after, now=now)

    assert due(NOON - timedelta(hours=1), NOON) == NOON
    assert due(NOON, NOON + timedelta(hours=1)) is None


def test_intervals_have_the_same_due_times_for_everybody() -> None:
    def due(minutes: int, now: datetime) -> datetime | None:
        after = now - timedelta(days=8)
        return RECURRENCE.last_due(every_minutes=minutes, cron=None, time_zone="UTC", after=after, now=now)

    assert due(10, NOON + timedelta(minutes=9, seconds=59)) == NOON
    assert due(10, NOON + timedelta(minutes=10)) == NOON + timedelta(minutes=10)


def test_an_interval_that_began_after_its_last_due_time_is_not_due() -> None:
    began = NOON + timedelta(minutes=1)

    assert (
        RECURRENCE.last_due(every_minutes=60, cron=None, time_zone="UTC", after=began, now=NOON + timedelta(minutes=30))
        is None
    )


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "* * * * * *", "61 * * * *", "x * * * *", "0 6 * * 5-1", "0 0 30 2 *", "0 0 * * 8"]
)
def test_what_is_no_cron_expression_or_never_due_is_said_to_be_so(cron: str) -> None:
    assert RECURRENCE.wrong_cron(cron, "UTC")


@pytest.mark.parametrize("cron", ["* * * * *", "0 6 1 * *", "15,45 8-18 * * mon-fri", "0 0 29 2 *"])
def test_what_is_one_is_taken(cron: str) -> None:
    assert RECURRENCE.wrong_cron(cron, "Europe/Amsterdam") is None


def due_times(cron: str, *, zone: str, start: str) -> list[str]:
    """Of six hours, as a scheduler finds them that looks every ten minutes: each of UTC."""
    first, found = datetime.fromisoformat(start).replace(tzinfo=UTC), list[datetime]()
    for minutes in range(0, 360, 10):
        due = RECURRENCE.last_due(
            every_minutes=None,
            cron=cron,
            time_zone=zone,
            after=first - timedelta(hours=1) if not found else found[-1],
            now=first + timedelta(minutes=minutes),
        )
        if due is not None and due >= first:
            found.append(due)
    return [f"{due:%H:%M}" for due in found]


SUMMER_ENDS = {"zone": "Europe/Amsterdam", "start": "2026-10-24T23:00"}
SUMMER_BEGINS = {"zone": "Europe/Amsterdam", "start": "2026-03-29T00:00"}


@pytest.mark.parametrize(
    ("cron", "night", "due"),
    [
        ("30 2 * * *", SUMMER_ENDS, ["00:30"]),
        ("0 3 * * *", SUMMER_ENDS, ["02:00"]),
        ("0 * * * *", SUMMER_ENDS, ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00"]),
        ("0 */1 * * *", SUMMER_ENDS, ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00"]),
        ("*/30 2 * * *", SUMMER_ENDS, ["00:00", "00:30"]),
        ("30 2 * * *", SUMMER_BEGINS, ["01:30"]),
        ("0 3 * * *", SUMMER_BEGINS, ["01:00"]),
        ("0 * * * *", SUMMER_BEGINS, ["00:00", "01:00", "02:00", "03:00", "04:00", "05:00"]),
        ("30 2 * * *", {"zone": "America/New_York", "start": "2026-03-08T05:00"}, ["07:30"]),
        ("30 1 * * *", {"zone": "America/New_York", "start": "2026-11-01T04:00"}, ["05:30"]),
    ],
)
def test_the_night_in_which_clocks_change_loses_nothing_and_doubles_nothing(
    cron: str, night: dict[str, str], due: list[str]
) -> None:
    """C9. What names an hour comes once, what comes every hour goes on doing so."""
    assert due_times(cron, **night) == due


@pytest.mark.parametrize("cron", ["30 2 * * *", "*/10 * * * *", "0 0 1 * *"])
def test_days_that_hold_such_a_night_are_looked_through_to_their_end(cron: str) -> None:
    """C9. APScheduler's own arithmetic goes round in the hour that comes twice, and for ever."""
    now = datetime(2026, 10, 26, 12, 0, 30, tzinfo=UTC)

    found = last(cron, now=now, zone="Europe/Amsterdam", within=timedelta(days=35))

    assert found is not None
    assert found <= now


@pytest.mark.parametrize(
    ("every_minutes", "cron", "after", "due"),
    [
        (10, None, "2026-01-15T12:00", "2026-01-15T12:10"),
        (10, None, "2026-01-15T11:59", "2026-01-15T12:00"),
        (10_080, None, "2026-01-15T12:00", "2026-01-22T00:00"),
        (None, "0 6 * * *", "2026-01-15T12:00", "2026-01-16T06:00"),
        (None, "30 2 * * *", "2026-10-25T02:30", "2026-10-26T02:30"),
        (None, "0 0 29 2 *", "2026-01-15T12:00", None),
    ],
)
def test_the_next_due_time_is_the_first_after(
    every_minutes: int | None, cron: str | None, after: str, due: str | None
) -> None:
    found = RECURRENCE.next_due(
        every_minutes=every_minutes, cron=cron, time_zone="UTC", after=datetime.fromisoformat(after).replace(tzinfo=UTC)
    )

    assert (None if found is None else f"{found:%Y-%m-%dT%H:%M}") == due


def test_a_time_that_two_hours_leave_out_is_found_by_whoever_looks_in_the_last_of_them() -> None:
    """C9. The clocks of Troll go from one to three."""
    found = RECURRENCE.next_due(
        every_minutes=None,
        cron="15 2 * * *",
        time_zone="Antarctica/Troll",
        after=datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    )

    assert found == datetime(2026, 3, 29, 2, 15, tzinfo=UTC)
