"""Fulfilment orders become others under everybody's hands: ids, quantities, what may be done, and the order's status.

What was recorded from real stores is repeated here step by step; the names of the tests say what was decided beside it.
"""

from typing import Any

import pytest

from tests.contract.simulator.client import ShopClient, Values
from tests.contract.simulator.shipping_store import (
    FOREIGN_DEPOT,
    OUR_DEPOT,
    SHOP,
    WAREHOUSE,
    Shipping,
    actions,
    an_order_to_ship,
    group,
    lines_of,
    pieces,
    quantities,
)

NODE = "gid://shopify/FulfillmentOrder/1"
LINE, OTHER_LINE = "gid://shopify/FulfillmentOrderLineItem/11", "gid://shopify/FulfillmentOrderLineItem/12"
OF_THE_MERCHANT = ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD"]
ARGUMENTS = {
    "fulfillmentOrderHold": "$id: ID!, $fulfillmentHold: FulfillmentOrderHoldInput!",
    "fulfillmentOrderReleaseHold": "$id: ID!, $holdIds: [ID!]",
    "fulfillmentOrderMove": (
        "$id: ID!, $newLocationId: ID!, $fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]"
    ),
    "fulfillmentOrderReschedule": "$id: ID!, $fulfillAt: DateTime!",
    "fulfillmentOrderSplit": "$fulfillmentOrderSplits: [FulfillmentOrderSplitInput!]!",
    "fulfillmentOrderMerge": "$fulfillmentOrderMergeInputs: [FulfillmentOrderMergeInput!]!",
}
WITHOUT_CODE = (
    *("fulfillmentOrderOpen", "fulfillmentOrderClose"),
    *("fulfillmentOrderSubmitFulfillmentRequest", "fulfillmentOrderSubmitCancellationRequest"),
    *("fulfillmentOrderAcceptFulfillmentRequest", "fulfillmentOrderRejectFulfillmentRequest"),
    *("fulfillmentOrderAcceptCancellationRequest", "fulfillmentOrderRejectCancellationRequest"),
)
SELECTED = {"fulfillmentOrderSplit": "fulfillmentOrderSplits { remainingFulfillmentOrder { id } }"}


async def mutate(shop: ShopClient, name: str, **given: Any) -> Values:
    """What the store answers, and in `error` the one thing it has against it."""
    declared = ARGUMENTS.get(name, "$id: ID!")
    passed = ", ".join(f"{one.partition(':')[0][1:]}: {one.partition(':')[0]}" for one in declared.split(", "))
    code = "" if name in WITHOUT_CODE else "code"
    selected = f"{SELECTED.get(name, '')} userErrors {{ field message {code} }}"
    query = f"mutation M({declared}) {{ {name}({passed}) {{ {selected} }} }}"
    variables = {"id": NODE, **given}
    named = {one.partition(":")[0][1:] for one in declared.split(", ")}
    payload: Values = (await shop.data(query, {key: value for key, value in variables.items() if key in named}))[name]
    errors = payload.pop("userErrors")
    return {**payload, "error": errors[0] if errors else None}


async def done(shop: ShopClient, name: str, **given: Any) -> Values:
    payload = await mutate(shop, name, **given)
    assert payload["error"] is None, payload
    return payload


async def test_an_untouched_one_can_be_shipped_moved_held_and_split(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2)
    [node] = await shipping.nodes()
    assert actions(node) == [*OF_THE_MERCHANT, "SPLIT"]
    assert node["assignedLocation"]["name"] == "Warehouse"


async def test_a_held_part_keeps_the_id_and_is_whole_again_when_released(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2)

    hold = {"reason": "OTHER", "fulfillmentOrderLineItems": pieces((LINE, 1))}
    await done(shop, "fulfillmentOrderHold", fulfillmentHold=hold)
    held, rest = await shipping.nodes()
    status = (await shipping.read())["displayFulfillmentStatus"]
    await done(shop, "fulfillmentOrderReleaseHold")
    whole, empty = await shipping.nodes(open_only=False)

    assert (held["id"], held["status"], actions(held)) == (NODE, "ON_HOLD", ["RELEASE_HOLD", "HOLD", "MOVE"])
    assert (rest["status"], actions(rest)) == ("OPEN", OF_THE_MERCHANT)
    assert quantities([held, rest]) == [[(1, 1)], [(1, 1)]]
    assert status == "UNFULFILLED"
    assert (whole["id"], whole["status"], empty["status"], actions(empty)) == (NODE, "OPEN", "CLOSED", [])
    assert quantities([whole, empty]) == [[(2, 2)], [(0, 0)]]


