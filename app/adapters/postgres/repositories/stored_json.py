"""Domain values in JSON columns: dataclasses to JSON and back, decimals as strings, many rows in one parameter."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")

_encoder = msgspec.json.Encoder(decimal_format="string")


def encoded(value: object) -> bytes:
    """A domain value as JSON."""
    return _encoder.encode(value)


def raw_json(value: object) -> msgspec.Raw:
    """A domain value as JSON to be put inside another."""
    return msgspec.Raw(_encoder.encode(value))


def decoder(type_: type[Value]) -> msgspec.json.Decoder[Value]:
    """A decoder of one type; make it once."""
    return msgspec.json.Decoder(type_, strict=False)


def recordset(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows for ``json_populate_recordset``: one parameter for any number of rows.

    Bytes become PostgreSQL's hex form.
    """
    return msgspec.json.encode(
        [
            {name: f"\\x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}
            for row in rows
        ]
    ).decode()
