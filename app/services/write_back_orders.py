"""Bring the store's orders in line with the ERP: its number as an attribute, closed when finished (P35, decision 34).

What an order should say stands in its documents, when it is finished in ``app.domain.finished_orders``; a row of
``number_write_backs`` only says that it is to be looked at.
So every attempt begins with looking: what stands already is not written again, whatever became of the attempt before.
What is noted afterwards is in ``noted_write_backs``.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from app.domain.erp_number import ERP_NUMBER_KEY
from app.domain.finished_orders import may_be_finished
from app.domain.identifiers import OrderId, ShopId, StoreId
from app.domain.outgoing import OUTGOING_NOT_ALLOWED, Hindrance, scope_missing
from app.domain.shop_settings import ShopSettings
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import (
    AccessRevoked,
    ConnectorError,
    OutcomeUnknown,
    ScopeMissing,
    StoreRefused,
    Unavailable,
)
from app.ports.order_actions import OrderActionGateway
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.repositories.write_backs import WriteBackClaim, WriteBackEnd
from app.ports.store_gateway import OrderNotThere, OrderUnreadable, StoreRef
from app.ports.store_writer import OrderSeen, OrderSight, StoreWriter
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.noted_write_backs import NotedWriteBacks, Sighted, Written
from app.services.patience import BACK_OFF_OF_SENDING, HELD_FOR, MAX_ATTEMPTS, pause_after, pause_in_trouble

BATCH = 8
"""Seen in one call and written at once: so that little time passes between seeing the attributes and replacing them."""
LEASE = timedelta(minutes=1)
"""Nobody renews it: whoever takes over from one that was only slow finds the number there and writes nothing."""

FRESH = timedelta(seconds=30)
"""A copy so young is as good as a look for closing: what it does not know yet shows in the answer to the closing."""

NO_SCOPE = scope_missing("The app was not granted write_orders at the store. Grant it, and connect the store again.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackCounts:
    """What became of claimed orders."""

    written: int = 0
    in_line: int = 0
    failed: int = 0

    def __add__(self, other: "WriteBackCounts") -> "WriteBackCounts":
        names = (each.name for each in fields(self))
        return WriteBackCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class _Written:
    order: OrderId


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Not the order's, but the store's: the claim is given back."""

    claim: WriteBackClaim
    error: Unavailable | AccessRevoked


@dataclass(frozen=True, slots=True)
class _JustRead:
    """An import has read the order whole a moment ago: to look at it once more would tell nothing."""


_Outcome = _Written | _Trouble | WriteBackEnd | Sighted


