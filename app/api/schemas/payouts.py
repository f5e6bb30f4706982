"""Payouts, what is behind them, and disputes on the wire."""

from decimal import Decimal

from pydantic import Field

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, DecimalString, Instant
from app.domain.money import minor_digits
from app.ports.repositories.payouts import ListedDispute, ListedPayout, MatchedTransaction, WithoutPayouts

STORE = "The Shopify store."


class PayoutsUnavailable(AnswerBody):
    """A shop whose payouts or disputes cannot be told, and why."""

    shop: str = Field(description="The shop's code.", examples=["web"])
    code: str = Field(description="`scope_missing`, `no_payments_account` or another.", examples=["scope_missing"])
    detail: str = Field(description="The same in a sentence, with what to do.")


class PayoutSummaryPart(AnswerBody):
    """One of the sums that the provider makes the payout of."""

    kind: str = Field(description="Which: `charges_gross`, `charges_fee`, …", examples=["charges_gross"])
    amount: DecimalString = Field(description="How much.", examples=["120.00"])


class PayoutShown(AnswerBody):
    """Money on its way from the provider to the bank, or back."""

    id: str = Field(description="Ours.", examples=["pay_01k9_77"])
    shopify_id: str = Field(description="Shopify's.", examples=["77"])
    store_domain: str = Field(description=STORE, examples=["web.myshopify.com"])
    status: str = Field(
        description="`scheduled`, `in_transit`, `paid`, `failed`, `canceled`; open list.", examples=["paid"]
    )
    type: str = Field(description="`deposit` or `withdrawal`.", examples=["deposit"])
    issued_at: Instant = Field(description="When it was, or will be, sent.")
    currency: str = Field(description="Its currency.", examples=["EUR"])
    net: DecimalString = Field(description="What arrives at the bank.", examples=["118.20"])
    trace_id: str | None = Field(description="The bank's reference; null = not told.", examples=["TR-1"])
    summary: list[PayoutSummaryPart] = Field(description="The provider's own sums; those of nothing are left out.")
    transactions: int = Field(description="How many movements are behind it.", examples=[12])
    difference: DecimalString = Field(
        description="What it is more than the movements behind it (amounts less fees); other than zero on a paid one, a"
        " skipped record `payout_differs`.",
        examples=["0.00"],
    )
    updated_at: Instant = Field(description="When it last changed here.")


class PayoutList(ListOf[PayoutShown]):
    """A page of payouts, oldest first."""

    unavailable: list[PayoutsUnavailable] = Field(description="The shops in question that can list none, or not all.")


class PayoutTransactionOrder(AnswerBody):
    """The order that a movement is about."""

    id: str | None = Field(description="Our id; null = it is not here.", examples=["ord_01k9"])
    shopify_id: str = Field(description="Shopify's.", examples=["5501"])
    name: str = Field(description="Its name.", examples=["#1001"])


class PayoutTransactionDocument(AnswerBody):
    """The live document of the order, or of the refund."""

    id: str = Field(description="Our id.", examples=["doc_01k9"])
    number: str = Field(description="Its number.", examples=["SO-000001"])
    erp_document_no: str | None = Field(description="The ERP's.", examples=["S-1001"])


class PayoutTransactionShown(AnswerBody):
    """One movement on the provider's balance, with what it is about here."""

    shopify_id: str = Field(description="Shopify's.", examples=["901"])
    type: str = Field(description="`charge`, `refund`, `adjustment`, …; open list.", examples=["charge"])
    source_type: str | None = Field(description="What caused it.", examples=["charge"])
    source_id: str | None = Field(description="The provider's id of that.", examples=["88"])
    order_transaction_id: str | None = Field(description="The order's payment that it settles.", examples=["389404469"])
    order: PayoutTransactionOrder | None = Field(description="The order; null = about none.")
    refund_id: str | None = Field(description="Our id of the refund that gave back this payment.", examples=[None])
    document: PayoutTransactionDocument | None = Field(description="What was, or will be, booked for it.")
    currency: str = Field(description="Its currency.", examples=["EUR"])
    amount: DecimalString = Field(description="What was moved.", examples=["10.00"])
    fee: DecimalString = Field(description="What the provider kept of it.", examples=["0.50"])
    net: DecimalString = Field(description="`amount` less `fee`.", examples=["9.50"])
    processed_at: Instant = Field(description="When.")
    adjustment_reason: str | None = Field(description="Why, of an adjustment.", examples=[None])
    test: bool = Field(description="Only played.", examples=[False])


class PayoutTransactionList(ListOf[PayoutTransactionShown]):
    """A page of movements, in the order of Shopify's ids."""


