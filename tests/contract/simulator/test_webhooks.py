"""Subscriptions and deliveries: signed, repeated, and disturbed on demand."""

import base64
import hashlib
import hmac
import json

import pytest

from tests.contract.simulator.client import ShopClient, Values, an_order, eur, eventually
from tests.contract.simulator.receiver import Receiver

URI = "http://localhost/hooks"
CREATE = """mutation Create($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri name callbackUrl apiVersion { handle } format filter includeFields }
    userErrors { field message } } }"""
LIST = "{ webhookSubscriptions(first: 10) { nodes { id topic uri } } }"


async def subscribe(shop: ShopClient, topic: str = "ORDERS_UPDATED", **fields: object) -> Values:
    answer = await shop.data(CREATE, {"topic": topic, "sub": {"uri": URI, **fields}})
    created: Values = answer["webhookSubscriptionCreate"]
    assert created["userErrors"] == [], created
    subscription: Values = created["webhookSubscription"]
    return subscription


async def change_note(shop: ShopClient, number: int = 1) -> Values:
    return await shop.control("PATCH", f"orders/{number}", {"note": "changed"})


async def test_a_change_is_told_signed_and_with_all_headers(shop: ShopClient, receiver: Receiver) -> None:
    await shop.put(orders=[an_order(1, tags=["a", "b"])])
    await subscribe(shop, name="orders")
    changed = await change_note(shop)
    await eventually(lambda: len(receiver.received) == 1)
    received = receiver.received[0]
    signature = hmac.new(b"shpss_simulator_secret", received.body, hashlib.sha256).digest()
    assert received.headers["x-shopify-hmac-sha256"] == base64.b64encode(signature).decode()
    assert received.topic == "orders/updated"
    assert received.headers["x-shopify-shop-domain"] == shop.domain
    assert received.headers["x-shopify-api-version"] == "2026-10"
    assert received.headers["x-shopify-name"] == "orders"
    for name in ("x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-triggered-at"):
        assert received.headers[name]
    body = json.loads(received.body)
    assert (body["id"], body["admin_graphql_api_id"], body["tags"]) == (1, "gid://shopify/Order/1", "a, b")
    assert body["updated_at"] == changed["order"]["updatedAt"]


async def test_one_action_tells_each_of_its_topics_under_one_event(shop: ShopClient, receiver: Receiver) -> None:
    await shop.put(orders=[an_order(1)])
    await subscribe(shop, "ORDERS_CANCELLED")
    await subscribe(shop, "ORDERS_UPDATED")
    await shop.control("POST", "orders/1/cancel", {"reason": "CUSTOMER"})
    await eventually(lambda: len(receiver.received) == 2)
    assert {item.topic for item in receiver.received} == {"orders/cancelled", "orders/updated"}
    assert len({item.headers["x-shopify-event-id"] for item in receiver.received}) == 1
    assert len({item.headers["x-shopify-webhook-id"] for item in receiver.received}) == 2


async def test_an_edit_is_told_by_its_differences(shop: ShopClient, receiver: Receiver) -> None:
    line = {"id": "gid://shopify/LineItem/11", "name": "A", "quantity": 3, "originalUnitPriceSet": eur("5.00")}
    await shop.put(orders=[an_order(1, lineItems=[line], displayFinancialStatus="PENDING")])
    await subscribe(shop, "ORDERS_EDITED")
    change = {"setQuantity": {"lineItemId": line["id"], "quantity": 1}}
    await shop.control("POST", "orders/1/edit", {"changes": [change]})
    await eventually(lambda: len(receiver.received) == 1)
    edit = json.loads(receiver.received[0].body)["order_edit"]
    assert edit["order_id"] == 1
    assert edit["line_items"] == {"additions": [], "removals": [{"id": 11, "delta": 2}]}


