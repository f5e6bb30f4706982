"""`/openapi.json` and the page that shows it. The description is made when it is first asked for, beside the loop.

Knows no operation: the page reads the description as any other client does.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


def reference_routes(describe: Callable[[], dict[str, Any]]) -> list[BaseRoute]:
    """Where they stand in the application."""
    return [
        Route("/openapi.json", Description(describe).answer, include_in_schema=False),
        Route("/docs", _page, include_in_schema=False),
        Mount("/docs", app=StaticFiles(directory=FOLDER / "static")),
    ]


async def _page(_: Request) -> Response:
    return FileResponse(FOLDER / "page.html", headers=HEADERS)


class Description:
    """The document as bytes, made once: that takes seconds, in which others are served."""

    def __init__(self, describe: Callable[[], dict[str, Any]]) -> None:
        self._describe = describe
        self._making = asyncio.Lock()
        self._made: tuple[bytes, str] | None = None

    async def answer(self, _: Request) -> Response:
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
        content, tag = self._made
        return Response(content, media_type="application/json", headers={"ETag": tag, "Cache-Control": "no-cache"})

    def _make(self) -> tuple[bytes, str]:
        content = json.dumps(self._describe(), ensure_ascii=False, separators=(",", ":")).encode()
        return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
