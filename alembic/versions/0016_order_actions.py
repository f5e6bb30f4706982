"""When orders were first seen closed, and runs found again by what they were asked.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("orders", sa.Column("first_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_runs_fingerprint", "runs", ["fingerprint", "queued_at"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_runs_fingerprint", table_name="runs")
    op.drop_column("orders", "first_closed_at")
