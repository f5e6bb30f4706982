"""The database as a place: engine, timeouts, and where its schema stands. Knows no table's meaning."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import AdaptedConnection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.ports.errors import DatabaseBusy, DatabaseUnavailable, Unavailable

_PLACES = [Path(__file__).resolve().parents[up] / "alembic" for up in (3, 2)]
MIGRATIONS = next((place for place in _PLACES if (place / "env.py").is_file()), _PLACES[0])
"""Beside the package in a checkout, inside it in an installed wheel."""

VERSION_TABLE = "schema_version"

READ_ONLY = "25006"
"""The SQLSTATE of a server that is no longer the one to write to: another took over, and this connection is old."""
_TROUBLE = ("08", "28", "3D", "53", "57P", "58", READ_ONLY)
"""What SQLSTATEs begin with when the server is starting, stopping, full, or does not let us in."""
_BUSY = ("40", "55P03")
"""The same of deadlocks, serialization failures and locks that did not come in time."""

CONNECTION_TROUBLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A session that the server ended while this process was frozen.
    asyncpg.InternalClientError,
)
"""What whoever keeps a connection of his own meets when it is gone; he makes another one."""

SERVER_SETTINGS = {
    "application_name": "orderbridge",
    "timezone": "UTC",
    "statement_timeout": "60000",
    "lock_timeout": "10000",
    "idle_in_transaction_session_timeout": "60000",
}
"""Milliseconds. No use case waits for the network inside a transaction, so none of these is ever near."""
ASKED_AFTER_SECONDS = 5.0
ASKED_FOR_SECONDS = 5.0
"""How long a connection may rest in the pool before it is asked whether it lives, and how long it has to answer."""
_RESTING_SINCE = "resting_since"
_BOUNDED = """
SELECT set_config(name, milliseconds, false)
FROM (VALUES
    ('transaction_timeout', '120000', 170000, ''),
    ('client_connection_check_interval', '2000', 140000, 'linux')
) AS bound (name, milliseconds, since, platform)
WHERE current_setting('server_version_num')::int >= since AND strpos(version(), platform) > 0
"""
"""A process that is frozen between two messages of one statement is not idle to the server, and would keep its locks
for ever; servers before 17 have no remedy for that. And a statement whose client is gone would go on to its timeout.
"""
ROLLED_BACK_WITHIN_SECONDS = 2.0
"""A request to cancel a statement may be lost, or come before the statement does: the rollback then waits in vain."""


def as_async_url(url: str) -> str:
    """The URL with the driver we use, whatever form of ``postgresql://`` was given."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def as_plain_url(url: str) -> str:
    """The URL without a driver, as asyncpg itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, *, pool_size: int = 10, asked_after: float = ASKED_AFTER_SECONDS) -> AsyncEngine:
    """An engine whose connections carry our timeouts; a connection that died is replaced before use. One that rested
    for so many seconds is asked whether it lives.
    """
    engine = create_async_engine(
        as_async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2,
        # JSON stays text here: whoever reads a column knows its type and decodes it once.
        json_deserializer=str,
        connect_args={"server_settings": SERVER_SETTINGS, "timeout": 5},
    )
    event.listen(engine.sync_engine, "connect", _bound)
    event.listen(engine.sync_engine, "checkin", _rests)
    event.listen(engine.sync_engine, "checkout", partial(_still_lives, asked_after))
    return engine


def _bound(connection: AdaptedConnection, _record: object) -> None:
    connection.run_async(lambda driver: driver.execute(_BOUNDED))


def _rests(_connection: AdaptedConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_RESTING_SINCE] = time.monotonic()


def _still_lives(
    asked_after: float, connection: AdaptedConnection, record: ConnectionPoolEntry, _taken: object
) -> None:
    """A connection that the server has ended shows it by itself; one that may be dead unnoticed is asked, after a rest.
    Those that are as old as a dead one are replaced with it.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
    if time.monotonic() - record.info.get(_RESTING_SINCE, math.inf) >= asked_after:
        try:
            connection.run_async(lambda driver: driver.execute("SELECT 1", timeout=ASKED_FOR_SECONDS))
        except CONNECTION_TROUBLE as trouble:
            raise InvalidatePoolError from trouble


async def raw_connection(connection: AsyncConnection) -> asyncpg.Connection:
    """The driver's own connection inside SQLAlchemy's: same session, same transaction, batches at full speed."""
    fairy = await connection.get_raw_connection()
    driver = fairy.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    return driver


