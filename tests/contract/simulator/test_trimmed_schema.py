"""The schema we ship is what the script makes of the full one: complete in itself, and no more than asked for."""

import gzip
import json
import runpy
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_client_schema

from app.store_simulator.graphql_schema import AdminSchema, load_schema

CHECKOUT = Path(__file__).parents[3]
SHIPPED = CHECKOUT / "app" / "store_simulator" / "schema" / "admin_2026-10.json.gz"


@pytest.fixture(scope="module")
def full(full_schema_file: Path) -> AdminSchema:
    return load_schema(full_schema_file)


def test_the_script_makes_the_shipped_file(full_schema_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "trimmed.json.gz"
    main = runpy.run_path(str(CHECKOUT / "scripts" / "trim_shopify_schema.py"))["main"]
    main([str(full_schema_file), str(target)])
    assert json.loads(gzip.decompress(target.read_bytes())) == json.loads(gzip.decompress(SHIPPED.read_bytes()))


def test_the_shipped_schema_is_small_and_valid() -> None:
    assert SHIPPED.stat().st_size < 200_000
    content = json.loads(gzip.decompress(SHIPPED.read_bytes()))
    build_client_schema({"__schema": content["__schema"]}, assume_valid=False)


@pytest.mark.parametrize(
    "name", ["Order", "LineItem", "Refund", "FulfillmentOrder", "Customer", "Product", "ProductVariant", "Company"]
)
def test_the_shipped_schema_keeps_every_field_of_what_we_serve(full: AdminSchema, name: str) -> None:
    shipped, whole = (load.graphql.type_map[name] for load in (load_schema(), full))
    assert isinstance(shipped, GraphQLObjectType)
    assert isinstance(whole, GraphQLObjectType)
    assert set(whole.fields) - set(shipped.fields) == set()
