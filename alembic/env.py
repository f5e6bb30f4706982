"""Runs migrations on the connection it is given, or on ``ORDERBRIDGE_DATABASE_URL``.

Every revision gives up after five seconds of waiting for a lock and leaves nothing half-done: all of a run is one
transaction.
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from app.adapters.postgres.database import as_async_url
from app.adapters.postgres.tables import metadata

OURS = set(metadata.tables)


def _is_ours(name: str | None, kind: str, _parent: object) -> bool:
    return kind != "table" or name in OURS


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
        include_name=_is_ours,
        version_table="schema_version",
    )
    with context.begin_transaction():
        context.execute("SET LOCAL lock_timeout = '5s'")
        context.run_migrations()


async def _connect_and_run(url: str) -> None:
    engine = create_async_engine(as_async_url(url))
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    asyncio.run(_connect_and_run(os.environ["ORDERBRIDGE_DATABASE_URL"]))
