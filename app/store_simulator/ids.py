"""Shopify's global ids and timestamps: taking them apart, putting them together.

Knows the notation only.
"""

from datetime import UTC, datetime
from typing import Any

PREFIX = "gid://shopify/"


def gid(type_name: str, number: object) -> str:
    return f"{PREFIX}{type_name}/{number}"


def type_of(identifier: Any) -> str:
    """The type a global id names; empty for anything else."""
    if isinstance(identifier, str) and identifier.startswith(PREFIX):
        return identifier[len(PREFIX) :].partition("/")[0]
    return ""


def number_of(identifier: Any) -> str:
    """The last part of a global id, without the query some ids carry."""
    return str(identifier).rpartition("/")[2].partition("?")[0]


def sortable_number(identifier: Any) -> int:
    number = number_of(identifier)
    return int(number) if number.isdigit() else 0


def is_gid(identifier: Any) -> bool:
    return bool(type_of(identifier)) and bool(number_of(identifier))


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
