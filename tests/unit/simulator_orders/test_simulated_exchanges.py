"""Goods that come back against others: new lines of the same order, and money only for what is left over."""

from datetime import timedelta
from typing import Any

import pytest

from app.store_simulator.orders import life
from tests.unit.simulator_orders.placed_orders import LATER, PLACED_AT, Order, line, money, placed

SHIPPED_AT = PLACED_AT + timedelta(minutes=5)


def other(price: str, quantity: int = 1) -> Order:
    variant = {"id": "gid://shopify/ProductVariant/7", "title": "Blue", "sku": "BLUE", "price": price, "taxable": True}
    return {"variant": variant, "product": {"id": "gid://shopify/Product/8", "title": "Vase"}, "quantity": quantity}


def shipped(*lines: Order, **fields: Any) -> Order:
    order = placed(*lines, **fields)
    life.fulfil(order, None, None, SHIPPED_AT)
    return order


def exchange(order: Order, *goods: Order, quantity: int = 1) -> list[str]:
    return life.exchange(order, [(order["lineItems"][0]["id"], quantity)], goods, LATER)


def test_exchanged_goods_are_new_lines_that_the_return_names() -> None:
    order = shipped(line("100.00", 2))

    topics = exchange(order, other("100.00"))

    old, new = order["lineItems"]
    [back] = order["returns"]
    [exchanged] = back["exchangeLineItems"]
    assert (old["quantity"], old["currentQuantity"], new["currentQuantity"]) == (2, 1, 1)
    assert exchanged["lineItems"] == [{"id": new["id"]}]
    assert (exchanged["quantity"], exchanged["variantSku"], back["totalQuantity"]) == (1, "BLUE", 1)
    assert (back["status"], order["returnStatus"]) == ("CLOSED", "RETURNED")
    assert back["refunds"] == [{"id": order["refunds"][0]["id"]}]
    assert order["refunds"][0]["return"]["id"] == back["id"]
    assert topics == ["REFUNDS_CREATE", "ORDERS_UPDATED"]


@pytest.mark.parametrize(
    ("price", "refunded", "outstanding", "status"),
    [
        ("100.00", "0.00", "0.00", "PAID"),
        ("70.00", "30.00", "0.00", "PARTIALLY_REFUNDED"),
        ("130.00", "0.00", "30.00", "PARTIALLY_PAID"),
    ],
    ids=["as dear", "cheaper", "dearer"],
)
def test_only_what_the_new_goods_cost_less_is_paid_back(
    price: str, refunded: str, outstanding: str, status: str
) -> None:
    order = shipped(line("100.00"))

    exchange(order, other(price))

    assert money(order["totalRefundedSet"]) == refunded
    assert money(order["totalOutstandingSet"]) == outstanding
    assert order["displayFinancialStatus"] == status
    assert money(order["currentTotalPriceSet"]) == price
    assert order["refunds"][0]["orderAdjustments"] == []


def test_the_new_goods_are_taxed_and_still_to_be_shipped() -> None:
    order = shipped(line("100.00", tax=0.2), payment="none")

    exchange(order, other("50.00", 2))

    assert money(order["lineItems"][1]["taxLines"][0]["priceSet"]) == "20.00"
    assert order["lineItems"][1]["unfulfilledQuantity"] == 2
    assert order["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert money(order["totalRefundedSet"]) == "0.00"


@pytest.mark.parametrize("quantity", [0, 3])
def test_only_what_was_shipped_and_not_taken_back_can_be_exchanged(quantity: int) -> None:
    order = shipped(line("100.00", 2))
    before = repr(order)

    with pytest.raises(life.ChangeRefused, match="invalid quantity"):
        exchange(order, other("100.00"), quantity=quantity)

    assert repr(order) == before


def test_what_was_not_shipped_cannot_be_exchanged() -> None:
    order = placed(line("100.00"))

    with pytest.raises(life.ChangeRefused, match="invalid quantity"):
        exchange(order, other("100.00"))


def test_an_exchange_without_anything_returned_is_refused() -> None:
    order = shipped(line("100.00"))

    with pytest.raises(life.ChangeRefused, match="nothing to return"):
        life.exchange(order, [], [other("100.00")], LATER)


def test_goods_that_cannot_be_understood_leave_the_order_as_it_was() -> None:
    order = shipped(line("100.00", 2))
    before = repr(order)

    with pytest.raises(ValueError, match="invalid literal"):
        exchange(order, other("100.00"), {**other("1.00"), "quantity": "many"})

    assert repr(order) == before
