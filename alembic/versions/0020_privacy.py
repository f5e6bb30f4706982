"""Requests about persons, and the orders whose buyers were forgotten.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('data_request', 'customer_redact', 'shop_redact')", name=op.f("ck_privacy_requests_kind")
        ),
        sa.CheckConstraint("state IN ('waiting', 'done', 'skipped')", name=op.f("ck_privacy_requests_state")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_privacy_requests_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
        sa.UniqueConstraint("store_id", "webhook_id", name=op.f("uq_privacy_requests_store_id_webhook_id")),
    )
    op.create_index(
        "ix_privacy_requests_due",
        "privacy_requests",
        ["store_id", "due_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_privacy_requests_received", "privacy_requests", ["received_at", "id"])
    op.create_table(
        "forgotten_orders",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_forgotten_orders_store_id_stores"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", "shopify_id", name=op.f("pk_forgotten_orders")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("forgotten_orders")
    op.drop_table("privacy_requests")
