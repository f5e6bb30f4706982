"""Work that a store does some time after it was asked for: begun by a mutation, done after so many further requests.

Knows when, not what. By default nothing waits: the work is done at once, and its job says "not done" only at first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]
Event = tuple[str, Values]
Work = Callable[[], list[Event]]


@dataclass(slots=True, kw_only=True)
class PendingJob:
    id: str
    # What it is about; a second one about the same may be refused meanwhile.
    subject: str
    requests_left: int
    work: Work


class PendingJobs:
    """The jobs of one store that are not done yet."""

    def __init__(self) -> None:
        # How many requests a store answers before a new job is done.
        self.requests = 0
        self._pending: list[PendingJob] = []

    def begin(self, identifier: str, subject: str, work: Work) -> None:
        self._pending.append(PendingJob(id=identifier, subject=subject, requests_left=self.requests, work=work))

    def is_pending(self, identifier: str) -> bool:
        return any(job.id == identifier for job in self._pending)

    def is_about(self, subject: str) -> bool:
        return any(job.subject == subject for job in self._pending)

    def pass_request(self) -> list[Event]:
        """One more request comes in: does what is due before it is answered, and says what that caused."""
        for job in self._pending:
            job.requests_left -= 1
        due = [job for job in self._pending if job.requests_left < 0]
        self._pending = [job for job in self._pending if job not in due]
        return [event for job in due for event in job.work()]
