"""People of the console and their sessions."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from app.adapters.postgres.repositories.paging import page_of
from app.domain.console_roles import ConsoleRole
from app.ports.paging import Page, PageRequest
from app.ports.repositories.console_users import ConsoleSession, ConsoleUser


class PostgresConsoleUsers:
    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def by_name(self, name: str, *, locked: bool = False) -> ConsoleUser | None:
        lock = " FOR UPDATE" if locked else ""
        row = await self._driver.fetchrow(f"SELECT * FROM console_users WHERE name = $1{lock}", name)
        return _user(row) if row else None

    async def all(self) -> Sequence[ConsoleUser]:
        return [_user(row) for row in await self._driver.fetch("SELECT * FROM console_users ORDER BY name")]

    async def page(self, request: PageRequest) -> Page[ConsoleUser]:
        (after,) = request.after or ("",)
        rows = await self._driver.fetch(
            "SELECT * FROM console_users WHERE name > $1 ORDER BY name LIMIT $2", after, request.limit + 1
        )
        return page_of(rows, request, shape=_user, key=lambda row: (row["name"],))

    async def hold_rights(self) -> None:
        await self._driver.execute("SELECT pg_advisory_xact_lock(hashtextextended('rights of console users', 0))")

    async def admins(self) -> Sequence[str]:
        rows = await self._driver.fetch("SELECT id FROM console_users WHERE role = 'admin' AND enabled ORDER BY id")
        return [row["id"] for row in rows]

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
        await self.close_sessions(user)

    async def set_rights(self, user: str, role: ConsoleRole, *, enabled: bool) -> None:
        await self._driver.execute(
            "UPDATE console_users SET role = $2, enabled = $3 WHERE id = $1", user, role, enabled
        )
        await self.close_sessions(user)

    async def remove(self, user: str) -> None:
        await self._driver.execute("DELETE FROM console_users WHERE id = $1", user)

    async def open_session(self, token_hash: bytes, user: ConsoleUser, *, now: datetime) -> bool:
        # Whoever renews the password or switches off waits for the row, or has changed it before: then none is found.
        opened = await self._driver.fetchval(
            "WITH person AS (UPDATE console_users SET signed_in_at = $3 WHERE id = $2 AND password_hash = $4"
            " AND enabled RETURNING id)"
            " INSERT INTO console_sessions (token_hash, user_id, created_at, seen_at)"
            " SELECT $1, id, $3, $3 FROM person RETURNING true",
            token_hash,
            user.id,
            now,
            user.password_hash,
        )
        return bool(opened)

    async def session(self, token_hash: bytes) -> ConsoleSession | None:
        row = await self._driver.fetchrow(
            "SELECT person.*, session.created_at AS opened_at, session.seen_at FROM console_sessions AS session"
            " JOIN console_users AS person ON person.id = session.user_id"
            " WHERE session.token_hash = $1 AND person.enabled",
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

    async def close_sessions(self, user: str) -> None:
        await self._driver.execute("DELETE FROM console_sessions WHERE user_id = $1", user)

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
        enabled=row["enabled"],
        signed_in_at=row["signed_in_at"],
    )
