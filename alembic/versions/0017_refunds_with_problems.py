"""Refunds with problems, blocked or documented, are counted without reading those that are done.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_refunds_problems", "refunds", ["shop_id"], postgresql_where=sa.text("problems <> '[]'::jsonb"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_refunds_problems", table_name="refunds")
