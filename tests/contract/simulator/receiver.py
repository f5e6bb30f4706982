"""Receives webhooks in this process, and answers as a test wants it to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers["x-shopify-topic"]


@dataclass(slots=True)
class Receiver:
    """Keeps what came in; `status` decides the answer to the n-th delivery, counted from one."""

    received: list[Received] = field(default_factory=list)
    status: Callable[[int], int] = lambda _number: 200

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/hooks", self._receive, methods=["POST"])])

    async def _receive(self, http: Request) -> Response:
        self.received.append(Received(headers=dict(http.headers), body=await http.body()))
        return Response(status_code=self.status(len(self.received)))
