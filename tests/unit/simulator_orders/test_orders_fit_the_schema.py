"""Whatever is in the state has a name and a value that Shopify's real schema knows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, get_named_type, is_non_null_type

from app.store_simulator.graphql_schema import load_schema
from app.store_simulator.orders import EVERYTHING, generate_catalogue, generate_orders, life

Node = dict[str, Any]

START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
CATALOGUE = generate_catalogue(4)
OPTIONS = replace(EVERYTHING, cancelled=0.1, presentment_currencies={"EUR": 1.0, "USD": 1.0})


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return load_schema().graphql


def misfits(node: Node, type_name: str, schema: GraphQLSchema) -> Iterator[str]:
    type_name = node.get("__typename", type_name)
    fields = getattr(schema.type_map[type_name], "fields", {})
    for name, value in node.items():
        if name == "__typename":
            continue
        if name not in fields:
            yield f"{type_name}.{name} is unknown"
            continue
        named = get_named_type(fields[name].type)
        if value is None and is_non_null_type(fields[name].type):
            yield f"{type_name}.{name} is null"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(named, GraphQLEnumType) and one is not None and one not in named.values:
                yield f"{type_name}.{name} is {one}"
            if isinstance(one, dict):
                yield from misfits(one, node_type(named.name, schema), schema)


def node_type(name: str, schema: GraphQLSchema) -> str:
    """Connections are lists in the state, so what a connection holds is what its nodes are."""
    if not name.endswith("Connection"):
        return name
    return str(get_named_type(getattr(schema.type_map[name], "fields", {})["nodes"].type).name)


def test_generated_orders_fit(schema: GraphQLSchema) -> None:
    orders = generate_orders(seed=3, count=300, catalogue=CATALOGUE, start=START, options=OPTIONS)

    assert any(back["exchangeLineItems"] for order in orders for back in order["returns"])
    assert any(order["paymentTerms"] for order in orders)
    assert {misfit for order in orders for misfit in misfits(order, "Order", schema)} == set()


def test_an_order_with_much_life_behind_it_fits(schema: GraphQLSchema) -> None:
    [order] = generate_orders(seed=3, count=1, catalogue=CATALOGUE, start=START, options="typical")
    line, goods = order["lineItems"][0], CATALOGUE.goods[0]
    changes: list[Node] = [
        {"addVariant": {"variant": goods.variant, "product": goods.product, "quantity": 3}},
        {"addCustomItem": {"title": "Engraving", "quantity": 1, "price": "5.00", "taxable": True}},
        {"addLineItemDiscount": {"lineItemId": line["id"], "percentValue": 10, "description": "Sorry"}},
        {"updateShippingLine": {"shippingLineId": order["shippingLines"][0]["id"], "price": "9.00"}},
        {"setQuantity": {"lineItemId": order["lineItems"][1]["id"], "quantity": 0, "restock": True}},
    ]
    at = START + timedelta(hours=1)

    life.edit(order, changes, at, refunds="lines")
    life.mark_as_paid(order, at)
    life.fulfil(order, None, [{"company": "DHL", "number": "1", "url": "https://track.example.com/1"}], at)
    life.refund(order, {"refundShippingLines": [{"shippingLine": {"id": order["shippingLines"][1]["id"]}}]}, at)
    life.close(order, at)

    assert set(misfits(order, "Order", schema)) == set()


KINDS = (("products", "Product"), ("customers", "Customer"), ("locations", "Location"), ("companies", "Company"))


def test_the_catalogue_fits(schema: GraphQLSchema) -> None:
    state = CATALOGUE.as_state()

    found = {misfit for kind, name in KINDS for node in state[kind] for misfit in misfits(node, name, schema)}

    assert found == set()
