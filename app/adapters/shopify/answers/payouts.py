"""Payouts, the movements behind them and disputes, as their documents answer them."""

from datetime import datetime
from decimal import Decimal

from app.adapters.shopify.answers.money import NamedReference, Page, Reference, Wire


class CurrencyMoney(Wire):
    amount: Decimal
    currency_code: str


class PayoutSummaryAnswer(Wire):
    adjustments_fee: CurrencyMoney
    adjustments_gross: CurrencyMoney
    advance_fees: CurrencyMoney
    advance_gross: CurrencyMoney
    charges_fee: CurrencyMoney
    charges_gross: CurrencyMoney
    refunds_fee: CurrencyMoney
    refunds_fee_gross: CurrencyMoney
    reserved_funds_fee: CurrencyMoney
    reserved_funds_gross: CurrencyMoney
    retried_payouts_fee: CurrencyMoney
    retried_payouts_gross: CurrencyMoney


class PayoutAnswer(Wire):
    id: str
    status: str
    transaction_type: str
    issued_at: datetime
    net: CurrencyMoney
    summary: PayoutSummaryAnswer
    external_trace_id: str | None = None


class PayoutAccountAnswer(Wire):
    payouts: Page[PayoutAnswer]


class PayoutsAnswer(Wire):
    shopify_payments_account: PayoutAccountAnswer | None = None


class BalanceTransactionAnswer(Wire):
    id: str
    type: str
    test: bool
    transaction_date: datetime
    amount: CurrencyMoney
    fee: CurrencyMoney
    net: CurrencyMoney
    source_type: str | None = None
    source_id: str | None = None
    source_order_transaction_id: str | None = None
    associated_order: NamedReference | None = None
    adjustment_reason: str | None = None


class BalanceAccountAnswer(Wire):
    balance_transactions: Page[BalanceTransactionAnswer]


class BalanceTransactionsAnswer(Wire):
    shopify_payments_account: BalanceAccountAnswer | None = None


class DisputeReasonAnswer(Wire):
    reason: str
    network_reason_code: str | None = None


class DisputeAnswer(Wire):
    id: str
    status: str
    type: str
    initiated_at: datetime
    amount: CurrencyMoney
    reason_details: DisputeReasonAnswer
    evidence_due_by: datetime | None = None
    evidence_sent_on: datetime | None = None
    finalized_on: datetime | None = None
    order: Reference | None = None


class DisputeAccountAnswer(Wire):
    disputes: Page[DisputeAnswer]


class DisputesAnswer(Wire):
    shopify_payments_account: DisputeAccountAnswer | None = None
