"""What a store keeps of its bulk operations beside the objects that tell of them: wishes of a test, what waits, files.

Knows when a result is gone; runs nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.store_simulator.ids import moment_of

Values = dict[str, Any]

UNDER_WAY = ("CREATED", "RUNNING", "CANCELING")
URL_DAYS = 7


class BulkQueryRefused(Exception):
    """The query breaks rules of bulk operations; ``messages`` are Shopify's words."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(messages[0])
        self.messages = messages


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLine:
    """A line of a result."""

    text: bytes
    is_root: bool


@dataclass(slots=True, kw_only=True)
class BulkWishes:
    """What a test wants of the next bulk operations of a store."""

    hold: bool = False
    """They stay as they are until this is taken back."""
    window: int = 10
    """So many roots are told before their children."""
    most_at_once: int = 5
    fail: str | None = None
    """The error code they end with, having told half of their lines."""
    fail_times: int = 1
    lost_lines: int = 0
    """So many lines at the end are counted, but are not in the file."""


@dataclass(slots=True, kw_only=True)
class Exports:
    wishes: BulkWishes = field(default_factory=BulkWishes)
    waiting: list[tuple[Values, Any]] = field(default_factory=list)
    """Operations that were asked for, each with its query as ``bulk_queries`` understood it."""
    files: dict[str, Path] = field(default_factory=dict)
    base_url: str = ""
    """Where the store was last asked something."""


def is_gone(operation: Values, now: datetime) -> bool:
    """Whether the file of an operation is no longer kept: a week after its end."""
    ended = operation.get("completedAt")
    return bool(ended) and now > moment_of(str(ended)) + timedelta(days=URL_DAYS)


def aged(operation: Values, now: datetime) -> Values:
    """The operation as it stands now."""
    if is_gone(operation, now):
        operation.update(url=None, partialDataUrl=None)
        if operation["status"] == "COMPLETED":
            operation["status"] = "EXPIRED"
    return operation
