"""The order of a fulfilment order that a webhook names without naming its order.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_orders_fulfilment_orders",
        "orders",
        [sa.literal_column('jsonb_path_query_array(body, \'$."fulfilment_orders"[*]."shopify_id"\'::jsonpath)')],
        unique=False,
        postgresql_using="gin",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_orders_fulfilment_orders", table_name="orders", postgresql_using="gin")
