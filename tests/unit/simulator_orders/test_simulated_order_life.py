"""Paying, shipping, refunding, cancelling and closing a simulated order have the recorded consequences."""

from datetime import timedelta

import pytest

from app.store_simulator.orders import life
from tests.unit.simulator_orders.placed_orders import LATER, PLACED_AT, SHOP, Order, line, money, placed


def refund_of(order: Order, quantity: int = 1, **fields: object) -> Order:
    part = {"lineItem": {"id": order["lineItems"][0]["id"]}, "quantity": quantity, "restockType": "RETURN"}
    return {"refundLineItems": [part], **fields}


def test_every_change_moves_updated_at_by_at_least_a_second() -> None:
    order = placed(line("10.00"))

    seen = [order["updatedAt"]]
    for note in ("a", "b", "c"):
        life.change(order, {"note": note}, PLACED_AT)
        seen.append(order["updatedAt"])

    assert seen == [f"2026-11-20T09:00:0{second}Z" for second in range(4)]


def test_marking_as_paid_adds_a_manual_sale_of_what_is_outstanding() -> None:
    order = placed(line("12.50"), payment="none")

    topics = life.mark_as_paid(order, LATER)

    [sale] = order["transactions"]
    assert (sale["kind"], sale["gateway"], money(sale["amountSet"])) == ("SALE", "manual", "12.50")
    assert order["displayFinancialStatus"] == "PAID"
    assert topics == ["ORDER_TRANSACTIONS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED"]


def test_a_second_mark_as_paid_is_refused_and_changes_nothing() -> None:
    order = placed(line("12.50"), payment="none")
    life.mark_as_paid(order, LATER)
    before = repr(order)

    with pytest.raises(life.ChangeRefused, match=r"Order cannot be marked as paid\.") as refusal:
        life.mark_as_paid(order, LATER)

    assert refusal.value.field == ["id"]
    assert repr(order) == before


def test_marking_a_pending_payment_as_paid_settles_it_under_its_gateway() -> None:
    order = placed(line("12.50"), payment="pending", gateway="Bank Deposit")

    life.mark_as_paid(order, LATER)

    pending, sale = order["transactions"]
    assert (sale["gateway"], sale["parentTransaction"]["id"]) == ("Bank Deposit", pending["id"])


def test_an_authorised_order_owes_nothing_and_can_be_captured_in_parts() -> None:
    order = placed(line("16.99"), payment="authorized", presentment="USD")
    assert (order["displayFinancialStatus"], money(order["totalOutstandingSet"])) == (
        "AUTHORIZED",
        "0.00 EUR = 0.00 USD",
    )
    authorised = order["totalCapturableSet"]["presentmentMoney"]["amount"]

    part = life.capture(order, "1.00", LATER)
    rest = life.capture(order, None, LATER)

    assert part == ["ORDER_TRANSACTIONS_CREATE", "ORDERS_UPDATED"]
    assert rest == ["ORDER_TRANSACTIONS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED"]
    assert money(order["totalReceivedSet"]) == f"16.99 EUR = {authorised} USD"
    assert [one["kind"] for one in order["transactions"]] == ["AUTHORIZATION", "CAPTURE", "CAPTURE"]


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("0.00", "Amount must be greater than zero for capture transactions"),
        ("99.99", r"Cannot capture more than the authorized 12\.50 for this payment\."),
    ],
)
def test_a_capture_is_refused_as_recorded(amount: str, message: str) -> None:
    with pytest.raises(life.ChangeRefused, match=message):
        life.capture(placed(line("12.50"), payment="authorized"), amount, LATER)


def test_shipping_everything_makes_one_fulfilment_per_location() -> None:
    order = placed(line("10.00", 2), line("4.00", at=SHOP))

    topics = life.fulfil(order, None, {"company": "DHL", "number": "1"}, LATER)

    assert [one["name"] for one in order["fulfillments"]] == ["#1001-F1", "#1001-F2"]
    assert [one["location"]["name"] for one in order["fulfillments"]] == ["Warehouse", "Shop"]
    assert [one["status"] for one in order["fulfillmentOrders"]] == ["CLOSED", "CLOSED"]
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    assert topics == ["FULFILLMENTS_CREATE", "FULFILLMENTS_CREATE", "ORDERS_FULFILLED", "ORDERS_UPDATED"]


