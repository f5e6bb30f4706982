"""An index for every list that had none: customers and items by their change, runs by state and task, mappings by id.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RUNS = {"ix_runs_queued": [], "ix_runs_state": ["state"], "ix_runs_task": ["task"]}
MAPPINGS = ("shipment_method_mappings", "payment_method_mappings")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    numbered = sa.text("no IS NOT NULL")
    op.create_index("ix_customers_updated", "customers", ["updated_at", "no"], unique=False, postgresql_where=numbered)
    op.create_index("ix_items_updated", "items", ["updated_at", "no"], unique=False)
    for name, first in RUNS.items():
        op.create_index(name, "runs", [*first, "queued_at", "id"], unique=False)
    for table in MAPPINGS:
        op.create_index(op.f(f"ix_{table}_shop_id_id"), table, ["shop_id", "id"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in MAPPINGS:
        op.drop_index(op.f(f"ix_{table}_shop_id_id"), table_name=table)
    for name in RUNS:
        op.drop_index(name, table_name="runs")
    op.drop_index("ix_items_updated", table_name="items")
    op.drop_index("ix_customers_updated", table_name="customers")
