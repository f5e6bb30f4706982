"""What a store answered before, so that it can say it once more: pages that are behind the times, or come twice.

Knows the answers of queries by what was asked; when one is said again is a fault's matter.
"""

import json
from collections import OrderedDict
from typing import Any

from app.store_simulator.engine import Outcome, Request
from app.store_simulator.state import Values

KEPT = 64
"""Of one store, the newest: what is asked again is asked soon."""
CURSOR = "after"
DEEPEST = 2
"""Where connections stand: `data.orders`, `data.node.page`."""

Question = tuple[str, str, Any]
"""A document, its variables, and the cursor after which it goes on."""


class EarlierAnswers:
    """The last answer to each question of one store."""

    def __init__(self) -> None:
        self._data: OrderedDict[Question, Values] = OrderedDict()

    def note(self, request: Request, outcome: Outcome) -> None:
        data = outcome.body.get("data")
        if outcome.kind != "query" or not isinstance(data, dict):
            return
        key = _question(request)
        self._data[key] = data
        self._data.move_to_end(key)
        while len(self._data) > KEPT:
            self._data.popitem(last=False)

    def as_before(self, request: Request, outcome: Outcome) -> Outcome:
        """What was answered to the same question last; the outcome itself, where it is asked for the first time."""
        return _saying(outcome, self._data.get(_question(request)))

    def page_before(self, request: Request, outcome: Outcome) -> Outcome:
        """The page that led to this one; a first page has all its elements twice."""
        cursor = request.variables.get(CURSOR)
        if cursor is None:
            return _saying(outcome, _doubled(outcome.body.get("data"), DEEPEST))
        asked = (each for each in reversed(self._data) if each[:2] == _question(request)[:2])
        before = (self._data[each] for each in asked if _ends_at(self._data[each], cursor, DEEPEST))
        return _saying(outcome, next(before, None))


def _question(request: Request) -> Question:
    others = {name: value for name, value in request.variables.items() if name != CURSOR}
    return request.query, json.dumps(others, sort_keys=True), request.variables.get(CURSOR)


def _saying(outcome: Outcome, data: Any) -> Outcome:
    if isinstance(data, dict) and outcome.kind == "query":
        outcome.body = {**outcome.body, "data": data}
    return outcome


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and "pageInfo" in value


def _ends_at(data: Any, cursor: str, depth: int) -> bool:
    if _is_connection(data):
        return bool(data["pageInfo"].get("endCursor") == cursor)
    return depth > 0 and isinstance(data, dict) and any(_ends_at(each, cursor, depth - 1) for each in data.values())


def _doubled(data: Any, depth: int) -> Any:
    if _is_connection(data):
        return {name: _twice(value) if name in ("nodes", "edges") else value for name, value in data.items()}
    if depth > 0 and isinstance(data, dict):
        return {name: _doubled(value, depth - 1) for name, value in data.items()}
    return data


def _twice(elements: list[Any]) -> list[Any]:
    return [each for each in elements for _ in range(2)]
