"""Requests about persons, and the tombstones of who was forgotten (P83)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, instant, json, text


class PrivacyRequestRow(Row, table=True):
    """What Shopify passed on from a person or about a store. Outlives what it deletes."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        UniqueConstraint("store_id", "webhook_id"),
        Index("ix_privacy_requests_due", "store_id", "due_at", postgresql_where=sql("state = 'waiting'")),
        Index("ix_privacy_requests_received", "received_at", "id"),
        CheckConstraint("kind IN ('data_request', 'customer_redact', 'shop_redact')", name="kind"),
        CheckConstraint("state IN ('waiting', 'done', 'skipped')", name="state"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    store_id: str = Field(sa_column=text(ForeignKey("stores.id")))
    webhook_id: str = Field(sa_column=text())
    kind: str = Field(sa_column=text())
    person: dict[str, Any] = Field(sa_column=json(holds=Holds.PERSON))
    """``app.domain.privacy.Person``; of one that was forgotten only the empty one."""
    state: str = Field(sa_column=text())
    detail: str = Field(sa_column=text())
    counts: dict[str, int] = Field(sa_column=json())
    """Rows that were changed or deleted, by table."""
    received_at: datetime = Field(sa_column=instant())
    due_at: datetime = Field(sa_column=instant())
    """When it is looked at (again)."""
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ForgottenOrderRow(Row, table=True):
    """An order whose buyer was forgotten: later readings of it come in without the buyer."""

    __tablename__ = "forgotten_orders"

    store_id: str = Field(sa_column=text(ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True))
    shopify_id: str = Field(sa_column=text(primary_key=True))
    forgotten_at: datetime = Field(sa_column=instant(server_default=sql("now()")))
