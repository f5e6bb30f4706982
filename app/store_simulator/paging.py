"""Pages lists the way Shopify's connections do: first/after, last/before, reverse, opaque cursors.

Works on plain lists with a position for every element; does not know what the elements are.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.store_simulator.answers import FieldFailure

MAXIMUM_PAGE = 250

Position = tuple[Any, ...]
Predicate = Callable[[Any], bool]


def encode_cursor(position: Position) -> str:
    value, identifier = position
    text = json.dumps({"last_id": identifier, "last_value": value}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def decode_cursor(cursor: str) -> Position:
    try:
        content = json.loads(base64.b64decode(cursor, validate=True))
        return content["last_value"], content["last_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise _bad_cursor() from error


def _bad_cursor() -> FieldFailure:
    return FieldFailure("Invalid cursor for current pagination sort.", "INVALID_CURSOR")


def check_page_arguments(arguments: dict[str, Any]) -> None:
    """Shopify wants exactly one of first and last, and never more than 250."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise FieldFailure("you must provide one of first or last", "BAD_REQUEST")
    if first is not None and last is not None:
        raise FieldFailure("providing both first and last is not supported", "BAD_REQUEST")
    name, value = ("first", first) if first is not None else ("last", last)
    if value is None or value < 0:
        raise FieldFailure(f"{name} must be a positive integer", "BAD_REQUEST")
    if value > MAXIMUM_PAGE:
        raise FieldFailure(f"{name} cannot exceed {MAXIMUM_PAGE}", "BAD_REQUEST")


def page(
    elements: Sequence[Any],
    arguments: dict[str, Any],
    position: Callable[[Any], Position],
    *,
    cap: int | None = None,
    wanted: Predicate | None = None,
) -> dict[str, Any]:
    """One page of the wanted elements, which are already in their final order (reverse included).

    Only as much of a long list is looked at as the page and the answer "is there more" need.
    """
    descending = bool(arguments.get("reverse"))
    start, end = 0, len(elements)
    if arguments.get("after"):
        start = _border(elements, decode_cursor(arguments["after"]), position, descending=descending, beyond=True)
    if arguments.get("before"):
        end = _border(elements, decode_cursor(arguments["before"]), position, descending=descending, beyond=False)
    forward = arguments.get("first") is not None
    size = int(arguments["first"] if forward else arguments["last"])
    size = size if cap is None else min(size, cap)
    indexes = range(start, end) if forward else range(end - 1, start - 1, -1)
    chosen, more = _take((elements[index] for index in indexes), size, wanted)
    if not forward:
        chosen.reverse()
    return {
        "nodes": chosen,
        "cursor_of": position,
        "pageInfo": {
            "hasNextPage": more if forward else end < len(elements),
            "hasPreviousPage": start > 0 if forward else more,
            "startCursor": encode_cursor(position(chosen[0])) if chosen else None,
            "endCursor": encode_cursor(position(chosen[-1])) if chosen else None,
        },
    }


def _take(elements: Iterable[Any], size: int, wanted: Predicate | None) -> tuple[list[Any], bool]:
    chosen: list[Any] = []
    for element in elements:
        if wanted is None or wanted(element):
            if len(chosen) == size:
                return chosen, True
            chosen.append(element)
    return chosen, False


def _border(
    elements: Sequence[Any],
    cursor: Position,
    position: Callable[[Any], Position],
    *,
    descending: bool,
    beyond: bool,
) -> int:
    """Index of the first element after the cursor (or, when not beyond, of the first one at it).

    Found by value, not by identity: an element that moved or vanished since the cursor was given out leaves no gap,
    which is how Shopify's cursors behave while orders change under the reader.
    """
    low, high = 0, len(elements)
    while low < high:
        middle = (low + high) // 2
        here = position(elements[middle])
        try:
            passed = (here > cursor if descending else here < cursor) or (beyond and here == cursor)
        except TypeError as error:
            raise _bad_cursor() from error
        if passed:
            low = middle + 1
        else:
            high = middle
    return low
