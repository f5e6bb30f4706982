"""The database as a place: engine, timeouts, and bringing the schema to head. Knows no table's meaning."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.ports.errors import DatabaseUnavailable

_PLACES = [Path(__file__).resolve().parents[up] / "alembic" for up in (3, 2)]
MIGRATIONS = next((place for place in _PLACES if (place / "env.py").is_file()), _PLACES[0])
"""Beside the package in a checkout, inside it in an installed wheel."""

VERSION_TABLE = "schema_version"

SERVER_SETTINGS = {
    "application_name": "orderbridge",
    "timezone": "UTC",
    "statement_timeout": "60000",
    "lock_timeout": "10000",
    "idle_in_transaction_session_timeout": "60000",
}
"""Milliseconds. No use case waits for the network inside a transaction, so none of these is ever near."""


def as_async_url(url: str) -> str:
    """The URL with the driver we use, whatever form of ``postgresql://`` was given."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def as_plain_url(url: str) -> str:
    """The URL without a driver, as asyncpg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine whose connections carry our timeouts; a connection that died is replaced before use."""
    return create_async_engine(
        as_async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=True,
        # JSON stays text here: whoever reads a column knows its type and decodes it once.
        json_deserializer=str,
        connect_args={"server_settings": SERVER_SETTINGS, "timeout": 5},
    )


async def raw_connection(connection: AsyncConnection) -> asyncpg.Connection:
    """The driver's own connection inside SQLAlchemy's: same session, same transaction, batches at full speed."""
    fairy = await connection.get_raw_connection()
    driver = fairy.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    return driver


@asynccontextmanager
async def database_trouble() -> AsyncIterator[None]:
    """Turn the driver's trouble with the connection into ours; errors of a statement pass unchanged."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolExhausted, TimeoutError, ConnectionError, OSError) as exc:
        raise DatabaseUnavailable("The database cannot be reached. It is tried again.") from exc
    except DBAPIError as exc:
        if exc.connection_invalidated or isinstance(exc.orig, (ConnectionError, OSError)):
            raise DatabaseUnavailable("The connection to the database was lost. It is tried again.") from exc
        raise
    except (asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError) as exc:
        raise DatabaseUnavailable("The connection to the database was lost. It is tried again.") from exc


def _configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def migrate(engine: AsyncEngine, *, revision: str = "head") -> None:
    """Bring the schema to a revision. Safe to run from several processes at once: they queue on an advisory lock."""

    def run(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('orderbridge.migrate'))")
        command.upgrade(_configuration(connection), revision)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def schema_revision(engine: AsyncEngine) -> str | None:
    """The revision the database stands at; None = empty."""

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()

    async with engine.connect() as connection:
        return await connection.run_sync(read)


def head_revision() -> str | None:
    """The newest revision this code brings."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()
