"""What outlives its keeping, deleted in batches (C12)."""

from datetime import datetime
from typing import Protocol

from app.domain.identifiers import RunId


class Retention(Protocol):
    """Each deletes at most ``limit`` rows and says how many."""

    async def webhooks(self, *, before: datetime, limit: int) -> int:
        """Handled and kept ones; never waiting or parked ones."""
        ...

    async def idempotency_keys(self, *, before: datetime, limit: int) -> int: ...

    async def runs(self, *, before: datetime, keep: RunId, limit: int) -> int:
        """Ended ones."""
        ...

    async def captures(self, *, before: datetime, limit: int) -> int:
        """Those of orders that were read anew since; never the last of an order."""
        ...

    async def job_log(self, *, before: datetime, limit: int) -> int:
        """What the job queue noted about its jobs."""
        ...
