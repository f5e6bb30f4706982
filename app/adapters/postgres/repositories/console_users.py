"""People of the console and their sessions."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.domain.console_roles import ConsoleRole
from app.ports.repositories.console_users import ConsoleSession, ConsoleUser


class PostgresConsoleUsers:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def by_name(self, name: str) -> ConsoleUser | None:
        row = await self._driver.fetchrow("SELECT * FROM console_users WHERE name = $1", name)
        return _user(row) if row else None

    async def all(self) -> Sequence[ConsoleUser]:
        return [_user(row) for row in await self._driver.fetch("SELECT * FROM console_users ORDER BY name")]

    async def add(self, user: ConsoleUser) -> bool:
        done = await self._driver.execute(
            "INSERT INTO console_users (id, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (name) DO NOTHING",
            user.id,
            user.name,
            user.role,
            user.password_hash,
            user.created_at,
        )
        return bool(done.endswith(" 1"))

    async def set_password(self, user: str, password_hash: str) -> None:
        await self._driver.execute("UPDATE console_users SET password_hash = $2 WHERE id = $1", user, password_hash)
        await self._driver.execute("DELETE FROM console_sessions WHERE user_id = $1", user)

    async def remove(self, user: str) -> None:
        await self._driver.execute("DELETE FROM console_users WHERE id = $1", user)

    async def open_session(self, token_hash: bytes, user: str, *, now: datetime) -> None:
        await self._driver.execute(
            "WITH opened AS (INSERT INTO console_sessions (token_hash, user_id, created_at, seen_at)"
            " SELECT $1, id, $3, $3 FROM console_users WHERE id = $2)"
            " UPDATE console_users SET signed_in_at = $3 WHERE id = $2",
            token_hash,
            user,
            now,
        )

    async def session(self, token_hash: bytes) -> ConsoleSession | None:
        row = await self._driver.fetchrow(
            "SELECT person.*, session.created_at AS opened_at, session.seen_at FROM console_sessions AS session"
            " JOIN console_users AS person ON person.id = session.user_id WHERE session.token_hash = $1",
            token_hash,
        )
        if row is None:
            return None
        return ConsoleSession(
            token_hash=token_hash, user=_user(row), created_at=row["opened_at"], seen_at=row["seen_at"]
        )

    async def seen(self, token_hash: bytes, at: datetime) -> None:
        await self._driver.execute("UPDATE console_sessions SET seen_at = $2 WHERE token_hash = $1", token_hash, at)

    async def close_session(self, token_hash: bytes) -> None:
        await self._driver.execute("DELETE FROM console_sessions WHERE token_hash = $1", token_hash)

    async def purge(self, *, seen_before: datetime, created_before: datetime) -> None:
        await self._driver.execute(
            "DELETE FROM console_sessions WHERE seen_at < $1 OR created_at < $2", seen_before, created_before
        )


def _user(row: asyncpg.Record) -> ConsoleUser:
    return ConsoleUser(
        id=row["id"],
        name=row["name"],
        role=ConsoleRole(row["role"]),
        password_hash=row["password_hash"],
        created_at=row["created_at"],
        signed_in_at=row["signed_in_at"],
    )
