"""Refresh tokens of stores, and installations that were begun.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("store_tokens", sa.Column("refresh_token", sa.LargeBinary(), nullable=True))
    op.add_column("store_tokens", sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "installations_begun",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_installations_begun_store_id_stores"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_installations_begun")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("installations_begun")
    op.drop_column("store_tokens", "refresh_expires_at")
    op.drop_column("store_tokens", "refresh_token")
