"""Loads the Admin schema the simulator speaks, and the access scopes Shopify asks for by type and by mutation.

Knows files and introspection only; it does not know stores, requests or how a field is answered.
"""

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_client_schema

from app.store_simulator.scalars import install_scalars

API_VERSION = "2026-10"
SCHEMA_VARIABLE = "ORDERBRIDGE_SIMULATOR_SCHEMA"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """The sentence Shopify prints and the scopes of which any one is enough."""

    sentence: str
    scopes: frozenset[str]


# What Shopify asks for without its published tables of scopes saying so.
UNPUBLISHED = {
    "DeliveryProfile": AccessRule(sentence="`read_shipping` access scope.", scopes=frozenset({"read_shipping"})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSchema:
    graphql: GraphQLSchema
    access: Mapping[str, AccessRule]


def load_schema(path: Path | None = None) -> AdminSchema:
    """The schema at path, else the one the environment names, else the trimmed one inside the package."""
    named = os.environ.get(SCHEMA_VARIABLE)
    chosen = path or (Path(named) if named else None)
    return _loaded(str(chosen) if chosen else "")


@lru_cache(maxsize=4)
def _loaded(path: str) -> AdminSchema:
    content = json.loads(_read(path))
    introspection: Any = content.get("data", content)
    access = content.get("access") or _access_of_full_schema(content.get("offline_scopes", {}).get("items", []))
    rules = UNPUBLISHED | {
        name: AccessRule(sentence=sentence, scopes=frozenset(scopes))
        for name, (sentence, scopes) in access.items()
        if scopes
    }
    schema = build_client_schema({"__schema": introspection["__schema"]})
    install_scalars(schema)
    return AdminSchema(graphql=schema, access=rules)


def _read(path: str) -> bytes:
    if path:
        raw = Path(path).read_bytes()
    else:
        package = resources.files("app.store_simulator").joinpath("schema")
        raw = package.joinpath(f"admin_{API_VERSION}.json.gz").read_bytes()
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def _access_of_full_schema(items: list[dict[str, Any]]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {}
    for item in items:
        if item.get("requiredAccess"):
            owner = item["typeName"]
            name = owner if item["type"] == "type" else f"{owner}.{item['fieldName']}"
            table[name] = [item["requiredAccess"], item["offlineScopes"]]
    return table
