"""Customers and items are searched by the beginnings of their words, with an index.

Revision ID: 0031
Revises: 0030
"""

from functools import reduce

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def _words(*columns: str) -> str:
    text = reduce(lambda before, following: f"(({before} || ' ') || {following})", map(_text, columns))
    return f"to_tsvector('simple', translate({text[1:-1]}, '-_./@:+&;<>~?=%#', repeat(' ', 16)))"


def _text(column: str) -> str:
    return f"COALESCE({column}, '')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_customers_words",
        "customers",
        [sa.literal_column(_words("no", "name", "name2", "contact_name", "email", "postal_code", "city"))],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("no IS NOT NULL"),
    )
    op.create_index(
        "ix_items_words",
        "items",
        [sa.literal_column(f"({_words('no', 'description', 'sku')} || array_to_tsvector(array_remove(barcodes, '')))")],
        unique=False,
        postgresql_using="gin",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_items_words", table_name="items", postgresql_using="gin")
    op.drop_index("ix_customers_words", table_name="customers", postgresql_using="gin")
