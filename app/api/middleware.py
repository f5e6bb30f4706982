"""What holds for every request before a route sees it: id, size, encoding, HEAD, no caching, no escaping error."""

import asyncio
import logging
import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import ApiProblem, internal_problem, problem_response

BODY_LIMIT = 1024 * 1024
BATCH_LIMIT = 5 * 1024 * 1024
BODY_SECONDS = 60.0
"""From when a body is waited for to its end: who may send it is asked before, and may have been shut out since."""
TOLD = "orderbridge.answer_headers"
"""In the scope: the headers that the answer gets whatever becomes of the request, filled by whoever knows them."""

log = logging.getLogger("orderbridge.api")


class Surroundings:
    """The outermost layer. Errors that no handler knew end here as a 500 and never reach the server."""

    def __init__(self, app: ASGIApp, *, body_seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, body_seconds=self._body_seconds)
        try:
            if problem := exchange.refusal():
                await problem_response(problem, exchange.id)(scope, receive, exchange.send)
                return
            await self._app(exchange.inner_scope(), exchange.receive, exchange.send)
        except Exception:
            log.exception("request failed", extra={"request_id": exchange.id})
            if not exchange.started:
                await problem_response(internal_problem(), exchange.id)(scope, receive, exchange.send)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, body_seconds: float) -> None:
        self.id = f"req_{secrets.token_hex(12)}"
        self.started = False
        self._told: dict[str, str] = {}
        self._scope = scope
        self._receive = receive
        self._send = send
        self._limit = BATCH_LIMIT if scope["path"].endswith("/batch") else BODY_LIMIT
        self._seen = 0
        self._body_seconds = body_seconds
        self._body_until: float | None = None
        self._body_ended = False
        self._head = scope["method"] == "HEAD"
        self._headers = Headers(scope=scope)
        self._not_modified = False

    def inner_scope(self) -> MutableMapping[str, Any]:
        """The scope for the routes: HEAD is a GET whose body is left out."""
        method = "GET" if self._head else self._scope["method"]
        return {**self._scope, "method": method, "request_id": self.id, TOLD: self._told}

    def refusal(self) -> ApiProblem | None:
        if self._headers.get("content-encoding", "identity").lower() != "identity":
            return ApiProblem(415, "unsupported_encoding", "Send bodies without Content-Encoding.")
        length = self._headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return ApiProblem(400, "bad_request", "Content-Length is not a number.")
        if int(length) > self._limit:
            return self._too_large()
        return None

    def _too_large(self) -> ApiProblem:
        detail = f"The body is larger than {self._limit} bytes."
        return ApiProblem(413, "body_too_large", detail, headers={"Connection": "close"})

    async def receive(self) -> Message:
        message = await self._receive() if self._body_ended else await self._received_in_time()
        if message["type"] == "http.request":
            self._body_ended = not message.get("more_body", False)
            self._seen += len(message.get("body", b""))
            if self._seen > self._limit:
                raise self._too_large()
        return message

    async def _received_in_time(self) -> Message:
        if self._body_until is None:
            self._body_until = asyncio.get_running_loop().time() + self._body_seconds
        try:
            async with asyncio.timeout_at(self._body_until):
                return await self._receive()
        except TimeoutError:
            detail = f"The body did not arrive within {self._body_seconds:g} seconds."
            raise ApiProblem(408, "body_too_slow", detail, retryable=True, headers={"Connection": "close"}) from None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            message = self._start(message)
        elif message["type"] == "http.response.body" and (self._head or self._not_modified):
            message = {**message, "body": b""}
        await self._send(message)

    def _start(self, message: Message) -> Message:
        headers = MutableHeaders(raw=list(message["headers"]))
        headers["Request-Id"] = self.id
        headers.update(self._told)
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        status = message["status"]
        if status == 200 and self._scope["method"] in {"GET", "HEAD"} and self._is_known(headers.get("etag")):
            self._not_modified = True
            status = 304
            del headers["content-length"]
            del headers["content-type"]
        return {**message, "status": status, "headers": headers.raw}

    def _is_known(self, etag: str | None) -> bool:
        if etag is None:
            return False
        known = self._headers.get("if-none-match", "").split(",")
        return any(each.strip().removeprefix("W/") in {etag, "*"} for each in known)
