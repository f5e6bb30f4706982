"""What stands around an answer: errors beside the data, cost, search warnings. And texts that no database
could hold, mended.

Knows the wire form; what is to be done about an error is the transport's and the reader's to know.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

ACCESS_DENIED: Final = "ACCESS_DENIED"
"""For want of a scope, of approval for personal data, or of a plan."""

_DOUBTFUL: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_UNTELLABLE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")
_REPLACEMENT: Final = rb"\ufffd"
_SHOWN: Final = 2000
"""Characters of a store's message that we pass on: each of its sentences about scopes takes some two hundred."""


class ErrorExtensions(msgspec.Struct, rename="camel"):
    code: str | None = None
    cost: int | None = None
    request_id: str | None = None


class ErrorEntry(msgspec.Struct):
    """One entry of ``errors``; without a path it concerns the whole answer."""

    message: str = ""
    path: list[str | int] | None = None
    extensions: ErrorExtensions | None = None

    @property
    def code(self) -> str:
        return (self.extensions.code if self.extensions else None) or ""


class ThrottleStatus(msgspec.Struct, rename="camel"):
    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(msgspec.Struct, rename="camel"):
    requested_query_cost: int | None = None
    throttle_status: ThrottleStatus | None = None


class SearchWarning(msgspec.Struct):
    field: str = ""
    message: str = ""


class SearchNote(msgspec.Struct):
    query: str = ""
    warnings: list[SearchWarning] = []


class Extensions(msgspec.Struct):
    cost: Cost | None = None
    search: list[SearchNote] | None = None


class Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: msgspec.Raw = msgspec.Raw(b"[]")
    extensions: Extensions | None = None

    @property
    def has_data(self) -> bool:
        return bytes(self.data) != b"null"


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)
_ERRORS: Final = msgspec.json.Decoder(list[ErrorEntry])


def opened(body: bytes) -> Envelope:
    """The envelope of an answer whose texts were mended; raises msgspec.DecodeError."""
    return _ENVELOPE.decode(mended(body))


def error_entries(envelope: Envelope) -> tuple[ErrorEntry, ...]:
    """The errors beside the data. Outside GraphQL Shopify writes one text or an object instead of a list."""
    try:
        return tuple(_ERRORS.decode(envelope.errors))
    except msgspec.DecodeError:
        told = bytes(envelope.errors)
        return () if told == b"null" else (ErrorEntry(message=told.decode("utf-8", "replace")[:_SHOWN]),)


def mended(body: bytes) -> bytes:
    """The body with U+FFFD for what is no text: NUL, half a surrogate pair, bytes that are not UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        body = body.decode("utf-8", "replace").encode("utf-8")
    if _DOUBTFUL.search(body) is None:
        return body
    return _ESCAPE.sub(_mended_escape, body)


def _mended_escape(escape: re.Match[bytes]) -> bytes:
    """A whole surrogate pair is one match and stays; what is untellable alone is replaced."""
    found = escape.group(0)
    return _REPLACEMENT if _UNTELLABLE.fullmatch(found) else found


def in_its_words(errors: Sequence[ErrorEntry]) -> str:
    """What the store said, each sentence once, cut to a length that can be shown."""
    told = dict.fromkeys(error.message for error in errors if error.message)
    return " · ".join(told)[:_SHOWN] or "no reason given"
