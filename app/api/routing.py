"""The kind of route every resource uses: the caller is known first, then all is read strictly."""

import re
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from fastapi import APIRouter, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app.api.auditing import actor_of
from app.api.auth import authenticate
from app.api.dependencies import shop_by_code
from app.api.problems import ApiProblem
from app.api.strict_json import parse_strictly
from app.ports.acting import acting
from app.ports.errors import FieldError
from app.ports.sight import seeing

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
LONGEST_PATH_VALUE = 300
LONGEST_TAGS = 500
NUMBER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
FLAGS = (bool, bool | None)


class StrictRequest(Request):
    """A request whose JSON was read by our own rules."""

    parsed: Any = None

    async def json(self) -> Any:
        return self.parsed


class StrictRoute(APIRoute):
    """Refuses, in this order: unknown callers, impossible ids, unknown parameters, bodies that are no proper JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        fields = get_flat_params(self.dependant)
        known = {field.alias: field for field in fields if isinstance(field.field_info, params.Query)}
        flags = frozenset(name for name, field in known.items() if field.field_info.annotation in FLAGS)
        numbers = frozenset(name for name, field in known.items() if field.field_info.annotation is int)
        guarded = any(field.alias.lower() == "if-match" for field in fields)
        takes_body = self.body_field is not None

        async def strictly(request: Request) -> Response:
            access = await authenticate(request)
            check_path(request)
            check_parameters(request, known.keys(), flags)
            check_numbers(request, numbers)
            if not guarded and "if-match" in request.headers and request.method != "GET":
                raise ApiProblem(400, "invalid_parameter", "This request cannot be guarded: send it without If-Match.")
            if len(request.headers.get("if-none-match", "")) > LONGEST_TAGS:
                raise ApiProblem(400, "invalid_parameter", f"If-None-Match takes {LONGEST_TAGS} characters at most.")
            if "shop" in known and (shop := request.query_params.get("shop")):
                await shop_by_code(request, access, shop)
            strict = StrictRequest(request.scope, request.receive)
            body = await strict.body()
            if takes_body and body:
                check_content_type(strict)
                strict.parsed = parse_strictly(body)
            elif body.strip() not in {b"", b"{}"}:
                raise ApiProblem(422, "invalid_input", "This request takes no body.")
            if request.method == "GET":
                # Who changes something has to see what it means to other shops, such as that they share a store.
                with seeing(access.shops):
                    return await handle(strict)
            with acting(actor_of(request, access, self.name)):
                return await handle(strict)

        return strictly


def check_path(request: Request) -> None:
    """No id holds control characters or is that long."""
    for value in request.path_params.values():
        text = str(value)
        if len(text) > LONGEST_PATH_VALUE or any(character < " " or character == "\x7f" for character in text):
            raise ApiProblem(404, "not_found", "There is nothing here, or nothing that this key may see.")


def check_parameters(request: Request, known: Collection[str], flags: Collection[str]) -> None:
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
        if not value:
            detail = f"The parameter {shown!r} is empty. Leave it out, and write # as %23."
            raise ApiProblem(400, "invalid_parameter", detail, errors=[_wrong(shown, "required", detail)])
        if name in flags and value not in {"true", "false"}:
            detail = "This must be true or false."
            raise ApiProblem(
                400, "invalid_parameter", f"{shown}: {detail}", errors=[_wrong(shown, "wrong_value", detail)]
            )
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ApiProblem(400, "invalid_parameter", f"The parameter {shown!r} holds half a character or a NUL.")
        seen.add(name)


def check_numbers(request: Request, names: Collection[str]) -> None:
    """A whole number is written as one: not 1.0, not with spaces."""
    for name in names:
        value = request.query_params.get(name)
        if value is not None and not NUMBER.fullmatch(value):
            detail = "This must be a whole number."
            error = _wrong(name, "wrong_value", detail)
            raise ApiProblem(400, "invalid_parameter", f"{name}: {detail}", errors=[error])


def _wrong(name: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=name, code=code, detail=detail)


def check_content_type(request: Request) -> None:
    """Only JSON in UTF-8."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() not in JSON_TYPES or charset not in {"", "utf-8", "utf8"}:
        raise ApiProblem(415, "unsupported_media_type", "Send JSON in UTF-8, with Content-Type: application/json.")


def resource_router(tag: str, *, prefix: str = "/v1") -> APIRouter:
    """A router for the routes of one resource; ``tag`` groups them in the documentation."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute, generate_unique_id_function=operation_id)


def operation_id(route: APIRoute) -> str:
    """What generated clients call the operation: its function's name."""
    return route.name
