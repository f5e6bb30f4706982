"""Recording fulfilments in a store: what becomes of the order, and what Shopify has against it."""

from typing import Any

import pytest

from tests.contract.simulator.client import ShopClient, Values, an_order
from tests.contract.simulator.shipping_store import (
    FOREIGN_DEPOT,
    SHOP,
    WAREHOUSE,
    Shipping,
    an_order_to_ship,
    group,
    lines_of,
    quantities,
)

NODE = "gid://shopify/FulfillmentOrder/1"
LINE, OTHER_LINE = "gid://shopify/FulfillmentOrderLineItem/11", "gid://shopify/FulfillmentOrderLineItem/12"
CANCEL = """mutation X($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status displayStatus }
  userErrors { field message } } }"""
TRACK = """mutation T($id: ID!, $info: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info) {
    fulfillment { trackingInfo { company number url } } userErrors { field message } } }"""


async def test_a_part_puts_the_work_in_progress_and_all_of_it_closes_it(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)

    first = await shipping.ship(group(NODE, (LINE, 1)))
    between = await shipping.read()
    second = await shipping.ship(group(NODE))
    after = await shipping.read()

    assert [one["fulfillment"]["name"] for one in (first, second)] == ["WEB1-F1", "WEB1-F2"]
    assert between["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert between["fulfillmentOrders"]["nodes"][0]["status"] == "IN_PROGRESS"
    assert after["displayFulfillmentStatus"] == "FULFILLED"
    assert after["fulfillmentOrders"]["nodes"][0]["status"] == "CLOSED"
    assert [one["totalQuantity"] for one in after["fulfillments"]] == [1, 2]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([(LINE, 4)], "Invalid fulfillment order line item quantity requested."),
        ([(LINE, 2), (LINE, 2)], "Invalid fulfillment order line item quantity requested."),
        ([(OTHER_LINE, 1)], "Fulfillment order line item does not exist."),
        ([(LINE, 0)], "Quantity must be greater than 0"),
    ],
    ids=["too many", "too many by two entries", "another line", "none"],
)
async def test_what_is_not_open_is_refused_and_nothing_is_shipped(
    shop: ShopClient, lines: list[tuple[str, int]], message: str
) -> None:
    shipping = await an_order_to_ship(shop, 3)

    refusal = await shipping.refusal(group(NODE, *lines))

    assert refusal["message"] == message
    assert quantities(await shipping.nodes()) == [[(3, 3)]]
    assert await shipping.history() == []


