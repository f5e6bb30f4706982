"""What pydantic found wrong, told in our words: 400 for parameters, 404 for impossible ids, 422 for bodies."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.api.problems import ApiProblem
from app.api.strict_json import escaped
from app.ports.errors import FieldError

Model = TypeVar("Model", bound=BaseModel)

SPEAKING_CODES = frozenset({"money_must_be_a_string", "unknown_field"})
"""Field codes that are also the problem's own code when they come first: one glance tells the caller what to mend."""

CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "enum": "not_one_of",
    "literal_error": "not_one_of",
    "union_tag_invalid": "not_one_of",
    "union_tag_not_found": "required",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "string_pattern_mismatch": "wrong_form",
    "too_long": "too_many",
    "too_short": "too_few",
}
DETAILS = {
    "missing": "This is required.",
    "extra_forbidden": "There is no such field.",
    **dict.fromkeys(("dict_type", "model_attributes_type", "model_type"), "This must be an object."),
    "string_type": "This must be a text.",
    "list_type": "This must be a list.",
    **dict.fromkeys(("bool_type", "bool_parsing"), "This must be true or false."),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "This must be a whole number."),
    "float_parsing": "This must be a number.",
    "union_tag_not_found": "The field `kind` is required: it says which other fields there are.",
}
WORDS = (
    ("Input should be ", "This must be "),
    ("String should have ", "This must have "),
    ("List should ", "This must "),
)
"""The validator's words, and ours."""
MOST_SHOWN = 50

UNION_TAGS = frozenset({"access_token", "client_credentials", "oauth"})
"""Kinds of credentials stand in pydantic's locations, though not in the JSON; as the last part it is a field's name."""


def validated(model: type[Model], value: object) -> Model:
    """The value as this model, or a 422 that names every wrong field: for merged patches and items of a batch."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise body_problem(error.errors(include_url=False, include_context=False, include_input=False)) from None


def request_problem(errors: Sequence[dict[str, Any]]) -> ApiProblem:
    """The problem of a request whose parameters or body FastAPI found wrong."""
    places = {error["loc"][0] for error in errors}
    if "path" in places:
        return ApiProblem(404, "not_found", _impossible(errors))
    if places & {"query", "header", "cookie"}:
        found = [
            FieldError(pointer=str(error["loc"][-1]), code=_code(error), detail=_detail(error))
            for error in errors
            if error["loc"][0] != "body"
        ]
        return ApiProblem(400, "invalid_parameter", _summary(found), errors=found[:MOST_SHOWN])
    return body_problem([{**error, "loc": error["loc"][1:]} for error in errors])


def body_problem(errors: Sequence[Any]) -> ApiProblem:
    """The 422 of a body; locations are relative to it."""
    found = [
        FieldError(pointer=pointer(error["loc"]), code=_code(error), detail=_detail(error))
        for error in errors[:MOST_SHOWN]
    ]
    speaking = next((error.code for error in found if error.code in SPEAKING_CODES), None)
    return ApiProblem(422, speaking or "invalid_input", _summary(found), errors=found)


def pointer(location: Sequence[str | int]) -> str:
    """A pydantic location as a JSON pointer."""
    last = len(location) - 1
    parts = (part for place, part in enumerate(location) if place == last or part not in UNION_TAGS)
    return "".join(f"/{escaped(str(part))}" for part in parts)


def _impossible(errors: Sequence[dict[str, Any]]) -> str:
    """What cannot be there; when its form is wrong, the form is told: that says nothing about what there is."""
    nothing = "There is nothing here, or nothing that this key may see."
    for error in errors:
        if error["loc"][0] == "path" and error["type"] == "string_pattern_mismatch":
            return f"{nothing} In the address {error['loc'][-1]}: {_detail(error)}"
    return nothing


def _summary(found: Sequence[FieldError]) -> str:
    first = found[0]
    rest = f" And {len(found) - 1} more." if len(found) > 1 else ""
    return f"{first.pointer or 'The body'}: {first.detail}{rest}"


def _code(error: Any) -> str:
    kind = str(error["type"])
    return CODES.get(kind, kind if kind in SPEAKING_CODES or kind.startswith("wrong_") else "wrong_value")


def _detail(error: Any) -> str:
    kind = str(error["type"])
    if kind in DETAILS:
        return DETAILS[kind]
    message = str(error["msg"]).removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        message = f"This must have the form {message.removeprefix('String should match pattern ').strip(chr(39))}"
    elif kind == "union_tag_invalid":
        message = f"The field `kind` must be one of {message.rpartition('expected tags: ')[2]}"
    for said, meant in WORDS:
        message = message.replace(said, meant, 1)
    return message if message.endswith(".") else f"{message}."
