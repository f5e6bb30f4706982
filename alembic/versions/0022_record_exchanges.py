"""How far tasks have listed, and the records they exchange with a store.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "task_cursors",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_task_cursors_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "task", name=op.f("pk_task_cursors")),
    )
    op.create_table(
        "record_exchanges",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("store_record_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unfinished", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.LargeBinary(), nullable=True),
        sa.Column("store_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('customer', 'company', 'company_location', 'store_customer', 'store_company')",
            name=op.f("ck_record_exchanges_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_record_exchanges_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "kind", "record_id", name=op.f("pk_record_exchanges")),
    )
    op.create_index(
        op.f("ix_record_exchanges_shop_id_store_record_id"),
        "record_exchanges",
        ["shop_id", "store_record_id"],
        postgresql_where=sa.text("store_record_id IS NOT NULL"),
    )
    op.create_index(
        "ix_record_exchanges_errors",
        "record_exchanges",
        ["shop_id", "record_id"],
        postgresql_where=sa.text("error_code IS NOT NULL"),
    )
    op.create_index(
        "ix_record_exchanges_asked",
        "record_exchanges",
        ["shop_id", "kind"],
        postgresql_where=sa.text("asked_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("record_exchanges")
    op.drop_table("task_cursors")
