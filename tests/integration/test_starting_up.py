"""What a person reads who starts it wrongly: what was found, what to do; never a secret or a trace."""

import asyncio
import socket

import pytest

from app.adapters.postgres.database import create_engine, head_revision
from app.adapters.postgres.embedded import EmbeddedPostgres
from app.http_process import run_http
from app.ports.errors import DatabaseUnavailable
from app.schema_state import SchemaNotAtHead, ensure_schema, what_is_wrong
from app.settings import SettingsError, load_settings

KEY = "d7ejVHpf8rKnSjHzqGN2jVw6u1L1PpPEmgFnLrVZqJI="


async def stand_at(url: str, revision: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE schema_version SET version_num = '{revision}'")
    await engine.dispose()


async def test_a_database_at_head_is_used_with_and_without_migrating(database_url: str) -> None:
    await ensure_schema(database_url, migrate_first=False)
    await ensure_schema(database_url, migrate_first=True)
    assert await what_is_wrong(database_url) == []


async def test_an_empty_database_is_refused_until_it_is_migrated(empty_database_url: str) -> None:
    with pytest.raises(SchemaNotAtHead, match=r"is empty.*orderbridge migrate"):
        await ensure_schema(empty_database_url, migrate_first=False)

    await ensure_schema(empty_database_url, migrate_first=True)
    assert await what_is_wrong(empty_database_url) == []


async def test_a_database_at_an_older_revision_is_refused_with_what_to_do(database_url: str) -> None:
    await stand_at(database_url, "0000")

    with pytest.raises(SchemaNotAtHead, match=rf"at revision 0000.*needs {head_revision()}.*orderbridge migrate"):
        await ensure_schema(database_url, migrate_first=False)
    [told] = await what_is_wrong(database_url)
    assert "0000" in told


@pytest.mark.parametrize("migrate_first", [False, True])
async def test_a_database_of_a_newer_release_is_never_touched(database_url: str, migrate_first: bool) -> None:
    await stand_at(database_url, "9999")

    with pytest.raises(SchemaNotAtHead, match="newer release made"):
        await ensure_schema(database_url, migrate_first=migrate_first)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("postgresql://postgres:s3cret-word@127.0.0.1:1/bridge", "Connect"),
        ("postgresql://postgres:s3cret-word@nowhere.invalid/bridge", "not known"),
        ("{server}/nowhere?{socket}", '"nowhere" does not exist'),
    ],
)
@pytest.mark.parametrize("migrate_first", [False, True])
async def test_a_database_that_cannot_be_reached_is_told_with_the_servers_reason_and_without_the_password(
    embedded_postgres: EmbeddedPostgres, wrong: str, told: str, migrate_first: bool
) -> None:
    server, _, place = embedded_postgres.url().partition("/orderbridge?")
    url = wrong.format(server=server, socket=place)

    with pytest.raises(DatabaseUnavailable) as refused:
        await ensure_schema(url, migrate_first=migrate_first)
    for text in (refused.value.detail, *await what_is_wrong(url)):
        assert told.lower() in text.lower()
        assert "ORDERBRIDGE_DATABASE_URL" in text
        assert "s3cret-word" not in text


async def test_a_port_in_use_is_told_by_the_names_of_its_settings(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = load_settings(database_url=database_url, encryption_keys=KEY, port=port)

        with pytest.raises(
            SettingsError, match=rf"ORDERBRIDGE_PORT: cannot listen on 127\.0\.0\.1, port {port}: .*in use"
        ):
            await run_http(settings, database_url, asyncio.Event(), migrate_first=False)
