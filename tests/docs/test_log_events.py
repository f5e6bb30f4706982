"""The page of log events says what the code writes: each event, its levels, its fields."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.papers import CHECKOUT, paper

LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
NOT_THE_SERVICE = {"store_simulator", "demo"}
NO_FIELDS = {"exc_info", "extra"}
"""What the loggers take for themselves: it is printed as `exception`, and as the fields it holds."""
BOUND = {
    "shopify_call": {"store_id", "operation", "attempt"},
    "shopify_call_failed": {"store_id", "operation", "attempt"},
}
"""Fields that the logger of one call brings with it."""


@dataclass(slots=True)
class Event:
    levels: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def written() -> dict[str, Event]:
    found: dict[str, Event] = defaultdict(Event)
    for path in sorted((CHECKOUT / "app").rglob("*.py")):
        if NOT_THE_SERVICE.isdisjoint(path.parts):
            for name, level, fields in calls(path):
                found[name].levels.add(level)
                found[name].fields |= fields | BOUND.get(name, set())
    return dict(found)


def calls(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(attr=level, value=logger), args=[ast.Constant(value=str(name)), *_]) if (
                level in LEVELS and ast.unparse(logger).rpartition(".")[2] in {"log", "_log"}
            ):
                yield name, LEVELS[level], set(fields_of(node))


def fields_of(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        match keyword:
            case ast.keyword(arg="extra", value=ast.Dict(keys=keys)):
                yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
            case ast.keyword(arg=str(name)) if name not in NO_FIELDS:
                yield name


def listed() -> dict[str, Event]:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([a-z, ]+) \|([^|]*)\| [^|]+ \|$", paper("docs/log-events.md").text, re.MULTILINE
    )
    return {
        name: Event(levels=set(levels.strip().split(", ")), fields=set(re.findall(r"`(\w+)`", fields)))
        for name, levels, fields in rows
    }


def test_every_event_that_is_logged_is_listed_with_its_levels_and_fields() -> None:
    assert listed() == written()
