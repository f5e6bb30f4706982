"""What processes tell of themselves, for whoever watches: that they work, and what does not fit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import fraction, instant, small, text


class ProcessBeatRow(Row, table=True):
    """A process that lives, or lived within the last day."""

    __tablename__ = "process_beats"
    __table_args__ = (
        CheckConstraint("role IN ('api', 'worker')", name="role"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    process: str = Field(sa_column=text(primary_key=True))
    role: str = Field(sa_column=text())
    beat_at: datetime = Field(sa_column=instant())
    """By the database's clock."""
    ahead_of_database: float = Field(sa_column=fraction())
    """Seconds that the process's clock is ahead, negative = behind."""
    ahead_of_stores: float | None = Field(default=None, sa_column=fraction(nullable=True))
    """None = no store has answered it lately."""
    differs_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class RefusedWebhooksRow(Row, table=True):
    """Webhooks in a store's name whose signature was wrong, since the last one whose was right."""

    __tablename__ = "refused_webhooks"

    store_id: str = Field(sa_column=text(ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True))
    refused: int = Field(sa_column=small())
    since: datetime = Field(sa_column=instant())
