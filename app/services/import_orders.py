"""Import the orders of a store that are due: claim, read from the store, write each whole or not at all (stage 2).

No transaction is open while the store is read. The writing transaction checks the claims (a late writer drops its
result) and that what was read is not older than what is stored (decision 4). What becomes of one order is in
``imported_orders``; what it becomes for the ERP in ``order_decisions``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.domain.identifiers import OrderId, ShopifyId, StoreId
from app.domain.redaction import without_person
from app.failpoints import Act, through
from app.ports.clock import Clock, IdFactory
from app.ports.errors import (
    AccessRevoked,
    ConnectorError,
    DatabaseBusy,
    DatabaseUnavailable,
    ScopeMissing,
    Unavailable,
)
from app.ports.repositories.configuration import ShopConfiguration, StoreConfiguration
from app.ports.repositories.orders_to_import import DuePage, FinishedImport, ImportClaim
from app.ports.store_gateway import OrderRead, OrderReading, StoreGateway
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.failure_words import broke_off
from app.services.first_contact import described
from app.services.imported_orders import (
    ImportCounts,
    ImportedOrder,
    failed_import,
    failure_of,
    found_equal,
    read_since,
    retry_at,
    tallies,
    waiting_for_scope,
)
from app.services.new_lines import map_new_lines
from app.services.order_decisions import OrderDecisions
from app.services.patience import MAX_ATTEMPTS, pause_in_trouble
from app.services.seen_values import leave_rows
from app.services.waking import wake_shipments, want_closed

BATCH = 50
BUSY_PATIENCE = 2
"""So often one order is written again that lost a deadlock, or waited for a lock in vain."""
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 8.0
LINGER = timedelta(milliseconds=500)
"""What is due no later is waited for."""
GATHERING = timedelta(milliseconds=350)
"""What is due in a moment is read with what is due now: a page of many orders costs little more than one of few."""
GATHERING_PATIENCE = timedelta(seconds=1)
"""While more orders come in, those that are due wait so long for them: until a page is full, or none comes."""
SCOPE_PAUSE = timedelta(minutes=10)
"""Until what the app may not read is tried again by itself; every run tries it at once."""
SUSPECT_FROM = 3
"""The attempt from which an order is worked on alone: it failed, or its worker died, often enough to be the cause."""
AFTER_DEATHS = (timedelta(minutes=20), timedelta(hours=6))
"""After which an order whose workers died is tried once more, alone: they may have died of something else."""

ReadOrders = Callable[[Sequence[ShopifyId]], Awaitable[Sequence[OrderReading]]]
"""As ``StoreGateway.read_orders`` for one store: each order asked for, in the order asked."""

log = structlog.get_logger(__name__)


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
        """Import what is due. Raises ``AccessRevoked`` or ``Unavailable`` when the store as a whole cannot be read, and
        ``ScopeMissing`` when the app lacks what some of its orders need: these wait.
        """
        counts = ImportCounts()
        while (work := await self._next(store)) is not None:
            configuration, claims = work
            if claims:
                counts += await self._import(configuration, claims)
            else:
                await described(configuration, gateway=self._gateway, uow=self._uow, clock=self._clock)
        return counts

    async def left(self, store: StoreId) -> bool:
        """Whether something is due, or in a moment, that nobody works on."""
        async with self._uow().looking() as uow:
            now = self._clock.now()
            if await uow.orders_to_import.due_page(store, until=now + LINGER, limit=1, now=now) is None:
                return False
            configuration = await uow.configurations.of_store(store)
        return configuration is not None and _importable(configuration)

    async def _next(self, store: StoreId) -> tuple[StoreConfiguration, Sequence[ImportClaim]] | None:
        """What to work on now, claimed; without claims where the store has yet to describe itself. What is due in a
        moment is waited for: webhooks let their orders settle (``dispatch_webhooks``). None = there is nothing to do.
        """
        waited = timedelta(0)
        while True:
            async with self._uow().looking() as uow:
                now = self._clock.now()
                page = await uow.orders_to_import.due_page(store, until=now + LINGER, limit=BATCH, now=now)
            if page is None:
                return None
            ahead = ready_at(page) - now
            if ahead <= timedelta(0) or waited >= GATHERING_PATIENCE + LINGER:
                async with self._uow() as uow:
                    return await self._claimed(uow, store)
            await asyncio.sleep(ahead.total_seconds())
            waited += ahead

    async def _claimed(
        self, uow: UnitOfWork, store: StoreId
    ) -> tuple[StoreConfiguration, Sequence[ImportClaim]] | None:
        configuration = await uow.configurations.of_store(store)
        if configuration is None or not _importable(configuration):
            return None
        if not configuration.described:
            return configuration, ()
        claims = await self._claim(uow, store)
        await through(Act.IMPORT_CLAIM, uow.commit())
        return (configuration, claims) if claims else None

    async def _claim(self, uow: UnitOfWork, store: StoreId) -> Sequence[ImportClaim]:
        """What to work on next: many orders together, or one that is under suspicion."""
        now = self._clock.now()
        claims = await uow.orders_to_import.claim(
            store, by=self._worker, limit=BATCH, lease=LEASE, now=now, due_until=now + GATHERING
        )
        plain = [claim for claim in claims if claim.attempts < SUSPECT_FROM]
        chosen = plain or claims[:1]
        back = [claim for claim in claims if claim not in chosen]
        if back:
            await uow.orders_to_import.release(back, due_at=now, now=now, undo_attempt=True)
        return chosen

    async def claim_told(self, uow: UnitOfWork, store: StoreId, orders: Sequence[ShopifyId]) -> Sequence[ImportClaim]:
        """Claim those of these orders that are due, within the caller's transaction; none that is under suspicion."""
        return await uow.orders_to_import.claim_these(
            store, orders, by=self._worker, lease=LEASE, attempts_below=SUSPECT_FROM - 1, now=self._clock.now()
        )

    async def import_told(
        self, configuration: StoreConfiguration, claims: Sequence[ImportClaim], read: ReadOrders
    ) -> ImportCounts:
        """Import claimed orders that were told in another way than by ``StoreGateway.read_orders``: ``read`` knows how.
        Raises as importing what is due does.
        """
        async with self._held(claims):
            return await self._read_and_write(configuration, claims, read)

    async def _import(self, configuration: StoreConfiguration, claims: Sequence[ImportClaim]) -> ImportCounts:
        beyond = claims[0].attempts - MAX_ATTEMPTS
        if beyond > 0 and beyond % 2:
            return await self._park_killer(claims[0], tried_again=beyond // 2)
        async with self._held(claims):
            catch_up = all(claim.catch_up for claim in claims)
            read = partial(self._gateway.read_orders, configuration.store, catch_up=catch_up)
            return await self._read_and_write(configuration, claims, read)

    async def _read_and_write(
        self, configuration: StoreConfiguration, claims: Sequence[ImportClaim], read: ReadOrders
    ) -> ImportCounts:
        try:
            readings = await through(Act.IMPORT_READ, read([claim.shopify_id for claim in claims]))
        except (Unavailable, AccessRevoked) as trouble:
            log.warning("store_unreadable", code=trouble.code, detail=trouble.detail, orders=len(claims))
            await self._give_back(claims, pause=pause_in_trouble(trouble))
            raise
        except ScopeMissing as missing:
            await self._await_scope(claims, missing)
            raise
        except asyncio.CancelledError:
            with suppress(ConnectorError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._give_back(claims, pause=timedelta(0))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not cost the neighbours
            if len(claims) == 1:
                return await self._fail(claims[0], error)
            log.warning("reading_batch_failed", orders=len(claims), error=type(error).__name__)
            counts = [await self._read_and_write(configuration, [claim], read) for claim in claims]
            return sum(counts, ImportCounts())
        orders = [
            ImportedOrder(store=configuration.store.id, claim=claim, reading=reading)
            for claim, reading in zip(claims, readings, strict=True)
        ]
        denied = [each for each in orders if each.lacks_scope]
        if not denied:
            return await self._write_isolated(configuration, orders)
        lacking = ScopeMissing(denied[0].lacks_scope)
        await self._await_scope([each.claim for each in denied], lacking)
        if readable := [each for each in orders if not each.lacks_scope]:
            await self._write_isolated(configuration, readable)
        raise lacking

    async def _write_isolated(
        self, configuration: StoreConfiguration, orders: Sequence[ImportedOrder], *, patience: int = BUSY_PATIENCE
    ) -> ImportCounts:
        """Write a batch; when it fails for a reason nobody foresaw, one by one, so that one bad order fails alone. One
        that others were in the way of is written again (C4).
        """
        alone = len(orders) == 1
        try:
            return await self._write(configuration, orders)
        except (DatabaseUnavailable, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - as above
            if alone and not (isinstance(error, DatabaseBusy) and patience):
                return await self._fail(orders[0].claim, error, shop=orders[0].shop)
            log.warning("import_batch_failed", orders=len(orders), error=type(error).__name__)
        counts = ImportCounts()
        for each in orders:
            again = ImportedOrder(store=each.store, claim=each.claim, reading=each.reading)
            counts += await self._write_isolated(configuration, [again], patience=patience - alone)
        return counts

    async def _write(self, configuration: StoreConfiguration, orders: Sequence[ImportedOrder]) -> ImportCounts:
        now = self._clock.now()
        store = configuration.store.id
        async with self._uow() as uow:
            ours = await uow.orders_to_import.still_claimed([each.claim for each in orders])
            orders = [each for each in orders if each.claim.id in ours]
            # Once more: reading may have taken minutes, and who changed a setting meanwhile did not find these orders.
            configuration = await uow.configurations.of_store(store) or configuration
            orders = await _without_the_forgotten(uow, store, orders)
            known = await uow.orders.known(store, [each.claim.shopify_id for each in orders])
            for each in orders:
                each.settle(known.get(each.claim.shopify_id), configuration, now=now)
                if each.order is not None:
                    each.compare(digest=uow.orders.digest(each.order), new_id=OrderId(self._ids.new("ord")))
            await self._decide(uow, orders, now=now)
            await uow.orders.save([each.saved for each in orders if each.saved], now=now)
            await uow.orders.touch(store, found_equal(orders), read_at=read_since(orders, now=now))
            await _have_followed(uow, orders, now=now)
            await uow.events.append_many([event for each in orders for event in each.events])
            await uow.orders_to_import.finish([each.end for each in orders], now=now)
            await uow.store_state.tally(tallies((each.claim.run_id, each.counts) for each in orders))
            await uow.store_state.note_failures([each.failure for each in orders if each.failure])
            await through(Act.IMPORT_WRITE, uow.commit())
        read = ((each.order, each.shop) for each in orders if each.order is not None and each.shop is not None)
        await leave_rows(read, uow=self._uow, clock=self._clock)
        return sum((each.counts for each in orders), ImportCounts())

    async def _decide(self, uow: UnitOfWork, orders: Sequence[ImportedOrder], *, now: datetime) -> None:
        """What is new of them is compared with their documents, gets its items, and becomes documents of its own."""
        judged = {each.known.id: each for each in orders if each.to_be_judged and each.known}
        if judged:
            booked = await uow.documents.booked(list(judged))
            for order_id, each in judged.items():
                each.judge(booked.get(order_id), now=now)
        mapped = await map_new_lines(uow, [each.left_alone for each in orders if each.left_alone])
        for each in orders:
            each.mapping = mapped.get(each.order_id) if each.order_id else None
        candidates = [each.candidate for each in orders if each.candidate]
        decisions = {each.id: each for each in await self._decisions.decide(uow, candidates, now=now)}
        for each in orders:
            each.decided(decisions.get(each.order_id) if each.order_id else None, now=now)

    async def _fail(
        self, claim: ImportClaim, error: Exception, *, shop: ShopConfiguration | None = None
    ) -> ImportCounts:
        """Note an unforeseen failure with the order; park it after the last attempt (A25)."""
        # A refusal is in the store's words, which may name a person: they stand with the order only.
        unforeseen = None if isinstance(error, ConnectorError) else error
        log.error("import_failed", shopify_order_id=claim.shopify_id, attempts=claim.attempts, exc_info=unforeseen)
        detail = error.detail if isinstance(error, ConnectorError) else broke_off(error)
        when = retry_at(claim, self._clock.now())
        return await self._end(failed_import(claim, code="import_failed", detail=detail, shop=shop, retry_at=when))

    async def _park_killer(self, claim: ImportClaim, *, tried_again: int) -> ImportCounts:
        """An order whose workers died each time they had it is left alone, in the end for good."""
        log.error("import_killed_workers", shopify_order_id=claim.shopify_id, attempts=claim.attempts)
        detail = f"{MAX_ATTEMPTS + tried_again} workers ended while they imported it."
        when = self._clock.now() + AFTER_DEATHS[tried_again] if tried_again < len(AFTER_DEATHS) else None
        failed = failed_import(claim, code="import_crashed", detail=detail, retry_at=when)
        return await self._end(replace(failed, parked=True))

    async def _end(self, failed: FinishedImport) -> ImportCounts:
        claim, counts = failed.claim, ImportCounts(failed=1)
        async with self._uow() as uow:
            if await uow.orders_to_import.still_claimed([claim]):
                await uow.orders_to_import.finish([failed], now=self._clock.now())
                await uow.store_state.tally(tallies([(claim.run_id, counts)]))
                if claim.run_id is not None:
                    await uow.store_state.note_failures([(claim.run_id, failure_of(failed))])
            await uow.commit()
        return counts

    async def _await_scope(self, claims: Sequence[ImportClaim], missing: ScopeMissing) -> None:
        """They keep their place and their attempts, say why they wait, and hold up no run: it ends with the reason."""
        log.warning("scope_missing", detail=missing.detail, orders=len(claims))
        now = self._clock.now()
        async with self._uow() as uow:
            await uow.orders_to_import.release(
                claims, due_at=now + SCOPE_PAUSE, now=now, undo_attempt=True, why=missing
            )
            asked = [each for each in claims if each.run_id is not None]
            await uow.store_state.note_failures([waiting_for_scope(each, missing) for each in asked])
            await uow.commit()

    async def _give_back(self, claims: Sequence[ImportClaim], *, pause: timedelta) -> None:
        """Not these orders are in trouble, but the store or this process: their attempts do not count."""
        now = self._clock.now()
        async with self._uow() as uow:
            await uow.orders_to_import.release(claims, due_at=now + pause, now=now, undo_attempt=True)
            await uow.commit()

    @asynccontextmanager
    async def _held(self, claims: Sequence[ImportClaim]) -> AsyncIterator[None]:
        """Keep claims alive while they are read and written, however long throttling takes."""
        heart = asyncio.create_task(self._beat(claims))
        try:
            yield
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)

    async def _beat(self, claims: Sequence[ImportClaim]) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                async with self._uow() as uow:
                    await uow.orders_to_import.extend(claims, lease=LEASE, now=self._clock.now())
                    await uow.commit()
            except Exception as error:  # noqa: BLE001 - the next beat may do; a lost claim shows when it is written
                log.warning("claims_not_extended", error=type(error).__name__)


def _importable(configuration: StoreConfiguration) -> bool:
    return not configuration.access_revoked and bool(configuration.shops)


def ready_at(page: DuePage) -> datetime:
    """When to read a page of orders: what is due, once the page is full or nothing more comes."""
    if page.number >= BATCH:
        return page.first_at
    return min(page.last_at, page.first_at + GATHERING_PATIENCE)


async def _have_followed(uow: UnitOfWork, orders: Sequence[ImportedOrder], *, now: datetime) -> None:
    """Have done what follows from what was just read: documents, shipments that waited, closing what is finished."""
    for shop in {each.saved.shop_id for each in orders if each.saved and each.followed_up}:
        await uow.nudge("documents", shop)
    await wake_shipments(uow, {each.known.id: each.order for each in orders if each.known and each.order}, now=now)
    await want_closed(uow, [each.known.id for each in orders if each.known and each.may_be_finished], now=now)


async def _without_the_forgotten(
    uow: UnitOfWork, store: StoreId, orders: Sequence[ImportedOrder]
) -> Sequence[ImportedOrder]:
    """Whoever was forgotten does not come back with a later reading (S17); nor does the raw answer."""
    forgotten = await uow.privacy.forgotten(store, [each.claim.shopify_id for each in orders])
    for each in orders:
        if each.claim.shopify_id in forgotten and isinstance(each.reading, OrderRead):
            each.reading = replace(each.reading, order=without_person(each.reading.order), raw=None)
    return orders
