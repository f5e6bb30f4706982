"""Schemas as client generators like them, made of what pydantic writes.

Answers and requests are told apart: a request is closed (no other field, no other value), an answer may grow. Knows no
resource.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

X_MODEL = "x-model"
"""In a schema written by hand: to be replaced by a reference to the model of this name."""
REFERENCE = "#/components/schemas/"
SHOWN = "Shown"
VALUES = frozenset({"examples", "example", "default", "enum", "const"})
"""Keywords that hold values, not schemas."""
GROWS = "may come"

Schema = dict[str, Any]
Schemas = dict[str, Schema]


def component(model: type[BaseModel], name: str) -> Schemas:
    """A model, and what it is made of, as components."""
    schema = model.model_json_schema(ref_template=REFERENCE + "{model}")
    return {**schema.pop("$defs", {}), name: schema}


def merge_patch_of(model: type[BaseModel], name: str) -> Schemas:
    """The merge patch of a model: nothing is required; null puts a field back to its default, where it has one."""
    made: Schemas = {}
    for known, schema in component(model, name).items():
        if known != name and not _has_defaults(schema):
            made[known] = schema
            continue
        required = schema.pop("required", [])
        for field, shape in schema["properties"].items():
            shape.pop("default", None)
            if field not in required and {"type": "null"} not in shape.get("anyOf", []) and "$ref" not in shape:
                told = {key: shape.pop(key) for key in ("description", "examples") if key in shape}
                schema["properties"][field] = {"anyOf": [dict(shape), {"type": "null"}], **told}
        made[known if known == name else _patched(known)] = schema
    _refer(made, {known: _patched(known) for known in component(model, name) if _patched(known) in made})
    return made


def _has_defaults(schema: Schema) -> bool:
    fields = schema.get("properties", {}).values()
    return any({"type": "null"} not in shape.get("anyOf", []) for shape in fields)


def _patched(name: str) -> str:
    return f"{name.removesuffix('Change')}Patch"


def _refer(node: Any, renamed: Mapping[str, str]) -> None:
    for each in nodes(node):
        name = _referred(each)
        if name in renamed:
            each["$ref"] = REFERENCE + renamed[name]


def nodes(node: Any) -> Iterator[Schema]:
    """Every object in a schema or an operation, the values in it left out."""
    if isinstance(node, dict):
        yield node
        for key, inner in list(node.items()):
            if key == "properties":
                yield from nodes(list(inner.values()))
            elif key not in VALUES:
                yield from nodes(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from nodes(inner)


def _referred(node: Schema) -> str:
    reference = node.get("$ref")
    return reference.removeprefix(REFERENCE) if isinstance(reference, str) else ""


def tidy(node: Any) -> None:
    """Less noise: no titles made of names, no ``anyOf`` where a list of types does, whole numbers as whole numbers."""
    for each in nodes(node):
        if X_MODEL in each:
            name = each.pop(X_MODEL)
            kept: Schema = {key: each[key] for key in ("description", "examples") if key in each}
            each.clear()
            each.update(kept)
            each["$ref"] = REFERENCE + name
        if isinstance(each.get("title"), str):
            del each["title"]
        if "$ref" in each and isinstance(each.get("default"), dict):
            del each["default"]  # its leaves say theirs
        for bound in ("minimum", "maximum"):
            if isinstance(each.get(bound), float) and each.get("type") == "integer":
                each[bound] = int(each[bound])
        _join_null(each)


def _join_null(schema: Schema) -> None:
    match schema.get("anyOf"):
        case [dict(shape), {"type": "null"}] if isinstance(shape.get("type"), str):
            del schema["anyOf"]
            # What a field says of itself, such as null for an example, is said better than by its type.
            schema.update({key: value for key, value in shape.items() if key != "title" and key not in schema})
            schema["type"] = [shape["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]


def join_named_words(node: Any, schemas: Schemas) -> None:
    """One of a list of words that has a name, or null, as the list itself: what is left of ``anyOf`` with null names an
    object, for which there is no other way to say it.
    """
    for each in nodes(node):
        match each.get("anyOf"):
            case [{"$ref": str()} as named, {"type": "null"}] if "enum" in (words := schemas[_referred(named)]):
                del each["anyOf"]
                each.update({"type": [words["type"], "null"], "enum": [*words["enum"], None]})


def reachable(schemas: Schemas, roots: Iterable[Any]) -> set[str]:
    """The names of the components that these parts of a document are made of."""
    found: set[str] = set()
    waiting = [name for root in roots for name in _names_in(root)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _names_in(schemas[name])
    return found


def _names_in(node: Any) -> list[str]:
    return [
        name
        for each in nodes(node)
        if isinstance(each.get("$ref"), str) and each["$ref"].startswith(REFERENCE) and (name := _referred(each))
    ]


def open_answers(schemas: Schemas, requests: list[Any], answers: list[Any]) -> None:
    """Give answers schemas of their own and let them grow; what nobody refers to any more goes."""
    shared = reachable(schemas, requests) & reachable(schemas, answers)
    renamed = {name: name + SHOWN for name in sorted(shared) if "properties" in schemas[name]}
    schemas.update({new: copy.deepcopy(schemas[old]) for old, new in renamed.items()})
    for name in reachable(schemas, answers) - shared | set(renamed.values()):
        _refer(schemas[name], renamed)
    _refer(answers, renamed)
    for name in reachable(schemas, answers):
        if "properties" in schemas[name]:
            schemas[name] = _open(schemas[name], schemas)
            if name in renamed.values():
                schemas[name]["required"] = list(schemas[name]["properties"])
    for name in set(schemas) - reachable(schemas, [requests, answers]):
        del schemas[name]


def _open(schema: Schema, schemas: Schemas) -> Schema:
    for each in nodes(schema):
        if each.get("additionalProperties") is False:
            del each["additionalProperties"]
        each.pop("default", None)
        _open_values(each, schemas)
    return schema


def _open_values(node: Schema, schemas: Schemas) -> None:
    """A value of a closed list becomes a text with examples (Zalando's extensible enum)."""
    nullable = False
    target = node
    match node.get("anyOf"):
        case [dict(first), {"type": "null"}]:
            target, nullable = first, True
    values = schemas.get(_referred(target), target).get("enum") if "$ref" in target else target.get("enum")
    if values is None:
        return
    nullable = nullable or None in values or "null" in target.get("type", ())
    told = [value for value in values if value is not None]
    description = node.get("description", "")
    examples = node.get("examples")
    node.clear()
    node["type"] = ["string", "null"] if nullable else "string"
    node["description"] = _told_values(description, told)
    first_example = examples or told[:1]
    node["examples"] = list(dict.fromkeys([*first_example, *told])) if all(map(_plain, first_example)) else examples


def _plain(value: object) -> bool:
    return isinstance(value, str) or value is None


def _told_values(description: str, values: list[str]) -> str:
    text = description.rstrip()
    if not all(value in text for value in values):
        text = f"{text} One of {', '.join(f'`{value}`' for value in values)}.".strip()
    return text if GROWS in text or "may grow" in text else f"{text} More values may come."


def add_examples(schemas: Schemas, inline: Iterable[Schema]) -> None:
    """An example for every schema that has none of its own, put together from those of its fields."""
    requests = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
    for name, schema in schemas.items():
        if "examples" not in schema:
            schema["examples"] = [example_of(schema, schemas, sparse=name in requests)]
    for schema in inline:
        if "$ref" not in schema and "examples" not in schema and schema:
            schema["examples"] = [example_of(schema, schemas, sparse=True)]


def example_of(schema: Schema, schemas: Schemas, *, sparse: bool) -> Any:
    """A value of this schema. ``sparse`` leaves out what is neither required nor has an example."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[_referred(schema)], schemas, sparse=sparse)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return example_of(schema[choice][0], schemas, sparse=sparse)
    if "properties" in schema:
        required = schema.get("required", [])
        return {
            name: example_of(shape, schemas, sparse=sparse)
            for name, shape in schema["properties"].items()
            if not sparse or name in required or shape.get("examples")
        }
    return _simple_example(schema, schemas, sparse=sparse)


def _simple_example(schema: Schema, schemas: Schemas, *, sparse: bool) -> Any:
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if isinstance(kind, list):
        return None
    match kind:
        case "null":
            return None
        case "array":
            return [example_of(schema["items"], schemas, sparse=sparse)] if schema.get("items") else []
        case "boolean":
            return False
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "object":
            return {}
        case _:
            return ""
