"""When subscriptions were good, when orders were swept, how days compared, and webhook-driven orders found first.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NEW = ("orders_swept_at", "orders_swept_widely_at", "subscriptions_good_at", "webhooks_missed_since")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in NEW:
        op.add_column("stores", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_orders_to_import_prompt",
        "orders_to_import",
        ["store_id", "due_at", "id"],
        postgresql_where=sa.text("due_at IS NOT NULL AND source <> 'listing'"),
    )
    op.create_table(
        "completeness_days",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("differs_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_completeness_days_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "day", name=op.f("pk_completeness_days")),
    )
    op.create_index(
        "ix_completeness_days_differing",
        "completeness_days",
        ["shop_id", "day"],
        postgresql_where=sa.text("differs_since IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("completeness_days")
    op.drop_index("ix_orders_to_import_prompt", "orders_to_import")
    for name in NEW:
        op.drop_column("stores", name)
