"""What every page of the console works with: the house it stands in, and the person at the desk."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from app.api.console.rendering import Pages, query, segment
from app.api.console.sessions import (
    SESSION,
    Said,
    Visitor,
    end_session,
    forget_said,
    keep_said,
    said_before,
)
from app.api.console.surface import Surface, SurfaceRefused, Told
from app.api.container import Container
from app.api.limits import Buckets
from app.domain.access import Scope
from app.services.console_users import ConsoleUsers

HOME = "/console/"
SIGN_IN = "/console/sign-in"
STALE_FORM = "The form was too old or not from here. Nothing was done; try again."
FAILED_SIGN_INS_A_MINUTE = 10
"""From one address, and for one name: a person who mistypes waits for seconds, a machine gets nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all requests of the console share."""

    container: Container
    surface: ASGIApp
    pages: Pages
    failures: Buckets

    @property
    def users(self) -> ConsoleUsers:
        return self.container.service(ConsoleUsers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One request of somebody who signed in."""

    house: House
    request: Request
    visitor: Visitor
    surface: Surface

    @property
    def filters(self) -> dict[str, str]:
        """What the address asks for; the surface says what is wrong with it."""
        return {name: text for name, text in self.request.query_params.items() if text}

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return self.request.url.path + query(self.filters)

    def address(self, pattern: str) -> str:
        """A pattern such as ``/orders/{order_id}`` with the values of this page's address."""
        return filled(pattern, self.request.path_params)

    def may(self, scope: str) -> bool:
        return self.visitor.signed_in.access.may(Scope(scope))

    async def read(self, path: str, parameters: Mapping[str, str] | None = None) -> Told:
        return await self.surface.read(path, parameters)

    def page(self, template: str, *, title: str, status: int = 200, **values: Any) -> Response:
        """A page, with what the button before it came to."""
        key = self.house.container.signing_key
        said = said_before(self.request, key=key)
        response = self.house.pages.page(
            template,
            status=status,
            title=title,
            user=self.visitor.signed_in.user,
            form_token=self.visitor.form_token,
            here=self.here,
            path=self.request.url.path,
            may=self.may,
            once=secrets.token_urlsafe(12),
            said=said,
            **values,
        )
        if said is not None:
            forget_said(response)
        return response

    def go(self, address: str, said: Said) -> Response:
        """To a page that says what came of it."""
        response = RedirectResponse(address, 303)
        keep_said(self.request, response, said, key=self.house.container.signing_key)
        return response


class FormRefused(Exception):
    """A form that this session was not shown; ``back`` is the page to say so on."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


View = Callable[[Desk], Awaitable[Response]]


def filled(pattern: str, values: Mapping[str, Any]) -> str:
    """The pattern with the values in it, each percent-encoded."""
    # An encoded slash is no slash to the surface: nothing in a value can lead to another address.
    return pattern.format_map({name: segment(text) for name, text in values.items()})


def for_visitors(view: View) -> Callable[[Request], Awaitable[Response]]:
    """A page for whoever signed in; others are asked to."""

    async def endpoint(request: Request) -> Response:
        house: House = request.app.state.house
        if request.method == "POST":
            # Who may do it is asked when all of the form is here: somebody may be switched off while it arrives.
            await request.form()
        visitor = await visitor_of(request, house)
        if visitor is None:
            wanted = request.url.path + query(dict(request.query_params)) if request.method == "GET" else HOME
            response: Response = RedirectResponse(SIGN_IN + query({"next": wanted}), 303)
            end_session(response)
            return response
        desk = Desk(house=house, request=request, visitor=visitor, surface=_surface(house, request, visitor))
        try:
            return await view(desk)
        except FormRefused as refused_form:
            return desk.go(refused_form.back, Said(good=False, sentences=[STALE_FORM]))
        except SurfaceRefused as refused:
            told = refused.told
            return desk.page("refused.html", title="Not here", status=told.status, sentences=told.sentences)

    return endpoint


async def visitor_of(request: Request, house: House) -> Visitor | None:
    """Who sent this, by the session's cookie."""
    token = request.cookies.get(SESSION, "")
    signed_in = await house.users.session(token) if token else None
    return None if signed_in is None else Visitor(signed_in=signed_in, token=token)


def own_address(address: object) -> str:
    """The address if it is one of the console's, else the first page: nobody is sent elsewhere (S23)."""
    fits = isinstance(address, str) and address.startswith(HOME) and "\\" not in address and address.isprintable()
    return str(address) if fits else HOME


def _surface(house: House, request: Request, visitor: Visitor) -> Surface:
    client = request.client.host if request.client else ""
    return Surface(house.surface, visitor.signed_in.access, client=client)
