"""What is done to an order as a whole at Shopify: marked as paid, cancelled, captured, closed, reopened.

Whether it is to be done, and what to do when the outcome is not known, is a service's to know.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from app.adapters.shopify.answers.order_actions import OrderStandingAnswer
from app.adapters.shopify.answers.writing import OrderUpdatePayload
from app.adapters.shopify.catalogue import (
    JOB_STATUS,
    ORDER_CANCEL,
    ORDER_CAPTURE,
    ORDER_CLOSE,
    ORDER_MARK_AS_PAID,
    ORDER_OPEN,
    ORDER_STANDING,
)
from app.adapters.shopify.document import Document
from app.adapters.shopify.envelope import in_its_words
from app.adapters.shopify.mutations import Changes
from app.adapters.shopify.points import Priority
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.translators.amounts import amount, word
from app.adapters.shopify.transport import ShopifyTransport
from app.adapters.shopify.writing import WRITE_ORDERS, order_gid, order_seen
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.order_actions import Authorisation, CancelOrder, CancelRefund, Capture, OrderStanding
from app.ports.errors import StoreRefused
from app.ports.store_gateway import StoreRef
from app.ports.store_writer import OrderSeen

_MONEY_TAKEN: Final = frozenset({"SUCCESS", "PENDING", "AWAITING_RESPONSE"})
"""Of a capture: taken, or on its way; it does not come a second time."""
_REFUND_METHODS: Final[Mapping[CancelRefund, Mapping[str, object]]] = {
    CancelRefund.ORIGINAL_PAYMENT: {"originalPaymentMethodsRefund": True},
    CancelRefund.STORE_CREDIT: {"storeCreditRefund": {}},
    CancelRefund.NONE: {"originalPaymentMethodsRefund": False},
}

Data = TypeVar("Data")


class ShopifyOrderActions:
    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._changes = Changes(transport, scopes, {WRITE_ORDERS})

    async def standing(self, store: StoreRef, order: ShopifyId) -> OrderStanding | None:
        variables = {"id": order_gid(order)}
        answer = await self._transport.execute(store, ORDER_STANDING, variables, priority=Priority.URGENT)
        if answer.errors:
            raise StoreRefused(f"Shopify does not tell how the order stands: {in_its_words(answer.errors)}")
        return _standing(answer.data.order) if answer.data.order is not None else None

    async def mark_as_paid(self, store: StoreRef, order: ShopifyId) -> None:
        await self._changed(store, order, ORDER_MARK_AS_PAID, lambda data: data.order_mark_as_paid)

    async def close(self, store: StoreRef, order: ShopifyId) -> OrderSeen:
        done = await self._changes.mutated(store, ORDER_CLOSE, {"id": order_gid(order)}, lambda data: data.order_close)
        if done.order is None or done.order.closed_at is None:
            raise StoreRefused("Shopify did not close the order and gave no reason.")
        return order_seen(done.order)

    async def reopen(self, store: StoreRef, order: ShopifyId) -> None:
        await self._changed(store, order, ORDER_OPEN, lambda data: data.order_open)

    async def cancel(self, store: StoreRef, order: ShopifyId, how: CancelOrder) -> str:
        variables = {
            "id": order_gid(order),
            "reason": how.reason.value.upper(),
            "restock": how.restock,
            "notifyCustomer": how.notify_customer,
            "refundMethod": dict(_REFUND_METHODS[how.refund]),
        }
        done = await self._changes.mutated(store, ORDER_CANCEL, variables, lambda data: data.order_cancel)
        if done.job is None:
            raise StoreRefused("Shopify began no cancellation and gave no reason.")
        return done.job.id

    async def is_done(self, store: StoreRef, job: str) -> bool:
        answer = await self._transport.execute(store, JOB_STATUS, {"id": job}, priority=Priority.URGENT)
        return answer.data.job is None or answer.data.job.done

    async def capture(self, store: StoreRef, order: ShopifyId, part: Capture, currency: str) -> None:
        variables = {
            "id": order_gid(order),
            "authorisation": f"gid://shopify/OrderTransaction/{part.shopify_id}",
            "amount": f"{part.amount:f}",
            "currency": currency,
        }
        done = await self._changes.mutated(store, ORDER_CAPTURE, variables, lambda data: data.order_capture)
        if done.transaction is None or done.transaction.status not in _MONEY_TAKEN:
            status = word(done.transaction.status) if done.transaction else "unknown"
            raise StoreRefused(f"The payment provider did not take the money: the capture's status is {status}.")

    async def _changed(
        self,
        store: StoreRef,
        order: ShopifyId,
        document: Document[Data],
        payload: Callable[[Data], OrderUpdatePayload | None],
    ) -> None:
        done = await self._changes.mutated(store, document, {"id": order_gid(order)}, payload)
        if done.order is None:
            raise StoreRefused("Shopify changed no order and gave no reason.")


def _standing(answer: OrderStandingAnswer) -> OrderStanding:
    return OrderStanding(
        shopify_id=shopify_id(answer.id),
        updated_at=answer.updated_at,
        cancelled=answer.cancelled_at is not None,
        closed=answer.closed_at is not None,
        financial_status=word(answer.display_financial_status) or None,
        outstanding=amount(answer.total_outstanding_set),
        currency=answer.presentment_currency_code,
        authorisations=tuple(
            Authorisation(shopify_id=shopify_id(each.id), open=amount(each.total_unsettled_set).presentment)
            for each in answer.transactions
            if each.kind == "AUTHORIZATION" and each.status == "SUCCESS"
        ),
        captures=tuple(
            Capture(shopify_id=shopify_id(each.id), amount=amount(each.amount_set).presentment)
            for each in answer.transactions
            if each.kind == "CAPTURE" and each.status in _MONEY_TAKEN
        ),
    )
