"""The life of a return: what real stores answered at each step, and what follows for the order."""

from typing import Any

import pytest

from app.store_simulator.orders import life, return_life
from app.store_simulator.orders.errors import ChangeRefused
from app.store_simulator.return_actions import CHANGED_PART, RETURN_ACTIONS
from app.store_simulator.webhook_bodies import webhook_body
from tests.unit.simulator_orders.placed_orders import LATER, PLACED_AT, Order, line, money, placed


def shipped(*lines: Order) -> Order:
    order = placed(*lines)
    life.fulfil(order, None, None, PLACED_AT)
    return order


def asked(order: Order, quantity: int = 1, **given: Any) -> Order:
    return_life.request(order, {"lines": [{"id": order["lineItems"][0]["id"], "quantity": quantity, **given}]}, LATER)
    back: Order = order["returns"][-1]
    return back


def take(order: Order, *steps: str, **given: Any) -> None:
    for step in steps:
        getattr(return_life, step)(order, given, LATER)


@pytest.mark.parametrize(
    ("steps", "status", "of_the_order"),
    [
        ((), "REQUESTED", "RETURN_REQUESTED"),
        (("approve",), "OPEN", "IN_PROGRESS"),
        (("decline",), "DECLINED", "NO_RETURN"),
        (("approve", "cancel"), "CANCELED", "NO_RETURN"),
        (("approve", "close"), "CLOSED", "RETURNED"),
        (("approve", "close", "reopen"), "OPEN", "IN_PROGRESS"),
        (("approve", "process"), "OPEN", "IN_PROGRESS"),
    ],
)
def test_a_return_and_its_order_are_in_the_state_that_was_recorded(
    steps: tuple[str, ...], status: str, of_the_order: str
) -> None:
    order = shipped(line(quantity=3))
    back = asked(order)

    take(order, *steps)

    assert (back["status"], order["returnStatus"]) == (status, of_the_order)
    assert (back["closedAt"] is not None) == (status == "CLOSED")


def test_approving_expects_the_goods_and_disposing_of_all_of_them_ends_that() -> None:
    order = shipped(line(quantity=3))
    back = asked(order, 2)
    assert back["reverseFulfillmentOrders"] == []

    take(order, "approve")
    [expected] = back["reverseFulfillmentOrders"]
    take(order, "ship_back", tracking={"number": "R1"})
    take(order, "dispose", dispositions=[{"type": "RESTOCKED", "quantity": 1, "location": "gid://shopify/Location/61"}])
    assert expected["status"] == "OPEN"
    take(order, "dispose", dispositions=[{"type": "MISSING", "quantity": 1}])

    assert expected["status"] == "CLOSED"
    [found] = expected["lineItems"]
    assert [(each["type"], each["location"]) for each in found["dispositions"]] == [
        ("RESTOCKED", {"id": "gid://shopify/Location/61"}),
        ("MISSING", None),
    ]
    assert expected["reverseDeliveries"][0]["deliverable"]["tracking"]["number"] == "R1"


def test_a_line_tells_why_it_comes_back_what_it_was_worth_and_what_is_kept_back() -> None:
    order = shipped(line("20.00", 3))

    back = asked(order, 2, reason="defective", reasonNote="Handle", customerNote="Broken", restockingFee=10)

    [found] = back["returnLineItems"]
    assert found["returnReasonDefinition"]["handle"] == "defective"
    assert (found["returnReasonNote"], found["customerNote"]) == ("Handle", "Broken")
    assert money(found["withCodeDiscountedTotalPriceSet"]) == "40.00"
    assert money(found["restockingFee"]["amountSet"]) == "4.00"


def test_no_more_comes_back_than_was_shipped_and_is_not_on_its_way_back() -> None:
    order = shipped(line(quantity=3))
    asked(order, 2)

    with pytest.raises(ChangeRefused, match="invalid quantity"):
        asked(order, 2)
    with pytest.raises(ChangeRefused, match="not found"):
        asked(placed(line()))
    with pytest.raises(ChangeRefused, match=r"no return reason BORED; known are .*defective"):
        asked(order, reason="BORED")


def test_a_step_that_a_return_cannot_take_is_refused_in_shopifys_words() -> None:
    order = shipped(line(quantity=3))
    asked(order)
    take(order, "approve")

    with pytest.raises(ChangeRefused, match="Only returns with status REQUESTED can be approved"):
        take(order, "approve")
    with pytest.raises(ChangeRefused, match="Return status is invalid"):
        take(order, "reopen")
    take(order, "process")
    with pytest.raises(ChangeRefused, match="Return is not cancelable"):
        take(order, "cancel")


def test_webhooks_name_the_order_or_only_the_return_as_shopifys_do() -> None:
    order = shipped(line(quantity=3))

    def told(action: str, **words: Any) -> Order:
        given = dict(words)
        topic, _ = RETURN_ACTIONS[action](order, given, LATER)
        return webhook_body(topic, {**order, CHANGED_PART: given.get(CHANGED_PART)})

    number = int(order["legacyResourceId"])
    requested = told("requestReturn", lines=[{"id": order["lineItems"][0]["id"], "quantity": 1}])
    back = order["returns"][0]["id"]
    assert (requested["admin_graphql_api_id"], requested["order"]["id"]) == (back, number)
    assert "order" not in told("amendReturn", reasonNote="Handle")
    told("approveReturn")
    assert told("shipReturn", tracking={"number": "R1"})["return"]["admin_graphql_api_id"] == back
    disposed = told("disposeReturn", dispositions=[{"type": "MISSING", "quantity": 1}])
    assert disposed["admin_graphql_api_id"] == order["returns"][0]["reverseFulfillmentOrders"][0]["id"]
    assert disposed["total_dispositions"] == 1
    assert told("closeReturn")["order_id"] == number
