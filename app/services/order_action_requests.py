"""What is asked of an order at its store, as a run, and the answer to who asked (P35). Doing it is ``act_on_order``.

A repeat of a request finds the run of the first one; one whose outcome nobody learned leaves what it knew to the next.
Money is taken a second time only by a request that tells itself apart from the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, assert_never

from app.domain.access import Access
from app.domain.identifiers import OrderId, RunId
from app.domain.money import rounded, written
from app.domain.order_actions import (
    CancelOrder,
    CancelReason,
    CancelRefund,
    CapturePayment,
    CloseOrder,
    MarkAsPaid,
    OrderAction,
    ReopenOrder,
)
from app.domain.orders import Order
from app.domain.outgoing import OUTGOING_NOT_ALLOWED
from app.failpoints import Act, through
from app.ports.clock import Clock, IdFactory
from app.ports.errors import AccessRevoked, Conflict, FieldError, InvalidInput, NotFound, OutcomeUnknown, Unavailable
from app.ports.job_queue import NudgeKind
from app.ports.repositories.runs import NewRun, Run, RunState
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.runs import ENDED, ReadRuns, fingerprint
from app.services.tasks import TaskName

PATIENCE_SECONDS = 10.0
KEPT = ("captured_before", "job")
"""What a run that did not do it, or did not learn whether it did, leaves to the next one that is asked the same."""
RETRYABLE = frozenset({"scope_missing", "not_ended_at_shopify", "import_failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``ended`` False = it goes on in the background."""

    run: Run
    ended: bool


class OrderActionRequests:
    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: IdFactory, runs: ReadRuns) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._runs = runs

    async def __call__(
        self, access: Access, order_id: OrderId, action: OrderAction, *, request: str | None = None
    ) -> Asked:
        """Have it done, and wait up to ten seconds. ``request`` is equal for repeats of one request.

        Raises ``Conflict`` with the reason (``refused_by_shopify`` in its words, ``outgoing_not_allowed``, …),
        ``InvalidInput``, and ``Unavailable`` when the store could not be reached or its answer was lost.
        """
        async with self._uow() as uow:
            run = await self._begun(uow, access, order_id, action, request)
            await through(Act.RUN_REQUEST, uow.commit())
        run = await self._runs.get(access, run.id, wait=PATIENCE_SECONDS)
        if run.state not in ENDED:
            return Asked(run=run, ended=False)
        _raise_refusal(run)
        return Asked(run=run, ended=True)

    async def _begun(
        self, uow: UnitOfWork, access: Access, order_id: OrderId, action: OrderAction, request: str | None
    ) -> Run:
        found = (await uow.orders.locked([order_id])).get(order_id)
        if found is None or not access.sees(found[0].shop_id):
            raise NotFound("There is no such order, or none that this key may see.")
        known, order = found
        action = _checked(action, order)
        configuration = await uow.configurations.of_store(known.store_id)
        shop = configuration.shop(known.shop_id) if configuration else None
        if configuration is None or shop is None:
            raise NotFound("There is no such order, or none that this key may see.")
        if not shop.settings.general.allow_outgoing:
            raise Conflict(OUTGOING_NOT_ALLOWED.detail, code=OUTGOING_NOT_ALLOWED.code)
        if configuration.access_revoked:
            raise Conflict(configuration.why_it_stands_still, code=AccessRevoked.code)
        category = f"order:{order_id}"
        parameters = parameters_of(order_id, action)
        equal = fingerprint(shop.id, TaskName.ACT_ON_ORDER, {}, parameters | {"request": request}, category)
        last = await uow.runs.last_equal(equal)
        if last is not None and _stands_for(last, request):
            return last
        _refuse_a_second_part(action, order, last, request)
        run = NewRun(
            id=RunId(self._ids.new("run")),
            shop_id=shop.id,
            task=TaskName.ACT_ON_ORDER,
            category=category,
            filters={},
            parameters=parameters | _left_by(last),
            fingerprint=equal,
            requested_by=access.name,
        )
        await uow.runs.add(run, now=self._clock.now())
        await uow.nudge(NudgeKind.RUN, run.id)
        begun = await uow.runs.get(run.id)
        assert begun is not None, "a run that was just written"
        return begun


