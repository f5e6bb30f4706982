"""Looks into an installation's database from beside it: what stands there, what waits, whether anything was written.

Reads only. For facts that the public API cannot show, such as that a row was not touched.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import asyncpg

from app.adapters.postgres.embedded import EmbeddedPostgres
from tests.acceptance.harness import Installation
from tests.acceptance.processes import until

MACHINERY = (
    "pgqueuer",
    "alembic_version",
    "api_keys",
    "document_costs",
    "event_positions",
    "idempotency_keys",
    "process_beats",
    "refused_webhooks",
    "run_tallies",
    "runs",
    "store_calls",
    "schedules",
    "store_points",
    "store_tokens",
    "stores",
)
"""Tables in which working leaves traces even when there is nothing to do: queues, runs, budgets, cursors, last uses."""


def rows(installation: Installation, statement: str, *parameters: object) -> list[Any]:
    """What a query finds."""
    return asyncio.run(_fetch(_url(installation), statement, parameters))


def columns_with(installation: Installation, words: Iterable[str]) -> set[str]:
    """The columns, as ``table.column``, in which one of these words stands; bytes are searched, too, as they are."""
    columns = rows(
        installation,
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'",
    )
    pattern = "(" + "|".join(words) + ")"
    tables: dict[str, list[str]] = {}
    for table, column, kind in columns:
        text = f"encode({column}, 'escape')" if kind == "bytea" else f'"{column}"::text'
        tables.setdefault(table, []).append(
            f"SELECT '{table}.{column}' WHERE EXISTS (SELECT 1 FROM {table} WHERE {text} ~* '{pattern}')"
        )
    return {row[0] for parts in tables.values() for row in rows(installation, " UNION ALL ".join(parts))}


def fingerprints(installation: Installation) -> dict[str, str]:
    """A text per table of content; a row inserted, updated (to the same values too) or deleted changes its table's."""
    tables = rows(installation, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    names = [row["tablename"] for row in tables if not row["tablename"].startswith(MACHINERY)]
    return {name: _fingerprint(installation, name) for name in names}


def wait_until_quiet(installation: Installation) -> None:
    """Until nothing waits in the inbox or is due in a queue, and every event has its position."""
    waiting = (
        "SELECT (SELECT count(*) FROM webhook_inbox WHERE state = 'waiting')"
        " + (SELECT count(*) FROM orders_to_import WHERE due_at IS NOT NULL)"
        " + (SELECT count(*) FROM orders WHERE document_due_at IS NOT NULL)"
        " + (SELECT count(*) FROM number_write_backs WHERE due_at IS NOT NULL)"
        " + (SELECT count(*) FROM events WHERE position IS NULL)"
    )
    until(lambda: rows(installation, waiting)[0][0] == 0, what="all work is done", seconds=60)


def _fingerprint(installation: Installation, table: str) -> str:
    # A new version of a row has another place and another transaction.
    statement = (
        f"SELECT count(*) || ' ' || md5(coalesce(string_agg(ctid || ' ' || xmin, ',' ORDER BY ctid), '')) FROM {table}"
    )
    return str(rows(installation, statement)[0][0])


def _url(installation: Installation) -> str:
    given = installation.environment.get("ORDERBRIDGE_DATABASE_URL")
    return given or EmbeddedPostgres(installation.folder / "data" / "postgres").url()


async def _fetch(url: str, statement: str, parameters: tuple[object, ...]) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement, *parameters))
    finally:
        await connection.close()
