"""When a reading began, where our clock and the store's differ."""

from datetime import UTC, datetime, timedelta

import pytest

from app.adapters.shopify.store_time import StoreTime

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""By the store's clock, when a reading begins that takes three seconds."""


class AheadBy:
    def __init__(self, seconds: float) -> None:
        self._now = NOON + timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._now


def began(ahead: float, date: str | None = "Sat, 21 Nov 2026 12:00:03 GMT") -> float:
    """Seconds after noon by which a reading is said to have begun."""
    ticks = iter([100.0, 103.0])
    time = StoreTime(AheadBy(ahead), lambda: next(ticks))
    beginning = time.begin()
    time.hear({"date": date} if date else {})
    return (time.of(beginning) - NOON).total_seconds()


@pytest.mark.parametrize("ahead", [65.0, 3.0, 86_400.0])
def test_a_clock_ahead_of_the_stores_dates_no_reading_later_than_it_was(ahead: float) -> None:
    assert began(ahead) == 0


@pytest.mark.parametrize("ahead", [0.0, 1.5, -600.0])
def test_a_clock_that_is_about_right_or_behind_is_left_as_it_is(ahead: float) -> None:
    assert began(ahead) == ahead


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_an_answer_that_tells_no_time_leaves_ours(date: str | None) -> None:
    assert began(65, date) == 65


@pytest.mark.parametrize("ahead", [0.0, 45.0, -45.0])
def test_how_far_our_clock_is_from_the_stores_is_known_while_it_was_told_lately(ahead: float) -> None:
    """A20, F7."""
    passed = iter([100.0, 160.0, 1000.0])
    clock = AheadBy(ahead)
    time = StoreTime(clock, lambda: next(passed))
    unknown = time.ours_is_ahead_by()
    time.hear({"date": "Sat, 21 Nov 2026 11:59:00 GMT"})

    assert unknown is None
    assert time.ours_is_ahead_by() == timedelta(seconds=ahead)
    assert time.ours_is_ahead_by() is None
