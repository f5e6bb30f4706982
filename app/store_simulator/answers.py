"""The ways a GraphQL request can be refused, in the shape Shopify gives each of them.

Knows the wire form of one entry of errors[]; does not know when an error is due.
"""

from collections.abc import Sequence
from typing import Any

JsonObject = dict[str, Any]

SCOPES_PAGE = "https://shopify.dev/api/usage/access-scopes"
LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"


class FieldFailure(Exception):
    """One field cannot be answered: it turns null and its entry stands in errors[]."""

    def __init__(self, message: str, code: str, **extensions: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions: JsonObject = {"code": code, **extensions}


def access_denied(field: str, sentence: str) -> FieldFailure:
    return FieldFailure(
        f"Access denied for {field} field. Required access: {sentence}",
        "ACCESS_DENIED",
        documentation=SCOPES_PAGE,
        requiredAccess=sentence,
    )


def invalid_id() -> FieldFailure:
    return FieldFailure("invalid id", "RESOURCE_NOT_FOUND")


def not_found(identifier: str) -> FieldFailure:
    return FieldFailure(f"Invalid id: {identifier}", "RESOURCE_NOT_FOUND")


def invalid_global_id(identifier: str) -> FieldFailure:
    return FieldFailure(f"Invalid global id '{identifier}'", "argumentLiteralsIncompatible", typeName="CoercionError")


def error_entry(
    message: str,
    extensions: JsonObject,
    *,
    line: int | None = None,
    column: int | None = None,
    path: Sequence[str | int] | None = None,
) -> JsonObject:
    entry: JsonObject = {"message": message}
    if line is not None:
        entry["locations"] = [{"line": line, "column": column}]
    if path is not None:
        entry["path"] = list(path)
    entry["extensions"] = extensions
    return entry


def throttled() -> JsonObject:
    return error_entry("Throttled", {"code": "THROTTLED", "documentation": LIMITS_PAGE})


def max_cost_exceeded(cost: int, maximum: int) -> JsonObject:
    message = (
        f"Query cost is {cost}, which exceeds the single query max cost limit ({maximum}). "
        f"See {LIMITS_PAGE} for more information on how the cost of a query is calculated."
    )
    return error_entry(
        message, {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": maximum, "documentation": LIMITS_PAGE}
    )


def internal_error(request_id: str) -> JsonObject:
    message = (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    return error_entry(message, {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id})
