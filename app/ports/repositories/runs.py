"""Runs: one execution of a task each, at most one at a time per category, each claimed by a lease (decision 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.domain.identifiers import RunId, ShopId, StoreId
from app.ports.paging import Page, PageRequest


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShop:
    """What a run needs to know of its shop."""

    id: ShopId
    code: str
    store_id: StoreId
    store_domain: str
    time_zone: str
    allow_background: bool
    reachable: bool
    """The store has credentials, and has not refused them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """``fingerprint`` is equal for equal runs; ``schedule_key`` makes a tick of a schedule make one run."""

    id: RunId
    shop_id: ShopId
    task: str
    category: str
    filters: Mapping[str, Any]
    parameters: Mapping[str, Any]
    fingerprint: str
    requested_by: str
    schedule_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as people see it; ``shop`` is the shop's code."""

    id: RunId
    shop_id: ShopId
    shop: str
    task: str
    category: str
    filters: Mapping[str, Any]
    parameters: Mapping[str, Any]
    requested_by: str
    state: RunState
    done: int
    total: int | None
    counts: Mapping[str, int]
    errors: Sequence[Mapping[str, Any]]
    problem: Mapping[str, Any] | None
    attempts: int
    cancel_requested_at: datetime | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedRun:
    """A run that is ours until the lease ends; ``claim_no`` proves it."""

    run: Run
    store_id: StoreId
    claim_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run has come to, as plain JSON values."""

    done: int = 0
    total: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    errors: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    shop_ids: Collection[ShopId] | None = None
    shop: str | None = None
    task: str | None = None
    state: RunState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """What a run that ended leaves."""

    following: RunId | None
    """The oldest queued run of its category, which can be worked on now."""


class Runs(Protocol):
    async def shop(self, code: str, visible: Collection[ShopId] | None) -> RunShop | None: ...

    async def shops_of_store(self, store: StoreId) -> Sequence[RunShop]:
        """By their ids."""
        ...

    async def open_equal(self, fingerprint: str) -> RunId | None:
        """A queued or running run of this fingerprint."""
        ...

    async def last_equal(self, fingerprint: str) -> Run | None:
        """The latest run of this fingerprint, ended or not; who asks for one holds up others that ask."""
        ...

    async def note(self, run: RunId, parameters: Mapping[str, Any]) -> None:
        """Keep with a running run what its next attempt has to know."""
        ...

    async def add(self, run: NewRun, *, now: datetime) -> bool:
        """Queue it; False when its ``schedule_key`` has made a run before."""
        ...

    async def get(self, run: RunId, visible: Collection[ShopId] | None = None) -> Run | None: ...

    async def page(self, filters: RunFilter, request: PageRequest) -> Page[Run]:
        """The newest first."""
        ...

    async def claim_next(self, run: RunId, *, by: str, lease: timedelta, now: datetime) -> ClaimedRun | None:
        """Take the next run of this one's category: a running one whose lease has ended, else the oldest queued one.

        None = nothing to do, or another run of the category is being worked on. The attempt is counted, what an
        earlier attempt reported is forgotten.
        """
        ...

    async def renew(self, claim: ClaimedRun, report: RunReport, *, lease: timedelta, now: datetime) -> datetime | None:
        """Keep the lease and the report; when cancelling was asked. Raises ``LeaseLost`` when it is not ours."""
        ...

    async def finish(
        self,
        claim: ClaimedRun,
        state: RunState,
        report: RunReport,
        *,
        problem: Mapping[str, Any] | None,
        now: datetime,
    ) -> EndedRun | None:
        """End it; None when it was no longer ours (fencing), and then nothing is written."""
        ...

    async def release(self, claim: ClaimedRun) -> None:
        """Give it back unfinished and uncounted, because the process stops."""
        ...

    async def cancel(self, run: RunId, *, now: datetime) -> RunState | None:
        """A queued one is cancelled at once, a running one is asked to end; the state it was in."""
        ...

    async def workable(self, *, now: datetime, limit: int) -> Sequence[RunId]:
        """One run of each category in which something could be worked on now."""
        ...


class LeaseLost(Exception):
    """Somebody else has taken over: whatever was being written must not be."""
