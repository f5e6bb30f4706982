"""Import the orders of a store that are due: claim, read from the store, and write each whole or not at all (stage 2).

No transaction is open while the store is read. The writing transaction checks the claims (a late writer drops its result)
and that what was read is not older than what is stored (decision 4). What an order becomes is decided in
``app.services.order_decisions``.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.domain.events import EventType
from app.domain.identifiers import OrderId, RunId, ShopifyId, StoreId
from app.domain.order_filters import claiming_shop
from app.domain.order_record import OrderMapping, OrderState
from app.domain.problems import Problem
from app.ports.clock import Clock, IdFactory
from app.ports.errors import AccessRevoked, ConnectorError, DatabaseUnavailable, Unavailable
from app.ports.repositories.configuration import ShopConfiguration, StoreConfiguration
from app.ports.repositories.events import NewEvent
from app.ports.repositories.orders import KnownOrder, SavedOrder
from app.ports.repositories.orders_to_import import FinishedImport, ImportClaim, ImportOutcome
from app.ports.store_gateway import OrderNotThere, OrderRead, OrderReading, OrderUnreadable, StoreGateway
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.order_decisions import Candidate, Decision, OrderDecisions

BATCH = 50
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 8.0
MAX_ATTEMPTS = 5
LINGER = timedelta(milliseconds=500)
STORE_TROUBLE_PAUSE = timedelta(seconds=15)

log = structlog.get_logger(__name__)


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
class _Work:
    """One claimed order on its way through the writing transaction."""

    store: StoreId
    claim: ImportClaim
    reading: OrderReading
    known: KnownOrder | None = None
    shop: ShopConfiguration | None = None
    order_id: OrderId | None = None
    changed: bool = False
    candidate: Candidate | None = None
    decision: Decision | None = None
    saved: SavedOrder | None = None
    finished: FinishedImport | None = None


class ImportOrders:
    """Works until nothing of the store is due. May run in many processes at once."""

    def __init__(
        self,
        *,
        gateway: StoreGateway,
        uow: UnitOfWorkFactory,
        decisions: OrderDecisions,
        clock: Clock,
        ids: IdFactory,
        worker: str,
    ) -> None:
        self._gateway = gateway
        self._uow = uow
        self._decisions = decisions
        self._clock = clock
        self._ids = ids
        self._worker = worker

    async def __call__(self, store: StoreId) -> ImportCounts:
        """Import what is due. Raises ``AccessRevoked`` or ``Unavailable`` when the store as a whole cannot be read."""
        counts = ImportCounts()
        while True:
            await self._until_due(store)
            async with self._uow() as uow:
                configuration = await uow.configurations.of_store(store)
                if configuration is None or configuration.access_revoked or not configuration.shops:
                    return counts
                claims = await uow.orders_to_import.claim(
                    store, by=self._worker, limit=BATCH, lease=LEASE, now=self._clock.now()
                )
                await uow.commit()
            if not claims:
                return counts
            counts += await self._import(configuration, claims)

    async def _until_due(self, store: StoreId) -> None:
        """Wait for what is due in a moment: webhooks let their orders settle (``dispatch_webhooks``)."""
        async with self._uow() as uow:
            due_at = await uow.orders_to_import.next_due(store)
        ahead = due_at - self._clock.now() if due_at else timedelta(0)
        if timedelta(0) < ahead <= LINGER:
            await asyncio.sleep(ahead.total_seconds())

    async def _import(self, configuration: StoreConfiguration, claims: Sequence[ImportClaim]) -> ImportCounts:
        try:
            async with self._held(claims):
                readings = await self._gateway.read_orders(configuration.store, [claim.shopify_id for claim in claims])
        except (Unavailable, AccessRevoked) as trouble:
            await self._give_back(claims, trouble)
            raise
        works = [
            _Work(store=configuration.store.id, claim=claim, reading=reading)
            for claim, reading in zip(claims, readings, strict=True)
        ]
        return await self._write_isolated(configuration, works)

    async def _write_isolated(self, configuration: StoreConfiguration, works: Sequence[_Work]) -> ImportCounts:
        """Write a batch; when it fails for a reason nobody foresaw, one by one, so that one bad order fails alone."""
        try:
            return await self._write(configuration, works)
        except (DatabaseUnavailable, asyncio.CancelledError):
            raise
        except Exception as error:
            if len(works) == 1:
                return await self._fail(works[0].claim, error)
            log.warning("import_batch_failed", orders=len(works), error=type(error).__name__)
        counts = ImportCounts()
        for work in works:
            again = _Work(store=work.store, claim=work.claim, reading=work.reading)
            counts += await self._write_isolated(configuration, [again])
        return counts

    async def _write(self, configuration: StoreConfiguration, works: Sequence[_Work]) -> ImportCounts:
        now = self._clock.now()
        store = configuration.store.id
        async with self._uow() as uow:
            ours = await uow.orders_to_import.still_claimed([work.claim for work in works])
            works = [work for work in works if work.claim.id in ours]
            known = await uow.orders.known(store, [work.claim.shopify_id for work in works])
            for work in works:
                self._settle(work, known.get(work.claim.shopify_id), configuration, now=now)
                self._compare(work, uow)
            candidates = [work.candidate for work in works if work.candidate]
            decided = {each.id: each for each in await self._decisions.decide(uow, candidates, now=now)}
            for work in works:
                work.decision = decided.get(work.order_id) if work.order_id else None
                work.saved = _saved(work)
            await uow.orders.save([work.saved for work in works if work.saved], now=now)
            await uow.orders.touch(store, _found_equal(works), read_at=now)
            await uow.events.append_many([event for work in works for event in _announcements(work)])
            await uow.orders_to_import.finish([_finished(work) for work in works], now=now)
            counts = [(work.claim.run_id, _counts(work)) for work in works]
            await uow.store_state.tally(_tallies(counts))
            await uow.commit()
        return sum((each for _, each in counts), ImportCounts())

    def _settle(
        self, work: _Work, known: KnownOrder | None, configuration: StoreConfiguration, *, now: datetime
    ) -> None:
        """Whose order it is and whether there is anything to write; otherwise the work is finished here."""
        work.known = known
        match work.reading:
            case OrderNotThere():
                # Not told apart from an order too old for our scope: what we hold stays as it is.
                work.finished = FinishedImport(claim=work.claim, outcome=ImportOutcome.IMPORTED)
            case OrderUnreadable() as unreadable:
                work.finished = FinishedImport(
                    claim=work.claim,
                    outcome=ImportOutcome.FAILED,
                    error_code=unreadable.code,
                    error_detail=unreadable.detail,
                    retry_at=_retry_at(work.claim, now) if unreadable.retryable else None,
                )
            case OrderRead(order=order):
                work.shop = _shop_of(work, configuration)
                if work.shop is None:
                    work.finished = FinishedImport(claim=work.claim, outcome=ImportOutcome.UNCLAIMED, name=order.name)

    def _compare(self, work: _Work, uow: UnitOfWork) -> None:
        """What is new of an order, and whether it is to be decided about."""
        if work.finished is not None or not isinstance(work.reading, OrderRead) or work.shop is None:
            return
        order, known = work.reading.order, work.known
        if known is not None and order.updated_at < known.store_updated_at:
            work.finished = FinishedImport(claim=work.claim, outcome=ImportOutcome.IMPORTED)
            return
        work.order_id = known.id if known else OrderId(self._ids.new("ord"))
        work.changed = known is None or uow.orders.digest(order) != known.digest
        if known is not None and (known.state is OrderState.PROCESSED or known.documents_on_request):
            return
        settings = work.shop.settings.orders
        if work.changed or settings.auto_create_documents:
            work.candidate = Candidate(
                id=work.order_id,
                store_id=work.store,
                shop=work.shop,
                order=order,
                mapping=known.mapping if known else OrderMapping(),
                make=settings.auto_create_documents,
                use_shopify_number=known.use_shopify_number if known else settings.use_shopify_order_number,
            )

    async def _fail(self, claim: ImportClaim, error: Exception) -> ImportCounts:
        """Note an unforeseen failure with the order; park it after the last attempt (A25)."""
        log.error("import_failed", shopify_order_id=claim.shopify_id, attempts=claim.attempts, exc_info=error)
        now = self._clock.now()
        detail = (
            error.detail if isinstance(error, ConnectorError) else f"The import broke off ({type(error).__name__})."
        )
        finished = FinishedImport(
            claim=claim,
            outcome=ImportOutcome.FAILED,
            error_code="import_failed",
            error_detail=detail,
            retry_at=_retry_at(claim, now),
        )
        async with self._uow() as uow:
            if await uow.orders_to_import.still_claimed([claim]):
                await uow.orders_to_import.finish([finished], now=now)
                await uow.store_state.tally(_tallies([(claim.run_id, ImportCounts(failed=1))]))
            await uow.commit()
        return ImportCounts(failed=1)

    async def _give_back(self, claims: Sequence[ImportClaim], trouble: ConnectorError) -> None:
        """The store, not these orders, is in trouble: their attempts do not count."""
        now = self._clock.now()
        pause = getattr(trouble, "retry_after", None) or STORE_TROUBLE_PAUSE
        log.warning("store_unreadable", code=trouble.code, detail=trouble.detail, orders=len(claims))
        async with self._uow() as uow:
            await uow.orders_to_import.release(claims, due_at=now + pause, now=now, undo_attempt=True)
            await uow.commit()

    @asynccontextmanager
    async def _held(self, claims: Sequence[ImportClaim]) -> AsyncIterator[None]:
        """Keep claims alive while the store is read, however long its throttling takes."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(HEARTBEAT_SECONDS)
                with suppress(DatabaseUnavailable):
                    async with self._uow() as uow:
                        await uow.orders_to_import.extend(claims, lease=LEASE, now=self._clock.now())
                        await uow.commit()

        heart = asyncio.create_task(beat())
        try:
            yield
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart


