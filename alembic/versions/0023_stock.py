"""Stock that the ERP tells, the store's variants, and the queue of items whose stock is to be looked at.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LEVELS = "inventory_levels"
VARIANTS = "stocked_variants"
QUEUE = "stock_to_tell"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        LEVELS,
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("variant_code", sa.Text(), nullable=False),
        sa.Column("location_code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity = quantity AND abs(quantity) < 1e15", name=op.f("ck_inventory_levels_quantity")),
        sa.PrimaryKeyConstraint("item_no", "variant_code", "location_code", name=op.f("pk_inventory_levels")),
    )
    _variants()
    _queue()


def _variants() -> None:
    op.create_table(
        VARIANTS,
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("store_variant_id", sa.Text(), nullable=False),
        sa.Column("inventory_item_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("sku_key", sa.Text(), nullable=False),
        sa.Column("barcode_key", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_stocked_variants_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "store_variant_id", name=op.f("pk_stocked_variants")),
    )
    for name in ("sku", "barcode"):
        op.create_index(
            f"ix_stocked_variants_{name}",
            VARIANTS,
            ["store_id", f"{name}_key"],
            unique=False,
            postgresql_where=sa.text(f"{name}_key <> ''"),
        )


def _queue() -> None:
    op.create_table(
        QUEUE,
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("variant_code", sa.Text(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_no", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_stock_to_tell_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "item_no", "variant_code", name=op.f("pk_stock_to_tell")),
        postgresql_with={"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02},
    )
    op.create_index(
        "ix_stock_to_tell_due",
        QUEUE,
        ["shop_id", "due_at", "item_no", "variant_code"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_stock_to_tell_errors",
        QUEUE,
        ["shop_id", "item_no"],
        unique=False,
        postgresql_where=sa.text("reason IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table(QUEUE)
    op.drop_table(VARIANTS)
    op.drop_table(LEVELS)
