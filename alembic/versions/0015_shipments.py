"""Shipments of the ERP, what was sent of them to the store, and shipping agents.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DUE = sa.text("due_at IS NOT NULL")
OPEN = sa.text("state <> 'synchronised'")
RECORDED = sa.text("fulfilment_shopify_id IS NOT NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _shipments()
    _sendings()
    op.create_table(
        "shipping_agents",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("tracking_company", sa.Text(), nullable=True),
        sa.Column("tracking_url_template", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shipping_agents")),
    )


def _shipments() -> None:
    op.create_table(
        "shipments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("erp_shipment_no", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_detail", sa.Text(), nullable=True),
        sa.Column("tracking_changed", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_no", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'synchronised', 'partially', 'failed', 'skipped')", name=op.f("ck_shipments_state")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_shipments_shop_id_shops")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_shipments_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
        sa.UniqueConstraint("erp_shipment_no", name=op.f("uq_shipments_erp_shipment_no")),
        postgresql_with={"fillfactor": 85},
    )
    op.create_index("ix_shipments_due", "shipments", ["store_id", "due_at", "id"], unique=False, postgresql_where=DUE)
    op.create_index("ix_shipments_order", "shipments", ["order_id", "id"], unique=False)
    op.create_index("ix_shipments_open", "shipments", ["shop_id", "state", "id"], unique=False, postgresql_where=OPEN)
    op.create_index("ix_shipments_shop", "shipments", ["shop_id", "id"], unique=False)
    op.create_index("ix_shipments_posting_date", "shipments", ["posting_date", "id"], unique=False)


def _sendings() -> None:
    table = "shipment_sendings"
    op.create_table(
        table,
        sa.Column("shipment_id", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fulfilment_shopify_id", sa.Text(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('begun', 'recorded', 'void')", name=op.f("ck_shipment_sendings_state")),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipments.id"],
            name=op.f("fk_shipment_sendings_shipment_id_shipments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_shipment_sendings_store_id_stores")),
        sa.PrimaryKeyConstraint("shipment_id", "no", name=op.f("pk_shipment_sendings")),
    )
    op.create_index(op.f("ix_shipment_sendings_order_id"), table, ["order_id"], unique=False)
    op.create_index(
        "uq_shipment_sendings_fulfilment",
        table,
        ["store_id", "fulfilment_shopify_id"],
        unique=True,
        postgresql_where=RECORDED,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("shipping_agents")
    op.drop_table("shipment_sendings")
    op.drop_table("shipments")