async def test_a_topic_about_a_part_of_an_order_tells_that_part(shop: ShopClient, receiver: Receiver) -> None:
    await shop.put(orders=[an_order(1, displayFinancialStatus="PENDING")])
    await subscribe(shop, "ORDER_TRANSACTIONS_CREATE")
    paid = await shop.control("POST", "orders/1/pay")
    await eventually(lambda: len(receiver.received) == 1)
    body = json.loads(receiver.received[0].body)
    assert body["admin_graphql_api_id"] == paid["order"]["transactions"][-1]["id"]
    assert (body["order_id"], body["kind"], body["status"]) == (1, "sale", "success")


async def test_putting_state_is_silent_unless_it_shall_be_heard(shop: ShopClient, receiver: Receiver) -> None:
    await subscribe(shop, "ORDERS_CREATE")
    await shop.put(orders=[an_order(1)])
    await shop.put(orders=[an_order(2)], emit=True)
    await eventually(lambda: len(receiver.received) == 1)
    assert json.loads(receiver.received[0].body)["id"] == 2


async def test_a_delivery_that_fails_is_repeated_with_the_same_id(shop: ShopClient, receiver: Receiver) -> None:
    receiver.status = lambda number: 500 if number < 3 else 200
    await shop.control("POST", "webhooks", {"options": {"retry_seconds": [0.001] * 8}})
    await shop.put(orders=[an_order(1)])
    await subscribe(shop)
    await change_note(shop)
    await eventually(lambda: len(receiver.received) == 3)
    assert len({item.headers["x-shopify-webhook-id"] for item in receiver.received}) == 1
    assert len({item.body for item in receiver.received}) == 1


async def test_eight_failures_in_a_row_end_the_subscription(shop: ShopClient, receiver: Receiver) -> None:
    receiver.status = lambda _number: 301
    await shop.control("POST", "webhooks", {"options": {"retry_seconds": [0.001] * 8}})
    await shop.put(orders=[an_order(1)])
    await subscribe(shop)
    await change_note(shop)
    store = shop.simulator.shop(shop.domain).store
    await eventually(lambda: not store.all("WebhookSubscription"))
    assert len(receiver.received) == 8
    assert (await shop.data(LIST))["webhookSubscriptions"]["nodes"] == []


async def test_deliveries_can_be_held_doubled_and_shuffled(shop: ShopClient, receiver: Receiver) -> None:
    await shop.control("POST", "webhooks", {"options": {"paused": True, "duplicates": 1, "shuffle": True, "seed": 4}})
    await shop.put(orders=[an_order(number) for number in range(1, 11)])
    await subscribe(shop)
    for number in range(1, 11):
        await change_note(shop, number)
    assert receiver.received == []
    await shop.control("POST", "webhooks", {"options": {"paused": False}})
    await eventually(lambda: len(receiver.received) == 20)
    numbers = [json.loads(item.body)["id"] for item in receiver.received]
    assert numbers != sorted(numbers)
    assert sorted(numbers) == sorted([*range(1, 11)] * 2)
    assert len({item.headers["x-shopify-webhook-id"] for item in receiver.received}) == 10


async def test_deliveries_can_get_lost_and_be_sent_again(shop: ShopClient, receiver: Receiver) -> None:
    await shop.control("POST", "webhooks", {"options": {"drop_every": 1}})
    await shop.put(orders=[an_order(1)])
    await subscribe(shop)
    await change_note(shop)
    deliveries = (await shop.control("GET", "webhooks"))["deliveries"]
    assert [delivery["status"] for delivery in deliveries] == ["dropped"]
    await shop.control("POST", "webhooks", {"redeliver": [deliveries[0]["webhookId"]]})
    await eventually(lambda: len(receiver.received) == 1)
    assert receiver.received[0].headers["x-shopify-webhook-id"] == deliveries[0]["webhookId"]


async def test_a_delivery_can_be_made_by_hand(shop: ShopClient, receiver: Receiver) -> None:
    wanted = {"topic": "SHOP_REDACT", "body": {"shop_id": 1}, "uri": URI}
    await shop.control("POST", "webhooks", {"send": wanted})
    await eventually(lambda: len(receiver.received) == 1)
    assert (receiver.received[0].topic, receiver.received[0].body) == ("shop/redact", b'{"shop_id":1}')