async def test_a_quantity_of_none_is_refused_at_its_place(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    path = ["fulfillment", "lineItemsByFulfillmentOrder", "1", "fulfillmentOrderLineItems", "0", "quantity"]
    assert (await shipping.refusal(group(NODE, (LINE, 1)), group(NODE, (LINE, 0))))["field"] == path


async def test_a_closed_fulfilment_order_is_refused_by_its_number(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)
    await shipping.ship(group(NODE))

    refusal = await shipping.refusal(group(NODE))

    assert refusal == {"field": ["fulfillment"], "message": "Fulfillment order 1 has an unfulfillable status= closed."}


async def test_what_is_held_or_scheduled_is_not_shipped(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)
    await shop.control("POST", "fulfillment-orders/1/hold", {"fulfillmentHold": {"reason": "OTHER"}})
    assert "unfulfillable status= on_hold" in (await shipping.refusal(group(NODE)))["message"]
    await shop.control("POST", "fulfillment-orders/1/release-hold")
    await shop.control("POST", "fulfillment-orders/1/schedule", {"fulfillAt": "2027-01-01T00:00:00Z"})
    assert "unfulfillable status= scheduled" in (await shipping.refusal(group(NODE)))["message"]


async def test_one_call_ships_from_one_location_only(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    moved = await shop.control(
        "POST",
        "fulfillment-orders/1/move",
        {"newLocationId": SHOP, "fulfillmentOrderLineItems": [{"id": LINE, "quantity": 1}]},
    )

    refusal = await shipping.refusal(group(NODE), group(moved["movedFulfillmentOrder"]["id"]))

    assert refusal["message"] == (
        "All fulfillment orders must be assigned to a single location. Multiple locations with ids [61, 62] were found."
    )


async def test_one_call_ships_one_order_only(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)
    await an_order_to_ship(shop, 1, number=2)

    refusal = await shipping.refusal(group(NODE), group("gid://shopify/FulfillmentOrder/2"))

    assert refusal["message"] == (
        "All fulfillment orders must belong to the same order. Multiple orders with ids [1, 2] were found."
    )


async def test_several_fulfilment_orders_of_one_location_are_shipped_in_one(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2, 1)
    apart = await shop.control(
        "POST", "fulfillment-orders/1/split", {"fulfillmentOrderLineItems": [{"id": LINE, "quantity": 1}]}
    )

    payload = await shipping.ship(group(NODE), group(apart["remainingFulfillmentOrder"]["id"]))

    assert payload["userErrors"] == []
    [made] = (await shipping.read())["fulfillments"]
    assert made["totalQuantity"] == 3
    assert await shipping.nodes() == []


async def test_another_apps_service_ships_for_itself(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1, at=FOREIGN_DEPOT)
    refusal = await shipping.refusal(group(NODE))
    assert refusal["message"] == "The api_client does not have access to the fulfillment order."


async def test_an_unknown_fulfilment_order_is_told_and_a_wrong_id_is_an_error(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)
    unknown = await shipping.refusal(group("gid://shopify/FulfillmentOrder/999"))
    assert unknown == {"field": ["fulfillment"], "message": "Fulfillment order does not exist."}
    query = 'mutation { fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: [{fulfillmentOrderId: "gid://'
    body = await shop.ask(query + 'shopify/FulfillmentOrder/0"}]}) { userErrors { message } } }')
    assert (body["data"], body["errors"][0]["message"]) == ({"fulfillmentCreate": None}, "invalid id")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"company": "GLS", "number": "1", "url": "https://t.example/1"}, [("GLS", "1", "https://t.example/1")]),
        (
            {"company": "GLS", "numbers": ["1", "2"], "urls": ["https://t.example/1", "https://t.example/2"]},
            [("GLS", "1", "https://t.example/1"), ("GLS", "2", "https://t.example/2")],
        ),
        ({"numbers": ["1", "2"]}, [(None, "1", None), (None, "2", None)]),
    ],
    ids=["one parcel", "two parcels", "numbers alone"],
)
async def test_parcels_are_kept_as_they_are_given_and_can_be_replaced(
    shop: ShopClient, given: Values, kept: list[tuple[Any, ...]]
) -> None:
    shipping = await an_order_to_ship(shop, 1)
    made = (await shipping.ship(group(NODE), trackingInfo=given))["fulfillment"]
    assert [tuple(entry.values()) for entry in made["trackingInfo"]] == kept

    changed = await shop.data(TRACK, {"id": made["id"], "info": {"company": "UPS", "numbers": ["9"]}})

    [entry] = changed["fulfillmentTrackingInfoUpdate"]["fulfillment"]["trackingInfo"]
    assert (entry["company"], entry["number"]) == ("UPS", "9")


async def test_a_fulfilment_that_is_not_there_can_neither_be_tracked_nor_taken_back(shop: ShopClient) -> None:
    variables = {"id": "gid://shopify/Fulfillment/5"}
    tracked = await shop.data(TRACK, {**variables, "info": {"number": "1"}})
    cancelled = await shop.data(CANCEL, variables)
    assert tracked["fulfillmentTrackingInfoUpdate"]["userErrors"] == [
        {"field": ["fulfillmentId"], "message": "Fulfillment does not exist."}
    ]
    assert cancelled["fulfillmentCancel"]["userErrors"] == [{"field": ["id"], "message": "Fulfillment not found."}]


async def test_a_fulfilment_taken_back_leaves_its_work_to_a_new_fulfilment_order(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2, displayFinancialStatus="PAID")
    made = (await shipping.ship(group(NODE)))["fulfillment"]
    await shop.control("POST", "orders/1/close")

    cancelled = await shop.data(CANCEL, {"id": made["id"]})
    again = await shop.data(CANCEL, {"id": made["id"]})

    after = await shipping.read()
    assert cancelled["fulfillmentCancel"]["fulfillment"] == {"status": "CANCELLED", "displayStatus": "CANCELED"}
    assert again == cancelled
    assert [node["status"] for node in after["fulfillmentOrders"]["nodes"]] == ["CLOSED", "OPEN"]
    assert quantities(after["fulfillmentOrders"]["nodes"]) == [[(2, 2)], [(2, 2)]]
    assert (after["displayFulfillmentStatus"], after["closed"]) == ("UNFULFILLED", False)


