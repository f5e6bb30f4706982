"""The life of a simulated order ends where the recorded real orders ended; needs the shared recordings."""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.store_simulator.orders import life
from tests.unit.simulator_orders.placed_orders import LATER, line, placed

Node = dict[str, Any]

SHARED = Path(os.environ.get("ORDERBRIDGE_SHARED", Path(__file__).parents[3].parent / "shared"))
RECORDED = SHARED / "data/shopify/recorded/harry-test-heelo.myshopify.com/2026-04/orders"

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the shared recordings are not there")


def recorded(name: str) -> Node:
    found: Node = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def amounts(order: Node) -> dict[str, Decimal]:
    """Every header total of an order, in shop currency."""
    return {
        name: Decimal(value["shopMoney"]["amount"])
        for name, value in order.items()
        if name.endswith("Set") and value is not None
    }


def quantities(order: Node, nodes: str = "lineItems") -> Iterator[tuple[int, ...]]:
    held = order[nodes]["nodes"] if isinstance(order[nodes], dict) else order[nodes]
    for one in held:
        if nodes == "lineItems":
            yield one["quantity"], one["currentQuantity"]
        else:
            parts = one["lineItems"]["nodes"] if isinstance(one["lineItems"], dict) else one["lineItems"]
            yield tuple(number for part in parts for number in (part["totalQuantity"], part["remainingQuantity"]))


def assert_ends_like(order: Node, real: Node) -> None:
    expected = amounts(real)
    assert expected
    assert {name: amounts(order)[name] for name in expected} == expected
    assert list(quantities(order)) == list(quantities(real))


def test_a_taxed_line_lowered_by_an_edit_ends_as_recorded() -> None:
    case = recorded("order-edit-money-math")["cases"]["taxed"]
    [sold] = case["create"]["variables"]["order"]["lineItems"]
    rate = sold["taxLines"][0]["rate"]
    price = sold["priceSet"]["shopMoney"]["amount"]
    order = placed(line(price, sold["quantity"], tax=rate), payment="pending", currency="CAD")

    quantity = case["setQuantity"]["variables"]["quantity"]
    change = {"setQuantity": {"lineItemId": order["lineItems"][0]["id"], "quantity": quantity}}
    life.edit(order, [change], LATER)

    real = case["downstreamRead"]["response"]["payload"]["data"]["order"]
    assert_ends_like(order, real)
    for name in ("taxLines", "currentTaxLines"):
        there = real[name] if name in real else real["lineItems"]["nodes"][0][name]
        ours = order[name] if name in real else order["lineItems"][0][name]
        assert [Decimal(one["priceSet"]["shopMoney"]["amount"]) for one in ours] == [
            Decimal(one["priceSet"]["shopMoney"]["amount"]) for one in there
        ]


def test_a_discount_added_by_an_edit_ends_as_recorded() -> None:
    case = recorded("order-edit-money-math")["cases"]["discount"]
    [sold] = case["create"]["variables"]["order"]["lineItems"]
    price = sold["priceSet"]["shopMoney"]["amount"]
    order = placed(line(price, sold["quantity"]), payment="pending", currency="CAD")

    discount = {"lineItemId": order["lineItems"][0]["id"], "fixedValue": "20.00"}
    life.edit(order, [{"addLineItemDiscount": discount}], LATER)

    assert_ends_like(order, case["downstreamRead"]["response"]["payload"]["data"]["order"])


def test_a_line_lowered_and_a_variant_added_end_as_recorded() -> None:
    recording = recorded("order-edit-commit-history-and-fulfillment-orders")
    order = placed(line("10.00", 3), payment="none", currency="CAD")

    variant = {"id": "gid://shopify/ProductVariant/49875425296690", "title": "Default Title", "price": "949.95"}
    changes: list[Node] = [
        {"setQuantity": {"lineItemId": order["lineItems"][0]["id"], "quantity": 1}},
        {"addVariant": {"variant": variant, "quantity": 2}},
    ]
    life.edit(order, changes, LATER)

    real = recording["downstreamRead"]["response"]["payload"]["data"]["order"]
    assert_ends_like(order, real)
    assert list(quantities(order, "fulfillmentOrders")) == list(quantities(real, "fulfillmentOrders"))
    assert order["currentSubtotalLineItemsQuantity"] == real["currentSubtotalLineItemsQuantity"]


def test_a_cancelled_paid_order_ends_as_recorded() -> None:
    recording = recorded("orderCancel-restock-refundMethod-parity")
    order = placed(line("10.00", 2), currency="CAD", gateway="manual")
    wanted = recording["variables"]

    life.cancel(
        order, wanted["reason"], wanted["restock"], wanted["refundMethod"], LATER, staff_note=wanted["staffNote"]
    )

    real = recording["downstreamRead"]["response"]["data"]["order"]
    expected = amounts(real)
    assert {name: amounts(order)[name] for name in expected} == expected
    same = ("closed", "cancelReason", "cancellation", "displayFinancialStatus", "displayFulfillmentStatus")
    assert {name: order[name] for name in (*same, "paymentGatewayNames")} == {
        name: real[name] for name in (*same, "paymentGatewayNames")
    }
    assert [(one["kind"], one["status"], one["gateway"]) for one in order["transactions"]] == [
        (one["kind"], one["status"], one["gateway"]) for one in real["transactions"]
    ]
    assert list(quantities(order, "fulfillmentOrders")) == list(quantities(real, "fulfillmentOrders"))
