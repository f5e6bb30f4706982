"""C15: a migration that another transaction is in the way of gives up in seconds and leaves nothing half-done."""

import time

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from app.adapters.postgres.database import VERSION_TABLE, create_engine, head_revision, schema_revision
from app.adapters.postgres.migrations import migrate
from tests.migrations.test_drift import structure


@pytest.mark.long
async def test_a_migration_that_waits_for_a_lock_gives_up_and_leaves_nothing_half_done(database_url: str) -> None:
    before, engine = await structure(database_url), create_engine(database_url)
    in_the_way = await asyncpg.connect(database_url)
    held = in_the_way.transaction()
    await held.start()
    await in_the_way.execute(f"LOCK TABLE {VERSION_TABLE} IN ACCESS EXCLUSIVE MODE")
    began = time.monotonic()

    with pytest.raises(DBAPIError, match="lock timeout"):
        await migrate(engine)

    assert 4 < time.monotonic() - began < 15
    await held.rollback()
    await in_the_way.close()
    assert await structure(database_url) == before
    await migrate(engine)
    assert await schema_revision(engine) == head_revision()
    await engine.dispose()
