"""Where events are pushed to, with which secrets, and what became of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, flag, instant, json, raw, small, text, texts, whole


class WebhookEndpointRow(Row, table=True):
    """An address of the ERP that is told events. ``position`` is how far the feed has become deliveries."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("disabled_reason IN ('on_request', 'gone', 'failing')", name="disabled_reason"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: str = Field(sa_column=text(primary_key=True))
    url: str = Field(sa_column=text())
    description: str = Field(sa_column=text())
    types: list[str] = Field(sa_column=texts())
    """Event types, families as ``order.*``; empty = all."""
    shop_ids: list[str] | None = Field(default=None, sa_column=texts(nullable=True))
    """null = all shops, those made later included."""
    enabled: bool = Field(sa_column=flag())
    disabled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    disabled_reason: str | None = Field(default=None, sa_column=text(nullable=True))
    position: int = Field(sa_column=whole())
    failing_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """The first failure since the last success."""
    paused_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """What the endpoint itself asked for."""
    delivered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    version: int = Field(sa_column=small())
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())


class WebhookEndpointSecretRow(Row, table=True):
    """A signing secret, sealed; those before the newest end by themselves."""

    __tablename__ = "webhook_endpoint_secrets"

    endpoint_id: str = Field(sa_column=text(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), primary_key=True))
    id: str = Field(sa_column=text(primary_key=True))
    secret: bytes = Field(sa_column=raw(holds=Holds.SECRET))
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """null = the present one."""


class WebhookDeliveryRow(Row, table=True):
    """One event for one endpoint, with what its attempts came to. No body: that is the event, read when it is sent."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_due",
            "endpoint_id",
            "due_at",
            "position",
            postgresql_where=sql("due_at IS NOT NULL"),
        ),
        Index("ix_webhook_deliveries_ended", "updated_at", postgresql_where=sql("due_at IS NULL")),
        CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state"),
        {"postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}},
    )

    endpoint_id: str = Field(sa_column=text(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), primary_key=True))
    position: int = Field(sa_column=whole(primary_key=True))
    """Of the event. No foreign key: events end before some of their deliveries."""
    event_id: str = Field(sa_column=text())
    type: str = Field(sa_column=text())
    state: str = Field(sa_column=text())
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """null = nothing more is tried."""
    attempts: int = Field(sa_column=small())
    history: list[dict[str, Any]] = Field(sa_column=json(holds=Holds.PERSON))
    """The latest attempts; with the first words of the endpoint's answers, which nobody can vouch for."""
    claimed_by: str | None = Field(default=None, sa_column=text(nullable=True))
    claim_no: int = Field(sa_column=whole())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    delivered_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    updated_at: datetime = Field(sa_column=instant())
