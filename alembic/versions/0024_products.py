"""Items as products of a store: prices, pictures, what was sent of them, and what was found there.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TEXTS = ("vendor", "category", "text_html", "hs_code", "origin_country_code")
EXPORTS = "product_exports"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in TEXTS:
        op.add_column("items", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("items", sa.Column("net_weight", sa.Numeric(21, 6), nullable=True))
    op.create_check_constraint(
        op.f("ck_items_net_weight"), "items", "net_weight = net_weight AND net_weight >= 0 AND net_weight < 1e9"
    )
    _prices()
    op.create_table(
        "item_images",
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("images", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_no"], ["items.no"], name=op.f("fk_item_images_item_no_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_no", name=op.f("pk_item_images")),
    )
    _exports()
    _discovered()


def _prices() -> None:
    table = "item_prices"
    amounts = ("price", "compare_at_price", "unit_cost")
    op.create_table(
        table,
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("variant_code", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Numeric(21, 6), nullable=True) for name in amounts),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.CheckConstraint(f"{name} = {name} AND {name} >= 0 AND {name} < 1e15", name=op.f(f"ck_{table}_{name}"))
            for name in amounts
        ),
        sa.PrimaryKeyConstraint("item_no", "variant_code", "shop_id", name=op.f("pk_item_prices")),
    )


def _exports() -> None:
    op.create_table(
        EXPORTS,
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("store_product_id", sa.Text(), nullable=True),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("part IN ('product', 'prices', 'images')", name=op.f("ck_product_exports_part")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_product_exports_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "item_no", "part", name=op.f("pk_product_exports")),
    )
    op.create_index(
        "ix_product_exports_product",
        EXPORTS,
        ["shop_id", "store_product_id"],
        unique=False,
        postgresql_where=sa.text("store_product_id IS NOT NULL"),
    )
    op.create_index(
        "ix_product_exports_errors",
        EXPORTS,
        ["shop_id", "item_no"],
        unique=False,
        postgresql_where=sa.text("error_code IS NOT NULL"),
    )


def _discovered() -> None:
    table = "discovered_items"
    op.create_table(
        table,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("store_product_id", sa.Text(), nullable=False),
        sa.Column("product", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_discovered_items_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discovered_items")),
        sa.UniqueConstraint("shop_id", "store_product_id", name=op.f("uq_discovered_items_shop_id_store_product_id")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("discovered_items", EXPORTS, "item_images", "item_prices"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_items_net_weight"), "items", type_="check")
    for name in ("net_weight", *reversed(TEXTS)):
        op.drop_column("items", name)
