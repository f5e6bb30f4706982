"""What differs from one telling of the story to the next, replaced: ids, keys and secrets, instants, addresses.

An id becomes the same id wherever it stands. Knows nothing of operations.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.store_simulator.state import DEFAULT_ACCESS_TOKEN, DEFAULT_CLIENT_SECRET

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ULID = re.compile(r"(?<![0-9a-z])01[0-9a-hjkmnp-tv-z]{24}(?![0-9a-z])")
INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
KEY_ID = re.compile(r'"(?:id|key_id|api_key_id)": "([a-z0-9]{8})"')
DAY = datetime(2026, 1, 15, 10, tzinfo=UTC)
"""When the story is told to have happened."""
PLACEHOLDERS: tuple[tuple[str, str], ...] = (
    (r"\bob_([a-z0-9]{8})_[\w-]{43,}", r"ob_\1_the-secret-is-shown-once"),
    (r'("password": )"[^"]+"', r'\1"it-is-shown-once"'),
    (DEFAULT_CLIENT_SECRET, "the-secret-of-the-app"),
    (DEFAULT_ACCESS_TOKEN, "the-token-of-the-app"),
    (r"\bwhsec_[\w+/=-]+", "whsec_the-secret-is-shown-once"),
    (r"\breq_[0-9a-f]{24}\b", "req_5c1e0a7d93b2f8e4a6c1d0b7"),
    (r"http://(?:127\.0\.0\.1|localhost):\d+", "https://erp.example.com"),
    (r'("next_cursor": )"[^"]+"', r'\1"AQ4aTk9UIFRPIEJFIFJFQUQ"'),
)


def stable(harvest: Any, stand_ins: Mapping[str, str]) -> Any:
    """The same story, told as it is always told; ``stand_ins``: which ids are to be which."""
    text = json.dumps(harvest, ensure_ascii=False)
    text = _renamed(text, stand_ins)
    for form, shown in PLACEHOLDERS:
        text = re.sub(form, shown, text)
    return json.loads(_on_one_day(text))


def _renamed(text: str, stand_ins: Mapping[str, str]) -> str:
    names: dict[str, str] = {}
    taken: set[str] = set()
    for real, shown in stand_ins.items():
        ours, theirs = ULID.findall(real), ULID.findall(shown)
        if ours and theirs and shown not in taken:
            taken.add(shown)
            names.setdefault(ours[0], theirs[0])
    for place, key in enumerate(dict.fromkeys(KEY_ID.findall(text))):
        text = re.sub(rf"(?<![a-z0-9]){key}(?![a-z0-9])", f"k3jd92m{ALPHABET[(place + 29) % 32]}", text)
    return ULID.sub(_numbered(names), text)


def _numbered(names: dict[str, str]) -> Callable[[re.Match[str]], str]:
    """Ids get letters in the order in which they come; what stands for a parameter's example is that example."""

    def named(found: re.Match[str]) -> str:
        number = len(names)
        letters = ALPHABET[number // 32 % 32] + ALPHABET[number % 32]
        return names.setdefault(found[0], f"01kf0{'z' * 19}{letters}")

    return named


def _on_one_day(text: str) -> str:
    """Instants of the telling follow each other by seconds; those of the store's past stay."""
    today = datetime.now(UTC)
    told = {each for each in INSTANT.findall(text) if today - _at(each) < timedelta(days=1)}
    places = {each: place for place, each in enumerate(sorted({_at(each).replace(microsecond=0) for each in told}))}
    for each in told:
        moment = DAY + timedelta(seconds=places[_at(each).replace(microsecond=0)])
        text = text.replace(each, f"{moment:%Y-%m-%dT%H:%M:%SZ}")
    return re.sub(rf"{today:%Y-%m-%d}|{today - timedelta(days=1):%Y-%m-%d}", f"{DAY:%Y-%m-%d}", text)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
