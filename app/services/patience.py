"""How long what did not succeed at a store waits before it is tried again, and how often that is done (A25).

Knows no queue: due times, attempts and errors stand in the rows of the work itself.
"""

from collections.abc import Sequence
from datetime import timedelta

from app.ports.errors import ConnectorError, Unavailable

MAX_ATTEMPTS = 5
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
BACK_OFF_OF_SENDING = (timedelta(seconds=2), *BACK_OFF)
"""The first is soon, since looking is cheap and mostly finds what was thought lost."""
PAUSES_OF_A_RUN = (1.0, 3.0, 10.0)
"""Seconds before each further attempt within a run, when the store was away or its answer was lost."""
HELD_FOR = timedelta(hours=1)
"""What waits for a setting or a scope is let go when one is changed here, and looked at this often anyway."""
_STORE_TROUBLE_PAUSE = timedelta(seconds=15)


def pause_after(attempts: int, pauses: Sequence[timedelta]) -> timedelta:
    """The pause after so many attempts (one at least); the last one goes on."""
    return pauses[min(attempts, len(pauses)) - 1]


def pause_in_trouble(trouble: ConnectorError) -> timedelta:
    """The pause of all work of a store that is away or refuses us: as long as it asked for, if it did."""
    asked = trouble.retry_after if isinstance(trouble, Unavailable) else None
    return asked or _STORE_TROUBLE_PAUSE
