"""The kind of route every resource uses: the caller is known first, then all is read strictly."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.api.auth import authenticate
from app.api.problems import ApiProblem
from app.api.strict_json import parse_strictly
from app.ports.errors import FieldError

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
LONGEST_PATH_VALUE = 300


class StrictRequest(Request):
    """A request whose JSON was read by our own rules."""

    parsed: Any = None

    async def json(self) -> Any:
        return self.parsed


class StrictRoute(APIRoute):
    """Refuses, in this order: unknown callers, impossible ids, unknown parameters, bodies that are no proper JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = frozenset(
            field.alias for field in get_flat_params(self.dependant) if isinstance(field.field_info, params.Query)
        )
        takes_body = self.body_field is not None

        async def strictly(request: Request) -> Response:
            await authenticate(request)
            check_path(request)
            check_parameters(request, known)
            strict = StrictRequest(request.scope, request.receive)
            body = await strict.body()
            if takes_body and body:
                check_content_type(strict)
                strict.parsed = parse_strictly(body)
            elif body.strip() not in {b"", b"{}"}:
                raise ApiProblem(422, "invalid_input", "This request takes no body.")
            return await handle(strict)

        return strictly


def check_path(request: Request) -> None:
    """No id holds control characters or is that long."""
    for value in request.path_params.values():
        text = str(value)
        if len(text) > LONGEST_PATH_VALUE or any(character < " " or character == "\x7f" for character in text):
            raise ApiProblem(404, "not_found", "There is nothing here, or nothing that this key may see.")


def check_parameters(request: Request, known: frozenset[str]) -> None:
    """A mistyped filter that is ignored would show the wrong rows; a doubled one is read differently by everyone."""
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        shown = name[:100].encode("utf-8", "replace").decode("utf-8")
        if name not in known:
            error = FieldError(pointer=shown, code="unknown_parameter", detail="There is no such parameter.")
            raise ApiProblem(400, "unknown_parameter", f"There is no parameter {shown!r} here.", errors=[error])
        if name in seen:
            error = FieldError(pointer=shown, code="repeated_parameter", detail="Give it once.")
            raise ApiProblem(400, "unknown_parameter", f"The parameter {shown!r} is given twice.", errors=[error])
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ApiProblem(400, "invalid_parameter", f"The parameter {shown!r} holds half a character or a NUL.")
        seen.add(name)


def check_content_type(request: Request) -> None:
    """Only JSON in UTF-8."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() not in JSON_TYPES or charset not in {"", "utf-8", "utf8"}:
        raise ApiProblem(415, "unsupported_media_type", "Send application/json in UTF-8.")


def resource_router(tag: str, *, prefix: str = "/v1") -> APIRouter:
    """A router for the routes of one resource; ``tag`` groups them in the documentation."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute)
