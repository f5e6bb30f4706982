"""Editing a simulated order has the consequences that were recorded from real stores."""

from datetime import timedelta
from typing import Any

import pytest

from app.store_simulator.orders import life
from tests.unit.simulator_orders.placed_orders import LATER, PLACED_AT, line, money, placed


def lower(order: dict[str, object], quantity: int, index: int = 0) -> dict[str, object]:
    lines = order["lineItems"]
    assert isinstance(lines, list)
    return {"setQuantity": {"lineItemId": lines[index]["id"], "quantity": quantity}}


def test_lowering_a_line_keeps_what_was_ordered_and_moves_only_what_is_current() -> None:
    order = placed(line("100.00", 2, tax=0.13), payment="pending")

    topics = life.edit(order, [lower(order, 1)], LATER)

    item = order["lineItems"][0]
    assert (item["quantity"], item["currentQuantity"]) == (2, 1)
    assert money(item["taxLines"][0]["priceSet"]) == "26.00"
    assert [money(order[name]) for name in ("subtotalPriceSet", "totalTaxSet", "totalPriceSet")] == [
        "200.00",
        "26.00",
        "226.00",
    ]
    assert [
        money(order[name]) for name in ("currentSubtotalPriceSet", "currentTotalTaxSet", "currentTotalPriceSet")
    ] == ["100.00", "13.00", "113.00"]
    assert money(order["currentTaxLines"][0]["priceSet"]) == "13.00"
    assert topics == ["ORDERS_EDITED", "ORDERS_UPDATED"]
    assert order["refunds"] == []
    assert order["edited"] is True


def test_a_discount_added_by_an_edit_moves_both_totals() -> None:
    order = placed(line("100.00"), payment="pending")

    life.edit(
        order, [{"addLineItemDiscount": {"lineItemId": order["lineItems"][0]["id"], "fixedValue": "20.00"}}], LATER
    )

    assert money(order["totalPriceSet"]) == "80.00"
    assert money(order["currentTotalPriceSet"]) == "80.00"
    assert money(order["originalTotalPriceSet"]) == "100.00"


def test_a_discount_added_by_an_edit_lowers_the_tax_of_its_line() -> None:
    order = placed(line("100.00", tax=0.2), payment="pending")
    discount = {"lineItemId": order["lineItems"][0]["id"], "percentValue": 50, "description": "Scratched"}

    life.edit(order, [{"addLineItemDiscount": discount}], LATER)

    assert money(order["lineItems"][0]["taxLines"][0]["priceSet"]) == money(order["totalTaxSet"]) == "10.00"
    assert money(order["totalPriceSet"]) == "60.00"
    assert order["discountApplications"] == []


def test_a_paid_order_edited_up_is_partially_paid() -> None:
    order = placed(line("10.00"))

    life.edit(order, [{"addCustomItem": {"title": "More", "quantity": 1, "price": "5.00"}}], LATER)

    assert order["displayFinancialStatus"] == "PARTIALLY_PAID"
    assert money(order["totalOutstandingSet"]) == "5.00"
    assert money(order["totalPriceSet"]) == money(order["currentTotalPriceSet"]) == "15.00"


def test_a_free_order_edited_up_has_still_received_nothing() -> None:
    order = placed(line("10.00", discount="10.00"), payment="none")
    assert order["displayFinancialStatus"] == "PAID"

    life.edit(order, [{"addCustomItem": {"title": "More", "quantity": 1, "price": "5.00"}}], LATER)

    assert money(order["totalReceivedSet"]) == "0.00"
    assert money(order["totalOutstandingSet"]) == "5.00"
    assert order["displayFinancialStatus"] == "PENDING"


def test_a_paid_order_edited_down_owes_the_customer_and_moves_no_money() -> None:
    order = placed(line("10.00", 2))

    life.edit(order, [lower(order, 1)], LATER)

    assert money(order["totalOutstandingSet"]) == "-10.00"
    assert [one["kind"] for one in order["transactions"]] == ["SALE"]


def test_the_changed_lines_fulfilment_order_shrinks_and_an_added_line_gets_its_own() -> None:
    order = placed(line("10.00", 3), payment="pending")
    variant = {"id": "gid://shopify/ProductVariant/77", "title": "Default Title", "sku": "NEW", "price": "949.95"}

    life.edit(order, [lower(order, 1), {"addVariant": {"variant": variant, "quantity": 2}}], LATER)

    first, second = order["fulfillmentOrders"]
    assert [(part["totalQuantity"], part["remainingQuantity"]) for part in first["lineItems"]] == [(1, 1)]
    assert [(part["totalQuantity"], part["remainingQuantity"]) for part in second["lineItems"]] == [(2, 2)]
    assert second["lineItems"][0]["lineItem"]["id"] == order["lineItems"][1]["id"]
    assert order["currentSubtotalLineItemsQuantity"] == 3
    assert money(order["currentTotalPriceSet"]) == "1909.90"


