"""The types of fields on the wire: strict where JSON is loose, and the same in every schema.

Requests take amounts as strings, instants with an offset, no number for a text and no text for a number. Answers are
written plainly: amounts without exponent, instants in UTC with ``Z``.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Body, Path, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", re.ASCII)
LONGEST_DECIMAL = 23
DECIMAL_PATTERN = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class RequestBody(BaseModel):
    """Base of what is sent to us: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerBody(BaseModel):
    """Base of what we answer: every field is always there."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise PydanticCustomError("money_must_be_a_string", 'Write amounts as strings: "12.50".')
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise PydanticCustomError("wrong_decimal", 'This must be a decimal string of at most 15.6 digits: "12.50".')
    return Decimal(value)


def plain(amount: Decimal) -> str:
    """A decimal in plain notation; minus zero is zero."""
    return f"{amount or abs(amount):f}"


DecimalString = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": DECIMAL_PATTERN, "maxLength": LONGEST_DECIMAL, "examples": ["12.50"]}),
]
"""An amount, a quantity or a rate."""


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise PydanticCustomError("wrong_instant", "This must be an instant with an offset: 2026-01-15T10:00:00Z.")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("wrong_instant", "There is no such instant.") from None


def in_utc(instant: datetime) -> str:
    """RFC 3339 in UTC with ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(in_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 35, "examples": ["2026-01-15T10:00:00Z"]}),
]


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise PydanticCustomError("wrong_date", "This must be a day: 2026-01-15.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("wrong_date", "There is no such day.") from None


CalendarDate = Annotated[
    date,
    BeforeValidator(_date),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "maxLength": 10, "examples": ["2026-01-15"]}),
]


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("too_short", "This must not be empty.")
    return value


def _whole_characters(value: str) -> str:
    if any(character < " " or character == "\x7f" for character in value):
        raise PydanticCustomError("wrong_form", "This must not hold control characters.")
    return value


Code = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(_not_blank), AfterValidator(_whole_characters)
]
"""A word of the ERP: passed through, never interpreted."""

No = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(_not_blank), AfterValidator(_whole_characters)
]
"""A number by which the ERP knows something."""

Line = Annotated[str, StringConstraints(max_length=500)]
"""A name or a line of an address; never cut."""

Note = Annotated[str, StringConstraints(max_length=5000)]

ShopCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", max_length=40)]
ShopifyNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$", max_length=20)]
"""The numeric part of a Shopify id, as a string."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$", max_length=2)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)]
Flag = StrictBool
Whole = Annotated[StrictInt, Field(ge=-(2**53), le=2**53)]

ShopifyIdPath = Annotated[
    str, Path(pattern=r"^[0-9]{1,20}$", max_length=20, description="Shopify's numeric id.", examples=["7001"])
]
CountryPath = Annotated[
    str, Path(pattern=r"^[A-Z]{2}$", max_length=2, description="ISO 3166-1 alpha-2, in capitals.", examples=["NL"])
]
ProvincePath = Annotated[
    str,
    Path(pattern=r"^[A-Z0-9][A-Z0-9 -]{0,9}$", max_length=10, description="The province's code.", examples=["CA"]),
]
CurrencyPath = Annotated[str, Path(pattern=r"^[A-Z]{3}$", max_length=3, description="ISO 4217.", examples=["USD"])]
JsonBody = Annotated[Any, Body()]
"""A body that the route reads by itself; still parsed by our rules."""

SearchQuery = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=100,
        description="Only those of which for each of these words a word of the number, names, codes or place begins so,"
        " in any case.",
        examples=["jansen"],
    ),
]

InstantQuery = Annotated[
    Instant | None, Query(description="Only changed at or after this instant, such as `2026-01-15T10:00:00Z`.")
]
