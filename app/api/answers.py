"""Shaping an answer: a model as JSON bytes with the headers that belong to it."""

from typing import Any, Protocol

from pydantic import BaseModel
from starlette.responses import Response

from app.api.etag import etag, etag_of

JSON = "application/json"


def answer(
    value: BaseModel,
    *,
    status: int = 200,
    version: int | None = None,
    location: str | None = None,
    tagged: bool = False,
) -> Response:
    """The value as JSON; with the ``ETag`` of its version or, ``tagged``, of its content; and with its ``Location``."""
    body = value.model_dump_json(by_alias=True).encode()
    headers: dict[str, str] = {}
    if version is not None or tagged:
        headers["ETag"] = etag_of(body) if version is None else etag(version)
    if location is not None:
        headers["Location"] = location
    return Response(body, status_code=status, headers=headers, media_type=JSON)


def encoded(body: bytes, *, status: int = 200, version: int | None = None) -> Response:
    """Bytes that are JSON already, for lists that must be fast."""
    headers = {} if version is None else {"ETag": etag(version)}
    return Response(body, status_code=status, headers=headers, media_type=JSON)


def no_content() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204)


CREATED: dict[int | str, dict[str, Any]] = {201: {"description": "Made."}}
REPLACED: dict[int | str, dict[str, Any]] = {200: {"description": "There was one already: replaced."}}


class Done(Protocol):
    """What a PUT did, as far as the answer needs it."""

    @property
    def created(self) -> bool: ...

    @property
    def kept(self) -> "Versioned": ...


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


def put_answer(value: BaseModel, done: Done, *, location: str | None = None) -> Response:
    """201 for what was made, 200 for what was replaced."""
    return answer(
        value,
        status=201 if done.created else 200,
        version=done.kept.version,
        location=location if done.created else None,
    )