def test_an_added_line_is_taxed_like_the_others() -> None:
    order = placed(line("10.00", tax=0.2), payment="pending")
    variant = {"id": "gid://shopify/ProductVariant/77", "title": "Default Title", "sku": "NEW", "price": "5.00"}

    life.edit(order, [{"addVariant": {"variant": variant, "quantity": 1}}], LATER)

    assert money(order["lineItems"][1]["taxLines"][0]["priceSet"]) == "1.00"
    assert money(order["totalPriceSet"]) == "18.00"


def test_raising_a_line_raises_both_quantities_and_its_own_discount() -> None:
    order = placed(line("10.00", 2, discount="3.00", tax=0.1), payment="pending")

    life.edit(order, [lower(order, 4)], LATER)

    item = order["lineItems"][0]
    assert (item["quantity"], item["currentQuantity"]) == (4, 4)
    assert money(item["discountAllocations"][0]["allocatedAmountSet"]) == "6.00"
    assert money(order["totalPriceSet"]) == money(order["currentTotalPriceSet"]) == "37.40"
    assert order["fulfillmentOrders"][0]["lineItems"][0]["remainingQuantity"] == 4


def test_discounts_that_grow_with_their_line_never_come_to_more_than_it() -> None:
    order = placed(line("0.05", 2, discount="0.01"), payment="pending")
    item = order["lineItems"][0]
    other = {**item["discountAllocations"][0], "allocatedAmountSet": bag("0.09")}
    item["discountAllocations"].append(other)

    life.edit(order, [lower(order, 3)], LATER)

    shares = [money(share["allocatedAmountSet"]) for share in item["discountAllocations"]]
    assert shares == ["0.02", "0.13"]


def test_the_refund_of_an_edit_takes_lines_away_without_money_when_asked_for() -> None:
    order = placed(line("10.00", 3, discount="1.00", tax=0.1), payment="pending")

    topics = life.edit(order, [lower(order, 2)], LATER, refunds="lines")

    [refund] = order["refunds"]
    [part] = refund["refundLineItems"]
    assert (part["quantity"], part["restockType"]) == (1, "NO_RESTOCK")
    assert (money(part["subtotalSet"]), money(part["totalTaxSet"])) == ("9.67", "0.97")
    assert money(refund["totalRefundedSet"]) == "0.00"
    assert refund["transactions"] == []
    assert topics == ["ORDERS_EDITED", "REFUNDS_CREATE", "ORDERS_UPDATED"]
    assert money(order["totalPriceSet"]) == "31.90"
    assert money(order["currentTotalPriceSet"]) == "21.26"
    assert money(order["totalOutstandingSet"]) == "21.26"


def test_an_empty_refund_is_written_when_asked_for() -> None:
    order = placed(line("10.00", 2), payment="pending")

    life.edit(order, [lower(order, 1)], LATER, refunds="empty")

    assert [refund["refundLineItems"] for refund in order["refunds"]] == [[]]


def test_a_removed_charge_stays_in_the_order_without_a_current_price() -> None:
    order = placed(line("10.00"), shipping="5.00", payment="pending")
    charge = order["shippingLines"][0]

    life.edit(order, [{"removeShippingLine": {"shippingLineId": charge["id"]}}], LATER)

    assert charge["isRemoved"] is True
    assert money(charge["currentDiscountedPriceSet"]) == "0.00"
    assert money(order["totalPriceSet"]) == "15.00"
    assert money(order["currentTotalPriceSet"]) == "10.00"
    assert money(order["currentShippingPriceSet"]) == "0.00"


def test_a_changed_charge_is_replaced_by_a_new_one() -> None:
    order = placed(line("10.00"), shipping="5.00", payment="pending")
    charge = order["shippingLines"][0]

    life.edit(order, [{"updateShippingLine": {"shippingLineId": charge["id"], "price": "7.50"}}], LATER)

    assert [(one["isRemoved"], money(one["originalPriceSet"])) for one in order["shippingLines"]] == [
        (True, "5.00"),
        (False, "7.50"),
    ]
    assert money(order["currentTotalPriceSet"]) == "17.50"


def test_a_price_given_in_shop_currency_is_turned_at_the_orders_own_rate() -> None:
    order = placed(line("10.00"), payment="pending", presentment="JPY")
    bag = {"shopMoney": {"amount": "10.00"}, "presentmentMoney": {"amount": "2000"}}
    order["totalPriceSet"] = order["currentTotalPriceSet"] = bag

    life.edit(order, [{"addCustomItem": {"title": "More", "quantity": 1, "price": "5.00"}}], LATER)

    assert money(order["totalPriceSet"]) == "15.00 EUR = 3000 JPY"


def test_an_edit_reopens_a_closed_order() -> None:
    order = placed(line("10.00", 2), payment="pending")
    life.close(order, PLACED_AT + timedelta(minutes=1))

    life.edit(order, [lower(order, 1)], LATER)

    assert (order["closed"], order["closedAt"]) == (False, None)