def test_shipping_a_part_leaves_the_fulfilment_order_in_progress() -> None:
    order = placed(line("10.00", 3))
    part = order["fulfillmentOrders"][0]["lineItems"][0]

    topics = life.fulfil(order, [(part["id"], 2)], None, LATER)

    assert order["fulfillmentOrders"][0]["status"] == "IN_PROGRESS"
    assert part["remainingQuantity"] == order["lineItems"][0]["unfulfilledQuantity"] == 1
    assert order["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert "ORDERS_PARTIALLY_FULFILLED" in topics


@pytest.mark.parametrize(
    ("quantity", "message"),
    [(0, "Quantity must be greater than 0"), (4, r"Invalid fulfillment order line item quantity requested\.")],
)
def test_shipping_a_wrong_quantity_is_refused(quantity: int, message: str) -> None:
    order = placed(line("10.00", 3))

    with pytest.raises(life.ChangeRefused, match=message):
        life.fulfil(order, [(order["fulfillmentOrders"][0]["lineItems"][0]["id"], quantity)], None, LATER)


def test_shipping_from_a_closed_fulfilment_order_is_refused() -> None:
    order = placed(line("10.00"))
    part = order["fulfillmentOrders"][0]["lineItems"][0]
    life.fulfil(order, None, None, LATER)

    with pytest.raises(life.ChangeRefused, match="has an unfulfillable status= closed"):
        life.fulfil(order, [(part["id"], 1)], None, LATER)


def test_a_refund_pays_back_what_the_line_is_worth_and_leaves_the_total_before_returns() -> None:
    order = placed(line("10.00", 3, discount="1.00", tax=0.1), shipping="5.00")

    topics = life.refund(order, refund_of(order), LATER)

    [refund] = order["refunds"]
    assert money(refund["totalRefundedSet"]) == "10.64"
    assert money(order["totalPriceSet"]) == "36.90"
    assert money(order["currentTotalPriceSet"]) == "26.26"
    assert order["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert money(order["totalOutstandingSet"]) == "0.00"
    assert (order["lineItems"][0]["currentQuantity"], order["lineItems"][0]["refundableQuantity"]) == (2, 2)
    assert refund["refundLineItems"][0]["restocked"] is True
    assert topics == ["REFUNDS_CREATE", "ORDER_TRANSACTIONS_CREATE", "ORDERS_UPDATED"]


def test_refunding_piece_by_piece_gives_back_exactly_the_line() -> None:
    order = placed(line("10.00", 3, discount="1.00", tax=0.07), taxes_included=True)

    for hour in (1, 2, 3):
        life.refund(order, refund_of(order), PLACED_AT + timedelta(hours=hour))

    assert [money(one["totalRefundedSet"]) for one in order["refunds"]] == ["9.67", "9.66", "9.67"]
    assert money(order["currentTotalPriceSet"]) == money(order["currentTotalTaxSet"]) == "0.00"
    assert order["displayFinancialStatus"] == "REFUNDED"


def test_a_refund_without_lines_is_a_gap_in_the_customers_favour() -> None:
    order = placed(line("15.00"))
    given = {"transactions": [{"amountSet": {"shopMoney": {"amount": "5.00", "currencyCode": "EUR"}}}]}

    life.refund(order, given, LATER)

    [refund] = order["refunds"]
    assert (money(refund["totalRefundedSet"]), refund["refundLineItems"]) == ("5.00", [])
    assert [one["reason"] for one in refund["orderAdjustments"]] == ["REFUND_DISCREPANCY"]
    assert money(order["refundDiscrepancySet"]) == "-5.00"
    assert money(order["currentTotalPriceSet"]) == "15.00"
    assert money(order["totalOutstandingSet"]) == "0.00"
    assert refund["transactions"][0]["gateway"] == "shopify_payments"


def test_amounts_that_were_given_with_a_refund_are_taken_as_they_are() -> None:
    order = placed(line("10.00", 2, tax=0.1))
    given = refund_of(order)
    given["refundLineItems"][0]["subtotalSet"] = {"shopMoney": {"amount": "8.00"}}
    given["refundLineItems"][0]["totalTaxSet"] = {"shopMoney": {"amount": "0.50"}}

    life.refund(order, given, LATER)

    assert money(order["totalRefundedSet"]) == "8.50"
    assert money(order["currentTotalPriceSet"]) == "13.50"
    assert money(order["currentTotalTaxSet"]) == "1.50"


def test_lines_taken_away_without_money_are_no_gap() -> None:
    order = placed(line("10.00", 2), payment="none")
    part = {"lineItem": {"id": order["lineItems"][0]["id"]}, "quantity": 1, "restockType": "NO_RESTOCK"}

    life.refund(order, {"refundLineItems": [part], "transactions": []}, LATER)

    assert order["refunds"][0]["orderAdjustments"] == []
    assert money(order["totalOutstandingSet"]) == money(order["currentTotalPriceSet"]) == "10.00"


def test_goods_kept_without_paying_them_back_are_a_gap_in_the_shops_favour() -> None:
    order = placed(line("10.00", 2))

    life.refund(order, refund_of(order, transactions=[]), LATER)

    assert money(order["refundDiscrepancySet"]) == "10.00"
    assert money(order["totalOutstandingSet"]) == "0.00"


def test_shipping_can_be_refunded() -> None:
    order = placed(line("10.00"), shipping="5.00")

    life.refund(order, {"refundShippingLines": [{"shippingLine": {"id": order["shippingLines"][0]["id"]}}]}, LATER)

    assert money(order["currentShippingPriceSet"]) == "0.00"
    assert money(order["totalRefundedShippingSet"]) == money(order["totalRefundedSet"]) == "5.00"


def test_a_pending_refund_has_not_given_anything_back_yet() -> None:
    order = placed(line("10.00"))
    given = refund_of(order, transactions=[{"status": "PENDING", "amountSet": {"shopMoney": {"amount": "10.00"}}}])

    topics = life.refund(order, given, LATER)

    assert money(order["totalRefundedSet"]) == "0.00"
    assert order["refunds"][0]["orderAdjustments"][0]["reason"] == "PENDING_REFUND_DISCREPANCY"
    assert "ORDER_TRANSACTIONS_CREATE" not in topics


def test_refunding_more_than_was_received_is_refused() -> None:
    order = placed(line("35.00"))
    before = repr(order)

    with pytest.raises(
        life.ChangeRefused, match=r"Refund amount \$999\.00 is greater than net payment received \$35\.00"
    ):
        life.refund(order, {"transactions": [{"amountSet": {"shopMoney": {"amount": "999.00"}}}]}, LATER)

    assert repr(order) == before


def test_refunding_more_units_than_are_left_is_refused() -> None:
    order = placed(line("10.00"))

    with pytest.raises(life.ChangeRefused, match="Quantity cannot refund more items than were purchased") as refusal:
        life.refund(order, refund_of(order, quantity=2), LATER)

    assert refusal.value.field == ["refundLineItems", "0", "quantity"]


def test_goods_that_came_back_leave_the_rest_to_ship() -> None:
    order = placed(line("10.00", 3))
    part = order["fulfillmentOrders"][0]["lineItems"][0]
    life.fulfil(order, [(part["id"], 1)], None, LATER)

    life.refund(order, refund_of(order), LATER)

    assert part["remainingQuantity"] == order["lineItems"][0]["unfulfilledQuantity"] == 2


def test_cash_given_back_is_rounded_to_the_smallest_coin() -> None:
    order = placed(line("10.02"), currency="CHF", gateway="cash")
    order["transactions"][0]["amountRoundingSet"] = order["totalTaxSet"]

    life.refund(order, refund_of(order), LATER)

    assert money(order["transactions"][1]["amountRoundingSet"]) == "-0.02"
    assert money(order["totalCashRoundingAdjustment"]["refundSet"]) == "-0.02"
    assert money(order["totalRefundedSet"]) == "10.02"


def test_cancelling_a_paid_order_gives_the_money_back_and_leaves_nothing_current() -> None:
    order = placed(line("10.00", 2), shipping="5.00")

    topics = life.cancel(order, "OTHER", True, {"originalPaymentMethodsRefund": True}, LATER, staff_note="Twice")

    assert order["cancelledAt"] == order["closedAt"] == "2026-11-20T10:00:00Z"
    assert (order["closed"], order["cancelReason"], order["cancellation"]) == (True, "OTHER", {"staffNote": "Twice"})
    assert (order["lineItems"][0]["quantity"], order["lineItems"][0]["currentQuantity"]) == (2, 0)
    assert money(order["currentTotalPriceSet"]) == money(order["totalOutstandingSet"]) == "0.00"
    assert (money(order["totalReceivedSet"]), money(order["totalRefundedSet"])) == ("25.00", "25.00")
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("REFUNDED", "UNFULFILLED")
    [node] = order["fulfillmentOrders"]
    assert (node["status"], node["lineItems"][0]["totalQuantity"]) == ("CLOSED", 0)
    assert len(order["refunds"]) == 1
    assert topics == ["REFUNDS_CREATE", "ORDER_TRANSACTIONS_CREATE", "ORDERS_CANCELLED", "ORDERS_UPDATED"]


def test_cancelling_an_unpaid_order_moves_no_money() -> None:
    order = placed(line("10.00", 2), payment="none")

    life.cancel(order, "CUSTOMER", False, {"originalPaymentMethodsRefund": True}, LATER)

    [refund] = order["refunds"]
    assert (money(refund["totalRefundedSet"]), refund["transactions"]) == ("0.00", [])
    assert refund["refundLineItems"][0]["restockType"] == "NO_RESTOCK"
    assert order["displayFinancialStatus"] == "VOIDED"


def test_cancelling_an_authorised_order_voids_the_hold() -> None:
    order = placed(line("10.00"), payment="authorized")

    life.cancel(order, "FRAUD", True, None, LATER)

    assert [one["kind"] for one in order["transactions"]] == ["AUTHORIZATION", "VOID"]
    assert (order["displayFinancialStatus"], order["capturable"]) == ("VOIDED", False)


def test_cancelling_a_paid_order_without_refund_keeps_the_money() -> None:
    order = placed(line("10.00"))

    life.cancel(order, "OTHER", True, None, LATER)

    assert order["refunds"] == []
    assert money(order["currentTotalPriceSet"]) == "0.00"
    assert money(order["totalOutstandingSet"]) == "-10.00"
    assert order["displayFinancialStatus"] == "PAID"


def test_cancelling_is_refused_after_shipping_with_returns_and_twice() -> None:
    shipped, returned, cancelled = (placed(line("10.00")) for _ in range(3))
    life.fulfil(shipped, None, None, LATER)
    life.change(returned, {"returns": [{"status": "OPEN"}]}, LATER)
    life.cancel(cancelled, "OTHER", True, None, LATER)

    for order, reason in (
        (shipped, "has outstanding fulfillments"),
        (returned, "has returns"),
        (cancelled, "has already been canceled"),
    ):
        with pytest.raises(life.ChangeRefused, match=f"Cannot cancel an order that {reason}") as refusal:
            life.cancel(order, "OTHER", True, None, LATER)
        assert (refusal.value.field, refusal.value.code) == (["orderId"], "INVALID")


def test_closing_and_reopening_twice_is_silent() -> None:
    order = placed(line("10.00"))

    assert life.close(order, LATER) == ["ORDERS_UPDATED"]
    assert life.close(order, LATER) == []
    assert order["closedAt"] == "2026-11-20T10:00:00Z"
    assert life.reopen(order, LATER) == ["ORDERS_UPDATED"]
    assert life.reopen(order, LATER) == []


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (["REQUESTED", "OPEN", "CLOSED"], "RETURN_REQUESTED"),
        (["OPEN", "CLOSED"], "IN_PROGRESS"),
        (["CLOSED", "DECLINED"], "RETURNED"),
        (["DECLINED", "CANCELED"], "NO_RETURN"),
        ([], "NO_RETURN"),
    ],
)
def test_the_return_status_follows_the_returns(statuses: list[str], shown: str) -> None:
    order = placed(line("10.00"))

    life.change(order, {"returns": [{"status": status} for status in statuses]}, LATER)

    assert order["returnStatus"] == shown


