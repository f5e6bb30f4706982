"""Who may look for customers by their words: nobody but whom ``app.adapters.postgres.roles`` lets.

The function reads with the rights of whoever migrated, and a server lets everybody execute what is made.

Revision ID: 0040
Revises: 0039
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("REVOKE EXECUTE ON FUNCTION customers_with_words FROM PUBLIC")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("GRANT EXECUTE ON FUNCTION customers_with_words TO PUBLIC")
