"""Backfill: a range of orders imported by one bulk operation of the store (P16).

The operation is waited for, its file taken in batches by the ordinary write path. What has to survive this process is
kept with the run: how the operation is found again, and how many of its orders were dealt with. So a run that is taken
over goes on with the same operation where the last one stood; a batch that was begun is looked at once more, which
writes nothing twice. What an operation is made of is the port's to know (``app.ports.bulk_orders``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from app.domain.identifiers import ShopifyId
from app.ports.bulk_orders import (
    BulkOperation,
    BulkOperationsBusy,
    BulkOrders,
    BulkResult,
    BulkResultGone,
    BulkStatus,
    ExportedOrder,
)
from app.ports.errors import OutcomeUnknown, StoreRefused, Unavailable
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.repositories.orders_to_import import ImportClaim
from app.ports.signals import Channel, Signals
from app.ports.store_gateway import ListedOrder, OrderListing, OrderReading
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.import_orders import BATCH, ImportOrders
from app.services.list_orders import ListOrders
from app.services.tasks import RunContext

WORTH_IT = 1000
"""More orders than these are read by a bulk operation unless the run says otherwise: it costs no points by the order,
but minutes before the first one comes.
"""
KEPT = "bulk_operation"
"""Under which name the state is kept with the run."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between looks at an operation, the last one again and again; its end is mostly announced."""
BUSY_SECONDS = 30.0
MOST_TROUBLES = 3
"""How often in a row the store may be found in trouble before the run gives up."""
MOST_OPERATIONS = 3
"""Begun by one run. Each failure, and each file that is gone, takes another."""
NOTICED_WITHIN = 1.0
"""Seconds until a cancellation is seen."""
ACCESS_DENIED = "ACCESS_DENIED"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillState:
    """What the run's next attempt has to know."""

    number: int = 1
    """Of the operation among those of the run."""
    operation: ShopifyId | None = None
    """None = it was perhaps begun, but nobody was told."""
    done: int = 0
    """Orders of the file that were dealt with."""
    given_up: bool = False
    """No operation succeeds; the range is listed instead."""

    def anew(self) -> "BackfillState":
        return BackfillState(number=self.number + 1)