async def test_only_wanted_fields_of_wanted_orders_are_told(shop: ShopClient, receiver: Receiver) -> None:
    await shop.put(orders=[an_order(1), an_order(2, sourceName="pos")])
    await subscribe(shop, includeFields=["id", "source_name"], filter="source_name:pos")
    await change_note(shop, 1)
    await change_note(shop, 2)
    await eventually(lambda: len(receiver.received) == 1)
    assert json.loads(receiver.received[0].body) == {"id": 2, "source_name": "pos"}


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"uri": "ftp://example.com"}, "callbackUrl", "Address protocol ftp:// is not supported"),
        ({"uri": "http://example.com"}, "callbackUrl", "Address protocol http:// is not supported"),
        ({"uri": "  "}, "callbackUrl", "Address can't be blank"),
        ({"uri": "nowhere"}, "callbackUrl", "Address is invalid"),
        ({"uri": "arn:aws:sns:x"}, "callbackUrl", "Address is not a valid AWS ARN"),
        ({"uri": "https://example.com/" + "x" * 65_536}, "callbackUrl", "Address is too big (maximum is 64 KB)"),
        ({"name": "a b"}, "name", "Name name field can only contain alphanumeric characters, underscores, and hyphens"),
        ({"name": ""}, "name", "Name is too short (minimum is 1 character)"),
    ],
)
async def test_a_subscription_that_cannot_be_is_refused(
    shop: ShopClient, fields: Values, field: str, message: str
) -> None:
    answer = await shop.data(CREATE, {"topic": "ORDERS_CREATE", "sub": {"uri": "https://example.com/", **fields}})
    assert answer["webhookSubscriptionCreate"] == {
        "webhookSubscription": None,
        "userErrors": [{"field": ["webhookSubscription", field], "message": message}],
    }


async def test_the_same_address_is_taken_once_per_topic(shop: ShopClient) -> None:
    await subscribe(shop)
    answer = await shop.data(CREATE, {"topic": "ORDERS_UPDATED", "sub": {"uri": URI}})
    error = answer["webhookSubscriptionCreate"]["userErrors"][0]
    assert error["message"] == "Address for this topic has already been taken"
    await subscribe(shop, "ORDERS_CREATE")


async def test_a_subscription_can_be_changed_and_removed(shop: ShopClient) -> None:
    made = await subscribe(shop)
    assert made["apiVersion"] == {"handle": "2026-10"}
    update = """mutation Update($id: ID!, $sub: WebhookSubscriptionInput!) {
      webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) {
        webhookSubscription { uri } userErrors { message } } }"""
    changed = await shop.data(update, {"id": made["id"], "sub": {"uri": "https://example.com/other"}})
    assert changed["webhookSubscriptionUpdate"]["webhookSubscription"] == {"uri": "https://example.com/other"}
    delete = """mutation Delete($id: ID!) { webhookSubscriptionDelete(id: $id) {
      deletedWebhookSubscriptionId userErrors { field message } } }"""
    deleted = (await shop.data(delete, {"id": made["id"]}))["webhookSubscriptionDelete"]
    assert deleted == {"deletedWebhookSubscriptionId": made["id"], "userErrors": []}
    again = (await shop.data(delete, {"id": made["id"]}))["webhookSubscriptionDelete"]
    assert again["userErrors"] == [{"field": ["id"], "message": "Webhook subscription does not exist"}]


async def test_subscriptions_can_be_given_as_state(shop: ShopClient) -> None:
    await shop.put(
        webhookSubscriptions=[
            {"id": "gid://shopify/WebhookSubscription/111", "topic": "ORDERS_CREATE", "callbackUrl": URI}
        ]
    )
    assert (await shop.data(LIST))["webhookSubscriptions"]["nodes"] == [
        {"id": "gid://shopify/WebhookSubscription/111", "topic": "ORDERS_CREATE", "uri": URI}
    ]
