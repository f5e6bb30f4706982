"""Writes docs/settings.md from the one list of settings; a test compares the two.

Run it after a setting was added or described anew: ``.venv/bin/python -m scripts.write_settings_page``.
"""

import dataclasses
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from app.domain.shop_settings import OrderFilters, ShopSettings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
FILTERS = "filters: [how](howto/set-up-a-shop.md#filters-which-orders-are-this-shops-own)"
NAMES = {"str": "text", "int": "whole number", "Decimal": "amount", "bool": "`true`, `false`"}
OPENING = """# Settings

Every setting of a shop, for whoever decides them. `GET /v1/shops/{shop}` shows them with their values, `PATCH` changes
any of them, the console has them as a form; [set up a shop](howto/set-up-a-shop.md) says which to decide first. What
you leave out keeps its value, `null` goes back to the default. Settings that contradict each other are refused, both
named.

Made from the list in `app/domain/shop_settings.py` by `scripts/write_settings_page.py`; a test keeps the two equal.
"""


def settings_page() -> str:
    """The page as the list of settings says."""
    parts = [OPENING]
    for group in dataclasses.fields(ShopSettings):
        parts.append(f"\n## {group.name}\n\n{group.metadata['description']}\n\n")
        parts.append("| setting | value | default | what it decides |\n|---|---|---|---|\n")
        parts += rows(type(group.default), f"{group.name}.")
    return "".join(parts)


def rows(settings_type: type, prefix: str) -> Iterator[str]:
    """A row for each setting of a group, and of the groups within it."""
    types = get_type_hints(settings_type)
    for entry in dataclasses.fields(settings_type):
        name = prefix + entry.metadata.get("name", entry.name)
        if dataclasses.is_dataclass(entry.default) and not isinstance(entry.default, OrderFilters):
            yield from rows(type(entry.default), f"{name}.")
        else:
            cells = (f"`{name}`", values(types[entry.name]), default(entry.default), entry.metadata["description"])
            yield f"| {' | '.join(cells)} |\n"


def values(kind: Any) -> str:
    """What may be given, in words; an enumeration is listed."""
    if kind is OrderFilters:
        return FILTERS
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{each}`" for each in kind)
    inner = [each for each in get_args(kind) if each not in (type(None), ...)]
    if inner:
        return f"list of {values(inner[0])}" if get_origin(kind) is tuple else values(inner[0])
    return NAMES[kind.__name__]


def default(value: Any) -> str:
    """As JSON has it."""
    match value:
        case None:
            return "`null`"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return ", ".join(f"`{each}`" for each in value) or "none"
        case OrderFilters():
            return "every order"
        case str():
            return "`" + value.replace("|", "\\|") + "`"
        case _:
            return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
