"""The table of pauses between attempts, and when an endpoint is given up (P90)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.webhook_deliveries import (
    DISABLED_AFTER,
    MOST_ATTEMPTS,
    Attempt,
    DisabledReason,
    must_be_disabled,
    next_attempt_at,
)

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def answered(status: int, **fields: object) -> Attempt:
    return Attempt(status=status, code="refused", detail="", **fields)  # type: ignore[arg-type]


def pause(attempts: int, attempt: Attempt, *, chance: float = 0.5) -> timedelta | None:
    again = next_attempt_at(attempts, attempt, chance=chance, now=NOW)
    return None if again is None else again - NOW


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(minutes=5)),
        (3, timedelta(minutes=30)),
        (4, timedelta(hours=2)),
        (5, timedelta(hours=5)),
        (6, timedelta(hours=10)),
        (7, timedelta(hours=14)),
        (8, timedelta(hours=20)),
        (9, timedelta(hours=24)),
        (10, None),
        (11, None),
    ],
)
def test_the_pauses_are_those_of_the_specification(attempts: int, expected: timedelta | None) -> None:
    assert pause(attempts, answered(500)) == expected


def test_all_attempts_together_take_about_three_days() -> None:
    pauses = [pause(attempts, answered(500)) for attempts in range(1, MOST_ATTEMPTS)]

    assert timedelta(days=3) < sum((each for each in pauses if each), timedelta(0)) < timedelta(days=4)


@pytest.mark.parametrize(("chance", "minutes"), [(0.0, 24), (1.0, 36)])
def test_pauses_vary_by_a_fifth_either_way(chance: float, minutes: int) -> None:
    assert pause(3, answered(500), chance=chance) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("status", "asked", "expected"),
    [
        (503, timedelta(seconds=90), timedelta(seconds=90)),
        (429, timedelta(seconds=1), timedelta(seconds=5)),
        (429, timedelta(days=2), timedelta(hours=1)),
        (500, timedelta(seconds=90), timedelta(seconds=5)),
    ],
    ids=["asked", "less-than-the-schedule", "too-much", "of-another-answer"],
)
def test_what_the_endpoint_asks_for_is_respected_within_reason(
    status: int, asked: timedelta, expected: timedelta
) -> None:
    assert pause(1, answered(status, retry_after=asked)) == expected


@pytest.mark.parametrize(
    ("status", "delivered"), [(200, True), (204, True), (299, True), (301, False), (404, False), (500, False)]
)
def test_only_2xx_is_delivered(status: int, delivered: bool) -> None:
    assert answered(status).delivered is delivered


def test_no_answer_is_not_delivered() -> None:
    assert not Attempt(status=None, code="timeout", detail="").delivered


def test_an_endpoint_is_given_up_after_five_days_or_when_it_says_that_it_is_gone() -> None:
    failed, just_now = [answered(500)], NOW - DISABLED_AFTER + timedelta(seconds=1)

    assert must_be_disabled(failed, failing_since=just_now, now=NOW) is None
    assert must_be_disabled(failed, failing_since=NOW - DISABLED_AFTER, now=NOW) is DisabledReason.FAILING
    assert must_be_disabled([answered(410)], failing_since=NOW, now=NOW) is DisabledReason.GONE
