"""C15: what a migration waits for. A table that others use: seconds, and nothing is left half-done."""

import asyncio
import time

import asyncpg
import pytest

from app.adapters.postgres.database import (
    VERSION_TABLE,
    alone_with_schema,
    create_engine,
    head_revision,
    schema_revision,
)
from app.adapters.postgres.migrations import migrate
from app.ports.errors import DatabaseBusy
from tests.migrations.test_drift import structure


@pytest.mark.long
async def test_a_migration_that_waits_for_a_lock_gives_up_and_leaves_nothing_half_done(database_url: str) -> None:
    before, engine = await structure(database_url), create_engine(database_url)
    in_the_way = await asyncpg.connect(database_url)
    held = in_the_way.transaction()
    await held.start()
    await in_the_way.execute(f"LOCK TABLE {VERSION_TABLE} IN ACCESS EXCLUSIVE MODE")
    began = time.monotonic()

    with pytest.raises(DatabaseBusy):
        await migrate(engine)

    assert 4 < time.monotonic() - began < 15
    await held.rollback()
    await in_the_way.close()
    assert await structure(database_url) == before
    await migrate(engine)
    assert await schema_revision(engine) == head_revision()
    await engine.dispose()


async def test_whoever_brings_the_schema_has_all_the_time_he_needs(database_url: str) -> None:
    settings = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
    engine = create_engine(database_url)

    async with alone_with_schema(engine) as (connection, _):
        bounds = [(await connection.exec_driver_sql(f"SHOW {name}")).scalar() for name in settings]
        newer = await connection.exec_driver_sql("SELECT current_setting('transaction_timeout', true)")
        assert newer.scalar() in {"0", None}
    assert bounds == ["0", "0", "5s"]
    await engine.dispose()


@pytest.mark.long
async def test_a_process_that_starts_waits_for_the_one_that_migrates(database_url: str) -> None:
    """Longer than a use case waits for a lock."""
    first, second = create_engine(database_url), create_engine(database_url)

    async with alone_with_schema(first):
        waiting = asyncio.create_task(migrate(second))
        done, _ = await asyncio.wait([waiting], timeout=11)
        assert not done
    await waiting
    await first.dispose()
    await second.dispose()
