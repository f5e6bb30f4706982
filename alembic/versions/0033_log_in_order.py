"""Events by their time and id, in which order the log shows them.

Revision ID: 0033
Revises: 0032
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_events_occurred", table_name="events")
    op.create_index("ix_events_occurred", "events", ["occurred_at", "id"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_events_occurred", table_name="events")
    op.create_index("ix_events_occurred", "events", ["occurred_at"], unique=False)
