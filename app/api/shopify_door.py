"""Shopify's door: a plain ASGI callable in front of the application, because here speed is the point.

Reads the body within its limit, asks the service, answers. Knows no store and no topic.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import MEDIA_TYPE, ApiProblem, problem_body
from app.failpoints import Act, through
from app.ports.errors import Unavailable
from app.services.receive_webhook import Delivery, Receipt

PATH = "/webhooks/shopify"
LONGEST_BODY = 10 * 1024 * 1024
BODY_SECONDS = 10.0
ANSWER_SECONDS = 4.0
"""Shopify hangs up after five."""

KNOWN_HEADERS: Mapping[bytes, str] = {
    prefix + name: field
    for prefix in (b"x-shopify-", b"shopify-")
    for name, field in {
        b"shop-domain": "domain",
        b"hmac-sha256": "signature",
        b"topic": "topic",
        b"webhook-id": "webhook_id",
        b"event-id": "event_id",
        b"api-version": "api_version",
        b"triggered-at": "triggered_at",
    }.items()
}
"""Both families that Shopify sends: the present one, and the next one without ``x-``."""

Receiver = Callable[[Delivery], Awaitable[Receipt]]
Timed = Callable[[str, float], None]
"""Told of each webhook that was answered: its outcome, and the seconds from its last byte to the answer."""


class _TooLarge(Exception):
    pass


class _HungUp(Exception):
    pass


class ShopifyDoor:
    """Answers ``/webhooks/shopify`` itself and passes everything else on to ``app``."""

    def __init__(self, app: ASGIApp, receive_webhook: Receiver, timed: Timed = lambda _, __: None) -> None:
        self._app = app
        self._receive_webhook = receive_webhook
        self._timed = timed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        try:
            await self._answer(scope, receive, send)
        except _HungUp:
            return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", (b"allow", b"POST"))
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(scope, receive)
        except _TooLarge:
            await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", (b"connection", b"close"))
            return
        except TimeoutError:
            await _refuse(send, HTTPStatus.REQUEST_TIMEOUT, "body_too_slow", (b"connection", b"close"))
            return
        began, outcome = time.perf_counter(), "unavailable"
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                receipt = await self._receive_webhook(_delivery(scope, body))
        except TimeoutError:
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", (b"retry-after", b"1"))
        except Unavailable as trouble:
            seconds = max(1, round(trouble.retry_after.total_seconds())) if trouble.retry_after else 1
            await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE, trouble.code, (b"retry-after", b"%d" % seconds))
        else:
            outcome = receipt.value
            if receipt is Receipt.REFUSED:
                await _refuse(send, HTTPStatus.UNAUTHORIZED, "unauthorized", (b"www-authenticate", b"HMAC-SHA256"))
            else:
                await through(Act.WEBHOOK_ANSWER, _send(send, 200, [(b"content-length", b"0")], b""))
        self._timed(outcome, time.perf_counter() - began)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """All of the body; stops reading as soon as it is, or says it is, too large."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > LONGEST_BODY:
            raise _TooLarge
    parts: list[bytes] = []
    held = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _HungUp
        part: bytes = message.get("body", b"")
        held += len(part)
        if held > LONGEST_BODY:
            raise _TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _delivery(scope: Scope, body: bytes) -> Delivery:
    """A header that came twice says nothing reliable: it counts as missing."""
    found: dict[str, bytes | None] = dict.fromkeys(KNOWN_HEADERS.values())
    seen: set[str] = set()
    for name, value in scope["headers"]:
        field = KNOWN_HEADERS.get(name)
        if field is not None:
            found[field] = None if field in seen else value.strip()
            seen.add(field)
    return Delivery(body=body, **found)


DETAILS: Mapping[str, str] = {
    "method_not_allowed": "Webhooks are sent with POST.",
    "body_too_large": "The body is larger than 10 MiB.",
    "body_too_slow": "The body did not arrive in time.",
    "unauthorized": "The webhook is not signed by a store that is connected here.",
    "busy": "More webhooks are arriving than can be stored. Send it again.",
}
WORTH_REPEATING = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.REQUEST_TIMEOUT})


async def _refuse(send: Send, status: HTTPStatus, code: str, header: tuple[bytes, bytes]) -> None:
    problem = ApiProblem(
        status,
        code,
        DETAILS.get(code, "The webhook could not be stored. Send it again."),
        retryable=status in WORTH_REPEATING,
    )
    # Without an id of its own: refusals of the same kind are the same, byte for byte.
    content = json.dumps(problem_body(problem, "webhook")).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
        header,
    ]
    await _send(send, status.value, headers, content)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
