"""Leaf values: how each scalar leaves the simulator, what it accepts, and what stands in for a missing one.

Knows Shopify's scalar types; does not know objects, stores or requests.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema

DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")
UNSIGNED = re.compile(r"^\d+$")
DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$")
URL = re.compile(r"^[a-z][a-z0-9+.-]*:/*[^\s]+$", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def decimal_text(value: Any) -> str:
    """Shopify writes decimals with at least one and no needless digit: 12.50 as 12.5, 10 as 10.0."""
    text = str(value)
    if "e" in text.lower():
        text = format(float(value), "f")
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"


def leave_as_is(value: Any) -> Any:
    return value


OUTPUT: dict[str, Callable[[Any], Any]] = {
    "Decimal": decimal_text,
    "Money": str,
    "UnsignedInt64": str,
    "BigInt": str,
    "StorefrontID": str,
}


def serializer(type_name: str) -> Callable[[Any], Any]:
    return OUTPUT.get(type_name, leave_as_is)


EMPTY: dict[str, Any] = {
    "String": "",
    "Int": 0,
    "Float": 0.0,
    "Boolean": False,
    "Decimal": "0.0",
    "Money": "0.00",
    "UnsignedInt64": "0",
    "BigInt": "0",
    "ID": "",
    "HTML": "",
    "FormattedString": "",
    "JSON": "{}",
    "Color": "#000000",
    "StorefrontID": "",
    "ARN": "",
    "UtcOffset": "+00:00",
}


def _text_scalar(name: str, pattern: re.Pattern[str], problem: str, *, numbers: bool = False) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        if numbers and isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not pattern.match(value):
            raise GraphQLError(problem.format(value=value))
        return value

    parse.__name__ = f"parse_{name}"
    return parse


def install_scalars(schema: GraphQLSchema) -> None:
    """Gives the schema's custom scalars the checks on input that Shopify's have."""
    parsers: dict[str, Callable[[Any], Any]] = {
        "Decimal": _text_scalar("Decimal", DECIMAL, "invalid decimal '{value}'", numbers=True),
        "Money": _text_scalar("Money", DECIMAL, "Invalid money '{value}'", numbers=True),
        "UnsignedInt64": _text_scalar("UnsignedInt64", UNSIGNED, "Invalid unsigned integer '{value}'", numbers=True),
        "BigInt": _text_scalar("BigInt", re.compile(r"^-?\d+$"), "Invalid integer '{value}'", numbers=True),
        "Date": _text_scalar("Date", DATE, "Invalid date '{value}'"),
        "DateTime": _text_scalar("DateTime", DATE_TIME, "Invalid date time '{value}'"),
        "URL": _text_scalar("URL", URL, "Invalid url '{value}', missing scheme"),
    }
    for name, parse in parsers.items():
        kind = schema.type_map.get(name)
        if isinstance(kind, GraphQLScalarType):
            kind.parse_value = parse  # type: ignore[method-assign, assignment]
