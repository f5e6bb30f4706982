"""The first customers whose phones end alike by an index, however many there are.

Revision ID: 0037
Revises: 0036
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

NAME = "ix_customers_phone_ending"
ENDING = sa.literal_column("\"right\"(regexp_replace(phone, '[^0-9]+', '', 'g'), 9)")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _replace([ENDING, "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _replace([ENDING])


def _replace(columns: list[Any]) -> None:
    """The old one goes last: from then on customers cannot even be read, until the end of the transaction."""
    op.create_index(f"{NAME}_anew", "customers", columns)
    op.drop_index(NAME, table_name="customers")
    op.execute(f"ALTER INDEX {NAME}_anew RENAME TO {NAME}")