def _shop_of(work: _Work, configuration: StoreConfiguration) -> ShopConfiguration | None:
    """The shop that holds the order, that was asked to take it by id, or whose filters are the first to match (P11)."""
    if work.known is not None:
        return configuration.shop(work.known.shop_id)
    if work.claim.claim_by_id and work.claim.shop_id is not None:
        return configuration.shop(work.claim.shop_id)
    if not isinstance(work.reading, OrderRead):
        return None
    order = work.reading.order
    claimed = claiming_shop(
        order,
        [(shop.id, shop.settings.orders.filters) for shop in configuration.shops if _has_begun(shop, order.created_at)],
    )
    return configuration.shop(claimed) if claimed else None


def _has_begun(shop: ShopConfiguration, created_at: datetime) -> bool:
    """Whether an order is from the day the shop went live, in its own time zone, or later."""
    first_day = shop.settings.general.start_date
    return first_day is None or created_at.astimezone(shop.time_zone).date().isoformat() >= first_day


def _retry_at(claim: ImportClaim, now: datetime) -> datetime | None:
    """Back-off of 10 s, 1 min, 5 min, 30 min; then the order is parked for a person."""
    if claim.attempts >= MAX_ATTEMPTS:
        return None
    seconds = (10, 60, 300, 1800)[min(claim.attempts, 4) - 1]
    return now + timedelta(seconds=seconds)