async def test_an_order_that_is_held_whole_is_on_hold_until_the_last_hold_is_gone(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2)
    for handle in ("a", "b"):
        await done(shop, "fulfillmentOrderHold", fulfillmentHold={"reason": "HIGH_RISK_OF_FRAUD", "handle": handle})
    [node] = await shipping.nodes()
    holds = [hold["id"] for hold in node["fulfillmentHolds"]]
    assert (await shipping.read())["displayFulfillmentStatus"] == "ON_HOLD"

    await done(shop, "fulfillmentOrderReleaseHold", holdIds=holds[:1])
    [still] = await shipping.nodes()
    await done(shop, "fulfillmentOrderReleaseHold", holdIds=holds[1:])
    [free] = await shipping.nodes()

    assert (still["status"], len(still["fulfillmentHolds"]), free["status"]) == ("ON_HOLD", 1, "OPEN")
    assert (await shipping.read())["displayFulfillmentStatus"] == "UNFULFILLED"


@pytest.mark.parametrize(
    ("hold", "code"),
    [
        ({"handle": "a"}, "DUPLICATE_FULFILLMENT_HOLD_HANDLE"),
        ({"handle": "b", "fulfillmentOrderLineItems": pieces((LINE, 1))}, "FULFILLMENT_ORDER_NOT_SPLITTABLE"),
    ],
    ids=["same handle", "part of a held one"],
)
async def test_a_held_one_refuses_some_holds(shop: ShopClient, hold: Values, code: str) -> None:
    await an_order_to_ship(shop, 2)
    await done(shop, "fulfillmentOrderHold", fulfillmentHold={"reason": "OTHER", "handle": "a"})
    payload = await mutate(shop, "fulfillmentOrderHold", fulfillmentHold={"reason": "OTHER", **hold})
    assert payload["error"]["code"] == code


async def test_an_app_may_hold_ten_times(shop: ShopClient) -> None:
    await an_order_to_ship(shop, 2)
    for number in range(10):
        await done(shop, "fulfillmentOrderHold", fulfillmentHold={"reason": "OTHER", "handle": str(number)})
    payload = await mutate(shop, "fulfillmentOrderHold", fulfillmentHold={"reason": "OTHER", "handle": "x"})
    assert payload["error"]["code"] == "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"


async def test_a_moved_part_is_another_one_and_a_whole_one_goes_itself(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)

    await done(shop, "fulfillmentOrderMove", newLocationId=SHOP, fulfillmentOrderLineItems=pieces((LINE, 1)))
    rest, moved = await shipping.nodes()
    await done(shop, "fulfillmentOrderMove", newLocationId=OUR_DEPOT)
    whole, _ = await shipping.nodes()

    assert (rest["id"], quantities([rest, moved])) == (NODE, [[(2, 2)], [(1, 1)]])
    assert moved["assignedLocation"] == {"name": "Shop", "location": {"id": SHOP}}
    assert (whole["id"], whole["assignedLocation"]["location"]["id"]) == (NODE, OUR_DEPOT)


