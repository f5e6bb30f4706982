"""What processes tell of themselves: that they live, how their clocks stand, whose webhooks were signed wrongly.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "process_beats",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ahead_of_database", sa.Double(), nullable=False),
        sa.Column("ahead_of_stores", sa.Double(), nullable=True),
        sa.Column("differs_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('api', 'worker')", name=op.f("ck_process_beats_role")),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_process_beats")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "refused_webhooks",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_refused_webhooks_store_id_stores"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_refused_webhooks")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("refused_webhooks")
    op.drop_table("process_beats")
