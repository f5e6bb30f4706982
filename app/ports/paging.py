"""A page of a list by key: stable while rows come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PageKey = tuple[str | int, ...]
"""The sort key of a row, in values that a cursor can carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """At most ``limit`` rows whose key comes after ``after``; ``newest_first`` turns the order of the list around."""

    limit: int = 50
    after: PageKey | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Rows, and the key after which the next page begins; None = there is nothing more."""

    rows: Sequence[T]
    next_after: PageKey | None
