"""A page from rows read one further than asked, and the pages of what the ERP numbers."""

from collections.abc import Callable, Sequence
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


async def numbered_page(
    driver: asyncpg.Connection,
    select: str,
    request: PageRequest,
    *,
    words: str,
    updated_from: datetime | None,
    search: str | None,
    shape: Callable[[asyncpg.Record], T],
    alias: str = "",
) -> Page[T]:
    """Rows that have a ``no``, in its order; with ``updated_from`` in the order of their change. ``words`` is what they
    are searched by, ``alias`` (with its point) what ``select`` calls their table.
    """
    where = Conditions(request.limit + 1)
    where.add_written(f"{alias}no IS NOT NULL")
    where.add_given(f"{words} @@ to_tsquery('simple', {{0}})", None if search is None else beginnings(search))
    if updated_from is None:
        order = f"{alias}no"
        where.add(f"{order} > {{0}}", *(request.after or ("",)))
    else:
        order = f"{alias}updated_at, {alias}no"
        after, no = request.after or (updated_from.isoformat(), "")
        where.add(f"{alias}updated_at >= {{0}}", updated_from)
        where.add(f"({order}) > ({{0}}, {{1}})", datetime.fromisoformat(str(after)), no)
    rows = await driver.fetch(f"{select} WHERE {where} ORDER BY {order} LIMIT $1", *where.parameters)
    return page_of(rows, request, shape=shape, key=_by_number if updated_from is None else _by_change)


def _by_number(row: asyncpg.Record) -> PageKey:
    return (row["no"],)


def _by_change(row: asyncpg.Record) -> PageKey:
    return row["updated_at"].isoformat(), row["no"]
