"""Who signs in to the console, and where they are signed in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

from app.adapters.postgres.tables.base import Row
from app.adapters.postgres.tables.columns import Holds, flag, instant, raw, text


class ConsoleUserRow(Row, table=True):
    """Somebody who works here: the name they chose to sign in with, no person that a store knows."""

    __tablename__ = "console_users"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("role IN ('viewer', 'operator', 'admin')", name="role"),
    )

    id: str = Field(sa_column=text(primary_key=True))
    name: str = Field(sa_column=text())
    role: str = Field(sa_column=text())
    password_hash: str = Field(sa_column=text(holds=Holds.SECRET))
    """Argon2id with its salt and parameters."""
    created_at: datetime = Field(sa_column=instant())
    enabled: bool = Field(default=True, sa_column=flag(server_default="true"))
    signed_in_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ConsoleSessionRow(Row, table=True):
    """Where somebody is signed in; deleted by signing out, by a new password, by other rights, and once it is over."""

    __tablename__ = "console_sessions"
    __table_args__ = (Index(None, "user_id"),)

    token_hash: bytes = Field(sa_column=raw(primary_key=True, holds=Holds.SECRET))
    user_id: str = Field(sa_column=text(ForeignKey("console_users.id", ondelete="CASCADE")))
    created_at: datetime = Field(sa_column=instant())
    seen_at: datetime = Field(sa_column=instant())
