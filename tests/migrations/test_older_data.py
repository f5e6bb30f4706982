"""A database of an earlier revision, with data in it, is brought to the newest one without losing or changing any."""

import json
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from app.adapters.postgres.database import MIGRATIONS, as_plain_url, create_engine
from app.adapters.postgres.migrations import migrate
from tests.erp_surface import surface
from tests.stored_documents import NOW, a_customer, an_order, an_order_to_import

EARLIEST = "0002"
"""The first revision with all that work needs: the tables, and the queue of jobs."""

Rows = dict[str, dict[str, dict[str, Any]]]

pytestmark = pytest.mark.long


def down(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, EARLIEST)


async def rows_of(url: str) -> Rows:
    """What stands in each of our tables, by table and by key."""
    connection = await asyncpg.connect(as_plain_url(url))
    try:
        tables = await connection.fetch(
            "SELECT DISTINCT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'id' AND table_name NOT LIKE 'pgqueuer%'"
        )
        return {
            name: {str(row["id"]): json.loads(row["whole"]) for row in found}
            for (name,) in tables
            if (found := await connection.fetch(f'SELECT id, to_jsonb(t) AS whole FROM "{name}" t'))
        }
    finally:
        await connection.close()


async def test_data_of_an_early_revision_is_all_there_at_the_newest(database_url: str) -> None:
    """C13, C14."""
    async with surface(database_url, lambda _, __: {}) as erp, erp.rows() as uow:
        await an_order(uow.driver)
        await a_customer(uow.driver, no="C-1")
        await an_order_to_import(uow.driver, "1", due_at=NOW)
        await uow.commit()
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(down)
    early = await rows_of(database_url)

    await migrate(engine)
    await engine.dispose()

    newest = await rows_of(database_url)
    assert {"stores", "shops", "customers", "orders", "orders_to_import"} <= set(early)
    for table, rows in early.items():
        kept = {key: {name: newest[table][key].get(name) for name in row} for key, row in rows.items()}
        assert kept == rows, table