def parameters_of(order_id: OrderId, action: OrderAction) -> dict[str, Any]:
    """What a run is to do, as plain JSON."""
    base: dict[str, Any] = {"order_id": order_id}
    match action:
        case MarkAsPaid():
            return base | {"action": "mark_as_paid"}
        case CloseOrder():
            return base | {"action": "close"}
        case ReopenOrder():
            return base | {"action": "reopen"}
        case CapturePayment(amount=amount):
            return base | {"action": "capture", "amount": None if amount is None else f"{amount:f}"}
        case CancelOrder() as how:
            return base | {
                "action": "cancel",
                "reason": how.reason.value,
                "refund": how.refund.value,
                "restock": how.restock,
                "notify_customer": how.notify_customer,
            }
        case _:
            assert_never(action)


def action_of(parameters: Mapping[str, Any]) -> OrderAction:
    """The action that a run is to do."""
    match parameters["action"]:
        case "mark_as_paid":
            return MarkAsPaid()
        case "close":
            return CloseOrder()
        case "reopen":
            return ReopenOrder()
        case "capture":
            amount = parameters.get("amount")
            return CapturePayment(amount=None if amount is None else Decimal(amount))
        case "cancel":
            return CancelOrder(
                reason=CancelReason(parameters["reason"]),
                refund=CancelRefund(parameters["refund"]),
                restock=parameters["restock"],
                notify_customer=parameters["notify_customer"],
            )
        case other:
            raise ValueError(f"no order can be asked to {other}")


def _checked(action: OrderAction, order: Order) -> OrderAction:
    """An amount that its currency has no coins for is not sent anywhere; equal amounts are written equally."""
    if not isinstance(action, CapturePayment) or action.amount is None:
        return action
    currency = order.presentment_currency
    exact = rounded(action.amount, currency)
    detail = ""
    if action.amount <= 0:
        detail = "The amount to capture must be more than zero. Leave it out to capture all that is left."
    elif exact != action.amount:
        detail = f"The amount {action.amount:f} has more decimals than {currency} has. Give it in whole minor units."
    if detail:
        raise InvalidInput(detail, errors=[FieldError(pointer="/amount", code="invalid_amount", detail=detail)])
    return replace(action, amount=exact)


def _refuse_a_second_part(action: OrderAction, order: Order, last: Run | None, request: str | None) -> None:
    """Without a key nobody can tell a repeat from the wish to capture as much once more."""
    if not isinstance(action, CapturePayment) or action.amount is None or request is not None:
        return
    if last is None or last.state is not RunState.SUCCEEDED or last.errors:
        return
    raise Conflict(
        f"{written(action.amount, order.presentment_currency)} of this order was captured before. Nothing was captured"
        " now. To capture as much once more, send the request with an Idempotency-Key.",
        code="already_captured",
        facts={"run_id": last.id},
    )


def _stands_for(last: Run, request: str | None) -> bool:
    """Whether a repeat gets this run: one that is still to end, or the one that did what the same request asked."""
    return last.state not in ENDED or (request is not None and last.state is RunState.SUCCEEDED and not last.errors)


def _left_by(last: Run | None) -> dict[str, Any]:
    """A capture that was refused may have been so after a part of it; a job that ended is not followed twice."""
    if last is None or (last.state is RunState.SUCCEEDED and not last.errors):
        return {}
    names = KEPT if last.state is not RunState.SUCCEEDED else KEPT[:1]
    return {name: last.parameters[name] for name in names if name in last.parameters}


def _raise_refusal(run: Run) -> None:
    for error in run.errors:
        code, detail = str(error["code"]), str(error["detail"])
        pointed = [FieldError(pointer="/amount", code=code, detail=detail)] if "amount" in code else []
        raise Conflict(detail, code=code, errors=pointed, retryable=code in RETRYABLE, facts={"run_id": run.id})
    if run.state is RunState.CANCELLED:
        raise Conflict("The run was cancelled before the order was touched.", facts={"run_id": run.id})
    if run.problem is not None:
        code, detail = str(run.problem["code"]), str(run.problem["detail"])
        if code == AccessRevoked.code:
            raise AccessRevoked(detail)
        if code == OutcomeUnknown.code:
            raise OutcomeUnknown(f"{detail} Ask for the same again: it is looked up before anything is sent.")
        raise Unavailable(detail, code=code)
