"""A page from rows read one further than asked."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import asyncpg

from app.ports.paging import Page, PageKey, PageRequest

T = TypeVar("T")


def pattern_of(search: str | None) -> str | None:
    """What ILIKE takes for texts that hold these words, whatever characters they are made of."""
    if search is None:
        return None
    escaped = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


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
