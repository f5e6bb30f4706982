"""Reading payouts, the movements behind them, and disputes of Shopify Payments."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from app.adapters.shopify.answers.payouts import BalanceTransactionAnswer, DisputeAnswer, PayoutAnswer
from app.adapters.shopify.catalogue import BALANCE_TRANSACTIONS, DISPUTES, PAYOUTS
from app.adapters.shopify.document import Document
from app.adapters.shopify.points import Priority
from app.adapters.shopify.scopes import GrantedScopes
from app.adapters.shopify.transport import ShopifyTransport, pressed
from app.adapters.shopify.whole_lists import HasPageInfo, pages
from app.domain.identifiers import ShopifyId, shopify_id
from app.domain.payouts import Dispute, Payout, PayoutTransaction
from app.ports.errors import StoreRefused
from app.ports.store_gateway import StoreRef

PAYOUT_SCOPES: Final = ("read_shopify_payments_payouts", "read_shopify_payments")
DISPUTE_SCOPES: Final = ("read_shopify_payments_disputes", "read_shopify_payments")

Data = TypeVar("Data")
Account = TypeVar("Account")


class ShopifyPayouts:
    """The PayoutGateway of Shopify."""

    def __init__(self, transport: ShopifyTransport, scopes: GrantedScopes) -> None:
        self._transport = transport
        self._scopes = scopes

    async def payouts(self, store: StoreRef) -> AsyncIterator[Sequence[Payout]]:
        await self._require(store, "payouts", PAYOUT_SCOPES)
        async for data in self._pages(store, PAYOUTS, lambda data: _account(data.shopify_payments_account).payouts):
            yield [_payout(each) for each in _account(data.shopify_payments_account).payouts.nodes]

    async def transactions(self, store: StoreRef, payout: ShopifyId) -> Sequence[PayoutTransaction]:
        given = {"query": f"payments_transfer_id:{payout}"}
        found: list[BalanceTransactionAnswer] = []
        async for data in self._pages(
            store,
            BALANCE_TRANSACTIONS,
            lambda data: _account(data.shopify_payments_account).balance_transactions,
            given,
        ):
            found += _account(data.shopify_payments_account).balance_transactions.nodes
        return [_transaction(each) for each in found]

    async def disputes(self, store: StoreRef) -> AsyncIterator[Sequence[Dispute]]:
        await self._require(store, "disputes", DISPUTE_SCOPES)
        async for data in self._pages(store, DISPUTES, lambda data: _account(data.shopify_payments_account).disputes):
            yield [_dispute(each) for each in _account(data.shopify_payments_account).disputes.nodes]

    async def _require(self, store: StoreRef, what: str, any_of: Sequence[str]) -> None:
        if not await self._scopes.of(store) & set(any_of):
            raise StoreRefused(f"The app may not read the store's {what}: grant it {any_of[0]}.", code="scope_missing")

    async def _pages(
        self,
        store: StoreRef,
        document: Document[Data],
        page_of: Callable[[Data], HasPageInfo],
        given: Mapping[str, object] | None = None,
    ) -> AsyncIterator[Data]:
        with pressed(Priority.CATCH_UP):
            async for data in pages(self._transport, store, document, page_of, given):
                yield data


def _account(account: Account | None) -> Account:
    if account is None:
        raise StoreRefused("The store has no Shopify Payments account.", code="no_payments_account")
    return account


def _payout(answer: PayoutAnswer) -> Payout:
    told = msgspec.structs.asdict(answer.summary)
    return Payout(
        shopify_id=shopify_id(answer.id),
        status=answer.status.lower(),
        type=answer.transaction_type.lower(),
        issued_at=answer.issued_at,
        currency=answer.net.currency_code,
        net=answer.net.amount,
        trace_id=answer.external_trace_id,
        summary=tuple((name, money.amount) for name, money in told.items() if money.amount),
    )


def _transaction(answer: BalanceTransactionAnswer) -> PayoutTransaction:
    order = answer.associated_order
    payment = answer.source_order_transaction_id
    return PayoutTransaction(
        shopify_id=shopify_id(answer.id),
        type=answer.type.lower(),
        source_type=answer.source_type.lower() if answer.source_type else None,
        source_id=None if answer.source_id is None else str(answer.source_id),
        order_transaction_id=None if payment is None else ShopifyId(str(payment)),
        order_shopify_id=shopify_id(order.id) if order else None,
        order_name=order.name if order else None,
        amount=answer.amount.amount,
        fee=answer.fee.amount,
        net=answer.net.amount,
        currency=answer.net.currency_code,
        processed_at=answer.transaction_date,
        adjustment_reason=answer.adjustment_reason,
        test=answer.test,
    )


def _dispute(answer: DisputeAnswer) -> Dispute:
    return Dispute(
        shopify_id=shopify_id(answer.id),
        order_shopify_id=shopify_id(answer.order.id) if answer.order else None,
        status=answer.status.lower(),
        type=answer.type.lower(),
        reason=answer.reason_details.reason.lower(),
        network_reason_code=answer.reason_details.network_reason_code,
        amount=answer.amount.amount,
        currency=answer.amount.currency_code,
        initiated_at=answer.initiated_at,
        evidence_due_by=answer.evidence_due_by,
        evidence_sent_on=answer.evidence_sent_on,
        finalized_on=answer.finalized_on,
    )
