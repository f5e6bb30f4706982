"""Payouts of a store's payment provider, what is behind them, and disputes: for whoever reconciles the bank (P75).

Nothing is booked from them. Statuses and types are Shopify's words in lower snake case: the lists are open (PRD-36).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.identifiers import ShopifyId, StoreId

FINAL_PAYOUTS = frozenset({"paid", "canceled", "failed"})
FINAL_DISPUTES = frozenset({"won", "lost", "accepted", "charge_refunded", "prevented"})
PAID = "paid"
WITHDRAWAL = "withdrawal"
TRANSFER = "transfer"
"""The movement of the payout itself, which is no part of what it pays out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money that the provider sends to the bank, or (a withdrawal) takes from there. ``summary``: fees and gross by
    kind, as the provider adds them up.
    """

    shopify_id: ShopifyId
    status: str
    type: str
    issued_at: datetime
    currency: str
    net: Decimal
    trace_id: str | None
    summary: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutTransaction:
    """One movement on the provider's balance. ``net`` is ``amount`` less ``fee``."""

    shopify_id: ShopifyId
    type: str
    source_type: str | None
    source_id: str | None
    order_transaction_id: ShopifyId | None
    """The payment of the order that it settles."""
    order_shopify_id: ShopifyId | None
    order_name: str | None
    amount: Decimal
    fee: Decimal
    net: Decimal
    currency: str
    processed_at: datetime
    adjustment_reason: str | None
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A buyer's bank takes a payment back, or asks about it."""

    shopify_id: ShopifyId
    order_shopify_id: ShopifyId | None
    status: str
    type: str
    reason: str
    network_reason_code: str | None
    amount: Decimal
    currency: str
    initiated_at: datetime
    evidence_due_by: datetime | None
    evidence_sent_on: datetime | None
    finalized_on: datetime | None


def difference(payout: Payout, transactions: Iterable[PayoutTransaction]) -> Decimal:
    """What the payout is more than the movements behind it; nothing when they prove it. A movement whose own amount,
    fee and net do not agree counts by the amount and the fee.
    """
    signed = -abs(payout.net) if payout.type == WITHDRAWAL else payout.net
    behind = (each.amount - each.fee for each in transactions if not each.type.startswith(TRANSFER))
    return signed - sum(behind, Decimal(0))


def payout_id(store: StoreId, payout: ShopifyId) -> str:
    """Our id of a payout, derived from the store's and Shopify's."""
    return f"pay_{store.split('_', 1)[-1]}_{payout}"


def dispute_id(store: StoreId, dispute: ShopifyId) -> str:
    """Our id of a dispute, derived in the same way."""
    return f"dsp_{store.split('_', 1)[-1]}_{dispute}"
