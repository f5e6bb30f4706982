"""Stock as the ERP tells it, the store's variants that it becomes, and the queue of what is to be looked at."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import amount, instant, small, text, whole


class InventoryLevelRow(Row, table=True):
    """What the ERP says lies of an item at one of its locations. May come before the item."""

    __tablename__ = "inventory_levels"
    __table_args__ = (CheckConstraint("quantity = quantity AND abs(quantity) < 1e15", name="quantity"),)

    item_no: str = Field(sa_column=text(primary_key=True))
    variant_code: str = Field(sa_column=text(primary_key=True))
    """Empty = the item itself."""
    location_code: str = Field(sa_column=text(primary_key=True))
    """Empty = the blank location."""
    quantity: Decimal = Field(sa_column=amount())
    updated_at: datetime = Field(sa_column=instant())


class StockedVariantRow(Row, table=True):
    """A variant as the store last listed it: by its codes an item finds it, by its inventory item stock is set."""

    __tablename__ = "stocked_variants"
    __table_args__ = (
        Index("ix_stocked_variants_sku", "store_id", "sku_key", postgresql_where=sql("sku_key <> ''")),
        Index(None, "store_id", "inventory_item_id"),
        Index("ix_stocked_variants_barcode", "store_id", "barcode_key", postgresql_where=sql("barcode_key <> ''")),
    )

    store_id: str = Field(sa_column=text(ForeignKey("stores.id"), primary_key=True))
    store_variant_id: str = Field(sa_column=text(primary_key=True))
    inventory_item_id: str = Field(sa_column=text())
    sku: str = Field(sa_column=text())
    barcode: str = Field(sa_column=text())
    sku_key: str = Field(sa_column=text())
    """Trimmed and case-folded, as items are found by it."""
    barcode_key: str = Field(sa_column=text())
    listed_at: datetime = Field(sa_column=instant())
    """When the listing began that told it last."""


class StockToTellRow(Row, table=True):
    """An item whose stock is to be looked at in a shop. ``wanted`` and the claim are those of ``orders_to_import``; a
    row ends with its work, one with an error stays until a new level, a run or a person.
    """

    __tablename__ = "stock_to_tell"
    __table_args__ = (
        Index(
            "ix_stock_to_tell_due",
            "shop_id",
            "due_at",
            "item_no",
            "variant_code",
            postgresql_where=sql("due_at IS NOT NULL"),
        ),
        Index("ix_stock_to_tell_errors", "shop_id", "item_no", postgresql_where=sql("reason IS NOT NULL")),
        Index(
            "ix_stock_to_tell_skipped",
            sql("((((shop_id || '/stock/') || item_no) || '/') || variant_code)"),
            postgresql_where=sql("reason IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}},
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    item_no: str = Field(sa_column=text(primary_key=True))
    variant_code: str = Field(sa_column=text(primary_key=True))
    wanted: int = Field(sa_column=whole())
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    attempts: int = Field(sa_column=small())
    reason: str | None = Field(default=None, sa_column=text(nullable=True))
    """Why it is not told yet, or cannot be."""
    detail: str | None = Field(default=None, sa_column=text(nullable=True))
    """With the store's own words."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When it first failed for this reason, or was first held up."""
    claimed_by: str | None = Field(default=None, sa_column=text(nullable=True))
    claim_no: int = Field(sa_column=whole())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    updated_at: datetime = Field(sa_column=instant())
