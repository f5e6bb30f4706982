"""The settings of a shop on the wire: models made from the domain's own list, so that there is one list.

A request may leave anything out; its default is then the domain's. Answers carry every leaf.
"""

import dataclasses
import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from app.api.schemas.types import DECIMAL_PATTERN, LONGEST_DECIMAL, Code, Country, Currency, DecimalString
from app.domain.settings_values import public_name, settings_from_json
from app.domain.shop_settings import CompanyMapping, OrderFilters, ShopSettings

FORBID = ConfigDict(extra="forbid", frozen=True)
LONGEST_OVERLAP = 24 * 60
MOST_WORDS = 250
A_DAY = {"type": "string", "format": "date", "maxLength": 10, "examples": ["2026-01-15"]}

Word = Annotated[str, Field(min_length=1, max_length=255)]
Words = Annotated[list[Word], Field(max_length=MOST_WORDS)]


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("wrong_value", "This is no time zone of the IANA list.")
    return value


def _day(value: str) -> str:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise PydanticCustomError("wrong_date", "This must be a day: 2026-01-15.")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _amount_text(value: Any) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise PydanticCustomError("money_must_be_a_string", 'Write amounts as strings: "12.50".')
    return value


AmountText = Annotated[str, Field(pattern=DECIMAL_PATTERN, max_length=LONGEST_DECIMAL), BeforeValidator(_amount_text)]


class OneOf(BaseModel):
    """Values that match, and values that do not."""

    model_config = FORBID

    in_: Words | None = Field(default=None, alias="in", description="One of these.")
    not_in: Words | None = Field(default=None, description="None of these.")


class Contains(BaseModel):
    """All of the first, none of the second."""

    model_config = FORBID

    contains: Words | None = Field(default=None, description="All of these.")
    not_contains: Words | None = Field(default=None, description="None of these.")


class Has(BaseModel):
    """Keys that must be there, and keys that must not."""

    model_config = FORBID

    has: Words | None = Field(default=None, description="All of these.")
    has_not: Words | None = Field(default=None, description="None of these.")


class Between(BaseModel):
    """An amount between two others, both included."""

    model_config = FORBID

    min: AmountText | None = Field(default=None, description="Not less.")
    max: AmountText | None = Field(default=None, description="Not more.")


ABOUT_FILTERS = (
    "Which orders a shop, a schedule or a run is about. Everything is optional; all that is given must hold."
)
FILTER_TYPES: dict[str, Any] = {
    **dict.fromkeys(
        ("financial_status", "fulfilment_status", "channel", "risk", "name"),
        OneOf,
    ),
    **dict.fromkeys(("ship_to_country", "sell_to_country", "bill_to_country"), OneOf),
    "tags": Contains,
    "attribute": Has,
    **dict.fromkeys(("total", "tax"), Between),
    **dict.fromkeys(("test", "confirmed", "channel_liable"), StrictBool),
    "action": Literal["new", "update"],
}

SPECIAL: dict[str, Any] = {
    "general.local_currency": Currency | None,
    "general.country_code": Country | None,
    "general.time_zone": Annotated[
        str, Field(max_length=100, examples=["Europe/Amsterdam"]), AfterValidator(_time_zone)
    ]
    | None,
    "general.start_date": Annotated[str, AfterValidator(_day), WithJsonSchema(A_DAY)] | None,
    "orders.cursor_overlap_minutes": Annotated[StrictInt, Field(ge=0, le=LONGEST_OVERLAP)],
    "companies.mapping": Annotated[list[CompanyMapping], Field(min_length=1, max_length=3), BeforeValidator(_listed)],
    "items.sku_separator": Annotated[str, Field(min_length=1, max_length=10)],
}
"""Leaves that take less than their Python type says."""


def _filters_model() -> type[BaseModel]:
    fields: dict[str, Any] = {
        entry.name: (FILTER_TYPES[entry.name] | None, Field(default=None, description=entry.metadata["description"]))
        for entry in dataclasses.fields(OrderFilters)
    }
    return create_model("OrderFilters", __config__=FORBID, __doc__=ABOUT_FILTERS, **fields)


OrderFiltersModel = _filters_model()


def _leaf(path: str, hint: Any) -> Any:
    if path in SPECIAL:
        return SPECIAL[path]
    if get_origin(hint) in {UnionType, Union}:
        inner = next(each for each in get_args(hint) if each is not type(None))
        return _leaf(path, inner) | None
    if get_origin(hint) is tuple:
        return Annotated[list[_leaf(path, get_args(hint)[0])], Field(max_length=20)]  # type: ignore[misc]
    if hint is bool:
        return StrictBool
    if hint is int:
        return StrictInt
    if hint is Decimal:
        return DecimalString
    if hint is str:
        return Code
    assert issubclass(hint, StrEnum)
    return hint


def _model(kind: type, name: str, prefix: str, *, defaults: bool, about: str) -> type[BaseModel]:
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {}
    for entry in dataclasses.fields(kind):
        path = f"{prefix}{public_name(entry)}"
        described: dict[str, Any] = {"description": entry.metadata["description"]}
        if public_name(entry) != entry.name:
            described |= {"alias": public_name(entry)}
        if entry.type is OrderFilters or isinstance(entry.default, OrderFilters):
            annotation: Any = OrderFiltersModel
            default: Any = OrderFiltersModel()
        elif dataclasses.is_dataclass(entry.default):
            inner = type(entry.default)
            name_of_part = f"{inner.__name__}{'Change' if defaults else ''}"
            annotation = _model(inner, name_of_part, f"{path}.", defaults=defaults, about=described["description"])
            default = annotation() if defaults else ...
        else:
            annotation = _leaf(path, hints[entry.name])
            default = list(entry.default) if isinstance(entry.default, tuple) else entry.default
            described |= {"examples": [default]} if isinstance(default, str) else {}
        fields[entry.name] = (annotation, Field(default=default if defaults else ..., **described))
    return create_model(name, __config__=FORBID, __doc__=about, **fields)


ABOUT = "All settings of a shop."
SettingsGiven = _model(ShopSettings, "ShopSettingsChange", "", defaults=True, about=ABOUT)
"""What a request may say."""

SettingsShown = _model(ShopSettings, "ShopSettings", "", defaults=False, about=ABOUT)
"""What an answer says: everything."""


def settings_of(given: BaseModel) -> ShopSettings:
    """The domain's settings from a validated request."""
    values = given.model_dump(mode="json", by_alias=True)
    values["orders"]["filters"] = given.model_dump(mode="json", by_alias=True, exclude_none=True)["orders"]["filters"]
    return settings_from_json(values)
