"""Bringing the schema to a revision. Apart from ``database``, because Alembic takes longer to load than to look."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import MIGRATIONS, alone_with_schema


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, in the transaction of the connection."""
    command.upgrade(_configuration(connection), revision)


async def migrate(engine: AsyncEngine, *, revision: str = "head") -> None:
    """Bring the schema to a revision. Safe to run from several processes at once."""
    async with alone_with_schema(engine) as (connection, _):
        await connection.run_sync(upgrade, revision)