class DisputeOrder(AnswerBody):
    """The order that a dispute is about."""

    id: str | None = Field(description="Our id; null = it is not here.", examples=["ord_01k9"])
    shopify_id: str = Field(description="Shopify's.", examples=["5501"])
    name: str | None = Field(description="Its name, when it is here.", examples=["#1001"])


class DisputeShown(AnswerBody):
    """A payment that a buyer's bank takes back, or asks about."""

    id: str = Field(description="Ours.", examples=["dsp_01k9_5"])
    shopify_id: str = Field(description="Shopify's.", examples=["5"])
    store_domain: str = Field(description=STORE, examples=["web.myshopify.com"])
    order: DisputeOrder | None = Field(description="The order; null = not told.")
    status: str = Field(
        description="`needs_response`, `under_review`, `won`, `lost`, …; open list.", examples=["needs_response"]
    )
    type: str = Field(description="`chargeback` or `inquiry`.", examples=["chargeback"])
    reason: str = Field(description="Shopify's word for why.", examples=["fraudulent"])
    network_reason_code: str | None = Field(description="The card network's.", examples=["4837"])
    currency: str = Field(description="Of the amount.", examples=["EUR"])
    amount: DecimalString = Field(description="What is disputed.", examples=["10.00"])
    initiated_at: Instant = Field(description="When it began.")
    evidence_due_by: Instant | None = Field(description="Until when evidence is taken; null = none is.")
    evidence_sent_on: Instant | None = Field(description="When evidence was sent.")
    finalized_on: Instant | None = Field(description="When it ended.")
    updated_at: Instant = Field(description="When it last changed here.")


class DisputeList(ListOf[DisputeShown]):
    """A page of disputes, oldest first."""

    unavailable: list[PayoutsUnavailable] = Field(description="The shops in question that can list none, or not all.")


def unavailable(shop: WithoutPayouts) -> PayoutsUnavailable:
    return PayoutsUnavailable(shop=shop.shop, code=shop.code, detail=shop.detail)


def payout_shown(row: ListedPayout) -> PayoutShown:
    told = row.payout
    return PayoutShown(
        id=row.id,
        shopify_id=told.shopify_id,
        store_domain=row.store_domain,
        status=told.status,
        type=told.type,
        issued_at=told.issued_at,
        currency=told.currency,
        net=_scaled(told.net, told.currency),
        trace_id=told.trace_id,
        summary=[PayoutSummaryPart(kind=kind, amount=_scaled(part, told.currency)) for kind, part in told.summary],
        transactions=row.transactions,
        difference=_scaled(row.difference, told.currency),
        updated_at=row.updated_at,
    )


def payout_transaction_shown(row: MatchedTransaction) -> PayoutTransactionShown:
    told, order, document = row.transaction, None, None
    if told.order_shopify_id is not None:
        order = PayoutTransactionOrder(
            id=row.order_id, shopify_id=told.order_shopify_id, name=told.order_name or told.order_shopify_id
        )
    if row.document_id is not None:
        document = PayoutTransactionDocument(
            id=row.document_id, number=row.document_number or "", erp_document_no=row.erp_document_no
        )
    return PayoutTransactionShown(
        shopify_id=told.shopify_id,
        type=told.type,
        source_type=told.source_type,
        source_id=told.source_id,
        order_transaction_id=told.order_transaction_id,
        order=order,
        refund_id=row.refund_id,
        document=document,
        currency=told.currency,
        amount=_scaled(told.amount, told.currency),
        fee=_scaled(told.fee, told.currency),
        net=_scaled(told.net, told.currency),
        processed_at=told.processed_at,
        adjustment_reason=told.adjustment_reason,
        test=told.test,
    )


def dispute_shown(row: ListedDispute) -> DisputeShown:
    told, order = row.dispute, None
    if told.order_shopify_id is not None:
        order = DisputeOrder(id=row.order_id, shopify_id=told.order_shopify_id, name=row.order_name)
    return DisputeShown(
        id=row.id,
        shopify_id=told.shopify_id,
        store_domain=row.store_domain,
        order=order,
        status=told.status,
        type=told.type,
        reason=told.reason,
        network_reason_code=told.network_reason_code,
        currency=told.currency,
        amount=_scaled(told.amount, told.currency),
        initiated_at=told.initiated_at,
        evidence_due_by=told.evidence_due_by,
        evidence_sent_on=told.evidence_sent_on,
        finalized_on=told.finalized_on,
        updated_at=row.updated_at,
    )


def _scaled(amount: Decimal, currency: str) -> Decimal:
    """With the decimals of its currency; finer ones, which only fees have, stay."""
    coarse = amount.quantize(Decimal(1).scaleb(-minor_digits(currency)))
    return coarse if coarse == amount else amount.normalize()
