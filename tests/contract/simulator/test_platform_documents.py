"""Every document the product is going to send is executed by the real schema, and by the one we ship."""

from pathlib import Path

import pytest
from graphql import parse, validate

from app.store_simulator.engine import Engine, Request
from app.store_simulator.graphql_schema import AdminSchema, load_schema
from app.store_simulator.simulator import Simulator
from tests.contract.simulator.client import DOMAIN, an_order, eur
from tests.contract.simulator.platform_documents import VARIABLES, read_documents

# The inner text of a bulk operation is not a request of its own: outside of one its connections need a page size.
NOT_A_REQUEST = "44_bulk_orders_inner"


def seeded(schema: AdminSchema) -> tuple[Simulator, Engine]:
    simulator = Simulator(schema)
    store, loader = simulator.shop(DOMAIN).store, simulator.engine.loader
    store.bucket.configure(maximum=1_000_000)
    loader.put_objects(store, "locations", [{"legacyResourceId": "5", "name": "Shop"}])
    loader.put_objects(store, "customers", [{"legacyResourceId": "7", "email": "a@example.com"}])
    variants = [{"legacyResourceId": "9", "sku": "A", "inventoryItem": {"legacyResourceId": "9"}}]
    loader.put_objects(store, "products", [{"legacyResourceId": "8", "variants": variants}])
    loader.put_objects(store, "companies", [{"legacyResourceId": "6", "locations": [{"name": "Main"}]}])
    refund = {"legacyResourceId": "3", "totalRefundedSet": eur("1.00"), "refundLineItems": [], "transactions": []}
    returned = {"id": "gid://shopify/Return/4", "status": "CLOSED", "returnLineItems": [{"quantity": 1}]}
    loader.put_objects(store, "orders", [an_order(1, refunds=[refund], returns=[returned]), an_order(2)])
    return simulator, simulator.engine


def run_all(schema: AdminSchema, shared_folder: Path) -> dict[str, object]:
    simulator, engine = seeded(schema)
    store = simulator.shop(DOMAIN).store
    problems: dict[str, object] = {}
    for name, text in read_documents(shared_folder).items():
        if name == NOT_A_REQUEST:
            found: object = [error.message for error in validate(schema.graphql, parse(text))]
        else:
            request = Request(query=text, variables=VARIABLES.get(name, {}), api_version="2026-10")
            found = engine.answer(store, request).body.get("errors")
        if found:
            problems[name] = found
    return problems


def test_every_document_runs_on_the_full_schema(shared_folder: Path, full_schema_file: Path) -> None:
    assert run_all(load_schema(full_schema_file), shared_folder) == {}


def test_every_document_runs_on_the_trimmed_schema(shared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERBRIDGE_SIMULATOR_SCHEMA", raising=False)
    assert run_all(load_schema(), shared_folder) == {}


def test_there_are_thirty_seven_documents(shared_folder: Path) -> None:
    assert len(read_documents(shared_folder)) == 37
