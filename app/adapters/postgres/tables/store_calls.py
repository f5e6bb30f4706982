"""Calls of stores that changed something there, or failed: the log's part of what was said to Shopify (P81)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import flag, instant, small, text


class StoreCallRow(Row, table=True):
    """One call, without anything of its body."""

    __tablename__ = "store_calls"
    __table_args__ = (
        Index("ix_store_calls_called", "called_at", "id"),
        Index("ix_store_calls_failed", "called_at", "id", postgresql_where=sql("status >= 400 OR status IS NULL")),
        Index("ix_store_calls_store", "store_id"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    called_at: datetime = Field(sa_column=instant())
    operation: str = Field(sa_column=text())
    """Our document's name."""
    writes: bool = Field(sa_column=flag())
    attempt: int = Field(sa_column=small())
    status: int | None = Field(default=None, sa_column=small(nullable=True))
    """null = no answer came."""
    points: int | None = Field(default=None, sa_column=small(nullable=True))
    milliseconds: int = Field(sa_column=small())
