"""What a run or a schedule may be asked: the task's own parameters, and filters of orders, each refused by name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.impossible_filters import impossible_filters
from app.domain.shop_settings import OrderFilters
from app.ports.errors import FieldError, InvalidInput
from app.services.tasks import ParameterKind, TaskDefinition

NUMERIC = re.compile(r"[0-9]{1,20}", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
MOST_VALUES = 1_000
LONGEST_VALUE = 255

WORDS = {"tags": ("contains", "not_contains"), "attribute": ("has", "has_not")}
AMOUNTS = frozenset({"total", "tax"})
FLAGS = frozenset({"test", "confirmed", "channel_liable"})
ACTIONS = ("new", "update")
RANGES = (("created_from", "created_to"), ("posting_date_from", "posting_date_to"))


def check_input(task: TaskDefinition, filters: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Raise ``InvalidInput`` naming every wrong field of ``/filters`` and ``/parameters``."""
    errors = [*_wrong_filters(task, filters), *_wrong_parameters(task, parameters)]
    errors = errors or [*_impossible(filters), *_empty_ranges(parameters), *_bulk_of_nothing(parameters)]
    if errors:
        raise InvalidInput(f"{errors[0].pointer}: {errors[0].detail}", errors=errors)


def _impossible(filters: Mapping[str, Any]) -> Iterator[FieldError]:
    for each in impossible_filters(filters):
        for key in each.keys:
            yield FieldError(pointer=f"/filters/{each.name}/{key}", code="wrong_value", detail=each.detail)


def _empty_ranges(parameters: Mapping[str, Any]) -> Iterator[FieldError]:
    for names in RANGES:
        first, last = (parameters.get(name) for name in names)
        if first and last and datetime.fromisoformat(first) > datetime.fromisoformat(last):
            detail = f"Nothing is in this range: {names[0]} {first} is later than {names[1]} {last}."
            for name in names:
                yield FieldError(pointer=f"/parameters/{name}", code="wrong_value", detail=detail)


def _bulk_of_nothing(parameters: Mapping[str, Any]) -> Iterator[FieldError]:
    if parameters.get("bulk") and not (parameters.get("created_from") or parameters.get("created_to")):
        detail = "A bulk operation is about a range: give created_from, created_to or both."
        yield FieldError(pointer="/parameters/bulk", code="wrong_value", detail=detail)


def _wrong_parameters(task: TaskDefinition, parameters: Mapping[str, Any]) -> Iterator[FieldError]:
    known = {parameter.name: parameter.kind for parameter in task.parameters}
    for name, value in parameters.items():
        pointer = f"/parameters/{name[:60]}"
        if name not in known:
            yield FieldError(
                pointer=pointer, code="unknown_field", detail=f"{task.name} takes {_listed(list(known))} as parameters."
            )
        elif value is not None and (wrong := _wrong_value(known[name], value)):
            yield FieldError(pointer=pointer, code="wrong_value", detail=wrong)


def _wrong_value(kind: ParameterKind, value: object) -> str | None:
    match kind:
        case ParameterKind.INSTANT:
            fine = isinstance(value, str) and _is_instant(value)
            return None if fine else "This must be an instant with an offset: 2026-01-15T10:00:00Z."
        case ParameterKind.DATE:
            fine = isinstance(value, str) and _is_date(value)
            return None if fine else "This must be a day: 2026-01-15."
        case ParameterKind.FLAG:
            return None if isinstance(value, bool) else "This must be true or false."
        case ParameterKind.SHOPIFY_IDS:
            fine = isinstance(value, list) and 0 < len(value) <= MOST_VALUES and all(map(_is_numeric, value))
            return None if fine else f"This must be a list of 1 to {MOST_VALUES} numeric ids, as texts."
        case ParameterKind.ITEM_NOS:
            fine = isinstance(value, list) and bool(value) and _are_words(value)
            return None if fine else f"This must be a list of 1 to {MOST_VALUES} numbers of items, as texts."


def _wrong_filters(task: TaskDefinition, filters: Mapping[str, Any]) -> Iterator[FieldError]:
    known = {entry.name for entry in fields(OrderFilters)} if task.takes_filters else set()
    for name, value in filters.items():
        pointer = f"/filters/{name[:60]}"
        if name not in known:
            detail = "There is no such filter." if known else f"{task.name} takes no filters."
            yield FieldError(pointer=pointer, code="unknown_field", detail=detail)
        elif value is not None and (wrong := _wrong_filter(name, value)):
            yield FieldError(pointer=pointer, code="wrong_value", detail=wrong)


def _wrong_filter(name: str, value: object) -> str | None:
    if name in FLAGS:
        return None if isinstance(value, bool) else "This must be true or false."
    if name == "action":
        return None if value in ACTIONS else "This must be new or update."
    allowed = ("min", "max") if name in AMOUNTS else WORDS.get(name, ("in", "not_in"))
    form = f"This must be an object with {_listed(allowed)}"
    if not isinstance(value, Mapping) or not set(value) <= set(allowed):
        return f"{form}."
    given = [each for each in value.values() if each is not None]
    if name in AMOUNTS:
        return None if all(map(_is_amount, given)) else f'{form}, each an amount as a text: "12.50".'
    return None if all(map(_are_words, given)) else f"{form}, each a list of texts that are not empty."


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names) if names else "nothing"


def _is_instant(text: str) -> bool:
    try:
        return INSTANT.fullmatch(text) is not None and bool(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError):
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_numeric(value: object) -> bool:
    return isinstance(value, str) and NUMERIC.fullmatch(value) is not None


def _is_amount(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) <= 25 and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _are_words(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_VALUES
        and all(isinstance(word, str) and 0 < len(word) <= LONGEST_VALUE for word in value)
    )
