"""The migrations, all of them from nothing, end where the models are; the last one can be taken back."""

from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from app.adapters.postgres.database import (
    MIGRATIONS,
    VERSION_TABLE,
    as_async_url,
    create_engine,
    head_revision,
    schema_revision,
)
from app.adapters.postgres.migrations import migrate
from app.adapters.postgres.tables import metadata

pytestmark = pytest.mark.drift


def revisions() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name in metadata.tables

    options = {
        "version_table": VERSION_TABLE,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": is_ours,
        "target_metadata": metadata,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def structure(url: str) -> list[tuple[object, ...]]:
    """Every column, constraint, index, policy and function (and whether it is everybody's) of the database."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT 'column', table_name::text, column_name::text,
                   data_type || coalesce(column_default, '') || is_nullable
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL
            SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL
            SELECT 'function', proname::text, has_function_privilege('public', oid, 'EXECUTE')::text,
                   pg_get_functiondef(oid)
              FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
            UNION ALL
            SELECT 'policy', tablename::text, policyname::text, qual FROM pg_policies WHERE schemaname = 'public'
            ORDER BY 1, 2, 3, 4
            """
        )
    finally:
        await connection.close()
    return [tuple(row) for row in rows]


def test_the_revisions_are_one_line_and_numbered_in_order() -> None:
    scripts = revisions()
    line = [script.revision for script in scripts.walk_revisions()][::-1]

    assert scripts.get_heads() == [head_revision()]
    assert line == sorted(line)
    assert sorted(path.stem.split("_")[0] for path in (Path(MIGRATIONS) / "versions").glob("*.py")) == sorted(
        revision.split("_")[0] for revision in line
    )


async def test_from_nothing_to_the_newest_revision_is_what_the_models_say(database_url: str) -> None:
    """C13, C16."""
    engine = create_async_engine(as_async_url(database_url))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


async def test_the_last_revision_taken_back_and_made_again_changes_nothing(database_url: str) -> None:
    """C14."""
    before = await structure(database_url)
    last = revisions().get_revision("head")
    assert isinstance(last.down_revision, str)
    engine = create_engine(database_url)

    def down(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, str(last.down_revision))

    async with engine.begin() as connection:
        await connection.run_sync(down)
    assert await structure(database_url) != before
    await migrate(engine)
    await engine.dispose()

    assert await structure(database_url) == before


async def test_migrating_what_is_already_newest_is_harmless(database_url: str) -> None:
    engine = create_engine(database_url)
    await migrate(engine)
    await migrate(engine)

    assert await schema_revision(engine) == head_revision()
    await engine.dispose()
