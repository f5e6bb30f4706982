"""What we note of our own writes, so that they come back to us as no news (P43), and the proof that we may.

A write moves the order's change time. Where our copy held all there was before it, it holds all there is after it, and
takes the new time over: the announcement of our write then tells nothing new. Something else may have happened in the
same second, which no time would show; so the order is looked at once more when the second has settled, and read anew if
it says anything but our copy. Sends nothing to the store.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.identifiers import ShopifyId, StoreId
from app.domain.order_freshness import SETTLED_AFTER
from app.domain.order_glance import glance_at
from app.domain.orders import Order
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.job_queue import NudgeKind
from app.ports.repositories.orders import KnownOrder, OwnWrite
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.repositories.write_backs import WriteBackClaim, WriteBackEnd
from app.ports.store_writer import OrderSeen
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.waking import want_read_settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """A claimed order as it was just seen at the store."""

    claim: WriteBackClaim
    seen: OrderSeen
    to_close: bool = False
    """There is something left to do once the last write is proved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A write: the order's change time before and after it; ``after`` = how the order stands then, if we were told."""

    before: datetime
    changed_at: datetime
    after: OrderSeen | None = None

    def made_of(self, copy: Order) -> Order:
        """What the write made of an order that was as our copy says."""
        closed_at = self.after.glance.closed_at if self.after else copy.closed_at
        return replace(copy, updated_at=self.changed_at, closed_at=closed_at)

    def shows(self, copy: Order) -> bool:
        """Whether the order was as our copy says, as far as we were told."""
        return self.after is None or self.after.glance == glance_at(self.made_of(copy))


class NotedWriteBacks:
    """Each note is a transaction of its own: orders are locked first, then their claims."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def written(self, store: StoreId, claim: WriteBackClaim, write: Written) -> None:
        """Note a write at once: its announcement is on the way."""
        async with self._one_at_a_time:
            if not await self._note(store, claim, write, read=False):
                await self._note(store, claim, write, read=True)

    async def _note(self, store: StoreId, claim: WriteBackClaim, write: Written, *, read: bool) -> bool:
        """With what our copy takes over, unless the order is to be ``read``; False = it can take nothing over."""
        changed_at, now = write.changed_at, self._clock.now()
        async with self._uow() as uow:
            if read:
                await want_read_settled(uow, store, claim.shopify_id, now=now, changed_at=changed_at)
            known, copy = (await uow.orders.locked([claim.order_id]))[claim.order_id]
            if not await uow.write_backs.still_claimed([claim]):
                return True
            noted = _noted(claim, copy)
            if not read:
                if known.store_updated_at != write.before or not write.shows(copy):
                    return False
                noted = write.made_of(noted)
                await uow.orders_to_import.forget_echoes(store, {claim.shopify_id: changed_at})
                await uow.orders_to_import.overtake(store, claim.shopify_id)
            taken_over = None if read else changed_at
            await uow.orders.note_own_writes([OwnWrite(id=claim.order_id, order=noted, changed_at=taken_over)])
            settled_at = max(changed_at, now) + SETTLED_AFTER
            end = WriteBackEnd(claim=claim, again_at=settled_at, vouched_at=taken_over)
            await uow.write_backs.finish([end], now=now)
            await through(Act.WRITE_BACK_NOTE, uow.commit())
        return True

    async def in_line(self, store: StoreId, orders: Sequence[Sighted]) -> None:
        """End the work on orders that say what they should, once it is proved that our copies say it, too."""
        doubtful = await self._end_those_proved(store, orders)
        if not doubtful:
            return
        async with self._uow() as uow:
            wanted = [
                WantedOrder(shopify_id=each.claim.shopify_id, store_updated_at=each.seen.updated_at)
                for each in doubtful
            ]
            await uow.orders_to_import.want(store, wanted, by=WantedBy.WEBHOOK, now=self._clock.now())
            await uow.nudge(NudgeKind.ORDERS_TO_IMPORT, store)
            await _end(uow, [WriteBackEnd(claim=each.claim) for each in doubtful], now=self._clock.now())
            await uow.commit()

    async def failed(self, ends: Sequence[WriteBackEnd]) -> None:
        """Write down what kept orders from being written to."""
        if ends:
            async with self._uow() as uow:
                await _end(uow, ends, now=self._clock.now())
                await uow.commit()

    async def _end_those_proved(self, store: StoreId, orders: Sequence[Sighted]) -> Sequence[Sighted]:
        """Those that something else happened to are left, and answered: they are to be imported. An announcement that
        came while the write was noted is forgotten now.
        """
        now = self._clock.now()
        doubtful: list[Sighted] = []
        ends: list[WriteBackEnd] = []
        notes: list[OwnWrite] = []
        echoes: dict[ShopifyId, datetime] = {}
        async with self._uow() as uow:
            held = await uow.orders.locked([each.claim.order_id for each in orders])
            ours = await uow.write_backs.still_claimed([each.claim for each in orders])
            for each in (each for each in orders if each.claim.order_id in ours):
                claim = each.claim
                known, copy = held[claim.order_id]
                if _is_doubtful(each, known, copy):
                    doubtful.append(each)
                    continue
                settled_at = claim.vouched_at + SETTLED_AFTER if claim.vouched_at else now
                later = settled_at > now
                if claim.vouched_at and not later:
                    echoes[claim.shopify_id] = claim.vouched_at
                after = now if each.to_close else None
                again_at, vouched_at = (settled_at, claim.vouched_at) if later else (after, None)
                ends.append(
                    WriteBackEnd(claim=claim, again_at=again_at, vouched_at=vouched_at, attempted=not each.to_close)
                )
                if (noted := _noted(claim, copy)) != copy:
                    notes.append(OwnWrite(id=claim.order_id, order=noted))
            await uow.orders_to_import.forget_echoes(store, echoes)
            await uow.orders.note_own_writes(notes)
            await uow.write_backs.finish(ends, now=now)
            await through(Act.WRITE_BACK_PROVE, uow.commit())
        return doubtful


def _noted(claim: WriteBackClaim, copy: Order) -> Order:
    return replace(copy, attributes=claim.attributes_from(copy.attributes))


def _is_doubtful(order: Sighted, known: KnownOrder, copy: Order) -> bool:
    """Whether our copy is said to hold all of this change time, and does not."""
    vouched_at = order.claim.vouched_at
    if vouched_at is None or known.store_updated_at != vouched_at or order.seen.updated_at != vouched_at:
        # Nothing is vouched for, or the order moved on: what came later is announced by itself.
        return False
    return order.seen.glance != glance_at(copy)


async def _end(uow: UnitOfWork, ends: Sequence[WriteBackEnd], *, now: datetime) -> None:
    await uow.write_backs.still_claimed([end.claim for end in ends])
    await uow.write_backs.finish(ends, now=now)
