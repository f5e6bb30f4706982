"""What the store last said of a linked company, and of its locations.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LINKS = ("store_company_links", "company_location_links")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in LINKS:
        op.add_column(table, sa.Column("told", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in LINKS:
        op.drop_column(table, "told_at")
        op.drop_column(table, "told")
