"""Forms made from the surface's own models, so that every field has the name, choices and help text it has there.

A form's fields are texts; `sent` makes of them what the surface takes. What is wrong with it the surface says.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from app.api.console.buttons import Given

EMPTY: Mapping[str, Any] = {}


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    WHOLE = "whole"
    FLAG = "flag"
    CHOICE = "choice"
    WORDS = "words"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One leaf; ``name`` is its path with dots."""

    name: str
    kind: Kind
    help: str = ""
    choices: tuple[str, ...] = ()
    nullable: bool = False


def fields_of(model: type[BaseModel]) -> dict[str, list[FormField]]:
    """The leaves of a model, by the part of it they stand in; those of the model itself under ``""``."""
    schema = model.model_json_schema(by_alias=True)
    found: dict[str, list[FormField]] = {}
    for name, described in schema.get("properties", EMPTY).items():
        part = _resolved(described, schema)
        if part.get("properties") and name != "filters":
            found[name] = list(_leaves(part, schema, ""))
        else:
            found.setdefault("", []).append(_field(name, described, schema))
    return found


def shown(fields: Sequence[FormField], values: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field for these values."""
    return {field.name: _text(_at(values, field.name)) for field in fields}


def sent(fields: Sequence[FormField], given: Given) -> dict[str, Any]:
    """The body that a filled-in form stands for. Raises ``ValueError`` in words for JSON that is none."""
    body: dict[str, Any] = {}
    for field in fields:
        *parents, leaf = field.name.split(".")
        place = body
        for parent in parents:
            place = place.setdefault(parent, {})
        text = given.text(field.name)
        if text or field.nullable or field.kind not in {Kind.FLAG, Kind.CHOICE}:
            place[leaf] = _value(field, text)
    return body


def replacing(before: object, after: object) -> object:
    """A merge patch after which ``after`` stands there alone, whatever stood there before."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    gone = {name: None for name in before if name not in after}
    return gone | {name: replacing(before.get(name), value) for name, value in after.items()}


def _leaves(part: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Sequence[FormField]:
    found: list[FormField] = []
    for name, described in part["properties"].items():
        inner = _resolved(described, schema)
        if inner.get("properties") and name != "filters":
            found += _leaves(inner, schema, f"{prefix}{name}.")
        else:
            found.append(_field(f"{prefix}{name}", described, schema))
    return found


def _field(name: str, described: Mapping[str, Any], schema: Mapping[str, Any]) -> FormField:
    real = _resolved(described, schema)
    nullable = any(each.get("type") == "null" for each in described.get("anyOf", ()))
    help_text = str(described.get("description", ""))
    if "enum" in real:
        kind, choices = Kind.CHOICE, tuple(str(each) for each in real["enum"])
        return FormField(name=name, kind=kind, help=help_text, choices=choices, nullable=nullable)
    kinds = {"boolean": Kind.FLAG, "integer": Kind.WHOLE, "array": Kind.WORDS, "object": Kind.JSON}
    return FormField(name=name, kind=kinds.get(str(real.get("type")), Kind.TEXT), help=help_text, nullable=nullable)


def _resolved(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a property is when it is not null."""
    options = [each for each in described.get("anyOf", (described,)) if each.get("type") != "null"]
    real = options[0] if options else described
    reference = real.get("$ref")
    return schema["$defs"][reference.rpartition("/")[2]] if reference else real


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(str(each) for each in value)
        case dict():
            said = _without_nulls(value)
            return json.dumps(said, indent=2, ensure_ascii=False) if said else ""
        case _:
            return str(value)


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is said; parts of which nothing is said are none."""
    said = {name: _without_nulls(each) if isinstance(each, dict) else each for name, each in values.items()}
    return {name: each for name, each in said.items() if each is not None and each != {}}


def _value(field: FormField, text: str) -> Any:
    match field.kind:
        case Kind.WORDS:
            return [word.strip() for word in text.split(",") if word.strip()]
        case Kind.JSON:
            return _read(field, text) if text else {}
        case _ if not text:
            return None
        case Kind.FLAG:
            return text == "true"
        case Kind.WHOLE:
            return whole(text)
        case Kind.TEXT | Kind.CHOICE:
            return text


def whole(text: str) -> int | str:
    """The number that a person typed; what is none, or is none that anybody stores, for the surface to refuse."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


def _read(field: FormField, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"{field.name}: this is not JSON.") from None