def _saved(work: _Work) -> SavedOrder | None:
    """What is to be written of an order; None when nothing about it is new."""
    if not isinstance(work.reading, OrderRead) or work.order_id is None or work.shop is None:
        return None
    known, decision = work.known, work.decision
    if known is None and decision is None:
        return None
    state = decision.state if decision else (known.state if known else OrderState.UNPROCESSED)
    mapping = decision.mapping if decision else (known.mapping if known else OrderMapping())
    problems: tuple[Problem, ...] = decision.problems if decision else (known.problems if known else ())
    same = known is not None and (state, mapping, problems) == (known.state, known.mapping, known.problems)
    if same and not work.changed:
        return None
    return SavedOrder(
        id=work.order_id,
        store_id=work.store,
        shopify_id=work.claim.shopify_id,
        shop_id=work.shop.id,
        order=work.reading.order if work.changed else None,
        raw=work.reading.raw if work.changed else None,
        read_at=work.reading.read_at,
        state=state,
        mapping=mapping,
        problems=problems,
        documents_on_request=known.documents_on_request if known else False,
        use_shopify_number=(known.use_shopify_number if known else work.shop.settings.orders.use_shopify_order_number),
        version=known.version + 1 if known else 1,
    )


def _found_equal(works: Sequence[_Work]) -> Mapping[ShopifyId, datetime]:
    """Orders whose copy was read again and is not written: only the time of reading is new."""
    return {
        work.claim.shopify_id: work.reading.order.updated_at
        for work in works
        if isinstance(work.reading, OrderRead)
        and work.finished is None
        and work.known is not None
        and not (work.saved and work.saved.order)
    }


def _announcements(work: _Work) -> Sequence[NewEvent]:
    saved, known = work.saved, work.known
    if saved is None or not isinstance(work.reading, OrderRead):
        return []
    types = []
    if work.changed:
        types.append(EventType.ORDER_UPDATED if known else EventType.ORDER_IMPORTED)
        if work.reading.order.cancelled_at and not (known and known.cancelled):
            types.append(EventType.ORDER_CANCELLED)
    told = known is not None and known.state is OrderState.BLOCKED and known.problems == saved.problems
    if saved.state is OrderState.BLOCKED and not told:
        types.append(EventType.ORDER_BLOCKED)
    return [
        NewEvent(type=type_, shop_id=saved.shop_id, resource_type="order", resource_id=saved.id, version=saved.version)
        for type_ in types
    ]


def _finished(work: _Work) -> FinishedImport:
    return work.finished or FinishedImport(claim=work.claim, outcome=ImportOutcome.IMPORTED)


def _counts(work: _Work) -> ImportCounts:
    if work.finished is not None and work.finished.outcome is ImportOutcome.FAILED:
        return ImportCounts(failed=1)
    if work.order_id is None:
        return ImportCounts(unchanged=1)
    counts = ImportCounts(imported=1) if work.changed else ImportCounts(unchanged=1)
    if work.decision is not None:
        made = 1 if work.decision.document_id else 0
        blocked = 1 if work.decision.state is OrderState.BLOCKED else 0
        counts = replace(counts, documents=made, blocked=blocked)
    return counts


def _tallies(counts: Sequence[tuple[RunId | None, ImportCounts]]) -> Mapping[RunId, Mapping[str, int]]:
    tallies: dict[RunId, dict[str, int]] = {}
    for run, each in counts:
        if run is None:
            continue
        tally = tallies.setdefault(run, {})
        for name in ("imported", "unchanged", "documents", "blocked", "failed"):
            tally[name] = tally.get(name, 0) + getattr(each, name)
    return tallies
