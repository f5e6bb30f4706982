"""Fulfilments and returns read from a store: whole, however many, and asked for only where there may be any."""

from typing import Any

from app.ports.store_gateway import OrderRead
from tests.contract.shopify.stores import SimulatedStore
from tests.contract.shopify.test_reading_orders import ids, line, money, order

Json = dict[str, Any]
SIDE_DOCUMENTS = ("OrderFulfilments", "OrderReturns", "ReturnsWhole")


def a_fulfilment(number: int, *, lines: int = 1) -> Json:
    """Pieces of the first lines of order 1."""
    return {
        "legacyResourceId": str(number),
        "trackingInfo": [{"company": "DHL", "number": f"P{number}"}],
        "fulfillmentLineItems": [
            {
                "id": f"gid://shopify/FulfillmentLineItem/{number * 1000 + place}",
                "quantity": 1,
                "lineItem": of_line(place),
            }
            for place in range(lines)
        ],
    }


def of_line(place: int) -> Json:
    return {"id": f"gid://shopify/LineItem/{100_000 + place}"}


def a_return(number: int, *, lines: int = 1) -> Json:
    """As many returned lines, each expected back and disposed of."""
    return {
        "legacyResourceId": str(number),
        "name": f"#1-R{number}",
        "status": "OPEN",
        "createdAt": "2026-11-20T12:00:00Z",
        "totalQuantity": lines,
        "returnLineItems": [a_returned_line(number * 1000 + place, place) for place in range(lines)],
        "exchangeLineItems": [],
        "returnShippingFees": [],
        "reverseFulfillmentOrders": [
            {
                "id": f"gid://shopify/ReverseFulfillmentOrder/{number}",
                "status": "OPEN",
                "reverseDeliveries": [],
                "lineItems": [an_expected_line(number * 1000 + place, place) for place in range(lines)],
            }
        ],
    }


def a_returned_line(number: int, place: int) -> Json:
    counts = dict.fromkeys(("processableQuantity", "processedQuantity", "unprocessedQuantity", "refundedQuantity"), 0)
    return {
        "__typename": "ReturnLineItem",
        "id": f"gid://shopify/ReturnLineItem/{number}",
        "quantity": 1,
        "refundableQuantity": 1,
        **counts,
        "returnReasonNote": "",
        "returnReasonDefinition": None,
        "fulfillmentLineItem": {"id": f"gid://shopify/FulfillmentLineItem/{1000 + place}", "lineItem": of_line(place)},
        "withCodeDiscountedTotalPriceSet": money("10.00"),
    }


def an_expected_line(number: int, place: int) -> Json:
    return {
        "id": f"gid://shopify/ReverseFulfillmentOrderLineItem/{number}",
        "totalQuantity": 1,
        "fulfillmentLineItem": {"id": f"gid://shopify/FulfillmentLineItem/{1000 + place}", "lineItem": of_line(place)},
        "dispositions": [
            {
                "id": f"gid://shopify/ReverseFulfillmentOrderDisposition/{number}",
                "type": "MISSING",
                "quantity": 1,
                "createdAt": "2026-11-20T13:00:00Z",
                "location": None,
            }
        ],
    }


def shipped(*, lines: int = 1, **fields: Any) -> Json:
    given = {"fulfillments": [a_fulfilment(1, lines=lines)], "displayFulfillmentStatus": "FULFILLED", **fields}
    return order(1, lines=lines, **given)


async def test_more_than_twenty_returns_with_more_than_ten_lines_each_are_read_to_their_ends(
    store: SimulatedStore,
) -> None:
    returns = [a_return(number, lines=12) for number in range(1, 26)]
    pages = {"returns": 10, "returnLineItems": 5, "reverseFulfillmentOrders": 5, "lineItems": 5}
    await store.put(page_sizes=pages, orders=[shipped(lines=12, returnStatus="IN_PROGRESS", returns=returns)])

    found = await store.order(1)

    assert [each.name for each in found.returns] == [f"#1-R{number}" for number in range(1, 26)]
    expected = [str(100_000 + place) for place in range(12)]
    for each in found.returns:
        assert [returned.line_id for returned in each.lines] == expected
        [reverse] = each.reverse_orders
        assert [one.line_id for one in reverse.lines] == expected
        assert {one.dispositions[0].kind for one in reverse.lines} == {"missing"}


async def test_many_fulfilments_of_many_lines_are_read_to_their_ends(store: SimulatedStore) -> None:
    fulfilments = [a_fulfilment(number, lines=70) for number in range(1, 31)]
    await store.put(orders=[order(1, lines=70, displayFulfillmentStatus="FULFILLED", fulfillments=fulfilments)])

    found = await store.order(1)

    assert [each.shopify_id for each in found.fulfilments] == [str(number) for number in range(1, 31)]
    assert {len(each.lines) for each in found.fulfilments} == {70}
    assert found.fulfilments[0].tracking[0].number == "P1"


async def test_the_returns_of_many_orders_come_in_one_call_each_way(store: SimulatedStore) -> None:
    made = [
        shipped(legacyResourceId=str(number), name=f"#{number}", returnStatus="IN_PROGRESS", returns=[a_return(number)])
        | {"fulfillments": [a_fulfilment(number)], "lineItems": [line(number * 100_000)]}
        for number in range(1, 21)
    ]
    await store.put(orders=made)

    readings = await store.gateway.read_orders(store.ref, ids(*range(1, 21)))

    assert [[each.shopify_id for each in one.order.returns] for one in readings if isinstance(one, OrderRead)] == [
        [str(number)] for number in range(1, 21)
    ]
    assert [len(await store.calls(document)) for document in SIDE_DOCUMENTS] == [1, 1, 1]


async def test_an_order_that_nothing_left_and_nothing_comes_back_of_is_asked_for_neither(store: SimulatedStore) -> None:
    await store.put(orders=[order(1)])

    found = await store.order(1)

    assert (found.fulfilments, found.returns) == ((), ())
    assert [await store.calls(document) for document in SIDE_DOCUMENTS] == [[], [], []]


async def test_a_cancelled_fulfilment_of_an_unfulfilled_order_is_told(store: SimulatedStore) -> None:
    closed = {"legacyResourceId": "9", "status": "CLOSED", "lineItems": []}
    gone = {**a_fulfilment(1), "status": "CANCELLED", "displayStatus": "CANCELED"}
    await store.put(orders=[order(1, fulfillmentOrders=[closed], fulfillments=[gone])])

    [found] = (await store.order(1)).fulfilments

    assert (found.status, found.display_status) == ("cancelled", "canceled")


async def test_a_return_that_is_told_in_part_leaves_its_order_for_later(store: SimulatedStore) -> None:
    await store.put(orders=[shipped(returnStatus="IN_PROGRESS", returns=[a_return(41)])])
    await store.fail("partial_data", operation="ReturnsWhole", path=["nodes", 0, "name"])

    [reading] = await store.gateway.read_orders(store.ref, ids(1))

    assert not isinstance(reading, OrderRead)
    assert (await store.order(1)).returns[0].name == "#1-R41"


async def test_charges_that_an_edit_took_away_are_read_apart(store: SimulatedStore) -> None:
    charges = [
        {"legacyResourceId": "5", "title": "Post", "originalPriceSet": money("4.00"), "isRemoved": True},
        {"legacyResourceId": "6", "title": "Courier", "originalPriceSet": money("9.00")},
    ]
    await store.put(orders=[order(1, shippingLines=charges)])

    found = await store.order(1)

    assert [each.title for each in found.shipping_lines] == ["Courier"]
    assert [each.title for each in found.removed_shipping_lines] == ["Post"]
