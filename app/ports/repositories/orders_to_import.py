"""The queue of orders to import (P12): wanted, claimed for a time, finished, put off or parked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.domain.identifiers import RunId, ShopId, ShopifyId, StoreId
from app.domain.order_freshness import HeldCopy
from app.ports.errors import ConnectorError


class WantedBy(StrEnum):
    """What last wanted an order."""

    LISTING = "listing"
    WEBHOOK = "webhook"
    REQUEST = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOrder:
    """An order that seems new or changed. ``store_updated_at`` None = not told."""

    shopify_id: ShopifyId
    name: str | None = None
    store_updated_at: datetime | None = None
    changes: int = 1
    """How many changes are told together, as far as their times tell them apart."""
    due_at: datetime | None = None
    """Later than the others; None = with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRun:
    """What the run that wanted an order is about, where that is more or less than its shop's own orders (P11).

    Its filters narrow; a range of creation that a person named reaches behind the shop's start date.
    """

    shop: ShopId
    filters: Mapping[str, Any]
    """As the run was given them: JSON by the names of ``app.domain.shop_settings.OrderFilters``."""
    created_from: datetime | None = None
    created_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportClaim:
    """A claimed order: ``claim_no`` is the fencing token, ``wanted`` the counter as it stood."""

    id: str
    shopify_id: ShopifyId
    claim_no: int
    wanted: int
    attempts: int
    shop_id: ShopId | None
    claim_by_id: bool
    run_id: RunId | None
    asked_by: AskingRun | None = None
    catch_up: bool = False
    """A listing found it; nobody announced it or asked for it."""


class ImportOutcome(StrEnum):
    IMPORTED = "imported"
    """Written, or found equal: the row goes, unless it was wanted again meanwhile."""
    UNCLAIMED = "unclaimed"
    """No shop's filters match it: it stays, visible, until it changes or is asked for."""
    WAITING = "waiting"
    """The filters of the run that listed it leave it out: it stays for a run with other filters, or none."""
    FAILED = "failed"
    """Put off until ``retry_at``; parked when that is None, or when it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedImport:
    claim: ImportClaim
    outcome: ImportOutcome
    shop_id: ShopId | None = None
    name: str | None = None
    error_code: str | None = None
    error_detail: str | None = None
    retry_at: datetime | None = None
    parked: bool = False
    """For a person, though it may be tried once more by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWanted:
    """An order whose import is not done; ``error_code`` when its last attempt failed."""

    error_code: str | None
    error_detail: str | None
    waiting: bool
    """False = it waits for a person (parked, unclaimed, left out)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """How many orders are due next, up to a page of them, and when the first and the last of these are."""

    first_at: datetime
    last_at: datetime
    number: int


class OrdersToImport(Protocol):
    """Rows are keyed by store and Shopify id; the same order is never there twice."""

    async def held_copies(self, store: StoreId, ids: Sequence[ShopifyId]) -> Mapping[ShopifyId, HeldCopy]:
        """Of which of these orders we hold a copy, and how fresh it is."""
        ...

    async def want(
        self,
        store: StoreId,
        orders: Sequence[WantedOrder],
        *,
        by: WantedBy,
        now: datetime,
        due_at: datetime | None = None,
        run: RunId | None = None,
        shop: ShopId | None = None,
        reclaim: bool = False,
    ) -> int:
        """Make orders due, now or at ``due_at`` if they are not due before; the number of rows now due.

        A row left out by a person wakes only for a later change, unless it was asked for by a person (``REQUEST``). A
        listing that tells no later change than we know wakes nothing that is parked or unclaimed and raises no counter.
        ``shop`` claims the order for that shop even if its filters do not match (P11: importable by id), unless another
        shop has claimed it. ``reclaim`` also wakes what no shop claimed: the listing is about what a person named.
        """
        ...

    async def claimed_elsewhere(self, store: StoreId, ids: Sequence[ShopifyId], *, shop: ShopId) -> set[ShopifyId]:
        """Which of these orders, imported or queued, are another shop's for good."""
        ...

    async def forget_echoes(self, store: StoreId, changed_at: Mapping[ShopifyId, datetime]) -> None:
        """Let go of orders that are wanted only because our own writes, of these times, were announced."""
        ...

    async def overtake(self, store: StoreId, order: ShopifyId) -> None:
        """Have an order that is being read at this moment read once more: its reading may be older than a write of ours
        that the copy has just taken over, and have the same change time.
        """
        ...

    async def retry_failed(
        self, store: StoreId, shop: ShopId, *, run: RunId, now: datetime, pausing: bool = False
    ) -> int:
        """Make due now, for a run of this shop, what failed and is not parked, and what the filters of another run left
        waiting; the number of rows. ``pausing`` leaves what failed the pause before its next attempt.
        """
        ...

    async def scopes_granted(self, store: StoreId, *, now: datetime) -> int:
        """Make due what waits for an access scope; the number of orders."""
        ...

    async def retry_unclaimed(self, store: StoreId, *, now: datetime) -> int:
        """Make due what no shop claimed, because the shops or their filters are others now; the number of rows."""
        ...

    async def claim(
        self,
        store: StoreId,
        *,
        by: str,
        limit: int,
        lease: timedelta,
        now: datetime,
        due_until: datetime | None = None,
    ) -> Sequence[ImportClaim]:
        """Take due orders, the longest due first; each counts an attempt. An expired claim may be taken over.

        ``due_until`` takes those along that are due by then.
        """
        ...

    async def claim_these(
        self,
        store: StoreId,
        orders: Sequence[ShopifyId],
        *,
        by: str,
        lease: timedelta,
        attempts_below: int,
        now: datetime,
    ) -> Sequence[ImportClaim]:
        """Take those of these orders that are due and claimed by nobody; what had so many attempts is left alone."""
        ...

    async def still_claimed(self, claims: Sequence[ImportClaim]) -> set[str]:
        """Lock the rows of these claims; the ids of those that are still ours."""
        ...

    async def finish(self, finished: Sequence[FinishedImport], *, now: datetime) -> None:
        """End claims. A row that was wanted again since it was claimed stays and is due at once."""
        ...

    async def extend(self, claims: Sequence[ImportClaim], *, lease: timedelta, now: datetime) -> None:
        """Keep claims that are still ours for another lease; those being written at this moment need none."""
        ...

    async def release(
        self,
        claims: Sequence[ImportClaim],
        *,
        due_at: datetime,
        now: datetime,
        undo_attempt: bool,
        why: ConnectorError | None = None,
    ) -> None:
        """Give claims back unfinished, for trouble that is not theirs.

        ``why`` is shown with the orders, and no run waits for them; what waits for a scope the next one tries again.
        """
        ...

    async def retry(self, row: str, *, shops: Collection[ShopId] | None, now: datetime) -> StoreId | None:
        """Make a row due now with all its attempts before it; its store, or None when there is no such row to see."""
        ...

    async def leave_out(self, row: str, *, shops: Collection[ShopId] | None, now: datetime) -> bool:
        """Leave an order out until it changes at the store; False when there is no such row to see."""
        ...

    async def due_page(self, store: StoreId, *, until: datetime, limit: int, now: datetime) -> DuePage | None:
        """The first ``limit`` unclaimed orders of a store that are due by ``until``; None = there are none."""
        ...

    async def still_wanted(self, store: StoreId, order: ShopifyId) -> StillWanted | None:
        """How the import of an order stands; None = it is done."""
        ...
