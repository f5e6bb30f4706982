"""Orders at which the ERP's number is to be written back to the store.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "number_write_backs"
DUE = sa.text("due_at IS NOT NULL")
ERRORS = sa.text("error_code IS NOT NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        TABLE,
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_no", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_number_write_backs_shop_id_shops")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_number_write_backs_store_id_stores")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_number_write_backs")),
        postgresql_with={"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02},
    )
    op.create_index(
        "ix_number_write_backs_due", TABLE, ["store_id", "due_at", "order_id"], unique=False, postgresql_where=DUE
    )
    op.create_index(
        "ix_number_write_backs_errors", TABLE, ["shop_id", "order_id"], unique=False, postgresql_where=ERRORS
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_number_write_backs_errors", table_name=TABLE, postgresql_where=ERRORS)
    op.drop_index("ix_number_write_backs_due", table_name=TABLE, postgresql_where=DUE)
    op.drop_table(TABLE)