async def begin(engine: AsyncEngine) -> tuple[AsyncConnection, asyncpg.Connection]:
    """A connection on which the driver has begun a transaction. SQLAlchemy knows nothing of that: whoever takes it ends
    the transaction before he gives the connection back.

    A server that has just ended one connection may let in the next: nothing was done on the first.
    """
    again = False
    while True:
        connection = await engine.connect()
        driver = await raw_connection(connection)
        try:
            await driver.execute("BEGIN")
        except BaseException as error:
            died = driver.is_closed() and isinstance(error, CONNECTION_TROUBLE)
            # Whether the transaction has begun is not known.
            await connection.invalidate()
            await connection.close()
            if again or not died:
                raise
            again = True
        else:
            return connection, driver


@asynccontextmanager
async def single_statements(engine: AsyncEngine) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the driver's without a transaction: every statement is one of its own. One whose statement was
    cancelled is ended: a lock of the session that it may have taken would stay with it in the pool.
    """
    async with database_trouble(), engine.connect() as connection:
        driver = await raw_connection(connection)
        try:
            yield driver
        except asyncio.CancelledError:
            await connection.invalidate()
            raise
        except CONNECTION_TROUBLE as error:
            if driver.is_closed() or sqlstate(error) == READ_ONLY:
                await connection.invalidate()
                raise DatabaseUnavailable("The connection to the database was lost. It is tried again.") from error
            raise


def is_trouble(error: BaseException | None) -> bool:
    """True if an error of the driver is about the server or the way to it, not about a statement."""
    return isinstance(error, (ConnectionError, OSError)) or sqlstate(error).startswith(_TROUBLE)


def sqlstate(error: BaseException | None) -> str:
    """What PostgreSQL says of the kind of an error; empty where it was not PostgreSQL's."""
    state = getattr(error, "sqlstate", None)
    return state if isinstance(state, str) else ""


def trouble_in(error: BaseException | None) -> Unavailable | None:
    """An error of the driver as ours, which is worth trying again; None = it is about a statement."""
    if sqlstate(error).startswith(_BUSY):
        return DatabaseBusy("Others were in the way. Nothing was changed; it can be tried again at once.")
    if is_trouble(error):
        return DatabaseUnavailable("The connection to the database was lost. It is tried again.")
    return None


@asynccontextmanager
async def database_trouble() -> AsyncIterator[None]:
    """Turn the driver's trouble with the connection into ours; errors of a statement pass unchanged."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolExhausted, TimeoutError, ConnectionError, OSError) as exc:
        raise DatabaseUnavailable("The database cannot be reached. It is tried again.") from exc
    except DBAPIError as exc:
        trouble = trouble_in(exc.orig)
        if trouble is None and exc.connection_invalidated:
            trouble = DatabaseUnavailable("The connection to the database was lost. It is tried again.")
        if trouble is None:
            raise
        raise trouble from exc
    except asyncpg.PostgresError as exc:
        if (trouble := trouble_in(exc)) is None:
            raise
        raise trouble from exc


_UNBOUNDED = """
SELECT set_config(name, '0', true) FROM pg_settings
WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
"""
"""For one transaction. PostgreSQL knows the last since 17."""


async def schema_revision(engine: AsyncEngine) -> str | None:
    """The revision the database stands at; None = empty."""
    async with database_trouble(), engine.connect() as connection:
        return await _revision(connection)


async def _revision(connection: AsyncConnection) -> str | None:
    if await connection.scalar(text(f"SELECT to_regclass('{VERSION_TABLE}')::text")) is None:
        return None
    found: str | None = await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return found


@asynccontextmanager
async def alone_with_schema(engine: AsyncEngine) -> AsyncIterator[tuple[AsyncConnection, str | None]]:
    """A transaction that nobody else brings the schema anywhere during, and the revision at which the schema stands.

    Several processes that start at once queue here, on an advisory lock. However long that and what is done here takes:
    the bounds are for what serves. Only a table that others use is waited for no longer than seconds.
    """
    async with database_trouble(), engine.begin() as connection:
        await connection.execute(text(_UNBOUNDED))
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('orderbridge.migrate'))"))
        await connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        yield connection, await _revision(connection)


def head_revision() -> str | None:
    """The newest revision this code brings. The files are numbered in their order, which spares starting Alembic."""
    return max((path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")), default=None)
