"""A page from rows read one further than asked, and the pages of what the ERP numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import asyncpg

from app.adapters.postgres.page_keys import Conditions
from app.adapters.postgres.searched_words import beginnings
from app.ports.paging import Page, PageKey, PageRequest

T = TypeVar("T")


def page_of(
    rows: Sequence[asyncpg.Record],
    request: PageRequest,
    *,
    shape: Callable[[asyncpg.Record], T],
    key: Callable[[asyncpg.Record], PageKey],
) -> Page[T]:
    """``rows`` hold up to ``request.limit + 1``; the last of the page gives the key of the next one."""
    shown = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(rows=[shape(row) for row in shown], next_after=key(shown[-1]) if more else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A table of rows that may have a ``no``, and how its rows are read and searched."""

    table: str
    select: str
    words: str
    """Of a row of what ``select`` gives."""
    alias: str = ""
    """What ``select`` calls the table, with its point."""
    many: int = 10_000
    """Of fewer rows with the words the page is sorted out at once. Where there are more, there may be a page of them
    among the next rows in the list's order,"""
    walked: int = 2_000
    """so many; if not, all are sorted none the less: a million of them take a second."""


async def numbered_page(
    driver: asyncpg.Connection,
    listed: Numbered,
    request: PageRequest,
    *,
    updated_from: datetime | None,
    search: str | None,
    shape: Callable[[asyncpg.Record], T],
) -> Page[T]:
    """Rows that have a ``no``, in its order; with ``updated_from`` in the order of their change. What holds the words
    of a search is never guessed from statistics: nobody knows how many rows a word's beginning has.
    """
    if search is None:
        statement, parameters = _next(listed, request, updated_from, request.limit + 1)
        rows = await driver.fetch(statement, *parameters)
    else:
        rows = await _searched(driver, listed, request, updated_from=updated_from, words=beginnings(search))
    return page_of(rows, request, shape=shape, key=_by_number if updated_from is None else _by_change)


def _next(
    listed: Numbered, request: PageRequest, updated_from: datetime | None, limit: int
) -> tuple[str, Sequence[object]]:
    """The statement of the next rows in the list's order, and its parameters."""
    where = _following(request, updated_from, limit, alias=listed.alias)
    where.add_written(f"{listed.alias}no IS NOT NULL")
    order = _order(updated_from, listed.alias)
    return f"{listed.select} WHERE {where} ORDER BY {order} LIMIT $1", where.parameters


async def _searched(
    driver: asyncpg.Connection, listed: Numbered, request: PageRequest, *, updated_from: datetime | None, words: str
) -> Sequence[asyncpg.Record]:
    """Up to one row more than asked for, of those with words of such beginnings."""
    count = f"SELECT count(*) FROM {listed.table}_with_words(to_tsquery('simple', $1), $2)"
    if await driver.fetchval(count, words, listed.many + 1) > listed.many:
        rows = await _among_the_next(driver, listed, request, updated_from=updated_from, words=words)
        if len(rows) > request.limit:
            return rows
    where = _following(request, updated_from, request.limit + 1, words)
    statement = f"""
        SELECT page.* FROM (
            SELECT no FROM {listed.table}_with_words(to_tsquery('simple', $2), NULL) AS t
            WHERE {where} ORDER BY {_order(updated_from)} LIMIT $1
        ) AS found CROSS JOIN LATERAL ({listed.select} WHERE {listed.alias}no = found.no OFFSET 0) AS page
        ORDER BY {_order(updated_from, "page.")}
    """
    return list(await driver.fetch(statement, *where.parameters))


async def _among_the_next(
    driver: asyncpg.Connection, listed: Numbered, request: PageRequest, *, updated_from: datetime | None, words: str
) -> Sequence[asyncpg.Record]:
    """Those of the next rows that have the words."""
    statement, parameters = _next(listed, request, updated_from, listed.walked)
    place = len(parameters) + 1
    having = f"{listed.words} @@ to_tsquery('simple', ${place})"
    order = _order(updated_from, "next.")
    statement = f"SELECT * FROM ({statement}) AS next WHERE {having} ORDER BY {order} LIMIT ${place + 1}"
    return list(await driver.fetch(statement, *parameters, words, request.limit + 1))


def _following(request: PageRequest, updated_from: datetime | None, *parameters: object, alias: str = "") -> Conditions:
    """What comes after the page before."""
    where = Conditions(*parameters)
    if updated_from is None:
        where.add(f"{alias}no > {{0}}", *(request.after or ("",)))
    else:
        after, no = request.after or (updated_from.isoformat(), "")
        where.add(f"{alias}updated_at >= {{0}}", updated_from)
        where.add(f"({_order(updated_from, alias)}) > ({{0}}, {{1}})", datetime.fromisoformat(str(after)), no)
    return where


def _order(updated_from: datetime | None, alias: str = "") -> str:
    return f"{alias}no" if updated_from is None else f"{alias}updated_at, {alias}no"


def _by_number(row: asyncpg.Record) -> PageKey:
    return (row["no"],)


def _by_change(row: asyncpg.Record) -> PageKey:
    return row["updated_at"].isoformat(), row["no"]
