"""The description of the surface: what the framework cannot know is added here (problems, headers, strictness)."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api import shopify_door
from app.api.problems import MEDIA_TYPE, TITLES, ProblemDetails

DESCRIPTION = """Shopify orders as sales documents for any ERP.

Answers carry every field; enums in answers may grow; ignore fields you do not know. Amounts, quantities and rates are
decimal strings. Lists are read with `cursor`. `Idempotency-Key` makes a POST safe to repeat, `If-Match` guards changes.
"""

ALWAYS = (400, 401, 403, 404, 500, 503)
"""Any operation with a key may answer these."""
WITH_BODY = (413, 415, 422)
WITH_CHANGE = (409, 412)
PLAIN = (500, 503)
METHODS = frozenset({"get", "put", "post", "patch", "delete"})


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document; made once."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    _add_problem(schemas)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                _complete(operation, method, keyed=path.startswith("/v1/"))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    shopify_door.describe(document)
    app.openapi_schema = document
    return document


def _add_problem(schemas: dict[str, Any]) -> None:
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs"))
    schemas["ProblemDetails"] = schema


def _complete(operation: dict[str, Any], method: str, *, keyed: bool) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _statuses(operation, method, keyed=keyed):
        responses[str(status)] = _problem(status)
    operation["responses"] = dict(sorted(responses.items()))
    for status, response in operation["responses"].items():
        headers = response.setdefault("headers", {})
        headers["Request-Id"] = _header("The id of this request, for questions about it.")
        if status == "201":
            headers["Location"] = _header("Where the new resource is.")


def _statuses(operation: dict[str, Any], method: str, *, keyed: bool) -> Iterable[int]:
    if not keyed:
        return PLAIN
    found = list(ALWAYS)
    if "requestBody" in operation:
        found += WITH_BODY
    if method != "get":
        found += [*WITH_CHANGE, 422]
    return found


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}