def test_a_changed_address_shows_as_the_display_address() -> None:
    order = placed(line("10.00"))
    address = {"city": "Utrecht", "countryCodeV2": "NL"}

    life.change(order, {"billingAddress": address}, LATER)

    assert order["displayAddress"] == address
    assert order["billingAddressMatchesShippingAddress"] is False


def test_ids_cannot_be_changed() -> None:
    with pytest.raises(life.ChangeRefused, match="id cannot be changed"):
        life.change(placed(), {"id": "gid://shopify/Order/1"}, LATER)


def test_an_order_put_in_as_paid_without_transactions_can_be_edited_up_and_paid() -> None:
    order: Order = {
        "id": "gid://shopify/Order/1001",
        "legacyResourceId": "1001",
        "name": "WEB101",
        "updatedAt": "2026-01-15T09:00:00Z",
        "currencyCode": "EUR",
        "displayFinancialStatus": "PAID",
        "totalPriceSet": {"shopMoney": {"amount": "121.00", "currencyCode": "EUR"}},
        "currentTotalPriceSet": {"shopMoney": {"amount": "121.00", "currencyCode": "EUR"}},
        "lineItems": [
            {
                "id": "gid://shopify/LineItem/11101",
                "quantity": 1,
                "originalUnitPriceSet": {"shopMoney": {"amount": "116.00", "currencyCode": "EUR"}},
            }
        ],
        "shippingLines": [],
    }

    life.edit(order, [{"setQuantity": {"lineItemId": "11101", "quantity": 2}}], LATER)
    assert order["displayFinancialStatus"] == "PARTIALLY_PAID"
    life.mark_as_paid(order, LATER)

    assert money(order["totalReceivedSet"]) == money(order["currentTotalPriceSet"]) == "237.00"


