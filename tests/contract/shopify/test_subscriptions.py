"""Webhook subscriptions at the store: listed whole, made, ended."""

import pytest

from app.adapters.shopify import ShopifyGateway
from app.adapters.shopify.subscriptions import topic_from_enum, topic_to_enum
from app.domain.identifiers import ShopifyId
from app.domain.webhook_topics import ORDER_TOPICS
from app.ports.errors import StoreRefused
from app.store_simulator.server import RunningSimulator
from tests.contract.shopify.stores import SimulatedStore

HOOK = "https://erp.example/webhooks/shopify"


async def test_a_subscription_made_is_found_again_and_can_be_ended(store: SimulatedStore) -> None:
    made = await store.gateway.create_webhook_subscription(store.ref, "orders/updated", HOOK)

    assert await store.gateway.webhook_subscriptions(store.ref) == [made]
    await store.gateway.delete_webhook_subscription(store.ref, made.shopify_id)
    assert await store.gateway.webhook_subscriptions(store.ref) == []


@pytest.mark.parametrize("topic", ORDER_TOPICS)
async def test_every_topic_we_want_comes_back_as_it_was_given(store: SimulatedStore, topic: str) -> None:
    made = await store.gateway.create_webhook_subscription(store.ref, topic, HOOK)

    assert (made.topic, made.uri) == (topic, HOOK)


async def test_more_subscriptions_than_a_page_are_all_listed(store: SimulatedStore) -> None:
    await store.put(page_sizes={"webhookSubscriptions": 3})
    for number in range(8):
        await store.gateway.create_webhook_subscription(store.ref, "orders/updated", f"{HOOK}/{number}")

    assert len(await store.gateway.webhook_subscriptions(store.ref)) == 8


async def test_an_address_that_the_store_refuses_is_refused_in_its_words(store: SimulatedStore) -> None:
    with pytest.raises(StoreRefused) as raised:
        await store.gateway.create_webhook_subscription(store.ref, "orders/updated", "not an address")

    assert raised.value.detail


async def test_a_gateway_with_a_client_of_its_own_closes_it(store: SimulatedStore, simulator: RunningSimulator) -> None:
    url = f"{simulator.base_url}/{{store_domain}}"
    gateway = ShopifyGateway(vault=store.vault, bucket=store.bucket, clock=store.clock, url=url)

    assert await gateway.webhook_subscriptions(store.ref) == []
    await gateway.aclose()
    with pytest.raises(RuntimeError):
        await gateway.webhook_subscriptions(store.ref)


async def test_a_subscription_that_is_gone_counts_as_ended(store: SimulatedStore) -> None:
    await store.gateway.delete_webhook_subscription(store.ref, ShopifyId("424242"))


@pytest.mark.parametrize(
    ("enum", "topic"),
    [
        ("ORDERS_PARTIALLY_FULFILLED", "orders/partially_fulfilled"),
        ("ORDER_TRANSACTIONS_CREATE", "order_transactions/create"),
        ("FULFILLMENT_ORDERS_HOLD_RELEASED", "fulfillment_orders/hold_released"),
        ("APP_UNINSTALLED", "app/uninstalled"),
        ("SUBSCRIPTION_BILLING_CYCLE_EDITS_CREATE", "subscription_billing_cycle_edits/create"),
    ],
)
def test_topics_are_told_in_both_spellings(enum: str, topic: str) -> None:
    assert topic_from_enum(enum) == topic
    assert topic_to_enum(topic) == enum
