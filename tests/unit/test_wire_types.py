"""What a field of a request takes: texts in their one documented form, no number for a text, no text for a number.

For checks D16 and E12b: on every model that is sent to us.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.api.routes import ROUTERS
from app.api.schemas.types import CalendarDate, DecimalString, Flag, Instant, RequestBody, Whole

LOOSE = {"int", "float", "bool", "decimal", "datetime", "date", "time", "timedelta", "bytes", "uuid", "url"}
"""Kinds that pydantic reads from other kinds unless it is told to be strict, or a function of ours looks first."""


def request_models(of: type[RequestBody] = RequestBody) -> Iterator[type[RequestBody]]:
    assert ROUTERS, "the routes bring all models with them"
    for model in of.__subclasses__():
        yield model
        yield from request_models(model)


def name_of(model: type[RequestBody]) -> str:
    return model.__name__


def loose_parts(schema: Any, place: str) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from loose_parts(each, place)
    if not isinstance(schema, dict):
        return
    kind = schema["type"] if isinstance(schema.get("type"), str) else ""
    if kind in {"function-before", "function-plain", "function-wrap"}:
        return
    if kind in LOOSE and not schema.get("strict"):
        yield f"{place}: {kind}"
    for key, value in schema.items():
        if key not in {"metadata", "serialization", "default", "cls", "ref"}:
            yield from loose_parts(value, place if kind else f"{place}.{key}")


MODELS: list[type[RequestBody]] = sorted(set(request_models()), key=name_of)


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_no_field_of_a_request_is_read_from_another_kind(model: type[RequestBody]) -> None:
    """E12b."""
    assert list(loose_parts(TypeAdapter(model).core_schema, model.__name__)) == []


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        (Instant, ["2026-01-15T10:00:00Z", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]),
        (CalendarDate, ["2026-01-15", "2024-02-29", "9999-12-31"]),
        (DecimalString, ["12.50", "-0.01", "0", "999999999999999.999999"]),
        (Flag, [True, False]),
        (Whole, [0, -5, 2**53]),
    ],
)
def test_the_documented_form_is_taken(kind: Any, taken: list[Any]) -> None:
    adapter = TypeAdapter(kind)

    assert [adapter.validate_python(value) is not None for value in taken] == [True] * len(taken)


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        (
            Instant,
            [
                "2026-01-15T10:00:00",
                "2026-01-15",
                "2026-12-31T23:59:60Z",
                "2026-02-30T10:00:00Z",
                "10000-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z",
                "0001-01-01T00:00:00+01:00",
                "9999-12-31T23:59:59-01:00",
                "2026-01-15 10:00:00Z",
                1768471200,
                True,
                None,
            ],
        ),
        (CalendarDate, ["2026-02-29", "2026-1-5", "10000-01-01", "2026-01-15T10:00:00Z", 20260115, True, None]),
        (DecimalString, [12.5, 12, True, None, "12,50", "\u0661\u0662", "1e3", "NaN", "+1", " 1", "1" * 16]),
        (Flag, ["true", "yes", 1, 0, None]),
        (Whole, ["5", 5.0, True, 2**53 + 1, None]),
    ],
)
def test_what_only_looks_like_it_is_refused(kind: Any, refused: list[Any]) -> None:
    """D7, D16: what is no day on any calendar, too."""
    adapter = TypeAdapter(kind)

    for value in refused:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)
