"""Every column of every table of a database, searched for secrets, and for persons where the data map has none.

The columns are PostgreSQL's own list, so that a table nobody thought of is searched too. Tables without a page are
skipped; the rest is read table by table in one statement, what may hold persons apart from what may not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import asyncpg

from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from tests.canaries.marks import Canary, canaries_in

PERSONAL = frozenset(
    f"{table.name}.{column.name}"
    for table in metadata.tables.values()
    for column in table.columns
    if column.info["holds"] in {Holds.PERSON, Holds.PERSON_KEY}
)
"""The data map: columns, as ``table.column``, in which persons may stand."""

_COLUMNS = """
    SELECT c.relname, a.attname, t.typname
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
        AND t.typcategory NOT IN ('N', 'D', 'B', 'T') AND pg_relation_size(c.oid) > 0
    ORDER BY c.relname, a.attnum
"""
"""Numbers, instants, truth values and spans of time hold nobody."""
_BETWEEN = "'\\x1f'::bytea"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    table: str
    name: str
    bytes: bool

    @property
    def personal(self) -> bool:
        return str(self) in PERSONAL

    def as_bytes(self) -> str:
        stored = f'"{self.name}"'
        return f"coalesce({stored}, '')" if self.bytes else f"convert_to(coalesce({stored}::text, ''), 'UTF8')"

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """How much was searched, and what was found, by column."""

    columns: int
    bytes: int
    found: dict[str, list[Canary]]


async def search(url: str, *, secrets: Sequence[bytes] = ()) -> Searched:
    """Search the whole database; ``secrets`` are those known by value."""
    connection = await asyncpg.connect(url, server_settings={"jit": "off"}, statement_cache_size=0)
    try:
        columns = [
            Column(table=table, name=name, bytes=kind == "bytea")
            for table, name, kind in await connection.fetch(_COLUMNS)
        ]
        said = await _said(connection, columns) if columns else []
        found: dict[str, list[Canary]] = {}
        if any(canaries_in(text, secrets=secrets, persons=not personal) for personal, text in said):
            found = await _by_column(connection, columns, secrets)
        return Searched(columns=len(columns), bytes=sum(len(text) for _, text in said), found=found)
    finally:
        await connection.close()


async def _said(connection: Any, columns: Sequence[Column]) -> list[tuple[bool, bytes]]:
    """What stands in the columns, those that may hold persons and the others apart."""
    statements = [
        f"SELECT {personal}, string_agg({f' || {_BETWEEN} || '.join(each.as_bytes() for each in several)},"
        f' {_BETWEEN}) FROM "{table}"'
        for (table, personal), several in groupby(
            sorted(columns, key=lambda each: (each.table, each.personal)), key=lambda each: (each.table, each.personal)
        )
    ]
    return [(row[0], row[1] or b"") for row in await connection.fetch(" UNION ALL ".join(statements))]


async def _by_column(connection: Any, columns: Sequence[Column], secrets: Sequence[bytes]) -> dict[str, list[Canary]]:
    found: dict[str, list[Canary]] = {}
    for column in columns:
        for row in await connection.fetch(f'SELECT {column.as_bytes()} FROM "{column.table}"'):
            if canaries := canaries_in(row[0], secrets=secrets, persons=not column.personal):
                found.setdefault(str(column), []).extend(canaries)
    return found
