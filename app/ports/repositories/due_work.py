"""Whatever is due in our tables, as nudges: the truth behind them (decision 5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.ports.job_queue import Nudge


class DueWork(Protocol):
    async def nudges(self, *, now: datetime, limit: int) -> Sequence[Nudge]:
        """Stores with orders to import, shops with documents to make, runs, subscriptions to check."""
        ...
