"""Takes secrets and personal data out of log entries, by the name of the field and by the look of the text.

Errs on the side of silence: an object it does not know is named by its type, never printed. Knows nothing of who logs.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from pathlib import PurePath
from typing import Any
from uuid import UUID

REDACTED = "[redacted]"

_SECRET_PARTS = tuple(
    "authorization token secret password passwd hmac credential apikey cookie signature encryptionkey privatekey"
    " databaseurl dsn taxid vatid".split()
)
"""A field whose name, without separators, contains one of these holds a secret, or a person's own number."""

_PERSON_WORDS = frozenset(
    "email emails mail phone phones telephone address address1 address2 addresses street city zip postcode postal"
    " latitude longitude note notes firstname lastname fullname recipient customer person payload body variables"
    " parameters attributes".split()
)
"""A field one of whose words is here can hold a person: the thing itself, or a body that contains it."""

_PERSON_NAMES = frozenset(
    "first last full middle given family display customer company contact sell bill ship to".split()
)
"""``name`` is a person's alone or after one of these; ``operation_name`` or ``schedule_name`` is not."""

_IDENTIFIES = frozenset({"id", "ids", "no", "count", "counts", "kind", "type", "bytes", "ms", "seconds"})
"""A last word that makes a field a number or a code about the person's data, not the data: ``customer_no``."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")

_LOOKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(ob_[A-Za-z0-9]{8})_[A-Za-z0-9_-]{43}"), rf"\1_{REDACTED}"),
    (re.compile(r"\b(shp[a-z]{2})_[A-Za-z0-9]{8,}"), rf"\1_{REDACTED}"),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]{8,}"), f"whsec_{REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), rf"\1:{REDACTED}@"),
    # What PostgreSQL and SQLAlchemy add to an error: the row, the key, the parameters.
    (re.compile(r"\bKey \(([^)]*)\)=\(.*?\)(?= )"), rf"Key (\1)=({REDACTED})"),
    (re.compile(r"(Failing row contains )\(.*\)"), rf"\1({REDACTED})"),
    (re.compile(r"\[parameters: .*?(?=\n\(Background on this error|\Z)", re.DOTALL), f"[parameters: {REDACTED}]"),
    (
        re.compile(r"(?i)([?&](?:email|phone|name|q|query|search|hmac|token|code|state|cursor)=)[^&\s\"']+"),
        rf"\1{REDACTED}",
    ),
    # Possessive and from the start of a word: a megabyte without an @ is read once, not once a letter.
    (re.compile(r"(?<![\w.+'-])[\w.+'-]++@[\w-]++(?:\.[\w-]++)+"), REDACTED),
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""What moves a cursor, paints a terminal or makes a line of its own; new lines of tracebacks stay."""
_LONGEST = 20_000
_MOST = 200
"""Parts of a list or a mapping that are printed."""
_DEEPEST = 6
_LARGEST_NUMBER = 2**53
"""Beyond it readers of JSON lose digits."""
_PLAIN = (Decimal, UUID, PurePath, datetime, date, time, timedelta)


def redacted_entry(entry: Mapping[str, object]) -> dict[str, object]:
    """A copy of a log entry that may be printed."""
    return {str(key): _field(str(key), value, depth=0) for key, value in entry.items()}


def redacted_text(text: str) -> str:
    """Text without the secrets and e-mail addresses that can be recognised in it, printable and of bearable length."""
    for look, replacement in _LOOKS:
        text = look.sub(replacement, text)
    if len(text) > _LONGEST:
        # What a traceback is about stands at its end.
        half = _LONGEST // 2
        text = f"{text[:half]} … {len(text) - _LONGEST} characters … {text[-half:]}"
    text = _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)
    # Half a surrogate pair, as a broken client may send, cannot be printed at all.
    return text.encode("utf-8", "replace").decode()


def holds_a_secret_or_a_person(field: str) -> bool:
    """True if the value of a field of this name is never printed."""
    words = [word.lower() for word in _WORDS.findall(field)]
    joined = "".join(words)
    if any(part in joined for part in _SECRET_PARTS):
        return True
    if not words or words[-1] in _IDENTIFIES:
        return False
    if words[-1] in {"name", "names"}:
        return len(words) == 1 or words[-2] in _PERSON_NAMES
    return not _PERSON_WORDS.isdisjoint(words)


def _field(name: str, value: object, *, depth: int) -> object:
    # Truth and absence tell nothing about a person: email_found=True may be said.
    if holds_a_secret_or_a_person(name) and value is not None and not isinstance(value, bool):
        return REDACTED
    return _value(value, depth=depth)


def _value(value: object, *, depth: int) -> object:
    match value:
        case Enum():
            return _value(value.value, depth=depth)
        case int() if abs(value) > _LARGEST_NUMBER:
            return str(value)
        case None | bool() | int() | float():
            return value
        case str():
            return redacted_text(value)
        case _ if isinstance(value, _PLAIN):
            return redacted_text(str(value))
        case BaseException():
            return f"{type(value).__name__}: {redacted_text(str(value))}"
        case bytes() | bytearray():
            return f"<{len(value)} bytes>"
        case Mapping() | Sequence() | AbstractSet() if depth < _DEEPEST:
            return _collection(value, depth=depth + 1)
        case _:
            return f"<{type(value).__name__}>"


def _collection(values: Mapping[Any, Any] | Sequence[Any] | AbstractSet[Any], *, depth: int) -> object:
    left = [f"… {len(values) - _MOST} more"] if len(values) > _MOST else []
    if isinstance(values, Mapping):
        first = islice(values.items(), _MOST)
        shown = {redacted_text(str(key)): _field(str(key), value, depth=depth) for key, value in first}
        return shown | dict.fromkeys(left)
    return [*(_value(value, depth=depth) for value in islice(values, _MOST)), *left]
