"""Gift cards as orders issued and redeemed them.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "gift_cards",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shopify_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=True),
        sa.Column("last_characters", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("presentment_currency", sa.Text(), nullable=False),
        sa.Column("amount_shop", sa.Numeric(21, 6), nullable=False),
        sa.Column("amount_presentment", sa.Numeric(21, 6), nullable=False),
        sa.CheckConstraint("state IN ('issued', 'redeemed')", name=op.f("ck_gift_cards_state")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_gift_cards_order_id_orders"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_gift_cards_store_id_stores")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_gift_cards_shop_id_shops")),
        sa.PrimaryKeyConstraint("order_id", "state", "shopify_id", name=op.f("pk_gift_cards")),
    )
    op.create_index("ix_gift_cards_shop", "gift_cards", ["shop_id", "order_id", "state", "shopify_id"])
    op.create_index(
        "ix_gift_cards_used",
        "gift_cards",
        ["store_id", "shopify_id"],
        postgresql_where=sa.text("state = 'redeemed'"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("gift_cards")
