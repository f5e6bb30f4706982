"""How far clocks may be apart before somebody is told (A20, F7). Knows no clock."""

from datetime import datetime, timedelta
from typing import Final

APART: Final = timedelta(seconds=30)
"""Between our clock and the database's, or the stores': more is an alarm."""
FROM_THE_FUTURE: Final = timedelta(minutes=5)
"""A webhook that was triggered so much later than it came was dated wrongly, or came to a clock that is behind."""


def ahead_by(told: datetime, now: datetime) -> timedelta | None:
    """By how much something was dated in the future; None = by nothing to speak of."""
    return told - now if told - now > FROM_THE_FUTURE else None
