"""When a failed call is tried again, and after how long. Knows nothing of HTTP."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from app.ports.errors import Throttled, Unavailable

ATTEMPTS: Final = 5
LONGEST_INLINE_WAIT: Final = 20.0
"""Seconds between two attempts; a store that asks for more gets its call back later."""

LONGEST_RETRY_AFTER: Final = 900.0
_BASE: Final = 0.4
_BUDGET: Final = 20.0
_EARNED_PER_CALL: Final = 0.2


class TryAgain(Exception):
    """One attempt failed and another may succeed; ``cause`` is raised when there is no other."""

    def __init__(self, cause: Unavailable, *, wait: float | None = None) -> None:
        super().__init__(cause.detail)
        self.cause = cause
        self.wait = wait
        """Seconds the store named; None leaves them to us."""


class RetryBudget:
    """Keeps retries a small share of the calls, so that a store in trouble is not buried in them (B3)."""

    def __init__(self) -> None:
        self._left = _BUDGET

    def earn(self) -> None:
        self._left = min(_BUDGET, self._left + _EARNED_PER_CALL)

    def spend(self) -> bool:
        """Take one retry; False when they are used up."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


def wait_before(attempt: int, failure: TryAgain) -> float | None:
    """Seconds before the attempt after number ``attempt`` (from 1); None when there is to be none here."""
    if attempt >= ATTEMPTS:
        return None
    if failure.wait is not None:
        return failure.wait + random.uniform(0, 0.2) if failure.wait <= LONGEST_INLINE_WAIT else None  # noqa: S311
    return random.uniform(_BASE / 2, _BASE) * float(2 ** (attempt - 1))  # noqa: S311 - jitter, not a secret


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or a date, capped; None when it says nothing
    readable (B2).
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            when = parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if seconds == seconds else None  # noqa: PLR0124 - NaN


def throttled(detail: str, seconds: float | None) -> TryAgain:
    """The store asks us to wait."""
    later = timedelta(seconds=seconds if seconds is not None else 1.0)
    return TryAgain(Throttled(detail, retry_after=later), wait=seconds if seconds is not None else 1.0)
