"""A shop's settings as plain JSON values and back: the one codec for what is stored and what is answered.

Values are taken as valid; whoever reads them from outside has checked them before.
"""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from app.domain.shop_settings import ShopSettings

Settings = TypeVar("Settings")


def public_name(entry: "dataclasses.Field[Any]") -> str:
    """The name of a setting outside Python: ``import``, not ``import_``."""
    return str(entry.metadata.get("name", entry.name))


def settings_to_json(settings: object, *, only_differences: bool = False) -> dict[str, Any]:
    """A settings value as nested plain values; with ``only_differences`` only what is not the default."""
    assert dataclasses.is_dataclass(settings)
    found: dict[str, Any] = {}
    for entry in dataclasses.fields(settings):
        value = getattr(settings, entry.name)
        if dataclasses.is_dataclass(value):
            inner = settings_to_json(value, only_differences=only_differences)
            if inner or not only_differences:
                found[public_name(entry)] = inner
        elif not only_differences or value != entry.default:
            found[public_name(entry)] = _plain(value)
    return found


def settings_from_json(values: Mapping[str, Any]) -> ShopSettings:
    """The settings that such values say; what is not said is the default."""
    return _built(ShopSettings, values)


def changed_paths(before: ShopSettings, after: ShopSettings) -> list[str]:
    """The dotted paths of the leaves that differ."""
    return _changed(settings_to_json(before), settings_to_json(after), "")


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str) -> list[str]:
    found: list[str] = []
    for name, value in after.items():
        if isinstance(value, dict) and f"{prefix}{name}" != "orders.filters":
            found += _changed(before[name], value, f"{prefix}{name}.")
        elif before[name] != value:
            found.append(f"{prefix}{name}")
    return found


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case tuple() | list():
            return [_plain(each) for each in value]
        case _:
            return value


def _built(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    assert dataclasses.is_dataclass(kind)
    hints = get_type_hints(kind)
    given: dict[str, Any] = {}
    for entry in dataclasses.fields(kind):
        name = public_name(entry)
        if name in values:
            given[entry.name] = _typed(hints[entry.name], values[name])
    return kind(**given)


def _typed(hint: Any, value: Any) -> Any:
    if get_origin(hint) is UnionType:
        if value is None:
            return None
        hint = next(each for each in get_args(hint) if each is not type(None))
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return _built(hint, value)
    if get_origin(hint) is tuple:
        words = [value] if isinstance(value, str) else value
        return tuple(_typed(get_args(hint)[0], each) for each in words)
    if isinstance(hint, type) and issubclass(hint, (StrEnum, Decimal)):
        return hint(value)
    return value
