"""``/v1`` as the console calls it: in this process, as the person who signed in instead of with a key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.access import Access

NOT_WITH_THIS_ROLE = "Your role may not do this. An admin can give you another one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the surface answered: the body as it came and the version to guard a change with."""

    status: int
    body: Any
    etag: str | None = None
    replayed: bool = False
    """Whether this is what an earlier press of the same button was answered."""

    @property
    def refused(self) -> bool:
        return self.status >= 400

    @property
    def sentences(self) -> list[str]:
        """Why it was refused, in words: the problem, and each of the fields or records it names."""
        if self.body["code"] == "scope_missing":
            return [NOT_WITH_THIS_ROLE]
        errors = self.body.get("errors") or []
        # What a place of the form says is not said a second time without the place.
        said = [self.body["detail"]] if self.body["detail"] not in {each["detail"] for each in errors} else []
        for each in errors:
            # A problem of an order says itself where it is mended; of a form's field only its place is known.
            named = self.body["code"] in {"order_blocked", "refund_blocked"}
            said.append(each["detail"] if named else f"{each['pointer']}: {each['detail']}")
        return list(dict.fromkeys(said))


class SurfaceRefused(Exception):
    """What a page was to show is not there, or not for this person."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.status)
        self.told = told


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of the surface; ``guarded_by`` is the version that the person saw."""

    method: str
    path: str
    body: object = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    guarded_by: str | None = None
    once: str | None = None
    """Of what must not be done twice: a name of this press of the button, whose repeat gives the same answer."""


class Surface:
    """The surface for one person."""

    def __init__(self, application: ASGIApp, access: Access, *, client: str) -> None:
        async def as_the_person(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, "state": {"access": access}}, receive, send)

        self._transport = httpx.ASGITransport(app=as_the_person, client=(client, 0))

    async def ask(self, call: Call) -> Told:
        """The answer, refusals included."""
        given = {"If-Match": call.guarded_by, "Idempotency-Key": call.once}
        headers = {name: text for name, text in given.items() if text}
        async with httpx.AsyncClient(transport=self._transport, base_url="http://console") as client:
            answer = await client.request(
                call.method, call.path, params=dict(call.parameters), json=call.body, headers=headers
            )
        body = answer.json() if answer.content else None
        return Told(
            status=answer.status_code,
            body=body,
            etag=answer.headers.get("etag"),
            replayed="idempotent-replayed" in answer.headers,
        )

    async def read(self, path: str, parameters: Mapping[str, str] | None = None) -> Told:
        """What there is to see. Raises ``SurfaceRefused``."""
        told = await self.ask(Call(method="GET", path=path, parameters=parameters or {}))
        if told.refused:
            raise SurfaceRefused(told)
        return told
