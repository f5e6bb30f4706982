"""Who changed what, when, from what to what (P81, S27). Rows are added by triggers and the unit of work only."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, instant, json, text, texts


class AuditEntryRow(Row, table=True):
    """One change or one deed. Never changed, and not deleted before its year is over: a trigger sees to it.

    No reference leads out of it, so that it outlives what it is about; of secrets and persons it names the fields only.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_occurred", "occurred_at"),
        Index("ix_audit_entries_about", "resource", "resource_id", "seq"),
        Index("ix_audit_entries_of", "of_shop", "seq"),
        CheckConstraint("actor_kind IN ('key', 'user', 'command_line', 'orderbridge')", name="actor_kind"),
        CheckConstraint("change IN ('created', 'changed', 'removed', 'done')", name="change"),
    )

    seq: int = Field(sa_column=Column(BigInteger(), Identity(), primary_key=True, info={"holds": Holds.PLAIN}))
    occurred_at: datetime = Field(sa_column=instant(server_default=sql("now()")))
    actor_kind: str = Field(sa_column=text())
    actor_id: str | None = Field(default=None, sa_column=text(nullable=True))
    actor_name: str = Field(sa_column=text())
    operation: str | None = Field(default=None, sa_column=text(nullable=True))
    """The surface's name of what was asked for."""
    change: str = Field(sa_column=text())
    resource: str = Field(sa_column=text())
    resource_id: str | None = Field(default=None, sa_column=text(nullable=True))
    """null where it would name a person."""
    of_shop: str | None = Field(default=None, sa_column=text(nullable=True))
    """Our id of the shop."""
    before: dict[str, Any] | None = Field(default=None, sa_column=json(nullable=True))
    after: dict[str, Any] | None = Field(default=None, sa_column=json(nullable=True))
    withheld: list[str] = Field(sa_column=texts())
    """Fields that were changed and are not told."""
