"""Payouts of a store's payment provider, the movements behind each, disputes, and whether they can be read."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import amount as number
from app.adapters.postgres.tables.columns import flag, instant, json, small, text


class PayoutRow(Row, table=True):
    __tablename__ = "payouts"
    __table_args__ = (
        Index(None, "issued_at", "id"),
        Index("ix_payouts_status", "status", "issued_at", "id"),
        Index("ix_payouts_store", "store_id", "issued_at", "id"),
        Index("ix_payouts_differ", "store_id", "id", postgresql_where=sql("difference <> 0 AND status = 'paid'")),
    )

    id: str = Field(sa_column=text(primary_key=True))
    """Derived: ``app.domain.payouts.payout_id``."""
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shopify_id: str = Field(sa_column=text())
    status: str = Field(sa_column=text())
    type: str = Field(sa_column=text())
    issued_at: datetime = Field(sa_column=instant())
    currency: str = Field(sa_column=text())
    net: Decimal = Field(sa_column=number())
    trace_id: str | None = Field(default=None, sa_column=text(nullable=True))
    summary: Any = Field(sa_column=json())
    """[[kind, amount]] as the provider adds them up."""
    transactions: int = Field(sa_column=small())
    difference: Decimal = Field(sa_column=number())
    differs_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    updated_at: datetime = Field(sa_column=instant())


class PayoutTransactionRow(Row, table=True):
    __tablename__ = "payout_transactions"
    __table_args__ = (
        ForeignKeyConstraint(["payout_id"], ["payouts.id"], ondelete="CASCADE"),
        Index(None, "store_id", "order_shopify_id", postgresql_where=sql("order_shopify_id IS NOT NULL")),
    )

    payout_id: str = Field(sa_column=text(primary_key=True))
    shopify_id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    type: str = Field(sa_column=text())
    source_type: str | None = Field(default=None, sa_column=text(nullable=True))
    source_id: str | None = Field(default=None, sa_column=text(nullable=True))
    order_transaction_id: str | None = Field(default=None, sa_column=text(nullable=True))
    order_shopify_id: str | None = Field(default=None, sa_column=text(nullable=True))
    order_name: str | None = Field(default=None, sa_column=text(nullable=True))
    amount: Decimal = Field(sa_column=number())
    fee: Decimal = Field(sa_column=number())
    net: Decimal = Field(sa_column=number())
    currency: str = Field(sa_column=text())
    processed_at: datetime = Field(sa_column=instant())
    adjustment_reason: str | None = Field(default=None, sa_column=text(nullable=True))
    test: bool = Field(sa_column=flag())


class DisputeRow(Row, table=True):
    __tablename__ = "disputes"
    __table_args__ = (
        Index(None, "initiated_at", "id"),
        Index("ix_disputes_status", "status", "initiated_at", "id"),
        Index("ix_disputes_store", "store_id", "initiated_at", "id"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    """Derived: ``app.domain.payouts.dispute_id``."""
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shopify_id: str = Field(sa_column=text())
    order_shopify_id: str | None = Field(default=None, sa_column=text(nullable=True))
    status: str = Field(sa_column=text())
    type: str = Field(sa_column=text())
    reason: str = Field(sa_column=text())
    network_reason_code: str | None = Field(default=None, sa_column=text(nullable=True))
    amount: Decimal = Field(sa_column=number())
    currency: str = Field(sa_column=text())
    initiated_at: datetime = Field(sa_column=instant())
    evidence_due_by: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    evidence_sent_on: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    finalized_on: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    updated_at: datetime = Field(sa_column=instant())


class PayoutAccessRow(Row, table=True):
    """Why a store's payouts could not be read the last time; none = they could, or nobody tried."""

    __tablename__ = "payout_access"

    store_id: str = Field(sa_column=text(ForeignKey("stores.id"), primary_key=True))
    code: str = Field(sa_column=text())
    detail: str = Field(sa_column=text())
    updated_at: datetime = Field(sa_column=instant())
