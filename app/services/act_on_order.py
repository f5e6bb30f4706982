"""Doing to an order at its store what was asked of it: look, send what is left, look again when nobody knows (P35).

Works as a run, so that it goes on wherever a process stopped: every attempt begins with looking, and what the next one
has to know (the captures there were before, the job of a cancellation) is kept with the run before anything is sent.
What the store or the shop's settings are against is an error of the run's one record, in words; trouble of the store
ends the run as failed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

from app.domain.identifiers import OrderId, ShopifyId
from app.domain.order_actions import (
    AlreadyDone,
    CancelOrder,
    CapturePayment,
    CapturesToSend,
    CloseOrder,
    MarkAsPaid,
    NotPossible,
    OrderAction,
    OrderStanding,
    ReopenOrder,
    ToSend,
    judged,
)
from app.domain.outgoing import OUTGOING_NOT_ALLOWED
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import Conflict, OutcomeUnknown, ScopeMissing, StoreRefused, Unavailable
from app.ports.order_actions import OrderActionGateway
from app.ports.store_gateway import StoreRef
from app.ports.store_writer import StoreWriter
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.order_action_requests import action_of
from app.services.rereading import is_read, want_read
from app.services.tasks import RunContext
from app.services.write_back_orders import NO_SCOPE

PAUSES = (1.0, 2.0, 5.0, 10.0, 10.0)
"""Seconds before each further look when the outcome is not known."""
JOB_PAUSES = (0.2, 0.3, 0.5, 1.0, 1.0, 2.0)
"""Seconds between questions after a job; the last one again and again."""
MOST_JOB_QUESTIONS = 300
"""About ten minutes; Shopify's own jobs take seconds."""
READING_PATIENCE = timedelta(minutes=1)
REFUSED = "refused_by_shopify"
NOT_AT_STORE = NotPossible(code="not_at_store", detail="Shopify knows no such order that this app may read.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """The order that is acted on, and where it is."""

    id: OrderId
    shopify_id: ShopifyId
    store: StoreRef
    action: OrderAction


class ActOnOrder:
    """A task's runner; one run an action."""

    def __init__(
        self,
        actions: OrderActionGateway,
        writer: StoreWriter,
        uow: UnitOfWorkFactory,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._actions = actions
        self._writer = writer
        self._uow = uow
        self._clock = clock
        self._sleep = sleep

    async def run(self, context: RunContext) -> None:
        """Raises ``Unavailable`` (``OutcomeUnknown`` among them) and ``AccessRevoked`` for trouble of the store."""
        refusal = await self._done(context)
        if refusal is not None:
            order = str(context.parameters["order_id"])
            await context.error(resource_type="order", id=order, code=refusal.code, detail=refusal.detail)

    async def _done(self, context: RunContext) -> NotPossible | None:
        order = await self._found(context)
        if isinstance(order, NotPossible):
            return order
        try:
            refusal = await self._brought_about(order, dict(context.parameters), context)
        except ScopeMissing:
            return NotPossible(code=NO_SCOPE.code, detail=NO_SCOPE.detail)
        except StoreRefused as refused:
            refusal = NotPossible(code=REFUSED, detail=refused.detail)
        reading = await self._reread(order)
        return refusal or reading

    async def _found(self, context: RunContext) -> _Order | NotPossible:
        order_id = OrderId(str(context.parameters["order_id"]))
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(context.store_id)
            found = (await uow.orders.locked([order_id])).get(order_id)
        shop = configuration.shop(found[0].shop_id) if configuration and found else None
        if configuration is None or shop is None or found is None:
            return NOT_AT_STORE
        if not shop.settings.general.allow_outgoing:
            return NotPossible(code=OUTGOING_NOT_ALLOWED.code, detail=OUTGOING_NOT_ALLOWED.detail)
        if not await self._writer.may_write_orders(configuration.store):
            return NotPossible(code=NO_SCOPE.code, detail=NO_SCOPE.detail)
        action = action_of(context.parameters)
        return _Order(id=order_id, shopify_id=found[0].shopify_id, store=configuration.store, action=action)

    async def _brought_about(self, order: _Order, known: dict[str, Any], context: RunContext) -> NotPossible | None:
        """Look and send until it is known how it ended. Raises what the store has against it."""
        for pause in (*PAUSES, None):
            outcome = await self._attempt(order, known, context)
            if not isinstance(outcome, OutcomeUnknown):
                return outcome
            if pause is None:
                raise outcome
            known["lost"] = True
            await self._wait(outcome, pause)
        return None

    async def _attempt(
        self, order: _Order, known: dict[str, Any], context: RunContext
    ) -> NotPossible | OutcomeUnknown | None:
        standing = await self._seen(order)
        if standing is None:
            return NOT_AT_STORE
        judgement = judged(order.action, standing, captured_before=known.get("captured_before"))
        match judgement:
            case AlreadyDone():
                return None
            case NotPossible():
                return judgement
        try:
            if job := known.get("job"):
                return await self._followed(order, str(job))
            if isinstance(order.action, CapturePayment) and "captured_before" not in known:
                await self._note(context, known, captured_before=[each.shopify_id for each in standing.captures])
            return await through(Act.ORDER_ACTION_SEND, self._sent(order, judgement, standing, context))
        except OutcomeUnknown as lost:
            return lost
        except ScopeMissing:
            raise
        except StoreRefused:
            if await self._stands_all_the_same(order, known):
                return None
            raise

    async def _stands_all_the_same(self, order: _Order, known: dict[str, Any]) -> bool:
        """Whether the store declined because it was done already: by an answer that was lost, or by somebody else."""
        for pause in PAUSES if known.get("lost") else (0.0,):
            await self._sleep(pause)
            standing = await self._seen(order)
            before = known.get("captured_before")
            if standing is not None and isinstance(judged(order.action, standing, captured_before=before), AlreadyDone):
                return True
        return False

    async def _seen(self, order: _Order) -> OrderStanding | None:
        """How the order stands; a store that is away for a moment is asked again."""
        for pause in PAUSES[:-2]:
            try:
                return await self._actions.standing(order.store, order.shopify_id)
            except Unavailable as trouble:
                await self._wait(trouble, pause)
        return await self._actions.standing(order.store, order.shopify_id)

    async def _note(self, context: RunContext, known: dict[str, Any], **values: Sequence[str] | str) -> None:
        """Before anything is sent: by it the next attempt knows ours."""
        known.update(values)
        async with self._uow() as uow:
            await uow.runs.note(context.run_id, values)
            await uow.commit()

    async def _sent(
        self, order: _Order, judgement: ToSend | CapturesToSend, standing: OrderStanding, context: RunContext
    ) -> NotPossible | None:
        store, shopify_id = order.store, order.shopify_id
        match order.action:
            case MarkAsPaid():
                await self._actions.mark_as_paid(store, shopify_id)
            case CloseOrder():
                await self._actions.close(store, shopify_id)
            case ReopenOrder():
                await self._actions.reopen(store, shopify_id)
            case CapturePayment():
                for part in judgement.parts if isinstance(judgement, CapturesToSend) else ():
                    await self._actions.capture(store, shopify_id, part, standing.currency)
            case CancelOrder() as how:
                job = await self._actions.cancel(store, shopify_id, how)
                await self._note(context, {}, job=job)
                return await self._followed(order, job)
            case _:
                assert_never(order.action)
        return None

    async def _followed(self, order: _Order, job: str) -> NotPossible | None:
        """To the end of a cancellation: that the job is done does not say that the order is cancelled."""
        for number in range(MOST_JOB_QUESTIONS):
            if await self._has_ended(order, job):
                break
            await self._sleep(JOB_PAUSES[min(number, len(JOB_PAUSES) - 1)])
        else:
            detail = "Shopify began to cancel the order and has not come to an end. Read the order again later."
            return NotPossible(code="not_ended_at_shopify", detail=detail)
        standing = await self._seen(order)
        if standing is not None and standing.cancelled:
            return None
        detail = "Shopify ended the cancellation without cancelling the order, and gave no reason. Look at it there."
        return NotPossible(code=REFUSED, detail=detail)

    async def _has_ended(self, order: _Order, job: str) -> bool:
        """A store that is away for a moment is asked again."""
        try:
            return await self._actions.is_done(order.store, job)
        except Unavailable:
            return False

    async def _reread(self, order: _Order) -> NotPossible | None:
        """Make our copy true at once; what cannot be read says why."""
        async with self._uow() as uow:
            copies = await uow.orders_to_import.held_copies(order.store.id, [order.shopify_id])
            read_before = copies[order.shopify_id].read_at
            await want_read(uow, order.store.id, order.shopify_id, now=self._clock.now())
            await uow.commit()
        try:
            await is_read(
                self._uow,
                order.store.id,
                order.shopify_id,
                read_before=read_before,
                patience=READING_PATIENCE,
            )
        except Conflict as unread:
            return NotPossible(code=unread.code, detail=unread.detail)
        return None

    async def _wait(self, trouble: Unavailable, pause: float) -> None:
        """As long as the store asks for, or so many seconds."""
        await self._sleep(trouble.retry_after.total_seconds() if trouble.retry_after else pause)
