"""The examples of the OpenAPI document: what was really asked and answered, harvested by `python -m scripts.examples`.

Operations, refusals and events are shown their own; a schema is shown the fullest value that any of them holds of it.
Where nothing was harvested, examples are put together elsewhere. Knows no resource.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from app.api.openapi_schemas import REFERENCE, Schema, Schemas

FILE = Path(__file__).parent / "openapi_examples.json"

Json = dict[str, Any]


@cache
def harvest() -> Json:
    """What was harvested; read once."""
    found: Json = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return {"operations": {}, "problems": {}, "events": {}} | found


def show(operation: Json, schemas: Schemas) -> None:
    """Give an operation, and the schemas that its request and answers are made of, what was really said."""
    told = harvest()["operations"].get(operation["operationId"])
    if told is None:
        return
    if "body" in told:
        content = operation["requestBody"]["content"]
        operation["requestBody"]["content"] = {
            kind: _shown(each, told["body"], schemas) for kind, each in content.items()
        }
    for status, answer in operation["responses"].items():
        value = _answer(told["answers"], status, operation["responses"])
        if value is not None:
            answer["content"] = {kind: _shown(each, value, schemas) for kind, each in answer["content"].items()}


def _answer(told: Json, status: str, responses: Json) -> Any:
    """What was answered with a status, or with another that says the same: made, and replaced."""
    if status in told or "content" not in responses[status]:
        return told.get(status)
    same = (value for other, value in told.items() if _schema(responses[other]) == _schema(responses[status]))
    return next(same, None)


def _schema(answer: Json) -> Json:
    [content] = answer["content"].values()
    found: Json = content["schema"]
    return found


def _shown(content: Json, value: Any, schemas: Schemas) -> Json:
    for name, part in parts(content["schema"], value, schemas):
        known = schemas[name].get("examples")
        if known is None or fullness(part) > fullness(known[0]):
            schemas[name]["examples"] = [part]
    return {**content, "example": value}


def parts(schema: Schema, value: Any, schemas: Schemas) -> Iterator[tuple[str, Any]]:
    """The components that a value is made of, each with its part of the value."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(REFERENCE)
        if "enum" not in schemas[name]:
            yield name, value
        yield from parts(schemas[name], value, schemas)
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if _may_be(choice, value, schemas):
            yield from parts(choice, value, schemas)
            break
    if isinstance(value, dict):
        for name, shape in schema.get("properties", {}).items():
            if name in value:
                yield from parts(shape, value[name], schemas)
    if isinstance(value, list):
        for each in value:
            yield from parts(schema.get("items", {}), each, schemas)


def _may_be(schema: Schema, value: Any, schemas: Schemas) -> bool:
    """Whether an alternative is the one that was meant: an object has its fields, and what is fixed in it is so."""
    if "$ref" in schema:
        return _may_be(schemas[str(schema["$ref"]).removeprefix(REFERENCE)], value, schemas)
    if "properties" not in schema:
        return not isinstance(value, dict)
    if not isinstance(value, dict) or not set(schema.get("required", ())) <= set(value):
        return False
    fixed = {name: shape["const"] for name, shape in schema["properties"].items() if "const" in shape}
    return all(value.get(name) == word for name, word in fixed.items())


def fullness(value: Any) -> int:
    """How many parts of a value say something."""
    match value:
        case dict():
            return sum(map(fullness, value.values()))
        case list():
            return sum(map(fullness, value))
        case None | "":
            return 0
        case _:
            return 1
