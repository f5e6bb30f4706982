"""Taking a person out of what is kept: the one list of what of an order, a document or a customer is personal (P83).

What books need stays: numbers, quantities, money, taxes, country and province, Shopify's ids. Works on domain values
and on their JSON alike, by the names of fields. In which columns a person can stand is told by the map of personal
data, not here.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from app.domain.changes import ChangeKind

Value = TypeVar("Value")

PERSONAL = frozenset(
    "email phone first_name last_name contact_name name2 line1 line2 postal_code city county note work_description"
    " customer_note reason_note decline_note status_page_url vat_registration_no registration_no".split()
)
"""Fields that are personal wherever they stand."""

PERSONAL_BESIDE: Mapping[frozenset[str], frozenset[str]] = {
    frozenset({"line1", "company"}): frozenset({"company"}),
    frozenset({"line1", "name"}): frozenset({"name"}),
    frozenset({"contact_name", "name"}): frozenset({"name"}),
    frozenset({"key", "value"}): frozenset({"value"}),
    frozenset({"number", "url"}): frozenset({"number", "url"}),
    frozenset({"numbers", "urls"}): frozenset({"numbers", "urls"}),
    frozenset({"level", "text"}): frozenset({"text"}),
}
"""Fields that are personal beside others: the company of an address, the name of a party, the value of an attribute,
the number of a parcel, the words about a risk.
"""

PERSONAL_CHANGES = frozenset(
    {
        ChangeKind.SHIP_TO_CHANGED,
        ChangeKind.BILL_TO_CHANGED,
        ChangeKind.CONTACT_CHANGED,
        ChangeKind.NOTE_CHANGED,
        ChangeKind.ATTRIBUTES_CHANGED,
    }
)
"""Changes of an order whose before and after are personal."""


NAMING = frozenset({"email", "phone", "last_name", "line1"})
"""Fields whose texts name a person wherever else they are met."""


def names_in(stored: Any) -> frozenset[str]:
    """The texts of some JSON by which sentences of others, about the same person, are found."""
    match stored:
        case dict():
            own = {text for name, text in stored.items() if name in NAMING and isinstance(text, str) and text}
            return frozenset(own).union(*map(names_in, stored.values()))
        case list():
            return frozenset[str]().union(*map(names_in, stored))
        case _:
            return frozenset()


def without_person(value: Value) -> Value:
    """The same with every personal text blank. Equal for what is blank already, so that it may be done again."""
    return cast("Value", _without(value))


def _without(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        changed = {name: new for name, new in _parts(held).items() if new is not held[name]}
        return replace(value, **changed) if changed else value
    match value:
        case Mapping():
            return _parts(value)
        case tuple():
            return tuple(map(_without, value))
        case list():
            return list(map(_without, value))
        case _:
            return value


def _parts(held: Mapping[str, Any]) -> dict[str, Any]:
    if "severity" in held and held.get("kind") in PERSONAL_CHANGES:
        return {**held, "before": None, "after": None}
    personal = _personal(held)
    return {name: _blank(part) if name in personal else _without(part) for name, part in held.items()}


def _personal(names: Collection[str]) -> Collection[str]:
    beside = [there for marks, there in PERSONAL_BESIDE.items() if all(mark in names for mark in marks)]
    return PERSONAL.union(*beside)


def _blank(part: Any) -> Any:
    """A personal field may hold several texts; where two things have one name, what is inside it decides."""
    match part:
        case str():
            return ""
        case tuple():
            return tuple(map(_blank, part))
        case list():
            return list(map(_blank, part))
        case _:
            return _without(part)
