"""Records that tasks exchange with a store: how far each listing has come, what was last sent, what went wrong."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, flag, instant, raw, small, text


class TaskCursorRow(Row, table=True):
    """How far a task of a shop has listed, by the store's clock."""

    __tablename__ = "task_cursors"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    task: str = Field(sa_column=text(primary_key=True))
    listed_at: datetime = Field(sa_column=instant())


class RecordExchangeRow(Row, table=True):
    """One record on its way to the store, or one that could not be taken from there.

    Of an export it stays, since what was sent tells what is news; of an import it ends when the record was taken in.
    """

    __tablename__ = "record_exchanges"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('customer', 'company', 'company_location', 'store_customer', 'store_company')", name="kind"
        ),
        Index(None, "shop_id", "store_record_id", postgresql_where=sql("store_record_id IS NOT NULL")),
        Index("ix_record_exchanges_errors", "shop_id", "record_id", postgresql_where=sql("error_code IS NOT NULL")),
        Index(
            "ix_record_exchanges_skipped",
            "kind",
            sql("((((shop_id || '/') || kind) || '/') || record_id)"),
            postgresql_where=sql("error_code IS NOT NULL"),
        ),
        Index("ix_record_exchanges_asked", "shop_id", "kind", postgresql_where=sql("asked_at IS NOT NULL")),
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    kind: str = Field(sa_column=text(primary_key=True))
    """customer, company, company_location: the ERP's, by our id; store_customer, store_company: by Shopify's id."""
    record_id: str = Field(sa_column=text(primary_key=True, holds=Holds.PERSON_KEY))
    store_record_id: str | None = Field(default=None, sa_column=text(nullable=True, holds=Holds.PERSON_KEY))
    """Of an export: what it is at the store."""
    asked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """Somebody asked for it and it is not done yet."""
    unfinished: bool = Field(sa_column=flag())
    """Making it at the store has begun and may be there in part."""
    sent: bytes | None = Field(default=None, sa_column=raw(nullable=True, holds=Holds.PERSON))
    """A hash of what was last sent, taken or refused."""
    store_updated_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The store's change time after our last write: what is no later is no news."""
    error_code: str | None = Field(default=None, sa_column=text(nullable=True))
    error_detail: str | None = Field(default=None, sa_column=text(holds=Holds.PERSON, nullable=True))
    """With the store's own words, which may quote the record."""
    failed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """When it first failed with this reason, or was first held up."""
    attempts: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())
