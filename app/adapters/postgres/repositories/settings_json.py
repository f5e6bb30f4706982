"""Settings of a shop as they are stored: only what differs from the defaults, by the names of the API."""

import dataclasses
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

import msgspec

from app.domain.shop_settings import ShopSettings

Settings = TypeVar("Settings")


def settings_from_json(stored: Mapping[str, Any]) -> ShopSettings:
    """The settings that a stored value stands for. Names it does not know are those of a newer release and are ignored."""
    return _read(ShopSettings, stored)


def settings_to_json(settings: ShopSettings) -> dict[str, Any]:
    """What is stored for these settings."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_differences(settings, ShopSettings())))
    return found


@cache
def _types(type_: Hashable) -> dict[str, Any]:
    return get_type_hints(cast("type", type_))


def _name(field: dataclasses.Field[Any]) -> str:
    return str(field.metadata.get("name", field.name))


def _read(type_: type[Settings], stored: Mapping[str, Any]) -> Settings:
    given: dict[str, Any] = {}
    for field in dataclasses.fields(type_):  # type: ignore[arg-type]
        if _name(field) not in stored:
            continue
        value = stored[_name(field)]
        if dataclasses.is_dataclass(field.default) and isinstance(value, Mapping):
            given[field.name] = _read(type(field.default), value)
        else:
            given[field.name] = msgspec.convert(value, _types(type_)[field.name], strict=False)
    return type_(**given)


def _differences(value: Any, default: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        mine, standard = getattr(value, field.name), getattr(default, field.name)
        if mine == standard:
            continue
        found[_name(field)] = _differences(mine, standard) if dataclasses.is_dataclass(mine) else mine
    return found