async def test_what_is_shipped_stays_where_it_was_when_the_rest_moves(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    await shipping.ship(group(NODE, (LINE, 1)))
    await done(shop, "fulfillmentOrderMove", newLocationId=SHOP)
    old, new = await shipping.nodes(open_only=False)
    assert (old["id"], old["status"], old["assignedLocation"]["location"]["id"]) == (NODE, "CLOSED", WAREHOUSE)
    assert (quantities([old, new]), new["assignedLocation"]["location"]["id"]) == ([[(1, 0)], [(2, 2)]], SHOP)


async def test_a_part_that_moves_to_where_another_is_joins_it_in_a_new_one(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    for _ in range(2):
        await done(shop, "fulfillmentOrderMove", newLocationId=SHOP, fulfillmentOrderLineItems=pieces((LINE, 1)))
    old, joined, new = await shipping.nodes(open_only=False)
    assert [node["status"] for node in (old, joined, new)] == ["OPEN", "CLOSED", "OPEN"]
    assert quantities([old, joined, new]) == [[(1, 1)], [(0, 0)], [(2, 2)]]


async def test_a_split_part_is_another_one_and_a_merge_empties_it_into_the_first(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 3)
    split = {"fulfillmentOrderId": NODE, "fulfillmentOrderLineItems": pieces((LINE, 1))}

    made = await done(shop, "fulfillmentOrderSplit", fulfillmentOrderSplits=[split])
    first, second = await shipping.nodes()
    intents = [{"fulfillmentOrderId": node["id"]} for node in (first, second)]
    await done(shop, "fulfillmentOrderMerge", fulfillmentOrderMergeInputs=[{"mergeIntents": intents}])
    whole, empty = await shipping.nodes(open_only=False)

    assert (first["id"], actions(first)) == (NODE, [*OF_THE_MERCHANT, "SPLIT", "MERGE"])
    assert (second["id"], actions(second)) == (
        made["fulfillmentOrderSplits"][0]["remainingFulfillmentOrder"]["id"],
        [*OF_THE_MERCHANT, "MERGE"],
    )
    assert quantities([first, second]) == [[(2, 2)], [(1, 1)]]
    assert (whole["id"], actions(whole), empty["status"]) == (NODE, [*OF_THE_MERCHANT, "SPLIT"], "CLOSED")
    assert quantities([whole, empty]) == [[(3, 3)], [(0, 0)]]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [([], "NO_LINE_ITEMS_PROVIDED_TO_SPLIT"), ([(LINE, 0)], "GREATER_THAN"), ([(LINE, 4)], None), ([(LINE, 3)], None)],
    ids=["no lines", "none", "too many", "all"],
)
async def test_a_split_that_splits_nothing_is_refused(
    shop: ShopClient, wanted: list[tuple[str, int]], code: str | None
) -> None:
    shipping = await an_order_to_ship(shop, 3)
    split = {"fulfillmentOrderId": NODE, "fulfillmentOrderLineItems": pieces(*wanted)}
    payload = await mutate(shop, "fulfillmentOrderSplit", fulfillmentOrderSplits=[split])
    assert payload["error"]["code"] == code
    assert quantities(await shipping.nodes(open_only=False)) == [[(3, 3)]]


async def test_reported_progress_ends_when_it_is_marked_as_open(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)

    await done(shop, "fulfillmentOrderReportProgress")
    [working] = await shipping.nodes()
    status = (await shipping.read())["displayFulfillmentStatus"]
    moving = await mutate(shop, "fulfillmentOrderMove", newLocationId=SHOP)
    cancelling = await mutate(shop, "fulfillmentOrderCancel")
    await done(shop, "fulfillmentOrderOpen")
    again = await mutate(shop, "fulfillmentOrderOpen")

    assert (working["status"], status) == ("IN_PROGRESS", "IN_PROGRESS")
    assert actions(working) == ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"]
    assert moving["error"]["code"] == "CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS"
    assert cancelling["error"]["code"] == "FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS"
    assert again["error"]["message"] == "Expected fulfillment order status to be valid but it was open."
    assert actions((await shipping.nodes())[0]) == OF_THE_MERCHANT


async def test_a_cancelled_one_is_replaced_by_one_with_the_same_lines(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)
    await done(shop, "fulfillmentOrderCancel")
    again = await mutate(shop, "fulfillmentOrderCancel")
    old, new = await shipping.nodes(open_only=False)
    assert (old["status"], lines_of(old)) == ("CLOSED", [])
    assert [line["id"] for line in lines_of(new)] == [LINE]
    assert "not in cancelable request state" in again["error"]["message"]


async def test_only_scheduled_work_can_be_put_off(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1)
    later = "2027-02-01T00:00:00Z"
    early = await mutate(shop, "fulfillmentOrderReschedule", fulfillAt=later)
    await shop.control("POST", "fulfillment-orders/1/schedule", {"fulfillAt": "2027-01-01T00:00:00Z"})
    status = (await shipping.read())["displayFulfillmentStatus"]
    await done(shop, "fulfillmentOrderReschedule", fulfillAt=later)
    await done(shop, "fulfillmentOrderOpen")
    assert early["error"]["message"] == "Fulfillment order must be scheduled."
    assert status == "SCHEDULED"
    assert actions((await shipping.nodes())[0]) == OF_THE_MERCHANT


async def states(shipping: Shipping) -> list[tuple[str, str]]:
    return [(node["status"], node["requestStatus"]) for node in await shipping.nodes(open_only=False)]


async def test_our_service_is_asked_and_accepts_and_gives_up_on_request(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1, at=OUR_DEPOT)
    before = actions((await shipping.nodes())[0])
    told: list[tuple[str, str]] = []
    for step in ("SubmitFulfillment", "AcceptFulfillment", "SubmitCancellation"):
        await done(shop, f"fulfillmentOrder{step}Request")
        told += await states(shipping)
    working = actions((await shipping.nodes())[0])
    await done(shop, "fulfillmentOrderAcceptCancellationRequest")

    assert before == ["REQUEST_FULFILLMENT", "CREATE_FULFILLMENT", "MOVE", "HOLD"]
    assert told == [("OPEN", "SUBMITTED"), ("IN_PROGRESS", "ACCEPTED"), ("IN_PROGRESS", "CANCELLATION_REQUESTED")]
    assert working == ["CREATE_FULFILLMENT", "CANCEL_FULFILLMENT_ORDER"]
    assert await states(shipping) == [("CLOSED", "CANCELLATION_ACCEPTED"), ("OPEN", "UNSUBMITTED")]
    assert quantities(await shipping.nodes(open_only=False)) == [[(0, 0)], [(1, 1)]]


async def test_a_declined_request_leaves_the_work_to_the_merchant(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 1, at=OUR_DEPOT)
    await done(shop, "fulfillmentOrderSubmitFulfillmentRequest")
    await done(shop, "fulfillmentOrderRejectFulfillmentRequest")
    assert await states(shipping) == [("OPEN", "REJECTED")]
    assert (await shipping.read())["displayFulfillmentStatus"] == "REQUEST_DECLINED"
    assert "REQUEST_FULFILLMENT" in actions((await shipping.nodes())[0])


async def test_a_service_can_go_on_or_give_up_what_it_accepted(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2, at=OUR_DEPOT)
    for step in ("SubmitFulfillment", "AcceptFulfillment", "SubmitCancellation", "RejectCancellation"):
        await done(shop, f"fulfillmentOrder{step}Request")
    going_on = await states(shipping)
    await shipping.ship(group(NODE, (LINE, 1)))
    await done(shop, "fulfillmentOrderClose")
    assert going_on == [("IN_PROGRESS", "CANCELLATION_REJECTED")]
    assert await states(shipping) == [("INCOMPLETE", "CLOSED")]
    assert actions((await shipping.nodes())[0]) == ["REQUEST_FULFILLMENT", "MOVE"]


async def test_what_is_at_a_service_stays_there_until_it_is_given_back(shop: ShopClient) -> None:
    await an_order_to_ship(shop, 1, at=OUR_DEPOT)
    await done(shop, "fulfillmentOrderSubmitFulfillmentRequest")
    moving = await mutate(shop, "fulfillmentOrderMove", newLocationId=SHOP)
    twice = await mutate(shop, "fulfillmentOrderSubmitFulfillmentRequest")
    assert moving["error"]["message"] == "Cannot move submitted fulfillment order that is at a 3PL fulfillment service."
    assert "request status to be valid but it was submitted" in twice["error"]["message"]


async def test_more_of_a_line_that_is_at_a_service_is_asked_for_apart(shop: ShopClient) -> None:
    shipping = await an_order_to_ship(shop, 2, at=OUR_DEPOT)
    await done(shop, "fulfillmentOrderSubmitFulfillmentRequest")
    more = {"setQuantity": {"lineItemId": "gid://shopify/LineItem/11", "quantity": 5}}
    await shop.control("POST", "orders/1/edit", {"changes": [more]})
    assert await states(shipping) == [("OPEN", "SUBMITTED"), ("OPEN", "UNSUBMITTED")]
    assert quantities(await shipping.nodes()) == [[(2, 2)], [(3, 3)]]


async def test_a_merchant_has_no_service_to_ask_and_nobody_answers_for_another_app(shop: ShopClient) -> None:
    await an_order_to_ship(shop, 1)
    await an_order_to_ship(shop, 1, at=FOREIGN_DEPOT, number=2)
    await shop.control("POST", "fulfillment-orders/2/submit-request")
    for name, number in (("Close", 1), ("SubmitFulfillmentRequest", 1), ("AcceptFulfillmentRequest", 2)):
        payload = await mutate(shop, f"fulfillmentOrder{name}", id=f"gid://shopify/FulfillmentOrder/{number}")
        assert payload["error"]["message"] == (
            "The fulfillment order's assigned fulfillment service must be of api type"
        )


async def test_what_is_asked_of_a_service_can_be_listed(shop: ShopClient) -> None:
    await an_order_to_ship(shop, 1, at=OUR_DEPOT)
    await an_order_to_ship(shop, 1, at=OUR_DEPOT, number=2)
    await an_order_to_ship(shop, 1, at=FOREIGN_DEPOT, number=3)
    await shop.control("POST", "fulfillment-orders/2/submit-request")
    query = """{ all: assignedFulfillmentOrders(first: 10) { nodes { id } }
      asked: assignedFulfillmentOrders(first: 10, assignmentStatus: FULFILLMENT_REQUESTED) { nodes { id } } }"""
    listed = await shop.data(query)
    assert [node["id"].rpartition("/")[2] for node in listed["all"]["nodes"]] == ["1", "2"]
    assert [node["id"].rpartition("/")[2] for node in listed["asked"]["nodes"]] == ["2"]


async def test_a_wrong_id_is_an_error_and_an_unknown_one_is_told(shop: ShopClient) -> None:
    await an_order_to_ship(shop, 1)
    body = await shop.ask(
        'mutation { fulfillmentOrderOpen(id: "gid://shopify/FulfillmentOrder/0") { userErrors { message } } }'
    )
    unknown = await mutate(shop, "fulfillmentOrderReportProgress", id="gid://shopify/FulfillmentOrder/9")
    assert body["errors"][0]["message"] == "Invalid id: gid://shopify/FulfillmentOrder/0"
    assert unknown["error"]["code"] == "FULFILLMENT_ORDER_NOT_FOUND"


@pytest.mark.parametrize(
    ("action", "given", "topics"),
    [
        (
            "hold",
            {"fulfillmentHold": {"reason": "OTHER"}},
            ["FULFILLMENT_ORDERS_PLACED_ON_HOLD", "FULFILLMENT_HOLDS_ADDED"],
        ),
        ("move", {"newLocationId": SHOP}, ["FULFILLMENT_ORDERS_MOVED"]),
        ("split", {"fulfillmentOrderLineItems": pieces((LINE, 1))}, ["FULFILLMENT_ORDERS_SPLIT"]),
        ("report-progress", {}, ["FULFILLMENT_ORDERS_PROGRESS_REPORTED"]),
        ("cancel", {}, ["FULFILLMENT_ORDERS_CANCELLED"]),
        ("submit-request", {}, ["FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED"]),
    ],
    ids=["hold", "move", "split", "progress", "cancel", "request"],
)
async def test_the_post_tells_what_became_of_a_fulfilment_order_and_moves_its_order(
    shop: ShopClient, action: str, given: Values, topics: list[str]
) -> None:
    shipping = await an_order_to_ship(shop, 3, at=OUR_DEPOT, updatedAt="2026-01-15T09:00:00Z")
    await shop.put(webhookSubscriptions=[{"topic": topic, "uri": "http://localhost/hooks"} for topic in topics])
    answer = await shop.control("POST", f"fulfillment-orders/1/{action}", given)
    told = await shop.control("GET", "webhooks")
    assert answer["topics"] == [*topics, "ORDERS_UPDATED"]
    assert [delivery["topic"] for delivery in told["deliveries"]] == topics
    assert (await shipping.read())["updatedAt"] > "2026-01-15T09:00:00Z"
    bodies = [delivery.body for delivery in shop.simulator.shop(shop.domain).webhooks.deliveries]
    assert all(b"gid://shopify/FulfillmentOrder/1" in body for body in bodies)