class Backfill:
    def __init__(
        self,
        *,
        bulk: BulkOrders,
        uow: UnitOfWorkFactory,
        list_orders: ListOrders,
        import_orders: ImportOrders,
        signals: Signals,
        worth_it: int = WORTH_IT,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._bulk = bulk
        self._uow = uow
        self._list = list_orders
        self._import = import_orders
        self._signals = signals
        self._worth_it = worth_it
        self._busy_seconds = busy_seconds

    async def __call__(
        self, run: RunContext, configuration: StoreConfiguration, listing: OrderListing, *, closed_from: datetime | None
    ) -> int | None:
        """Import the range; how many orders of it were no news. None = not by this way: the caller lists it.

        Raises ``StoreRefused`` when somebody cancelled the operation, and whatever is the store's trouble.
        """
        work = _Work(run=run, configuration=configuration, listing=listing, closed_from=closed_from)
        kept = _state_of(run.parameters.get(KEPT))
        if kept is None and not await self._is_meant(work):
            return None
        state = kept or BackfillState()
        while not state.given_up:
            await self._note(work, state)
            operation = await self._ended(work, state)
            if operation is None:
                return 0
            state = replace(state, operation=operation.id)
            match operation.status:
                case BulkStatus.COMPLETED:
                    try:
                        return await self._taken(work, operation, state)
                    except BulkResultGone as gone:
                        state = await self._anew(work, state, gone.detail, failed=False)
                case BulkStatus.FAILED:
                    state = await self._after_failure(work, operation, state)
                case BulkStatus.CANCELLED:
                    raise StoreRefused(
                        f"The bulk operation {operation.id} was cancelled at Shopify.", code="bulk_operation_cancelled"
                    )
                case BulkStatus.EXPIRED | BulkStatus.UNDER_WAY:
                    state = await self._anew(work, state, "Shopify no longer keeps its file.", failed=False)
        return None

    async def _is_meant(self, work: "_Work") -> bool:
        """Whether a range is asked for that is worth an operation, of an app that may read all it takes."""
        asked = work.run.parameters.get("bulk")
        if asked is False or (work.listing.created_from is None and work.listing.created_to is None):
            return False
        if not await self._bulk.may_export(work.configuration.store):
            # Ordinary reading says what is missing, order by order.
            return False
        return bool(asked) or await self._is_large(work)

    async def _is_large(self, work: "_Work") -> bool:
        try:
            found = await self._bulk.count(work.configuration.store, work.listing, at_most=self._worth_it + 1)
        except StoreRefused as refused:
            log.warning("range_not_counted", detail=refused.detail)
            return False
        return found > self._worth_it

    # The operation.

    async def _ended(self, work: "_Work", state: BackfillState) -> BulkOperation | None:
        """The operation of this state once it has ended, begun if it was not; None = the run was cancelled."""
        store, run, troubles, look = work.configuration.store, work.run, 0, 0
        with self._signals.subscribe(Channel.BULK_OPERATION_ENDED, store.id) as told:
            operation = state.operation
            while not run.cancelled:
                pause = PAUSES[min(look, len(PAUSES) - 1)]
                look += 1
                try:
                    if operation is None:
                        operation = await self._begun(work, state)
                    found = await self._bulk.standing(store, operation)
                except BulkOperationsBusy as busy:
                    log.info("bulk_operation_waits", run_id=run.run_id, detail=busy.detail)
                    pause = self._busy_seconds
                except Unavailable as trouble:
                    troubles += 1
                    log.warning("bulk_operation_unseen", run_id=run.run_id, code=trouble.code, detail=trouble.detail)
                    if troubles > MOST_TROUBLES:
                        raise
                else:
                    troubles = 0
                    if found is None:
                        return _forgotten(operation)
                    await run.progress(state.done, found.orders)
                    if found.status is not BulkStatus.UNDER_WAY:
                        return found
                await _waited(run, told.wait, pause)
        if operation is not None:
            await self._cancelled(work, operation)
        return None

    async def _cancelled(self, work: "_Work", operation: ShopifyId) -> None:
        """Nobody waits for it any more. An operation that goes on all the same does no harm."""
        try:
            await self._bulk.cancel(work.configuration.store, operation)
        except (Unavailable, StoreRefused) as trouble:
            log.warning("bulk_operation_not_cancelled", run_id=work.run.run_id, detail=trouble.detail)
        else:
            log.info("bulk_operation_cancelled", run_id=work.run.run_id, operation=operation)

    async def _begun(self, work: "_Work", state: BackfillState) -> ShopifyId:
        """Begin the operation, unless an earlier attempt did: its answer may have been lost with the process."""
        store, mark = work.configuration.store, f"{work.run.run_id}-{state.number}"
        found = await self._bulk.begun(store, mark=mark)
        if found is None:
            try:
                found = await self._bulk.begin(store, work.listing, mark=mark)
            except OutcomeUnknown:
                found = await self._bulk.begun(store, mark=mark)
                if found is None:
                    raise
        await self._note(work, replace(state, operation=found.id))
        log.info("bulk_operation_begun", run_id=work.run.run_id, operation=found.id)
        return found.id

    async def _after_failure(self, work: "_Work", operation: BulkOperation, state: BackfillState) -> BackfillState:
        """Another operation, with less if it was denied something; else the ordinary listing, which skips nothing."""
        detail = f"Shopify's bulk operation {operation.id} failed: {operation.error_code or 'no reason given'}."
        await work.run.error(
            resource_type="bulk_operation", id=operation.id, code="bulk_operation_failed", detail=detail
        )
        denied = operation.error_code == ACCESS_DENIED
        if denied and not await self._bulk.narrowed(work.configuration.store):
            return await self._given_up(work, state, detail)
        return await self._anew(work, state, detail, failed=True)

    async def _anew(self, work: "_Work", state: BackfillState, why: str, *, failed: bool) -> BackfillState:
        log.warning("bulk_operation_repeated", run_id=work.run.run_id, operation=state.operation, reason=why)
        if state.number < MOST_OPERATIONS - failed:
            return state.anew()
        return await self._given_up(work, state, why)

    async def _given_up(self, work: "_Work", state: BackfillState, why: str) -> BackfillState:
        log.warning("bulk_operations_given_up", run_id=work.run.run_id, reason=why)
        given_up = replace(state, given_up=True)
        await self._note(work, given_up)
        return given_up

    async def _note(self, work: "_Work", state: BackfillState) -> None:
        async with self._uow() as uow:
            await uow.runs.note(work.run.run_id, {KEPT: asdict(state)})
            await uow.commit()

    # Its orders.

    async def _taken(self, work: "_Work", operation: BulkOperation, state: BackfillState) -> int:
        """Every order of the result; how many were no news."""
        run = work.run
        await run.progress(state.done, operation.orders)
        await run.count("listed", state.done)
        async with self._bulk.result(operation) as result:
            done = await self._batches(work, operation, result, state)
        no_news = max(0, done - await self._wanted(run))
        await run.count("unchanged", no_news)
        return no_news

    async def _wanted(self, run: RunContext) -> int:
        """Orders that were imported for the run, or still are to be. A batch that was taken twice had some of them
        twice, but they were news once.
        """
        async with self._uow() as uow:
            standing = await uow.store_state.standing(run.run_id)
        return standing.left + standing.done

    async def _batches(self, work: "_Work", operation: BulkOperation, result: BulkResult, state: BackfillState) -> int:
        """How many orders were dealt with: all, unless the run was cancelled."""
        run, troubles = work.run, 0
        async for batch in result.batches(after=state.done, size=BATCH):
            if run.cancelled:
                break
            try:
                await self._take(work, operation, batch, state)
                troubles = 0
            except Unavailable:
                # The orders were put off and are read by ordinary means when they are due.
                troubles += 1
                if troubles > MOST_TROUBLES:
                    raise
            state = replace(state, done=state.done + len(batch))
            await run.count("listed", len(batch))
            await run.progress(state.done, operation.orders)
        return state.done

    async def _take(
        self, work: "_Work", operation: BulkOperation, batch: Sequence[ExportedOrder], state: BackfillState
    ) -> None:
        """Want what is new of a batch and import it at once."""
        store = work.configuration.store
        orders = {each.listed.shopify_id: each for each in batch}
        claims: list[ImportClaim] = []

        async def claim_them(uow: UnitOfWork, wanted: Sequence[ListedOrder]) -> None:
            claims.extend(await self._import.claim_told(uow, store.id, [each.shopify_id for each in wanted]))
            await uow.runs.note(work.run.run_id, {KEPT: asdict(state)})

        await self._list.take(
            store.id,
            [each.listed for each in batch],
            run=work.run.run_id,
            closed_from=work.closed_from,
            reclaim=True,
            besides=claim_them,
        )
        read = partial(self._read, work, orders, operation.created_at)
        if claims:
            await self._import.import_told(work.configuration, claims, read)

    async def _read(
        self,
        work: "_Work",
        orders: Mapping[ShopifyId, ExportedOrder],
        exported_at: datetime,
        ids: Sequence[ShopifyId],
    ) -> Sequence[OrderReading]:
        told = {each: orders[each] for each in ids}
        return await self._bulk.read(work.configuration.store, told, exported_at=exported_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What one attempt of a run is about."""

    run: RunContext
    configuration: StoreConfiguration
    listing: OrderListing
    closed_from: datetime | None


def _state_of(kept: Any) -> BackfillState | None:
    return BackfillState(**kept) if isinstance(kept, Mapping) else None


def _forgotten(operation: ShopifyId) -> BulkOperation:
    """An operation that the store no longer knows."""
    return BulkOperation(
        id=operation, status=BulkStatus.EXPIRED, created_at=datetime.min.replace(tzinfo=UTC), objects=0, orders=0
    )


async def _waited(run: RunContext, wait: Callable[[float], Awaitable[object]], seconds: float) -> None:
    """So long, until something is told, or until the run is cancelled."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not run.cancelled and (left := until - loop.time()) > 0:
        slice_ = min(left, NOTICED_WITHIN)
        before = loop.time()
        await wait(slice_)
        if loop.time() - before < slice_ * 0.9:
            return
