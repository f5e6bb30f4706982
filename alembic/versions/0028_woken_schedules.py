"""When a webhook wakes a schedule, and the variant that an announced inventory item is.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("schedules", sa.Column("woken_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_stocked_variants_store_id_inventory_item_id"),
        "stocked_variants",
        ["store_id", "inventory_item_id"],
        unique=False,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_stocked_variants_store_id_inventory_item_id"), table_name="stocked_variants")
    op.drop_column("schedules", "woken_at")
