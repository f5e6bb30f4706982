"""Bringing the schema to a revision. Apart from ``database``, because Alembic takes longer to load than to look."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.adapters.postgres.database import MIGRATIONS, alone_with_schema
from app.adapters.postgres.roles import Service, require_owner, secure


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, in the transaction of the connection."""
    command.upgrade(_configuration(connection), revision)


async def bring_to_head(connection: AsyncConnection, *, service: Service | None = None) -> None:
    """Bring the schema to the newest revision, and the roles with it; harmless where all that is done."""
    await require_owner(connection)
    await connection.run_sync(upgrade)
    await secure(connection, service=service)


async def migrate(engine: AsyncEngine, *, revision: str | None = None, service: Service | None = None) -> None:
    """Bring the schema to the newest or another revision. Safe to run from several processes at once."""
    async with alone_with_schema(engine) as (connection, _):
        if revision is None:
            await bring_to_head(connection, service=service)
        else:
            await connection.run_sync(upgrade, revision)
