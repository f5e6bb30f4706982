"""Orders at which the ERP's number is to be brought in line at the store."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, instant, small, text, whole


class NumberWriteBackRow(Row, table=True):
    """What the order should say stands in its documents; here is only that it is to be looked at, and how that went.

    ``wanted`` and the claim are those of ``orders_to_import``. Rows end with their work.
    """

    __tablename__ = "number_write_backs"
    __table_args__ = (
        Index(
            "ix_number_write_backs_due", "store_id", "due_at", "order_id", postgresql_where=sql("due_at IS NOT NULL")
        ),
        Index("ix_number_write_backs_errors", "shop_id", "order_id", postgresql_where=sql("error_code IS NOT NULL")),
        Index("ix_number_write_backs_skipped", "order_id", postgresql_where=sql("error_code IS NOT NULL")),
        {"postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}},
    )

    order_id: str = Field(sa_column=text(primary_key=True))
    """No foreign key: its check would lock the order after its document, which others lock the other way round."""
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    wanted: int = Field(sa_column=whole())
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """null = waits for a person (parked)."""
    attempts: int = Field(sa_column=small())
    vouched_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The order's change time after our write, for which our copy is said to hold; proved when it has settled."""
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(holds=Holds.PERSON, nullable=True))
    """With the store's own words, which may quote what stands in the order."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When it first failed, or was first held up."""
    parked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    claimed_by: str | None = Field(default=None, sa_column=text(nullable=True))
    claim_no: int = Field(sa_column=whole())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
