"""Customers by their tax ids, as they are compared.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FIELDS = ("registration_no", "vat_registration_no")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for field in FIELDS:
        op.create_index(
            f"ix_customers_{field}",
            "customers",
            [sa.literal_column(f"upper(regexp_replace({field}, '[^0-9A-Za-z]+', '', 'g'))")],
            unique=False,
            postgresql_where=sa.text(f"{field} <> ''"),
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for field in FIELDS:
        op.drop_index(f"ix_customers_{field}", table_name="customers", postgresql_where=sa.text(f"{field} <> ''"))