def test_a_new_order_tells_everything_it_went_through() -> None:
    order = placed(line("10.00"))
    life.fulfil(order, None, None, LATER)

    assert life.create(order) == [
        "ORDERS_CREATE",
        "ORDER_TRANSACTIONS_CREATE",
        "ORDERS_PAID",
        "FULFILLMENTS_CREATE",
        "ORDERS_FULFILLED",
        "ORDERS_UPDATED",
    ]


def with_duty(order: Order, price: str = "4.00") -> str:
    duty = {"id": "gid://shopify/Duty/9", "price": bag(price), "taxLines": []}
    order["lineItems"][0]["duties"] = [duty]
    order["currentTotalDutiesSet"] = bag(price)
    return str(duty["id"])


def bag(amount: str) -> Order:
    return {name: {"amount": amount, "currencyCode": "EUR"} for name in ("shopMoney", "presentmentMoney")}


@pytest.mark.parametrize(("given", "left"), [({}, "0.00"), ({"amountSet": bag("1.50")}, "2.50")], ids=["all", "some"])
def test_duties_can_be_refunded(given: Order, left: str) -> None:
    order = placed(line("10.00"))
    duty = with_duty(order)

    life.refund(order, {"duties": [{"originalDuty": {"id": duty}, **given}]}, LATER)

    [row] = order["refunds"][0]["duties"]
    assert row["originalDuty"] == {"id": duty}
    assert money(row["amountSet"]) == money(order["totalRefundedSet"])
    assert money(order["currentTotalDutiesSet"]) == left


def test_duties_are_refunded_once() -> None:
    order = placed(line("10.00"))
    given = {"duties": [{"originalDuty": {"id": with_duty(order)}}]}
    life.refund(order, given, LATER)

    with pytest.raises(life.ChangeRefused, match="beyond what is left"):
        life.refund(order, given, LATER)


@pytest.mark.parametrize(("duty", "message"), [(None, "included in the prices"), ("x", "Duty does not exist")])
def test_a_duty_that_is_none_of_the_orders_charges_is_not_refunded(duty: str | None, message: str) -> None:
    order = placed(line("10.00"))
    known = with_duty(order)
    order["dutiesIncluded"] = duty is None
    before = repr(order)

    with pytest.raises(life.ChangeRefused, match=message):
        life.refund(order, {"duties": [{"originalDuty": {"id": duty or known}}]}, LATER)

    assert repr(order) == before