def test_new_ids_never_repeat_those_in_the_order() -> None:
    order = placed(line("10.00"), shipping="5.00")
    item = {"addCustomItem": {"title": "More", "quantity": 1, "price": "5.00", "requiresShipping": True}}

    life.edit(order, [item], LATER)
    life.edit(order, [item], LATER)

    ids = [one["id"] for one in order["lineItems"]] + [
        part["id"] for node in order["fulfillmentOrders"] for part in node["lineItems"]
    ]
    numbers = [identifier.rsplit("/", 1)[-1] for identifier in ids]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([], "There must be at least one change to be made."),
        ([{"setQuantity": {"lineItemId": "gid://shopify/LineItem/1", "quantity": 1}}], "The line item does not exist"),
        ([{"addCustomItem": {"title": "X", "price": "1.00", "quantity": 0}}], "must be greater than 0"),
        ([{"paint": {}}], "An edit is an object with one of the keys"),
    ],
)
def test_an_edit_that_shopify_refuses_changes_nothing(changes: list[dict[str, object]], message: str) -> None:
    order = placed(line("10.00", 2))
    before = repr(order)

    with pytest.raises(life.ChangeRefused, match=message):
        life.edit(order, changes, LATER)

    assert repr(order) == before


def test_units_that_were_shipped_cannot_be_taken_away() -> None:
    order = placed(line("10.00", 2))
    life.fulfil(order, None, None, PLACED_AT + timedelta(minutes=5))

    with pytest.raises(life.ChangeRefused, match="fulfilled"):
        life.edit(order, [lower(order, 1)], LATER)


def test_a_cancelled_order_cannot_be_edited() -> None:
    order = placed(line("10.00", 2), payment="pending")
    life.cancel(order, "OTHER", True, None, PLACED_AT + timedelta(minutes=5))

    with pytest.raises(life.ChangeRefused, match="cannot be edited"):
        life.edit(order, [lower(order, 1)], LATER)


def refused_halfway(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Changes of which the last is found impossible only after the others were made."""
    charge = {"removeShippingLine": {"shippingLineId": order["shippingLines"][0]["id"]}}
    more = {"addCustomItem": {"title": "More", "quantity": 1, "price": "5.00"}}
    return [lower(order, 1), more, charge, charge]


def test_an_edit_refused_halfway_changes_nothing() -> None:
    order = placed(line("10.00", 2), shipping="5.00")
    before, parts = repr(order), [*order["lineItems"], *order["fulfillmentOrders"], *order["shippingLines"]]

    with pytest.raises(life.ChangeRefused, match="The shipping line does not exist on the order"):
        life.edit(order, refused_halfway(order), LATER)

    assert repr(order) == before
    left = [*order["lineItems"], *order["fulfillmentOrders"], *order["shippingLines"]]
    assert [id(part) for part in left] == [id(part) for part in parts]


def test_an_edit_that_cannot_be_understood_changes_nothing() -> None:
    order = placed(line("10.00", 2))
    before = repr(order)

    with pytest.raises(ValueError, match="refunds must be one of"):
        life.edit(order, [lower(order, 1)], LATER, refunds="sometimes")

    assert repr(order) == before


@pytest.mark.parametrize(("refunded", "given_back"), [("2.00", ["2.00", "3.00"]), ("5.00", ["5.00"])])
def test_what_was_refunded_of_a_charge_is_not_taken_away_again_with_it(refunded: str, given_back: list[str]) -> None:
    order = placed(line("10.00"), shipping="5.00")
    charge = order["shippingLines"][0]["id"]
    part = {"shippingLine": {"id": charge}, "subtotalAmountSet": {"shopMoney": {"amount": refunded}}}
    life.refund(order, {"refundShippingLines": [part]}, PLACED_AT + timedelta(minutes=5))

    life.edit(order, [{"removeShippingLine": {"shippingLineId": charge}}], LATER, refunds="lines")

    assert money(order["currentShippingPriceSet"]) == "0.00"
    assert money(order["currentTotalPriceSet"]) == "10.00"
    rows = [row for refund in order["refunds"] for row in refund["refundShippingLines"]]
    assert [money(row["subtotalAmountSet"]) for row in rows] == given_back


def test_a_charge_refunded_in_two_parts_gives_back_its_tax_once() -> None:
    order = placed(line("10.00"), shipping="5.00")
    charge = order["shippingLines"][0]
    charge["taxLines"] = [{"title": "VAT", "rate": 0.07, "priceSet": bag("0.35")}]
    some = {"shippingLine": {"id": charge["id"]}, "subtotalAmountSet": bag("2.50")}

    for at in (PLACED_AT + timedelta(minutes=5), LATER):
        life.refund(order, {"refundShippingLines": [some]}, at)

    taxes = [money(row["taxAmountSet"]) for refund in order["refunds"] for row in refund["refundShippingLines"]]
    assert taxes == ["0.18", "0.17"]


def bag(amount: str) -> dict[str, object]:
    return {name: {"amount": amount, "currencyCode": "EUR"} for name in ("shopMoney", "presentmentMoney")}
