"""Catalogs of stores, the ERP's prices for price groups, and what of these was sent.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _store_catalogs()
    _catalog_prices()
    _catalog_price_exports()
    _company_catalogs()


def _store_catalogs() -> None:
    op.create_table(
        "store_catalogs",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("catalog_id", sa.Text(), nullable=False),
        sa.Column("price_group", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("price_list_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("adjustment", sa.Numeric(precision=21, scale=6), nullable=True),
        sa.Column("fixed_prices", sa.Integer(), nullable=True),
        sa.Column("publication_id", sa.Text(), nullable=True),
        sa.Column("locations", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("markets", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        *_trouble(attempts=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("type IN ('company', 'market')", name=op.f("ck_store_catalogs_type")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_store_catalogs_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "catalog_id", name=op.f("pk_store_catalogs")),
    )
    _errors_of("store_catalogs", "catalog_id")
    op.execute(
        "CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON store_catalogs FOR EACH ROW"
        " WHEN (pg_trigger_depth() = 0 AND current_setting('orderbridge.actor', true) <> '')"
        " EXECUTE FUNCTION audit_change('catalogs', 'catalog_id', 'type,status', 'price_group', 'shop_id')"
    )


def _catalog_prices() -> None:
    op.create_table(
        "catalog_prices",
        sa.Column("price_group", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("variant_code", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric(precision=21, scale=6), nullable=False),
        sa.Column("compare_at_price", sa.Numeric(precision=21, scale=6), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.CheckConstraint(
                f"{name} = {name} AND {name} >= 0 AND {name} < 1e15", name=op.f(f"ck_catalog_prices_{name}")
            )
            for name in ("price", "compare_at_price")
        ),
        sa.PrimaryKeyConstraint("price_group", "currency", "item_no", "variant_code", name=op.f("pk_catalog_prices")),
    )


def _catalog_price_exports() -> None:
    op.create_table(
        "catalog_price_exports",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("catalog_id", sa.Text(), nullable=False),
        sa.Column("store_variant_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=True),
        sa.Column("sent", sa.Text(), nullable=False),
        *_trouble(attempts=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_catalog_price_exports_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "catalog_id", "store_variant_id", name=op.f("pk_catalog_price_exports")),
    )
    _errors_of("catalog_price_exports", "catalog_id", "store_variant_id")


def _company_catalogs() -> None:
    op.create_table(
        "company_catalogs",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("store_company_id", sa.Text(), nullable=False),
        sa.Column("catalog_id", sa.Text(), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        *_trouble(attempts=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_company_catalogs_shop_id_shops"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "store_company_id", name=op.f("pk_company_catalogs")),
    )
    _errors_of("company_catalogs", "store_company_id")


def _trouble(*, attempts: bool) -> list[sa.Column]:
    columns = [
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
    ]
    return [*columns, sa.Column("attempts", sa.Integer(), nullable=True)] if attempts else columns


def _errors_of(table: str, *columns: str) -> None:
    op.create_index(
        f"ix_{table}_errors",
        table,
        ["shop_id", *columns],
        unique=False,
        postgresql_where=sa.text("error_code IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("company_catalogs", "catalog_price_exports", "catalog_prices", "store_catalogs"):
        op.drop_table(table)
