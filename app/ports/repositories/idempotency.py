"""Answers already given, by the caller's key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

IDEMPOTENCY_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """One request of a caller, whatever its content."""

    api_key_id: str
    operation: str
    """Method and route template."""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer as it was given; ``body`` as the caller of this port handed it over."""

    fingerprint: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Idempotency(Protocol):
    async def begin(self, request: RequestKey, fingerprint: bytes, *, now: datetime) -> KeptAnswer | None:
        """Take the key for this transaction, or return the answer it was given before.

        While another transaction holds the key this waits up to 5 s, then raises ``Conflict`` ``request_in_progress``.
        """
        ...

    async def keep(self, request: RequestKey, answer: KeptAnswer) -> None: ...

    async def purge(self, before: datetime) -> int:
        """Forget older answers, at most some thousands at a time; how many."""
        ...
