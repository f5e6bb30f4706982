"""The OpenAPI document as `orderbridge openapi` prints it, and ways to walk through it."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from app.administration import openapi_document
from app.api.openapi import operations

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.json"


@cache
def document() -> dict[str, Any]:
    """Made once: it has no state."""
    return openapi_document()


def printed(value: dict[str, Any]) -> str:
    """As it stands in the snapshot."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def every_operation() -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation."""
    return list(operations(document()))


def operation_of(method: str, path: str) -> dict[str, Any]:
    """The operation of a route, whose ids may be said to hold a path."""
    found: dict[str, Any] = document()["paths"][path.replace(":path", "")][method.lower()]
    return found


def body_of(method: str, path: str) -> Any:
    """The example of what is sent to a route; None = nothing is."""
    content = operation_of(method, path).get("requestBody", {}).get("content", {})
    return resolved(content["application/json"]["schema"])["examples"][0] if "application/json" in content else None


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in node:
        found: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [resolved(parameter) for parameter in operation.get("parameters", [])]


def request_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema that a caller sends something by, with what it is made of; named by where it stands."""
    for path, method, operation in every_operation():
        for parameter in parameters(operation):
            yield f"{method} {path} {parameter['name']}", parameter["schema"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{method} {path}", content["schema"]


def answer_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of an answer that is no problem."""
    for path, method, operation in every_operation():
        for status, response in operation["responses"].items():
            for content in resolved(response).get("content", {}).values():
                if status < "300":
                    yield f"{method} {path} {status}", content["schema"]


def within(schema: dict[str, Any], place: str, seen: set[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all that it is made of, each component once."""
    seen = set() if seen is None else seen
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if name not in seen:
            seen.add(name)
            yield from within(resolved(schema), name, seen)
        return
    yield place, schema
    for name, shape in schema.get("properties", {}).items():
        yield from within(shape, f"{place}.{name}", seen)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from within(schema[key], f"{place}[]", seen)
    for key in ("anyOf", "oneOf", "allOf"):
        for shape in schema.get(key, []):
            yield from within(shape, place, seen)


def parts(schemas: Iterator[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    seen: set[str] = set()
    return [part for place, schema in schemas for part in within(schema, place, seen)]
