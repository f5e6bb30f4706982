"""What the store last said of a linked customer, and customers by the last nine digits of their phones.

Revision ID: 0003
Revises: 0002

Without what it last said a store would say it again with every order, against whatever the ERP has corrected since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LINKS = ("store_customer_links", "store_address_links")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in LINKS:
        op.add_column(table, sa.Column("told", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_customers_phone_ending",
        "customers",
        [sa.literal_column("\"right\"(regexp_replace(phone, '[^0-9]+', '', 'g'), 9)")],
        unique=False,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_customers_phone_ending", table_name="customers")
    for table in LINKS:
        op.drop_column(table, "told_at")
        op.drop_column(table, "told")
