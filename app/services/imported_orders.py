"""One claimed order on its way through the writing transaction: whose it is, what is new, what is written and told.

Pure: loads nothing and writes nothing. What the order becomes in the ERP is decided in ``order_decisions``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import assert_never

from app.domain.changes import Change
from app.domain.conflicts import Conflict, conflict_of, is_new
from app.domain.edit_impact import changes_between
from app.domain.events import EventType
from app.domain.finished_orders import may_be_finished
from app.domain.identifiers import OrderId, RunId, ShopifyId, StoreId
from app.domain.order_filters import ImportAction, claiming_shop, matches
from app.domain.order_record import OrderMapping, OrderState
from app.domain.orders import Order
from app.domain.problems import Problem
from app.domain.shop_settings import OrderFilters
from app.ports.errors import ScopeMissing
from app.ports.repositories.configuration import ShopConfiguration, StoreConfiguration
from app.ports.repositories.documents import BookedOrder
from app.ports.repositories.events import NewEvent
from app.ports.repositories.orders import KnownOrder, SavedOrder
from app.ports.repositories.orders_to_import import AskingRun, FinishedImport, ImportClaim, ImportOutcome
from app.ports.repositories.store_state import RecordFailure
from app.ports.store_gateway import OrderNotThere, OrderRead, OrderReading, OrderUnreadable
from app.services.order_conflicts import state_of
from app.services.order_decisions import Candidate, Decision, look_again_at
from app.services.patience import BACK_OFF, MAX_ATTEMPTS, pause_after


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """What became of claimed orders."""

    imported: int = 0
    unchanged: int = 0
    documents: int = 0
    blocked: int = 0
    failed: int = 0

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(
            imported=self.imported + other.imported,
            unchanged=self.unchanged + other.unchanged,
            documents=self.documents + other.documents,
            blocked=self.blocked + other.blocked,
            failed=self.failed + other.failed,
        )


@dataclass(slots=True, kw_only=True)
class ImportedOrder:
    """What is known of the order so far; a part that is None has not been reached, or never will be."""

    store: StoreId
    claim: ImportClaim
    reading: OrderReading
    known: KnownOrder | None = None
    shop: ShopConfiguration | None = None
    order_id: OrderId | None = None
    changed: bool = False
    candidate: Candidate | None = None
    left_alone: Candidate | None = None
    """Not decided about: it has its document, or waits for a person. Only lines that are new get their items."""
    mapping: OrderMapping | None = None
    """With the items of new lines, where the order is left alone."""
    decision: Decision | None = None
    changes: tuple[Change, ...] = ()
    conflict: Conflict | None = None
    saved: SavedOrder | None = None
    finished: FinishedImport | None = None

    @property
    def order(self) -> Order | None:
        """The order as it was read; None = it is finished without being looked at."""
        return self.reading.order if isinstance(self.reading, OrderRead) and self.finished is None else None

    @property
    def may_be_finished(self) -> bool:
        """Whether the order, as it was read, may have nothing left to do: read in vain or not."""
        return isinstance(self.reading, OrderRead) and may_be_finished(self.reading.order)

    @property
    def lacks_scope(self) -> str:
        """What the app was not granted that this order takes; empty = it was."""
        reading = self.reading
        return reading.detail if isinstance(reading, OrderUnreadable) and reading.code == ScopeMissing.code else ""

    def settle(self, known: KnownOrder | None, configuration: StoreConfiguration, *, now: datetime) -> None:
        """Whose order it is and whether there is anything to write; otherwise it is finished here."""
        self.known = known
        match self.reading:
            case OrderNotThere():
                # Not told apart from an order too old for our scope: what we hold stays as it is.
                self._finish(ImportOutcome.IMPORTED)
            case OrderUnreadable() as unreadable:
                self.finished = failed_import(
                    self.claim,
                    code=unreadable.code,
                    detail=unreadable.detail,
                    shop=configuration.shop(known.shop_id) if known else None,
                    retry_at=retry_at(self.claim, now) if unreadable.retryable else None,
                )
            case OrderRead(order=order):
                self.shop = _shop_of(order, self.claim, known, configuration)
                if self.shop is None:
                    self._finish(ImportOutcome.UNCLAIMED, name=order.name)
                elif not _passes_run(order, self.claim, self.shop, known):
                    self._finish(ImportOutcome.WAITING, name=order.name, shop=self.shop)
                elif known is not None and order.updated_at < known.store_updated_at:
                    # Somebody has written a newer reading meanwhile.
                    self._finish(ImportOutcome.IMPORTED)
            case _:
                assert_never(self.reading)

    def compare(self, *, digest: bytes, new_id: OrderId) -> None:
        """What is new of the order, and whether it is to be decided about."""
        order, shop, known = self.order, self.shop, self.known
        if order is None or shop is None:
            return
        self.order_id = known.id if known else new_id
        self.changed = known is None or digest != known.digest
        settings = shop.settings.orders
        candidate = Candidate(
            id=self.order_id,
            store_id=self.store,
            shop=shop,
            order=order,
            mapping=known.mapping if known else OrderMapping(),
            make=settings.auto_create_documents,
            read_at=self.reading.read_at if isinstance(self.reading, OrderRead) else None,
            use_shopify_number=known.use_shopify_number if known else settings.use_shopify_order_number,
        )
        if known is not None and (known.state is OrderState.PROCESSED or known.documents_on_request):
            self.left_alone = candidate if self.changed else None
        elif self.changed or settings.auto_create_documents:
            self.candidate = candidate

    @property
    def followed_up(self) -> bool:
        """Whether refunds or an amendment follow, in a transaction of their own."""
        amended = self.conflict and self.shop and self.shop.settings.orders.amend_open_documents
        return bool(self.order and (self.order.refunds or amended))

    @property
    def to_be_judged(self) -> bool:
        """Whether the order has a document that may no longer show it."""
        return self.changed and self.known is not None and self.known.state is OrderState.PROCESSED

    def judge(self, booked: BookedOrder | None, *, now: datetime) -> None:
        """Find what the document of a processed order does not show (P41). Its document is never touched."""
        order, shop, known = self.order, self.shop, self.known
        if order is None or shop is None or known is None or booked is None:
            return
        process = shop.settings.refunds.process
        self.changes = changes_between(booked.snapshot, state_of(order, shop.settings), process)
        self.conflict = conflict_of(self.changes, document=booked.document, known=known.conflict, now=now)

    def decided(self, decision: Decision | None, *, now: datetime) -> None:
        """Take what was decided, and say what is to be written of the order; nothing when nothing is new."""
        self.decision = decision
        order, shop, known = self.order, self.shop, self.known
        if order is None or shop is None or self.order_id is None:
            return
        state = decision.state if decision else known.state if known else OrderState.UNPROCESSED
        before = known.mapping if known else OrderMapping()
        mapping = decision.mapping if decision else self.mapping or before
        problems: tuple[Problem, ...] = decision.problems if decision else known.problems if known else ()
        same = known is not None and (state, mapping, problems) == (known.state, known.mapping, known.problems)
        if same and not self.changed:
            return
        assert isinstance(self.reading, OrderRead)
        self.saved = SavedOrder(
            id=self.order_id,
            store_id=self.store,
            shopify_id=self.claim.shopify_id,
            shop_id=shop.id,
            order=order if self.changed else None,
            raw=self.reading.raw if self.changed else None,
            read_at=self.reading.read_at,
            state=state,
            mapping=mapping,
            problems=problems,
            documents_on_request=known.documents_on_request if known else False,
            use_shopify_number=(known.use_shopify_number if known else shop.settings.orders.use_shopify_order_number),
            version=known.version + 1 if known else 1,
            conflict=self.conflict,
            changes=self.changes,
            retry_at=now if self.followed_up else look_again_at(decision, now),
        )

    @property
    def end(self) -> FinishedImport:
        return self.finished or FinishedImport(claim=self.claim, outcome=ImportOutcome.IMPORTED)

    @property
    def events(self) -> Sequence[NewEvent]:
        """What of it is announced: the order first, then what was made of it."""
        saved, known, order = self.saved, self.known, self.order
        if saved is None:
            return []
        types = []
        if self.changed:
            types.append(EventType.ORDER_UPDATED if known else EventType.ORDER_IMPORTED)
            if order is not None and order.cancelled_at and not (known and known.cancelled):
                types.append(EventType.ORDER_CANCELLED)
        if known is not None and self.changed:
            if is_new(self.conflict, known.conflict):
                types.append(EventType.ORDER_CONFLICT_DETECTED)
            elif known.conflict and not self.conflict:
                types.append(EventType.ORDER_CONFLICT_RESOLVED)
        told = known is not None and known.state is OrderState.BLOCKED and known.problems == saved.problems
        if saved.state is OrderState.BLOCKED and not told:
            types.append(EventType.ORDER_BLOCKED)
        announced = [
            NewEvent(
                type=each, shop_id=saved.shop_id, resource_type="order", resource_id=saved.id, version=saved.version
            )
            for each in types
        ]
        return [*announced, *(self.decision.events if self.decision else ())]

    @property
    def counts(self) -> ImportCounts:
        if self.end.outcome is ImportOutcome.FAILED:
            return ImportCounts(failed=1)
        made = self.decision is not None and self.decision.document_id is not None
        blocked = self.decision is not None and self.decision.state is OrderState.BLOCKED
        return ImportCounts(
            imported=int(self.changed), unchanged=int(not self.changed), documents=int(made), blocked=int(blocked)
        )

    @property
    def failure(self) -> tuple[RunId, RecordFailure] | None:
        """What the run that waits for it shows among its errors."""
        claim, end = self.claim, self.end
        if claim.run_id is None:
            return None
        if end.outcome is ImportOutcome.FAILED:
            return claim.run_id, failure_of(end)
        if isinstance(self.reading, OrderNotThere) and claim.claim_by_id:
            detail = f"Shopify knows no order {claim.shopify_id} that this app may read."
            return claim.run_id, _failure(claim, "not_at_store", detail)
        return None

    def _finish(
        self, outcome: ImportOutcome, *, name: str | None = None, shop: ShopConfiguration | None = None
    ) -> None:
        self.finished = FinishedImport(claim=self.claim, outcome=outcome, name=name, shop_id=shop.id if shop else None)


def failed_import(
    claim: ImportClaim,
    *,
    code: str,
    detail: str,
    shop: ShopConfiguration | None = None,
    retry_at: datetime | None,
) -> FinishedImport:
    return FinishedImport(
        claim=claim,
        outcome=ImportOutcome.FAILED,
        shop_id=shop.id if shop else None,
        error_code=code,
        error_detail=detail,
        retry_at=retry_at,
    )


def failure_of(end: FinishedImport) -> RecordFailure:
    """A failed import as a run shows it."""
    detail = f"Shopify order {end.claim.shopify_id}: {end.error_detail}"
    return _failure(end.claim, end.error_code or "import_failed", detail)


def waiting_for_scope(claim: ImportClaim, missing: ScopeMissing) -> tuple[RunId, RecordFailure]:
    """What the run that asked for an order tells of it when the app may not read it."""
    assert claim.run_id is not None, "a run asked for it"
    return claim.run_id, _failure(claim, missing.code, missing.detail)


def retry_at(claim: ImportClaim, now: datetime) -> datetime | None:
    """When a failed order is tried again; None = it is parked for a person (A25)."""
    if claim.attempts >= MAX_ATTEMPTS:
        return None
    return now + pause_after(claim.attempts, BACK_OFF)


def found_equal(orders: Iterable[ImportedOrder]) -> Mapping[ShopifyId, datetime]:
    """Orders whose copy was read again and is not written: only the time of reading is new."""
    return {
        each.claim.shopify_id: each.order.updated_at
        for each in orders
        if each.order is not None and each.known is not None and not (each.saved and each.saved.order)
    }


def read_since(orders: Iterable[ImportedOrder], *, now: datetime) -> datetime:
    """When the oldest reading of these orders began: what changed at the store since then they may lack."""
    return min((each.reading.read_at for each in orders if isinstance(each.reading, OrderRead)), default=now)


def tallies(counts: Iterable[tuple[RunId | None, ImportCounts]]) -> Mapping[RunId, Mapping[str, int]]:
    """Counts by the run that waits for them."""
    sums: dict[RunId, ImportCounts] = {}
    for run, each in counts:
        if run is not None:
            sums[run] = sums.get(run, ImportCounts()) + each
    return {run: {field.name: getattr(each, field.name) for field in fields(each)} for run, each in sums.items()}


def _failure(claim: ImportClaim, code: str, detail: str) -> RecordFailure:
    return RecordFailure(resource_type="order_to_import", id=claim.id, code=code, detail=detail)


def _shop_of(
    order: Order, claim: ImportClaim, known: KnownOrder | None, configuration: StoreConfiguration
) -> ShopConfiguration | None:
    """The shop that holds the order, that has claimed it or was asked to take it by id, or whose filters are the first
    to match (P11, 1.17). A claim is final: filters that are changed later do not undo it.
    """
    if known is not None:
        return configuration.shop(known.shop_id)
    claimed_before = configuration.shop(claim.shop_id) if claim.shop_id else None
    if claimed_before is not None:
        return claimed_before
    begun = [
        shop
        for shop in configuration.shops
        if _has_begun(shop, order.created_at) or _is_asked_for(order, claim.asked_by, shop)
    ]
    claimed = claiming_shop(order, [(shop.id, shop.settings.orders.filters) for shop in begun])
    return configuration.shop(claimed) if claimed else None


def _has_begun(shop: ShopConfiguration, created_at: datetime) -> bool:
    """Whether an order is from the day the shop went live, in its own time zone, or later."""
    first_day = shop.settings.general.start_date
    return first_day is None or created_at.astimezone(shop.time_zone).date().isoformat() >= first_day


def _is_asked_for(order: Order, run: AskingRun | None, shop: ShopConfiguration) -> bool:
    """Whether a person asked this shop for orders of that age: what is older than its start is imported on request."""
    if run is None or run.shop != shop.id or not (run.created_from or run.created_to):
        return False
    after = run.created_from is None or order.created_at >= run.created_from
    return after and (run.created_to is None or order.created_at <= run.created_to)


def _passes_run(order: Order, claim: ImportClaim, shop: ShopConfiguration, known: KnownOrder | None) -> bool:
    """Whether the run that listed the order is about it. Its filters narrow its own shop's orders only (P11)."""
    run = claim.asked_by
    if run is None or run.shop != shop.id:
        return True
    action = ImportAction.UPDATE if known else ImportAction.NEW
    return matches(order, OrderFilters(**run.filters), action=action)
