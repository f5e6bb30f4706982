"""How columns are declared: each says whether it can hold personal data or a secret (decision 12).

The classification is the data map: redaction, export and the test that forbids unclassified columns all read it.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, DateTime, Double, Integer, LargeBinary, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.schema import SchemaItem


class Holds(StrEnum):
    """What a column can hold."""

    PLAIN = "plain"
    """Numbers, codes, states, texts that we write: never a person."""

    PERSON_KEY = "person_key"
    """An identifier by which a person can be found: Shopify's customer id, a customer number."""

    PERSON = "person"
    """Names, addresses, e-mail, phone, or a body that contains them."""

    SECRET = "secret"
    """Ciphertext or a keyed hash of a secret."""


def _column(type_: Any, holds: Holds, *items: SchemaItem, **options: Any) -> Any:
    options.setdefault("nullable", False)
    return Column(type_, *items, info={"holds": holds}, **options)


def text(*items: SchemaItem, holds: Holds = Holds.PLAIN, **options: Any) -> Any:
    return _column(Text(), holds, *items, **options)


def texts(*items: SchemaItem, holds: Holds = Holds.PLAIN, **options: Any) -> Any:
    return _column(ARRAY(Text()), holds, *items, **options)


def json(*items: SchemaItem, holds: Holds = Holds.PLAIN, **options: Any) -> Any:
    return _column(JSONB(none_as_null=True), holds, *items, **options)


def raw(*items: SchemaItem, holds: Holds, **options: Any) -> Any:
    return _column(LargeBinary(), holds, *items, **options)


def instant(*items: SchemaItem, **options: Any) -> Any:
    return _column(DateTime(timezone=True), Holds.PLAIN, *items, **options)


def whole(*items: SchemaItem, **options: Any) -> Any:
    return _column(BigInteger(), Holds.PLAIN, *items, **options)


def small(*items: SchemaItem, **options: Any) -> Any:
    return _column(Integer(), Holds.PLAIN, *items, **options)


def flag(*items: SchemaItem, **options: Any) -> Any:
    return _column(Boolean(), Holds.PLAIN, *items, **options)


def amount(*items: SchemaItem, **options: Any) -> Any:
    return _column(Numeric(21, 6), Holds.PLAIN, *items, **options)


def fraction(*items: SchemaItem, **options: Any) -> Any:
    return _column(Double(), Holds.PLAIN, *items, **options)
