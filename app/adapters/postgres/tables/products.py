"""What becomes of items at a store: prices and pictures as the ERP gives them, what was sent, what was found there."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, amount, flag, instant, json, small, text


class ItemPriceRow(Row, table=True):
    """What the ERP says an item or item variant costs. May come before the item."""

    __tablename__ = "item_prices"
    __table_args__ = (
        *(
            CheckConstraint(f"{name} = {name} AND {name} >= 0 AND {name} < 1e15", name=name)
            for name in ("price", "compare_at_price", "unit_cost")
        ),
    )

    item_no: str = Field(sa_column=text(primary_key=True))
    variant_code: str = Field(sa_column=text(primary_key=True))
    """Empty = the item itself, and each variant without a price of its own."""
    shop_id: str = Field(sa_column=text(primary_key=True))
    """Empty = every shop without a price of its own; so no foreign key."""
    price: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    compare_at_price: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    unit_cost: Decimal | None = Field(default=None, sa_column=amount(nullable=True))
    updated_at: datetime = Field(sa_column=instant())


class ItemImagesRow(Row, table=True):
    """The pictures of an item, in their order: [{url, alt, variant_code}]."""

    __tablename__ = "item_images"

    item_no: str = Field(sa_column=text(ForeignKey("items.no", ondelete="CASCADE"), primary_key=True))
    images: Any = Field(sa_column=json(holds=Holds.PERSON))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class ProductExportRow(Row, table=True):
    """One part of an item on its way to a store: the product, its prices, its pictures."""

    __tablename__ = "product_exports"
    __table_args__ = (
        CheckConstraint("part IN ('product', 'prices', 'images')", name="part"),
        Index(
            "ix_product_exports_product",
            "shop_id",
            "store_product_id",
            postgresql_where=sql("store_product_id IS NOT NULL"),
        ),
        Index("ix_product_exports_errors", "shop_id", "item_no", postgresql_where=sql("error_code IS NOT NULL")),
        Index(
            "ix_product_exports_skipped",
            sql("((((shop_id || '/') || part) || '/') || item_no)"),
            postgresql_where=sql("error_code IS NOT NULL"),
        ),
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    item_no: str = Field(sa_column=text(primary_key=True))
    part: str = Field(sa_column=text(primary_key=True))
    store_product_id: str | None = Field(default=None, sa_column=text(nullable=True))
    """Of the part ``product``: what the item is at the store."""
    adopted: bool = Field(sa_column=flag())
    """It was there before us: its options and its other variants are the merchant's."""
    handle: str | None = Field(default=None, sa_column=text(nullable=True))
    """Under which handle making it has begun; written before it is asked for, gone when it is known."""
    sent: str | None = Field(default=None, sa_column=text(nullable=True))
    """Fingerprint of what was last sent."""
    files: Any = Field(default=None, sa_column=json(nullable=True))
    """Of the part ``images``: [{digest, file_id}] as they stand at the store."""
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(nullable=True))
    """With the store's own words."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When it first failed for this reason."""
    attempts: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())


class DiscoveredItemRow(Row, table=True):
    """A product of the store that is no item yet, with everything an ERP needs to make one."""

    __tablename__ = "discovered_items"
    __table_args__ = (UniqueConstraint("shop_id", "store_product_id"),)

    id: str = Field(sa_column=text(primary_key=True))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE")))
    store_product_id: str = Field(sa_column=text())
    product: Any = Field(sa_column=json())
    """``app.domain.products.DiscoveredProduct``."""
    known: bool = Field(sa_column=flag())
    """Every variant is an item meanwhile, or the product is gone."""
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