class WriteBackOrders:
    """Works until nothing of the store is due. May run in many processes at once."""

    def __init__(
        self,
        *,
        writer: StoreWriter,
        actions: OrderActionGateway,
        uow: UnitOfWorkFactory,
        clock: Clock,
        worker: str,
    ) -> None:
        self._writer = writer
        self._actions = actions
        self._uow = uow
        self._clock = clock
        self._worker = worker
        self._noted = NotedWriteBacks(uow, clock)

    async def __call__(self, store: StoreId) -> WriteBackCounts:
        """Bring in line what is due. Raises ``AccessRevoked`` or ``Unavailable`` for trouble of the whole store."""
        counts = WriteBackCounts()
        while True:
            async with self._uow() as uow:
                configuration = await uow.configurations.of_store(store)
                if configuration is None or configuration.access_revoked:
                    return counts
                claims = await self._claim(uow, configuration)
                await through(Act.WRITE_BACK_CLAIM, uow.commit())
            if not claims:
                return counts
            counts += await self._given_back_in_trouble(configuration, claims)

    async def _claim(self, uow: UnitOfWork, configuration: StoreConfiguration) -> Sequence[WriteBackClaim]:
        now = self._clock.now()
        settings = {shop.id: shop.settings for shop in configuration.shops}
        if silent := [shop for shop, each in settings.items() if not _writes_back(each)]:
            await uow.write_backs.drop(silent)
        if closed := [shop for shop, each in settings.items() if not each.general.allow_outgoing]:
            await uow.write_backs.hold(closed, OUTGOING_NOT_ALLOWED, until=now + HELD_FOR, now=now)
        return await uow.write_backs.claim(configuration.store.id, by=self._worker, limit=BATCH, lease=LEASE, now=now)

    async def _given_back_in_trouble(
        self, configuration: StoreConfiguration, claims: Sequence[WriteBackClaim]
    ) -> WriteBackCounts:
        try:
            return await self._bring_in_line(configuration, claims)
        except (Unavailable, AccessRevoked) as trouble:
            log.warning("number_write_back_put_off", code=trouble.code, detail=trouble.detail, orders=len(claims))
            await self._give_back(claims, pause=pause_in_trouble(trouble))
            raise
        except ScopeMissing as missing:
            log.warning("number_write_back_put_off", code=missing.code, detail=missing.detail, orders=len(claims))
            await self._give_back(claims, pause=HELD_FOR)
            raise
        except asyncio.CancelledError:
            with suppress(ConnectorError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._give_back(claims, pause=timedelta(0))
            raise

    async def _bring_in_line(
        self, configuration: StoreConfiguration, claims: Sequence[WriteBackClaim]
    ) -> WriteBackCounts:
        store = configuration.store
        may_write = await self._writer.may_write_orders(store)
        if not may_write:
            claims = await self._held_for_scope(configuration, claims)
        sights = await self._seen(store, claims)
        settings = {shop.id: shop.settings for shop in configuration.shops}
        outcomes = await asyncio.gather(
            *(
                self._isolated(configuration, claim, sight, settings, may_write=may_write)
                for claim, sight in zip(claims, sights, strict=True)
            )
        )
        ends = [each for each in outcomes if isinstance(each, WriteBackEnd)]
        await self._noted.failed(ends)
        if in_line := [each for each in outcomes if isinstance(each, Sighted)]:
            await self._noted.in_line(store.id, in_line)
        if troubles := [each for each in outcomes if isinstance(each, _Trouble)]:
            raise troubles[0].error
        written = sum(isinstance(each, _Written) for each in outcomes)
        return WriteBackCounts(written=written, in_line=len(in_line), failed=len(ends))

    async def _seen(self, store: StoreRef, claims: Sequence[WriteBackClaim]) -> Sequence[OrderSight | _JustRead]:
        """Each order at a glance; those that an import read a moment ago need none."""
        unread = [claim.shopify_id for claim in claims if not self._was_just_read(claim)]
        sights = iter(await self._writer.look_at(store, unread) if unread else ())
        return [_JustRead() if self._was_just_read(claim) else next(sights) for claim in claims]

    def _was_just_read(self, claim: WriteBackClaim) -> bool:
        first = claim.attempts == 1 and claim.vouched_at is None
        only_to_close = claim.finished and (claim.told == claim.number or not claim.writes_number)
        return first and only_to_close and self._clock.now() - claim.copy_read_at < FRESH

    async def _held_for_scope(
        self, configuration: StoreConfiguration, claims: Sequence[WriteBackClaim]
    ) -> Sequence[WriteBackClaim]:
        """Hold the whole store; what is left only needs to be looked at."""
        now = self._clock.now()
        async with self._uow() as uow:
            shops = [shop.id for shop in configuration.shops]
            await uow.write_backs.hold(shops, NO_SCOPE, until=now + HELD_FOR, now=now)
            await uow.commit()
        return [claim for claim in claims if claim.vouched_at is not None]

    async def _isolated(
        self,
        configuration: StoreConfiguration,
        claim: WriteBackClaim,
        sight: OrderSight | _JustRead,
        settings: Mapping[ShopId, ShopSettings],
        *,
        may_write: bool,
    ) -> _Outcome:
        """One order, whose trouble must not cost its neighbours."""
        try:
            return await self._order(configuration, claim, sight, settings, may_write=may_write)
        except ConnectorError:
            raise
        except Exception as error:
            log.exception("number_write_back_failed", order_id=claim.order_id, attempts=claim.attempts)
            return self._retried(claim, "write_back_failed", f"The write-back broke off ({type(error).__name__}).")

    async def _order(
        self,
        configuration: StoreConfiguration,
        claim: WriteBackClaim,
        sight: OrderSight | _JustRead,
        settings: Mapping[ShopId, ShopSettings],
        *,
        may_write: bool,
    ) -> _Outcome:
        store = configuration.store
        match sight:
            case _JustRead():
                refused = self._may_not(claim, settings.get(claim.shop_id), may_write=may_write)
                return refused or await self._write(store, claim, self._closed(store, claim, claim.copy_changed_at))
            case OrderSeen():
                order = Sighted(claim=claim, seen=sight, to_close=_is_to_be_closed(claim, sight))
                in_line = claim.attributes_from(sight.attributes) == sight.attributes
                if in_line and not (order.to_close and claim.vouched_at is None):
                    # What is still to be proved is proved first: one more write would hide it.
                    return order
                refused = self._may_not(claim, settings.get(claim.shop_id), may_write=may_write)
                if refused is not None:
                    return refused
                closing = in_line and self._closed(store, claim, sight.updated_at)
                return await self._write(store, claim, closing or self._numbered(store, order))
            case OrderNotThere():
                return _failed(claim, "not_at_store", "Shopify knows no such order that this app may read.")
            case OrderUnreadable():
                return self._retried(claim, sight.code, sight.detail, retryable=sight.retryable)
            case _:
                assert_never(sight)

    def _may_not(self, claim: WriteBackClaim, settings: ShopSettings | None, *, may_write: bool) -> WriteBackEnd | None:
        """Why an order that is out of line is not written to; None = it may be."""
        if settings is None:
            return WriteBackEnd(claim=claim)
        if not settings.general.allow_outgoing:
            return self._held(claim, OUTGOING_NOT_ALLOWED)
        if not may_write:
            return self._held(claim, NO_SCOPE)
        if claim.attempts > MAX_ATTEMPTS:
            detail = f"{MAX_ATTEMPTS} times the order did not stay as it was written (see {ERP_NUMBER_KEY!r} there)."
            return _failed(claim, "number_not_kept", detail)
        return None

    async def _write(self, store: StoreRef, claim: WriteBackClaim, change: Awaitable[Written]) -> _Outcome:
        """One change at a time: what else is to be done is due when this one is proved."""
        try:
            written = await through(Act.WRITE_BACK_SEND, change)
        except OutcomeUnknown as lost:
            # The next attempt looks before it writes.
            return self._retried(claim, lost.code, lost.detail)
        except ScopeMissing:
            return self._held(claim, NO_SCOPE)
        except StoreRefused as refusal:
            return _failed(claim, refusal.code, refusal.detail)
        except (Unavailable, AccessRevoked) as trouble:
            return _Trouble(claim, trouble)
        await self._noted.written(store.id, claim, written)
        return _Written(claim.order_id)

    async def _numbered(self, store: StoreRef, order: Sighted) -> Written:
        wanted = order.claim.attributes_from(order.seen.attributes)
        changed_at = await self._writer.replace_attributes(store, order.claim.shopify_id, wanted)
        return Written(before=order.seen.updated_at, changed_at=changed_at)

    async def _closed(self, store: StoreRef, claim: WriteBackClaim, before: datetime) -> Written:
        after = await self._actions.close(store, claim.shopify_id)
        return Written(before=before, changed_at=after.updated_at, after=after)

    def _retried(self, claim: WriteBackClaim, code: str, detail: str, *, retryable: bool = True) -> WriteBackEnd:
        """Later, with growing pauses; parked for a person after the last attempt (A25)."""
        ended = _failed(claim, code, detail)
        if not retryable or claim.attempts >= MAX_ATTEMPTS:
            return ended
        return replace(ended, again_at=self._clock.now() + pause_after(claim.attempts, BACK_OFF_OF_SENDING))

    def _held(self, claim: WriteBackClaim, why: Hindrance) -> WriteBackEnd:
        return replace(_failed(claim, why.code, why.detail), again_at=self._clock.now() + HELD_FOR, attempted=False)

    async def _give_back(self, claims: Sequence[WriteBackClaim], *, pause: timedelta) -> None:
        """What was ended meanwhile is nobody's claim any more and stays as it is."""
        now = self._clock.now()
        async with self._uow() as uow:
            await uow.write_backs.release(claims, due_at=now + pause, now=now)
            await uow.commit()


def _writes_back(settings: ShopSettings) -> bool:
    return settings.orders.write_document_number or settings.orders.close_finished_orders


def _is_to_be_closed(claim: WriteBackClaim, seen: OrderSeen) -> bool:
    """Finished by our copy, and the order is as the copy says. A change that the copy does not know is announced, and
    the import that follows asks again.
    """
    return claim.finished and seen.updated_at == claim.copy_changed_at and may_be_finished(seen.glance)


def _failed(claim: WriteBackClaim, code: str, detail: str) -> WriteBackEnd:
    return WriteBackEnd(claim=claim, vouched_at=claim.vouched_at, error_code=code, error_detail=detail)
