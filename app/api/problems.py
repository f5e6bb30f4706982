"""Every refusal and every failure as RFC 9457 problem details. Shows no secret, long value or stack."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.ports.errors import (
    AccessRevoked,
    Conflict,
    ConnectorError,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    StoreRefused,
    StoreUnavailable,
    Throttled,
    Unavailable,
    VersionConflict,
)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:orderbridge:problem:"

TITLES = {
    400: "The request cannot be read",
    401: "Who is calling?",
    403: "Not allowed",
    404: "Not found",
    405: "This resource does not do that",
    406: "No such representation",
    408: "Too slow",
    409: "Refused by the present state",
    410: "No longer kept",
    412: "Somebody else changed it first",
    413: "Too large",
    415: "Unsupported content",
    422: "At least one field is wrong",
    429: "Too many requests",
    500: "Something went wrong here",
    502: "The store refused",
    503: "Not possible at the moment",
}
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "invalid_state",
    412: "version_conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}
DETAILS = {
    404: "There is nothing here, or nothing that this key may see.",
    405: "The Allow header names the methods that this resource understands.",
}
PRESENT_AT_WORST = 5
"""Seconds after which a caller may try again when nobody said when."""


class ProblemField(BaseModel):
    """One field that is wrong."""

    model_config = ConfigDict(extra="forbid")

    pointer: str = Field(
        description="JSON pointer into the body, or the parameter's name.", examples=["/settings/orders/webhooks"]
    )
    code: str = Field(description="What is wrong with it; more values may come.", examples=["unknown_field"])
    detail: str = Field(description="The same in a sentence.", examples=["There is no such field."])


class ProblemDetails(BaseModel):
    """Why a request was not done (RFC 9457). Some codes bring further members, such as `current_version`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="The code as a URI.", examples=["urn:orderbridge:problem:not_found"])
    title: str = Field(
        description="The kind of problem; the same for every problem of this status.", examples=["Not found"]
    )
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="This case, in a sentence.", examples=["There is nothing here."])
    instance: str = Field(description="This request, for questions about it.", examples=["/requests/req_5c1e0a"])
    code: str = Field(description="Stable word for programs; more values may come.", examples=["not_found"])
    retryable: bool = Field(description="Whether the same request may succeed later.", examples=[False])
    errors: list[ProblemField] = Field(
        description="The fields that are wrong; empty when it is not about fields.", examples=[[]]
    )


class ApiProblem(HTTPException):
    """A problem of the HTTP surface itself. An ``HTTPException``, so that the framework lets it pass."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        retryable: bool = False,
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(status, detail=detail, headers=dict(headers or {}))
        self.code = code
        self.errors = tuple(errors)
        self.retryable = retryable
        self.facts = dict(facts or {})


def problem_body(problem: ApiProblem, request_id: str) -> dict[str, Any]:
    """The members of a problem, in the order people read them."""
    return {
        "type": TYPE_PREFIX + problem.code,
        "title": TITLES.get(problem.status_code, "Not done"),
        "status": problem.status_code,
        "detail": problem.detail,
        "instance": f"/requests/{request_id}",
        "code": problem.code,
        "retryable": problem.retryable,
        "errors": [{"pointer": error.pointer, "code": error.code, "detail": error.detail} for error in problem.errors],
        **problem.facts,
    }


def problem_response(problem: ApiProblem, request_id: str) -> Response:
    """The problem as an answer."""
    return Response(
        msgspec.json.encode(problem_body(problem, request_id)),
        status_code=problem.status_code,
        headers=problem.headers or {},
        media_type=MEDIA_TYPE,
    )


def request_id_of(request: Request) -> str:
    """The id that the outermost middleware gave this request."""
    return str(request.scope.get("request_id", "unknown"))


def problem_of(error: ConnectorError) -> ApiProblem:
    """How a service's refusal or trouble is told over HTTP; the one table of it."""
    match error:
        case NotFound():
            return ApiProblem(404, error.code, error.detail, facts=error.facts)
        case Forbidden():
            return ApiProblem(403, error.code, error.detail, facts=error.facts)
        case VersionConflict():
            return ApiProblem(412, error.code, error.detail, facts=error.facts, headers=_etag(error.current))
        case Conflict():
            again = {"Retry-After": "1"} if error.retryable else None
            return ApiProblem(
                409,
                error.code,
                error.detail,
                errors=error.errors,
                retryable=error.retryable,
                facts=error.facts,
                headers=again,
            )
        case InvalidInput():
            return ApiProblem(422, error.code, error.detail, errors=error.errors, facts=error.facts)
        case Throttled() | StoreUnavailable() | Unavailable():
            return ApiProblem(503, error.code, error.detail, retryable=True, headers=_retry_after(error))
        case StoreRefused() | AccessRevoked():
            return ApiProblem(502, error.code, error.detail, facts=error.facts)
        case _:
            return ApiProblem(409, error.code, error.detail, facts=error.facts)


def _etag(version: int) -> dict[str, str] | None:
    return {"ETag": f'"{version}"'} if version else None


def _retry_after(error: Unavailable) -> dict[str, str]:
    wait = error.retry_after
    return {"Retry-After": str(max(1, round(wait.total_seconds())) if wait else PRESENT_AT_WORST)}


def internal_problem() -> ApiProblem:
    """For what nobody foresaw; the log has the rest under the request's id."""
    return ApiProblem(
        500, "internal_error", "This was not foreseen. It is in the log under the id of this request.",
        retryable=True,
    )  # fmt: skip


def from_http_exception(error: HTTPException, allow: Sequence[str]) -> ApiProblem:
    """The framework's own refusals (404, 405, …) in our words."""
    status = error.status_code
    headers = dict(error.headers or {})
    if status == 405:
        headers["Allow"] = ", ".join(allow)
    code = CODES.get(status, "error")
    return ApiProblem(status, code, DETAILS.get(status, TITLES.get(status, "Not done") + "."), headers=headers)
