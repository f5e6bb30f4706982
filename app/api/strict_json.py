"""Reading a request's JSON without leniency: what two parsers could read differently is refused (D1–D7, S21)."""

import json
from typing import Any, NoReturn

from app.api.problems import ApiProblem
from app.ports.errors import FieldError

DEEPEST = 64
MOST_DIGITS = 100


class _Twice(ValueError):
    pass


def parse_strictly(body: bytes) -> Any:
    """The value of a UTF-8 JSON text.

    Refused with 400: other encodings, a byte order mark, duplicate keys, NaN and infinities, numbers beyond any use,
    nesting deeper than 64. Refused with 422: NUL and lone surrogates in texts, which no database column holds.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        _unreadable("The body is not UTF-8.")
    if text.startswith("\ufeff"):
        _unreadable("The body begins with a byte order mark.")
    if _depth(text) > DEEPEST:
        _unreadable(f"The body is nested deeper than {DEEPEST}.")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_fraction, parse_int=_whole
        )
    except _Twice as twice:
        _unreadable(str(twice))
    except json.JSONDecodeError as error:
        _unreadable(f"The body is not JSON: line {error.lineno}, column {error.colno}.")
    except (ValueError, RecursionError):
        _unreadable("The body is not JSON that can be read.")
    _check_texts(value)
    return value


def _unreadable(detail: str) -> NoReturn:
    raise ApiProblem(400, "invalid_json", detail) from None


def _depth(text: str) -> int:
    deepest = depth = 0
    inside = escaped = False
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    for character in text:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice("An object names the same field twice.")
    return found


def _constant(_: str) -> NoReturn:
    raise _Twice("NaN and infinities are not JSON.")


def _fraction(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")) or len(text) > MOST_DIGITS:
        raise _Twice("A number is too large.")
    return number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _Twice("A number is too large.")
    return int(text)


def _check_texts(value: Any) -> None:
    """Walks without recursion, so that depth costs nothing."""
    found: list[FieldError] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        pointer, each = waiting.pop()
        match each:
            case str():
                if "\x00" in each or any("\ud800" <= character <= "\udfff" for character in each):
                    detail = "The text holds a NUL or half a character."
                    found.append(FieldError(pointer=pointer, code="invalid_text", detail=detail))
            case dict():
                for key, inner in each.items():
                    waiting += [(f"{pointer}/{escaped(key)}", inner), (pointer, key)]
            case list():
                waiting += [(f"{pointer}/{place}", inner) for place, inner in enumerate(each)]
            case _:
                pass
    if found:
        raise ApiProblem(422, "invalid_input", "A text cannot be stored.", errors=found[:20])


def escaped(key: str) -> str:
    """A field name as a part of a JSON pointer (RFC 6901), without what could not be sent back."""
    safe = key.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")[:100]
    return safe.replace("~", "~0").replace("/", "~1")
