"""Payouts of a store's payment provider, what is behind them, and disputes.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _payouts()
    _payout_transactions()
    _disputes()
    _payout_access()


def _payouts() -> None:
    op.create_table(
        "payouts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("difference", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("differs_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payouts_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
    )
    op.create_index(
        "ix_payouts_differ",
        "payouts",
        ["store_id", "id"],
        unique=False,
        postgresql_where=sa.text("difference <> 0 AND status = 'paid'"),
    )
    op.create_index("ix_payouts_issued_at_id", "payouts", ["issued_at", "id"], unique=False)
    op.create_index("ix_payouts_status", "payouts", ["status", "issued_at", "id"], unique=False)
    op.create_index("ix_payouts_store", "payouts", ["store_id", "issued_at", "id"], unique=False)


def _payout_transactions() -> None:
    op.create_table(
        "payout_transactions",
        sa.Column("payout_id", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source_type", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("order_transaction_id", sa.Text(), nullable=True),
        sa.Column("order_shopify_id", sa.Text(), nullable=True),
        sa.Column("order_name", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("fee", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adjustment_reason", sa.Text(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payouts.id"], name=op.f("fk_payout_transactions_payout_id_payouts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payout_transactions_store_id_stores")),
        sa.PrimaryKeyConstraint("payout_id", "shopify_id", name=op.f("pk_payout_transactions")),
    )
    op.create_index(
        "ix_payout_transactions_store_id_order_shopify_id",
        "payout_transactions",
        ["store_id", "order_shopify_id"],
        unique=False,
        postgresql_where=sa.text("order_shopify_id IS NOT NULL"),
    )


def _disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("order_shopify_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("network_reason_code", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("initiated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_due_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_sent_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finalized_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_disputes_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index("ix_disputes_initiated_at_id", "disputes", ["initiated_at", "id"], unique=False)
    op.create_index("ix_disputes_status", "disputes", ["status", "initiated_at", "id"], unique=False)
    op.create_index("ix_disputes_store", "disputes", ["store_id", "initiated_at", "id"], unique=False)


def _payout_access() -> None:
    op.create_table(
        "payout_access",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payout_access_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_payout_access")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("payout_access", "disputes", "payout_transactions", "payouts"):
        op.drop_table(table)
