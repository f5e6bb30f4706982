"""Where the console begins. What it is made of is loaded when somebody opens it: most processes are never asked."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.container import Container

MOUNTED_AT = "/console"


def console_routes(container: Container, surface: ASGIApp) -> list[BaseRoute]:
    """Where the console stands in the application; ``surface`` answers ``/v1``."""
    return [
        Route(MOUNTED_AT, _to_its_first_page, include_in_schema=False),
        Mount(MOUNTED_AT, app=ConsoleDoor(container, surface)),
    ]


async def _to_its_first_page(request: Request) -> Response:
    return RedirectResponse(f"{request.url.path}/", 307)


class ConsoleDoor:
    """An application for what is below ``/console``."""

    def __init__(self, container: Container, surface: ASGIApp) -> None:
        self._container = container
        self._surface = surface
        self._console: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._console is None:
            self._console = await asyncio.to_thread(self._loaded)
        await self._console(scope, receive, send)

    def _loaded(self) -> ASGIApp:
        from app.api.console.application import console  # noqa: PLC0415 - see above

        return console(self._container, self._surface)
