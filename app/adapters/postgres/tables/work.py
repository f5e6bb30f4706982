"""Work and its traces: webhook inbox, runs, schedules, events."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.event_levels import events_of
from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import (
    Holds,
    flag,
    instant,
    json,
    raw,
    small,
    text,
    whole,
)
from app.domain.log_words import LogLevel


class WebhookInboxRow(Row, table=True):
    """A webhook as it came, verified, not yet looked at; the body is bytes because JSON columns refuse some texts."""

    __tablename__ = "webhook_inbox"
    __table_args__ = (
        Index(
            "ix_webhook_inbox_waiting",
            "received_at",
            "store_id",
            "webhook_id",
            postgresql_where=sql("state = 'waiting'"),
        ),
        Index("ix_webhook_inbox_received", "received_at"),
        CheckConstraint("state IN ('waiting', 'handled', 'kept', 'parked')", name="state"),
        {"postgresql_with": {"fillfactor": 85}},
    )

    store_id: str = Field(sa_column=text(ForeignKey("stores.id"), primary_key=True))
    webhook_id: str = Field(sa_column=text(primary_key=True))
    topic: str = Field(sa_column=text())
    event_id: str | None = Field(default=None, sa_column=text(nullable=True))
    api_version: str | None = Field(default=None, sa_column=text(nullable=True))
    triggered_at: str | None = Field(default=None, sa_column=text(nullable=True))
    body: bytes = Field(sa_column=raw(holds=Holds.PERSON))
    state: str = Field(sa_column=text(server_default="waiting"))
    """waiting; handled; kept (a topic nothing wakes); parked (unreadable)."""
    detail: str | None = Field(default=None, sa_column=text(nullable=True))
    received_at: datetime = Field(sa_column=instant(server_default=sql("now()")))
    handled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ScheduleRow(Row, table=True):
    """When a task recurs in a shop."""

    __tablename__ = "schedules"

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    task: str = Field(sa_column=text(primary_key=True))
    enabled: bool = Field(sa_column=flag())
    every_minutes: int | None = Field(default=None, sa_column=small(nullable=True))
    cron: str | None = Field(default=None, sa_column=text(nullable=True))
    filters: dict[str, Any] = Field(sa_column=json())
    parameters: dict[str, Any] = Field(sa_column=json())
    category: str | None = Field(default=None, sa_column=text(nullable=True))
    version: int = Field(sa_column=small())
    updated_at: datetime = Field(sa_column=instant())
    woken_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    """A webhook announced something that the task looks at: from then on it is due, besides its own times."""


class RunRow(Row, table=True):
    """One execution of a task."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("schedule_key"),
        Index("ix_runs_open", "category", "queued_at", "id", postgresql_where=sql("state IN ('queued', 'running')")),
        Index("uq_runs_running_category", "category", unique=True, postgresql_where=sql("state = 'running'")),
        Index("ix_runs_shop", "shop_id", "queued_at", "id"),
        Index("ix_runs_queued", "queued_at", "id"),
        Index("ix_runs_finished", "finished_at", "id", postgresql_where=sql("finished_at IS NOT NULL")),
        Index("ix_runs_failed", "finished_at", "id", postgresql_where=sql("state = 'failed'")),
        Index(
            "ix_runs_with_errors",
            "finished_at",
            "id",
            postgresql_where=sql("state <> 'failed' AND jsonb_array_length(errors) > 0"),
        ),
        Index("ix_runs_state", "state", "queued_at", "id"),
        Index("ix_runs_task", "task", "queued_at", "id"),
        Index("ix_runs_fingerprint", "fingerprint", "queued_at"),
        CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id")))
    task: str = Field(sa_column=text())
    category: str = Field(sa_column=text())
    filters: dict[str, Any] = Field(sa_column=json())
    parameters: dict[str, Any] = Field(sa_column=json())
    fingerprint: str = Field(sa_column=text())
    """Equal runs (shop, task, filters, parameters) have equal ones; one queued or running run of a kind is enough."""
    schedule_key: str | None = Field(default=None, sa_column=text(nullable=True))
    """Schedule and due time, so that a tick makes one run."""
    requested_by: str = Field(sa_column=text())
    state: str = Field(sa_column=text())
    progress_done: int = Field(sa_column=whole())
    progress_total: int | None = Field(default=None, sa_column=whole(nullable=True))
    counts: dict[str, int] = Field(sa_column=json())
    errors: list[dict[str, Any]] = Field(sa_column=json(holds=Holds.PERSON))
    """With the store's own words, which may name whom an order is for; so has ``problem``."""
    problem: dict[str, Any] | None = Field(default=None, sa_column=json(holds=Holds.PERSON, nullable=True))
    """Why it could not go on."""
    attempts: int = Field(sa_column=small())
    cancel_requested_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    claimed_by: str | None = Field(default=None, sa_column=text(nullable=True))
    claim_no: int = Field(sa_column=whole())
    claimed_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    queued_at: datetime = Field(sa_column=instant())
    started_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class CompletenessDayRow(Row, table=True):
    """How a day of a shop compared with the store when it was last checked; days that never were have no row."""

    __tablename__ = "completeness_days"
    __table_args__ = (
        Index("ix_completeness_days_differing", "shop_id", "day", postgresql_where=sql("differs_since IS NOT NULL")),
    )

    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True))
    day: date = Field(sa_column=Column(Date(), primary_key=True, info={"holds": Holds.PLAIN}))
    """In the shop's time zone."""
    detail: str = Field(sa_column=text())
    """What differs, in words with Shopify's ids; empty = nothing."""
    differs_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    checks: int = Field(sa_column=small())
    """How often in a row it was found to differ."""
    checked_at: datetime = Field(sa_column=instant())


