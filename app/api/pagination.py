"""Lists over HTTP: ``limit``, an opaque ``cursor``, ``{"data": […], "next_cursor": …}``.

A cursor carries the key of the last row, signed together with the resource and the filters it was made for: used with
another list it is refused, not misread (E5).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import container_of
from app.api.problems import ApiProblem
from app.api.schemas.types import AnswerBody
from app.ports.errors import FieldError
from app.ports.paging import Page, PageKey, PageRequest

LARGEST_PAGE = 250
USUAL_PAGE = 50
CURSOR_VERSION = 1
SIGNATURE_BYTES = 16

Shown = TypeVar("Shown", bound=BaseModel)
Row = TypeVar("Row")


class ListOf(AnswerBody, Generic[Shown]):
    """A page of a list."""

    data: list[Shown] = Field(description="The rows of this page.")
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null = this was the last.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """The page asked for, and how to name the next one."""

    request: PageRequest
    subject: bytes
    signing_key: bytes = field(repr=False)

    @property
    def limit(self) -> int:
        return self.request.limit

    def cursor(self, key: PageKey | None) -> str | None:
        """The cursor after a row."""
        if key is None:
            return None
        text = json.dumps([CURSOR_VERSION, *key], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_signature(self.signing_key, self.subject, text) + text).rstrip(b"=").decode()

    def answer(self, model: type[ListOf[Shown]], page: Page[Row], shape: Callable[[Row], Shown]) -> Response:
        """The page as an answer."""
        shown: list[Any] = [shape(row) for row in page.rows]
        return answer(model.model_construct(data=shown, next_cursor=self.cursor(page.next_after)))


def subject_of(path: str, filters: Sequence[tuple[str, str]] = ()) -> bytes:
    """What a cursor is bound to: the address of the list and its filters."""
    return hashlib.sha256(json.dumps([path, list(filters)]).encode()).digest()


def _signature(key: bytes, subject: bytes, text: bytes) -> bytes:
    return hmac.digest(key, subject + b"\x00" + text, "sha256")[:SIGNATURE_BYTES]


def _key_of(cursor: str, subject: bytes, signing_key: bytes) -> PageKey:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid_cursor() from None
    signature, text = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(signing_key, subject, text)):
        raise _invalid_cursor()
    version, *key = json.loads(text)
    if version != CURSOR_VERSION:
        raise _invalid_cursor()
    return tuple(key)


def _invalid_cursor() -> ApiProblem:
    error = FieldError(pointer="cursor", code="invalid_cursor", detail="Begin again without a cursor.")
    return ApiProblem(400, "invalid_cursor", "The cursor is not one of this list with these filters.", errors=[error])


def paging(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Rows a page.")] = USUAL_PAGE,
    cursor: Annotated[
        str | None,
        Query(max_length=2000, description="`next_cursor` of the page before; same filters."),
    ] = None,
) -> Paging:
    """The page a request asks for; resource and filters are taken from its address."""
    filters = sorted(
        (name, value) for name, value in request.query_params.multi_items() if name not in {"limit", "cursor"}
    )
    subject = subject_of(request.url.path, filters)
    signing_key = container_of(request).signing_key
    after = None if cursor is None else _key_of(cursor, subject, signing_key)
    return Paging(request=PageRequest(limit=limit, after=after), subject=subject, signing_key=signing_key)


def paging_either_way(
    page: Annotated[Paging, Depends(paging)],
    *,
    newest_first: Annotated[
        bool,
        Query(
            description="The other way round, newest first: for people. To collect what changed, leave it out: what"
            " changes while the pages are read goes to the front, where it is not met any more."
        ),
    ] = False,
) -> Paging:
    """As ``paging``, of a list that can also be read from its end."""
    return replace(page, request=replace(page.request, newest_first=newest_first))


PagingOf = Annotated[Paging, Depends(paging)]
PagingEitherWay = Annotated[Paging, Depends(paging_either_way)]
