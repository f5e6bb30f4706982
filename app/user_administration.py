"""What the command line does about the people of the console, before ``serve`` or beside it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from app.bootstrap import open_installation
from app.database_server import database_of
from app.domain.console_roles import ConsoleRole
from app.ports.repositories.console_users import ConsoleUser
from app.schema_state import ensure_schema
from app.services.console_users import ConsoleUsers
from app.settings import Settings


@asynccontextmanager
async def _users(settings: Settings) -> AsyncIterator[ConsoleUsers]:
    with database_of(settings) as url:
        await ensure_schema(url, migrate_first=settings.embedded)
        async with open_installation(settings, url) as installation:
            yield installation.container.service(ConsoleUsers)


async def create_user(settings: Settings, *, name: str, role: ConsoleRole) -> Mapping[str, str]:
    """A new user, with the password that nobody is told again."""
    async with _users(settings) as users:
        made = await users.create(name, role)
    return {"name": made.user.name, "role": made.user.role.value, "password": made.password}


async def renew_password(settings: Settings, *, name: str) -> str:
    """A new password of a user."""
    async with _users(settings) as users:
        return (await users.renew_password(name)).password


async def remove_user(settings: Settings, *, name: str) -> None:
    async with _users(settings) as users:
        await users.remove(name)


async def switch_user(settings: Settings, *, name: str, enabled: bool) -> None:
    """Off, or on again."""
    async with _users(settings) as users:
        await users.change(name, enabled=enabled)


async def list_users(settings: Settings) -> Sequence[str]:
    """A line for each."""
    async with _users(settings) as users:
        everybody = await users.everybody()
    return [f"{user.name}  {user.role}  {_last_seen(user)}{'' if user.enabled else ', off'}" for user in everybody]


def _last_seen(user: ConsoleUser) -> str:
    return f"signed in {user.signed_in_at:%Y-%m-%d %H:%M} UTC" if user.signed_in_at else "never signed in"