async def test_a_part_taken_back_is_in_the_open_fulfilment_order_again(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    made = (await shipping.ship(group(NODE, (LINE, 2))))["fulfillment"]

    await shop.data(CANCEL, {"id": made["id"]})

    [node] = await shipping.nodes()
    assert (node["status"], quantities([node])) == ("OPEN", [[(3, 3)]])


async def test_every_fulfilment_ever_made_can_be_counted(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    made = await shipping.ship(group(NODE, (LINE, 1)), notifyCustomer=True, trackingInfo={"number": "T1"})
    await shop.data(CANCEL, {"id": made["fulfillment"]["id"]})
    await shop.control("POST", "orders/1/fulfil", {"lines": [{"id": LINE, "quantity": 2}]})
    await shop.control("DELETE", "orders/1")

    first, second = await shipping.history()

    assert (first["id"], first["notifyCustomer"]) == (made["fulfillment"]["id"], True)
    assert first["lines"] == [{"lineItemId": "gid://shopify/LineItem/11", "quantity": 1}]
    assert [entry["number"] for entry in first["trackingInfo"]] == ["T1"]
    assert first["location"] == WAREHOUSE
    assert [line["quantity"] for line in second["lines"]] == [2]


@pytest.mark.parametrize(("scope", "visible"), [("merchant_managed", 1), ("third_party", 0), ("assigned", 0)], ids=str)
async def test_only_what_the_scopes_cover_is_told_and_shipped(shop: ShopClient, scope: str, visible: int) -> None:
    shipping = await an_order_to_ship(shop, 1)
    await shop.put(app={"scopes": ["read_orders", "read_locations", f"write_{scope}_fulfillment_orders"]})

    assert len(await shipping.nodes()) == visible
    payload = await shipping.ship(group(NODE))
    assert (payload["fulfillment"] is not None) == bool(visible)


async def test_without_any_scope_for_it_nothing_is_shipped(shop: ShopClient) -> None:
    await an_order_to_ship(shop, 1)
    await shop.put(app={"scopes": ["read_orders", "read_merchant_managed_fulfillment_orders"]})
    query = f'mutation {{ fulfillmentCreate(fulfillment: {{lineItemsByFulfillmentOrder: [{{fulfillmentOrderId: "{NODE}"'
    body = await shop.ask(query + "}]}) { userErrors { message } } }")
    assert body["data"] == {"fulfillmentCreate": None}
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def topics_of(shop: ShopClient, *topics: str) -> list[str]:
    answer = await shop.control("GET", "webhooks")
    return [delivery["topic"] for delivery in answer["deliveries"] if not topics or delivery["topic"] in topics]


async def test_the_post_tells_of_fulfilments_in_shopifys_words(shop: ShopClient) -> None:
    names = ["FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "ORDERS_PARTIALLY_FULFILLED", "ORDERS_FULFILLED"]
    subscriptions = [{"topic": topic, "uri": "http://localhost/hooks"} for topic in (*names, "ORDERS_UPDATED")]
    shipping = await an_order_to_ship(shop, 2)
    await shop.put(webhookSubscriptions=subscriptions)

    made = (await shipping.ship(group(NODE, (LINE, 1))))["fulfillment"]
    await shipping.ship(group(NODE))
    await shop.data(TRACK, {"id": made["id"], "info": {"number": "1"}})

    assert await topics_of(shop) == [
        *("FULFILLMENTS_CREATE", "ORDERS_PARTIALLY_FULFILLED", "ORDERS_UPDATED"),
        *("FULFILLMENTS_CREATE", "ORDERS_FULFILLED", "ORDERS_UPDATED"),
        *("FULFILLMENTS_UPDATE", "ORDERS_UPDATED"),
    ]
    told = [each for each in shop.simulator.shop(shop.domain).webhooks.deliveries if each.topic == names[1]]
    assert [each.object_id for each in told] == [made["id"]]
    assert b'"order_id":1' in told[0].body


async def test_a_lost_answer_has_had_its_effect(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2)
    await shop.fault(kind="cut_json", operation="C")
    variables = {"fulfillment": {"lineItemsByFulfillmentOrder": [group(NODE, (LINE, 1))]}}
    query = """mutation C($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
      fulfillment { id } } }"""

    answer = await shop.post(query, variables)

    with pytest.raises(ValueError, match=r"\S"):
        answer.json()
    assert len(await shipping.history()) == 1
    assert quantities(await shipping.nodes()) == [[(2, 1)]]


async def test_the_work_follows_an_edit(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3, 2)
    change = {"setQuantity": {"lineItemId": "gid://shopify/LineItem/11", "quantity": 1}}
    await shop.control("POST", "orders/1/edit", {"changes": [change]})

    [node] = await shipping.nodes()

    assert [line["remainingQuantity"] for line in lines_of(node)] == [1, 2]
    assert (await shipping.refusal(group(NODE, (LINE, 2))))["message"].startswith("Invalid fulfillment order line")


async def test_a_cancelled_order_asks_for_nothing_any_more(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3, displayFinancialStatus="PENDING")
    await shop.control("POST", "orders/1/cancel")
    assert "unfulfillable status= closed" in (await shipping.refusal(group(NODE)))["message"]


async def test_an_order_without_a_known_location_can_be_shipped(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    shipping = Shipping(shop=shop, order="gid://shopify/Order/1")
    [node] = await shipping.nodes()
    assert (await shipping.ship(group(node)))["userErrors"] == []
