"""Catalogs of stores, the ERP's prices for those who buy from them, and what of these was sent."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, amount, flag, instant, json, small, text


class StoreCatalogRow(Row, table=True):
    """A catalog of the store, and the price group that a person gave it in this shop."""

    __tablename__ = "store_catalogs"
    __table_args__ = (
        CheckConstraint("type IN ('company', 'market')", name="type"),
        Index("ix_store_catalogs_errors", "shop_id", "catalog_id", postgresql_where=sql("error_code IS NOT NULL")),
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    catalog_id: str = Field(sa_column=text(primary_key=True))
    price_group: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON_KEY))
    """The ERP's word for who buys; may be a customer's number."""
    title: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON))
    """As the store calls it, often by its company; null = the store was not asked yet."""
    type: str | None = Field(default=None, sa_column=text(nullable=True))
    status: str | None = Field(default=None, sa_column=text(nullable=True))
    """active, draft, archived or not_at_store; null = the store was not asked yet."""
    price_list_id: str | None = Field(default=None, sa_column=text(nullable=True))
    currency: str | None = Field(default=None, sa_column=text(nullable=True))
    adjustment: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    fixed_prices: int | None = Field(default=None, sa_column=small(nullable=True))
    publication_id: str | None = Field(default=None, sa_column=text(nullable=True))
    locations: Any = Field(default=None, sa_column=json(nullable=True))
    """[[location id, company id]]"""
    markets: Any = Field(default=None, sa_column=json(nullable=True))
    """[[market id, name]]"""
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(nullable=True))
    """Why none of its prices is sent."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    attempts: int | None = Field(default=None, sa_column=small(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class CatalogPriceRow(Row, table=True):
    """What the ERP says an item costs for those of a price group. May come before the item and the catalog."""

    __tablename__ = "catalog_prices"
    __table_args__ = (
        *(
            CheckConstraint(f"{name} = {name} AND {name} >= 0 AND {name} < 1e15", name=name)
            for name in ("price", "compare_at_price")
        ),
    )

    price_group: str = Field(sa_column=text(primary_key=True, holds=Holds.PERSON_KEY))
    currency: str = Field(sa_column=text(primary_key=True))
    item_no: str = Field(sa_column=text(primary_key=True))
    variant_code: str = Field(sa_column=text(primary_key=True))
    """Empty = the item itself, and each variant without a price of its own."""
    price: Decimal = Field(sa_column=amount())
    compare_at_price: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    updated_at: datetime = Field(sa_column=instant())


class CatalogPriceExportRow(Row, table=True):
    """The price of one store variant in one catalog, as it was last sent. Ends when the price is removed there."""

    __tablename__ = "catalog_price_exports"
    __table_args__ = (
        Index(
            "ix_catalog_price_exports_errors",
            "shop_id",
            "catalog_id",
            "store_variant_id",
            postgresql_where=sql("error_code IS NOT NULL"),
        ),
        Index(
            "ix_catalog_price_exports_skipped",
            sql("((((shop_id || '/catalog_price/') || catalog_id) || '/') || store_variant_id)"),
            postgresql_where=sql("error_code IS NOT NULL"),
        ),
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    catalog_id: str = Field(sa_column=text(primary_key=True))
    store_variant_id: str = Field(sa_column=text(primary_key=True))
    item_no: str | None = Field(default=None, sa_column=text(nullable=True))
    """For whoever reads that it was not sent."""
    sent: str = Field(sa_column=text())
    """Fingerprint of what was last sent; empty = sending has begun, or nobody knows how it ended."""
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(nullable=True))
    """With the store's own words."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    attempts: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class CompanyCatalogRow(Row, table=True):
    """The catalog of its own that a company is given. It is made once: what people then do with it stays."""

    __tablename__ = "company_catalogs"
    __table_args__ = (
        Index(
            "ix_company_catalogs_errors",
            "shop_id",
            "store_company_id",
            postgresql_where=sql("error_code IS NOT NULL"),
        ),
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    store_company_id: str = Field(sa_column=text(primary_key=True))
    catalog_id: str | None = Field(default=None, sa_column=text(nullable=True))
    begun: bool = Field(sa_column=flag())
    """Making it was begun by us: what of it is there is ours to complete."""
    finished: bool = Field(sa_column=flag())
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(holds=Holds.PERSON, nullable=True))
    """With the store's own words, which may quote the company."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    attempts: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())