class RunTallyRow(Row, table=True):
    """What became of the orders a run waits for, counted by whichever worker imported them."""

    __tablename__ = "run_tallies"

    run_id: str = Field(sa_column=text(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True))
    name: str = Field(sa_column=text(primary_key=True))
    number: int = Field(sa_column=whole())


class RunFailureRow(Row, table=True):
    """A record that failed in a run, written by whichever worker met it; the run shows it when it ends."""

    __tablename__ = "run_failures"

    run_id: str = Field(sa_column=text(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True))
    resource_type: str = Field(sa_column=text(primary_key=True))
    resource_id: str = Field(sa_column=text(primary_key=True))
    code: str = Field(sa_column=text())
    detail: str = Field(sa_column=text(holds=Holds.PERSON))


class EventRow(Row, table=True):
    """A fact for the change feed. Written with its cause; given its position by the one publisher (decision 11)."""

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_position", "position", unique=True, postgresql_where=sql("position IS NOT NULL")),
        Index("ix_events_unpositioned", "seq", postgresql_where=sql("position IS NULL")),
        Index("ix_events_occurred", "occurred_at", "id"),
        Index("ix_events_errors", "occurred_at", "id", postgresql_where=sql(events_of(LogLevel.ERROR))),
        Index("ix_events_warnings", "occurred_at", "id", postgresql_where=sql(events_of(LogLevel.WARNING))),
        Index("ix_events_resource", "resource_id", "seq"),
    )

    seq: int = Field(sa_column=Column(BigInteger(), Identity(), primary_key=True, info={"holds": Holds.PLAIN}))
    id: str = Field(sa_column=text(unique=True))
    position: int | None = Field(default=None, sa_column=whole(nullable=True))
    type: str = Field(sa_column=text())
    occurred_at: datetime = Field(sa_column=instant())
    shop_id: str = Field(sa_column=text(ForeignKey("shops.id", ondelete="CASCADE")))
    resource_type: str = Field(sa_column=text())
    resource_id: str = Field(sa_column=text())
    resource_version: int = Field(sa_column=small())


class EventPositionRow(Row, table=True):
    """The last position given, and up to which the feed is no longer kept; one row."""

    __tablename__ = "event_positions"

    id: int = Field(sa_column=small(primary_key=True))
    last: int = Field(sa_column=whole())
    purged: int = Field(sa_column=whole(server_default="0"))
