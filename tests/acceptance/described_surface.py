"""An HTTP surface as its ``/openapi.json`` describes it: operations, parameters, bodies, and whether answers conform.

Reads the document and nothing else: no path, parameter or schema of ours is known here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

JSON = "application/json"
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path, its references resolved as far as they are looked at."""

    method: str
    path: str
    parameters: dict[str, Json]
    body: Json | None
    answer: Json


class DescribedSurface:
    """What can be done, by the description alone."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def bearer(self) -> bool:
        """Whether callers show a bearer token."""
        schemes = self._document["components"]["securitySchemes"].values()
        return any(scheme["type"] == "http" and scheme["scheme"] == "bearer" for scheme in schemes)

    def operations(self) -> Iterator[Operation]:
        for path, methods in self._document["paths"].items():
            for method, described in methods.items():
                answer = self._answer(described)
                if answer is not None:
                    yield Operation(
                        method=method.upper(),
                        path=path,
                        parameters={each["name"]: each for each in map(self.resolved, described.get("parameters", []))},
                        body=self._body(described),
                        answer=answer,
                    )

    def resolved(self, part: Json) -> Json:
        while "$ref" in part:
            found: Any = self._document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def properties(self, schema: Json) -> dict[str, Json]:
        found: dict[str, Json] = self.resolved(schema).get("properties", {})
        return found

    def words(self, schema: Json) -> list[Any]:
        """The values that an enumeration allows."""
        schema = self.resolved(schema)
        alternatives = schema.get("anyOf", [])
        return [
            *schema.get("enum", []),
            *([schema["const"]] if "const" in schema else []),
            *(word for each in alternatives for word in self.words(each)),
        ]

    def faults(self, value: Any, schema: Json, at: str = "") -> Iterator[str]:
        """Where a value is not what the schema says."""
        schema = self.resolved(schema)
        if "anyOf" in schema:
            if all(any(self.faults(value, each)) for each in schema["anyOf"]):
                yield f"{at}: {value!r} is none of the alternatives"
            return
        kind = schema.get("type")
        if isinstance(kind, str) and not _TYPES[kind](value):
            yield f"{at}: {value!r} is not of type {kind}"
            return
        if "const" in schema and value != schema["const"]:
            yield f"{at}: {value!r} is not {schema['const']!r}"
        if isinstance(value, dict):
            yield from self._faults_of_object(value, schema, at)
        elif isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.faults(item, schema["items"], f"{at}/{index}")

    def _faults_of_object(self, value: Json, schema: Json, at: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}/{name} is missing"
        for name, item in value.items():
            if name in properties:
                yield from self.faults(item, properties[name], f"{at}/{name}")
            elif properties and schema.get("additionalProperties") is not True:
                yield f"{at}/{name} is not described"

    def _answer(self, described: Json) -> Json | None:
        for status, answer in described["responses"].items():
            content = self.resolved(answer).get("content", {})
            if status.startswith("2") and JSON in content:
                found: Json = content[JSON]["schema"]
                return found
        return None

    def _body(self, described: Json) -> Json | None:
        content = self.resolved(described.get("requestBody", {})).get("content", {})
        return content[JSON]["schema"] if JSON in content else None
