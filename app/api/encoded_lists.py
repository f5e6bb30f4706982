"""Pages whose rows are JSON already: put together without reading them."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from app.api.answers import encoded
from app.api.pagination import Paging
from app.ports.paging import Page


def encoded_page(page: Page[bytes], paging: Paging) -> Response:
    """The page as an answer in the shape of every list."""
    return encoded(list_body(page.rows, paging.cursor(page.next_after)))


def list_body(rows: Sequence[bytes], next_cursor: str | None) -> bytes:
    """The body of a list: ``{"data": […], "next_cursor": …}``."""
    return b'{"data":[%b],"next_cursor":%b}' % (b",".join(rows), msgspec.json.encode(next_cursor))
