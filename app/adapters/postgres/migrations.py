"""Bringing the schema to a revision. Apart from ``database``, because Alembic takes longer to load than to look."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import MIGRATIONS, database_trouble


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def migrate(engine: AsyncEngine, *, revision: str = "head") -> None:
    """Bring the schema to a revision. Safe to run from several processes at once: they queue on an advisory lock."""

    def run(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('orderbridge.migrate'))")
        command.upgrade(_configuration(connection), revision)

    async with database_trouble(), engine.begin() as connection:
        await connection.run_sync(run)
