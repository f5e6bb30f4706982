"""Versions over HTTP: ``ETag`` on answers, ``If-Match`` and ``If-None-Match: *`` on changes (E4)."""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Request

from app.api.problems import ApiProblem
from app.ports.versions import Expected

STRONG = re.compile(r'"([0-9]{1,15})"', re.ASCII)


def etag(version: int) -> str:
    """The row's version as a strong entity tag."""
    return f'"{version}"'


def etag_of(body: bytes) -> str:
    """A strong entity tag of what has no row version of its own: it changes with the content."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def expected_version(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            max_length=500,
            description='The ETag last seen, such as `"7"`. Given and no longer true: 412 with the current one.',
            examples=['"7"'],
        ),
    ] = None,
) -> Expected:
    """What the caller knew. A weak tag never matches; several may be given."""
    absent = request.headers.get("if-none-match", "").strip() == "*"
    if if_match is None:
        return Expected(absent=absent)
    if if_match.strip() == "*":
        return Expected(present=True, absent=absent)
    tags = [tag.strip() for tag in if_match.split(",")]
    if not all(tag.startswith(("W/", '"')) for tag in tags):
        raise ApiProblem(400, "invalid_parameter", 'If-Match must be an entity tag in quotes, such as "7".')
    known = (STRONG.fullmatch(tag) for tag in tags)
    return Expected(versions=frozenset(int(tag[1]) for tag in known if tag), absent=absent)


ExpectedVersion = Annotated[Expected, Depends(expected_version)]
