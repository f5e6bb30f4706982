"""Pushing events to an endpoint: which answers count, when an attempt is repeated, when an endpoint is given up (P90).

Pure rules of Standard Webhooks as we keep them; knows neither HTTP nor rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
"""Before each further attempt: about three days in all, the example of the specification."""
MOST_ATTEMPTS: Final = len(PAUSES) + 1
JITTER: Final = 0.2
"""Of a pause, up or down, so that what failed together does not come back together."""
LONGEST_RETRY_AFTER: Final = timedelta(hours=1)
DISABLED_AFTER: Final = timedelta(days=5)
"""Without a single success since the first failure."""
MOST_SECRETS: Final = 3
"""That sign at once, the newest first."""
LATE_AFTER: Final = timedelta(minutes=10)
"""An endpoint that has been failing for so long is something for a person to look at."""

_GONE = 410
_ASK_FOR_PATIENCE = frozenset({429, 503})


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Not tried any more; the feed still has the event."""


class DisabledReason(StrEnum):
    ON_REQUEST = "on_request"
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt. ``status`` None = no answer, and ``code`` says why."""

    status: int | None
    code: str
    detail: str
    retry_after: timedelta | None = None
    seconds: float = 0.0

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        return self.status == _GONE

    @property
    def patience(self) -> timedelta | None:
        """For how long the endpoint asks to be left alone, within reason."""
        if self.retry_after is None or self.status not in _ASK_FOR_PATIENCE:
            return None
        return min(self.retry_after, LONGEST_RETRY_AFTER)


def next_attempt_at(attempts: int, attempt: Attempt, *, chance: float, now: datetime) -> datetime | None:
    """When a failed delivery is tried again after ``attempts`` of them; None = never. ``chance`` is from 0 to 1."""
    if attempts >= MOST_ATTEMPTS:
        return None
    pause = PAUSES[max(attempts, 1) - 1] * (1 - JITTER + 2 * JITTER * chance)
    return now + max(pause, attempt.patience or timedelta(0))


def must_be_disabled(attempts: Sequence[Attempt], *, failing_since: datetime, now: datetime) -> DisabledReason | None:
    """Whether an endpoint that only failed is given up."""
    if any(attempt.gone for attempt in attempts):
        return DisabledReason.GONE
    return DisabledReason.FAILING if now - failing_since >= DISABLED_AFTER else None
