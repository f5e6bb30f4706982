"""``Idempotency-Key``: the answer of a POST is kept with its effect and given again to a repeat (E1–E3).

A refusal or a crash keeps nothing, so that the repeat really runs. Kept bodies are encrypted: they may hold a person's
data or a new key.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Header, Request
from starlette.responses import Response

from app.api.auth import authenticate, container_of
from app.api.kept_connections import AGAIN_AFTER, KeptConnections, NoPlace
from app.api.problems import ApiProblem
from app.ports.keyring import Keyring
from app.ports.once import Once
from app.ports.repositories.idempotency import KeptAnswer, RequestKey
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
KEPT_HEADERS = ("location", "etag", "content-type")

Result = TypeVar("Result")
Shape = Callable[[Result], Response]


class _AnsweredBefore(Exception):
    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__("answered before")
        self.kept = kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """One POST, perhaps with a key under which its answer is kept."""

    key: RequestKey | None
    fingerprint: bytes
    now: datetime
    keyring: Keyring
    unit_of_work: UnitOfWorkFactory
    kept_connections: KeptConnections

    async def answer(self, work: Callable[[Once[Result]], Awaitable[Result]], shape: Shape[Result]) -> Response:
        """Do the work once and shape its result; the use case calls ``begin`` and ``answered`` in its transaction."""
        once = _Once(self, shape)
        try:
            result = await work(once)
        except _AnsweredBefore as before:
            return self._again(before.kept)
        return once.shaped if once.shaped is not None else shape(result)

    async def around(self, work: Callable[[], Awaitable[Result]], shape: Shape[Result]) -> Response:
        """For batches: each item commits on its own, the answer of the whole is kept after the last of them.

        A crash in between keeps no answer; the repeat does all items again, which natural keys make harmless.
        """
        if self.key is None:
            return shape(await work())
        once = _Once(self, shape)
        try:
            async with self.kept_connections.place(self.key.api_key_id), self.unit_of_work() as uow:
                await once.begin(uow)
                await once.answered(uow, await work())
                await uow.commit()
        except _AnsweredBefore as before:
            return self._again(before.kept)
        except NoPlace as full:
            raise _come_again(full) from full
        assert once.shaped is not None
        return once.shaped

    def _again(self, kept: KeptAnswer) -> Response:
        assert self.key is not None
        if kept.fingerprint != self.fingerprint:
            raise ApiProblem(
                422, "idempotency_key_reused", "This Idempotency-Key was used for a different request. Take a new one."
            )
        body = self.keyring.decrypt(kept.body, context=_context(self.key))
        return Response(body, status_code=kept.status, headers={**kept.headers, "Idempotent-Replayed": "true"})


class _Once(Generic[Result]):
    """What the use case gets."""

    def __init__(self, request: Repeatable, shape: Shape[Result]) -> None:
        self._request = request
        self._shape = shape
        self.shaped: Response | None = None

    async def begin(self, uow: UnitOfWork) -> None:
        request = self._request
        if request.key is None:
            return
        kept = await uow.idempotency.begin(request.key, request.fingerprint, now=request.now)
        if kept is not None:
            raise _AnsweredBefore(kept)

    async def answered(self, uow: UnitOfWork, result: Result) -> None:
        request, self.shaped = self._request, self._shape(result)
        if request.key is None:
            return
        answer = KeptAnswer(
            fingerprint=request.fingerprint,
            status=self.shaped.status_code,
            headers=_kept(self.shaped.headers),
            body=request.keyring.encrypt(bytes(self.shaped.body), context=_context(request.key)),
        )
        await uow.idempotency.keep(request.key, answer)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in KEPT_HEADERS if name in headers}


def _come_again(full: NoPlace) -> ApiProblem:
    headers = {"Retry-After": str(AGAIN_AFTER)}
    if full.own:
        detail = "Too many requests of this key wait to be done once each. Send fewer at a time."
        return ApiProblem(429, "rate_limited", detail, retryable=True, headers=headers)
    detail = "Too many requests wait to be done once each. This one was not begun."
    return ApiProblem(503, "unavailable", detail, retryable=True, headers=headers)


def _context(key: RequestKey) -> str:
    return f"idempotency_keys.body:{key.api_key_id}:{key.operation}:{key.key}"


async def repeatable(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="1–255 visible ASCII characters. The same key within 7 days gives the same answer again.",
            examples=["import-2026-01-15-C100"],
        ),
    ] = None,
) -> Repeatable:
    """The POST at hand; its fingerprint covers address, body and If-Match."""
    container = container_of(request)
    key = None
    if idempotency_key is not None:
        if not KEY.fullmatch(idempotency_key):
            raise ApiProblem(400, "invalid_parameter", "Idempotency-Key takes 1 to 255 visible ASCII characters.")
        access = await authenticate(request)
        operation = f"{request.method} {request.scope['route'].path}"
        key = RequestKey(api_key_id=access.key_id, operation=operation, key=idempotency_key)
    address = f"{request.url.path}?{request.url.query}#{request.headers.get('if-match', '')}"
    digest = hashlib.sha256(address.encode("utf-8", "surrogatepass") + b"\x00" + await request.body()).digest()
    return Repeatable(
        key=key,
        fingerprint=digest,
        now=container.clock.now(),
        keyring=container.keyring,
        unit_of_work=container.unit_of_work,
        kept_connections=container.kept_connections,
    )


Repeat = Annotated[Repeatable, Depends(repeatable)]
