"""What this test process drew from `secrets`: keys, passwords, tokens, signing secrets, each known by its value.

Looks on only: what is drawn is as random as before. Knows nothing of who draws, nor of other processes; what those
gave out is told by whoever received it.
"""

import base64
import secrets
from collections.abc import Sequence

SHORTEST = 15
"""Bytes from which on a draw can be a secret: shorter ones make ids of requests, nonces and marks on a page."""

_drawn: list[bytes] = []
_token_bytes = secrets.token_bytes


def watch() -> None:
    """From now on remember every draw; `token_hex` and `token_urlsafe` draw by the same function."""
    secrets.token_bytes = _drawing


def how_many() -> int:
    return len(_drawn)


def forms_since(count: int) -> Sequence[bytes]:
    """All ways to write what was drawn after the first ``count``."""
    return [form for value in _drawn[count:] for form in _forms(value)]


def _drawing(nbytes: int | None = None) -> bytes:
    value = _token_bytes(nbytes)
    if len(value) >= SHORTEST:
        _drawn.append(value)
    return value


def _forms(value: bytes) -> tuple[bytes, ...]:
    standard, in_addresses = base64.b64encode(value), base64.urlsafe_b64encode(value)
    return value, value.hex().encode(), standard.rstrip(b"="), in_addresses.rstrip(b"=")
