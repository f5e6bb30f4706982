"""``/v1/orders/{id}/mark-as-paid`` and its like: what is done to an order at its store, and the order afterwards."""

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import OrdersWrite
from app.api.dependencies import service
from app.api.idempotency import Repeat, Repeatable
from app.api.routes.orders import Reading, TheOrder, order_answer
from app.api.routing import resource_router
from app.api.schemas.order_actions import OrderCancellation, PaymentCapture
from app.api.schemas.orders import Order
from app.api.schemas.runs import RunShown, run_shown
from app.domain.access import Access
from app.domain.identifiers import OrderId
from app.domain.order_actions import CapturePayment, CloseOrder, MarkAsPaid, OrderAction, ReopenOrder
from app.services.order_action_requests import Asked, OrderActionRequests
from app.services.read_orders import OrderView, ReadOrders

router = resource_router("orders")

IN_THE_BACKGROUND: dict[int | str, dict[str, Any]] = {
    202: {"model": RunShown, "description": "Not done within ten seconds: the run in which it goes on."}
}


class Asking:
    """One request for an action, with what its answer takes."""

    def __init__(
        self,
        request: Request,
        access: OrdersWrite,
        ask: Annotated[OrderActionRequests, Depends(service(OrderActionRequests))],
        orders: Reading,
        repeat: Repeat,
    ) -> None:
        self._request = request
        self._access: Access = access
        self._ask = ask
        self._orders: ReadOrders = orders
        self._repeat: Repeatable = repeat

    async def __call__(self, order_id: OrderId, action: OrderAction) -> Response:
        """200 with the order as it is now, or 202 with the run."""

        async def work() -> tuple[Asked, OrderView]:
            asked = await self._ask(self._access, order_id, action, request=self._name())
            return asked, await self._orders.one(self._access, order_id)

        return await self._repeat.around(work, self._shaped)

    def _name(self) -> str | None:
        """Equal for repeats of this request; None = without a key none is known as a repeat."""
        key = self._repeat.key
        if key is None:
            return None
        return hashlib.sha256(f"{key.api_key_id}\x00{key.operation}\x00{key.key}".encode()).hexdigest()

    def _shaped(self, result: tuple[Asked, OrderView]) -> Response:
        asked, view = result
        if asked.ended:
            return order_answer(self._request, view)
        return answer(run_shown(asked.run), status=202, location=f"/v1/runs/{asked.run.id}", tagged=True)


Ask = Annotated[Asking, Depends(Asking)]


@router.post(
    "/orders/{order_id}/mark-as-paid",
    response_model=Order,
    responses=IN_THE_BACKGROUND,
    summary="Mark an order as paid",
)
async def mark_order_as_paid(ask: Ask, order_id: TheOrder) -> Response:
    """Tells Shopify that the whole outstanding amount was received outside it; one that is paid stays as it is.

    409 `refused_by_shopify` with Shopify's words, `outgoing_not_allowed`, `scope_missing`, `not_at_store`; 503
    `outcome_unknown` when the answer was lost: ask again, it is looked up before anything is sent.
    """
    return await ask(order_id, MarkAsPaid())


@router.post("/orders/{order_id}/cancel", response_model=Order, responses=IN_THE_BACKGROUND, summary="Cancel an order")
async def cancel_order(ask: Ask, order_id: TheOrder, body: OrderCancellation) -> Response:
    """Cancels the order at Shopify for good and follows that to its end; one that is cancelled stays as it is.

    The ERP's document is not touched: a processed order that is cancelled is in conflict with it afterwards. Shopify
    cancels nothing that was shipped or has returns: 409 `refused_by_shopify`. Others as of `mark-as-paid`.
    """
    return await ask(order_id, body.action())


@router.post(
    "/orders/{order_id}/capture", response_model=Order, responses=IN_THE_BACKGROUND, summary="Capture a payment"
)
async def capture_order_payment(ask: Ask, order_id: TheOrder, body: PaymentCapture | None = None) -> Response:
    """Takes what was authorised, or so much of it. Send an `Idempotency-Key` with an amount: without one, an amount
    that was captured before is not captured once more.

    409 `already_captured`, `amount_exceeds_authorised`, `nothing_to_capture`; others as of `mark-as-paid`.
    """
    return await ask(order_id, CapturePayment(amount=body.amount if body else None))


@router.post("/orders/{order_id}/close", response_model=Order, responses=IN_THE_BACKGROUND, summary="Close an order")
async def close_order(ask: Ask, order_id: TheOrder) -> Response:
    """Archives the order at Shopify; one that is closed stays as it is. Refusals as of `mark-as-paid`."""
    return await ask(order_id, CloseOrder())


@router.post("/orders/{order_id}/reopen", response_model=Order, responses=IN_THE_BACKGROUND, summary="Reopen an order")
async def reopen_order(ask: Ask, order_id: TheOrder) -> Response:
    """Takes the order out of Shopify's archive; it is not closed by itself again. Refusals as of `mark-as-paid`."""
    return await ask(order_id, ReopenOrder())
