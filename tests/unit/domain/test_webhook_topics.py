"""P17: what a webhook of each topic sets going, and which order it is about, whatever its topic looks like."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.identifiers import ShopifyId
from app.domain.parts_of_orders import OrderPart, OrderPartKind
from app.domain.webhook_topics import (
    APP_TOPICS,
    MAPPING_TOPICS,
    ORDER_TOPICS,
    PRIVACY_TOPICS,
    TASK_OF,
    TASK_TOPICS,
    Wakes,
    changed_at,
    granted,
    instant,
    order_of,
    parts_of,
    wakes,
)

ORDER = "gid://shopify/Order/5501"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("orders/create", {"id": 5501}),
        ("orders/updated", {"id": 99, "admin_graphql_api_id": ORDER}),
        ("orders/delete", {"id": 5501}),
        ("orders/edited", {"order_edit": {"id": 77, "order_id": 5501}}),
        ("orders/risk_assessment_changed", {"order_id": 5501, "id": 9}),
        ("refunds/create", {"id": 77, "order_id": 5501}),
        ("order_transactions/create", {"id": 77, "order_id": "5501"}),
        ("fulfillments/update", {"id": 77, "order_id": 5501}),
        ("returns/approve", {"id": 77, "order": {"id": 5501, "admin_graphql_api_id": ORDER}}),
        (
            "fulfillment_orders/split",
            {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/7", "order_id": 5501}},
        ),
        ("fulfillment_orders/merged", {"fulfillment_order_merges": [{"x": 1}, {"order_id": ORDER}]}),
        ("tender_transactions/create", {"id": 77, "order_id": 5501}),
    ],
)
def test_the_order_is_found_wherever_the_topic_keeps_it(topic: str, payload: dict[str, Any]) -> None:
    assert wakes(topic) is Wakes.ORDER
    assert order_of(topic, payload) == "5501"


RETURN, REVERSE = "gid://shopify/Return/77", "gid://shopify/ReverseFulfillmentOrder/88"


@pytest.mark.parametrize(
    ("topic", "payload", "kind", "number"),
    [
        ("returns/update", {"admin_graphql_api_id": RETURN}, OrderPartKind.RETURN, "77"),
        (
            "reverse_deliveries/attach_deliverable",
            {"admin_graphql_api_id": "gid://shopify/ReverseDelivery/9", "return": {"admin_graphql_api_id": RETURN}},
            OrderPartKind.RETURN,
            "77",
        ),
        ("reverse_fulfillment_orders/dispose", {"admin_graphql_api_id": REVERSE}, OrderPartKind.REVERSE_ORDER, "88"),
    ],
)
def test_what_names_no_order_names_a_part_of_its_returns(
    topic: str, payload: dict[str, Any], kind: OrderPartKind, number: str
) -> None:
    assert order_of(topic, payload) is None
    assert parts_of(topic, payload) == (OrderPart(kind=kind, shopify_id=ShopifyId(number)),)
    assert granted(topic, frozenset({"read_returns"}))
    assert not granted(topic, frozenset({"read_orders"}))


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("fulfillments/update", {"admin_graphql_api_id": RETURN}),
        ("returns/update", [RETURN]),
        ("returns/update", {"admin_graphql_api_id": 77}),
        ("returns/update", {"admin_graphql_api_id": "gid://shopify/Return/x"}),
        ("reverse_deliveries/attach_deliverable", {"return": "77"}),
    ],
)
def test_what_names_nothing_of_ours_names_no_part_of_a_return(topic: str, payload: Any) -> None:
    assert parts_of(topic, payload) == ()


def test_what_tells_of_shipping_alone_names_all_its_fulfilment_orders() -> None:
    moved = {
        "original_fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/7", "status": "closed"},
        "moved_fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/8"},
        "source_location": {"id": "gid://shopify/Location/1"},
    }
    merges = [{"merge_intents": [{"fulfillment_order_id": "gid://shopify/FulfillmentOrder/9"}]}]
    held = {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/9"}, "holds": [{"id": "gid://shopify/X/1"}]}

    assert [part.shopify_id for part in parts_of("fulfillment_orders/moved", moved)] == ["7", "8"]
    merged = {"fulfillment_order_merges": merges}
    for topic, body in (("fulfillment_orders/merged", merged), ("fulfillment_holds/released", held)):
        assert parts_of(topic, body) == (OrderPart(kind=OrderPartKind.FULFILMENT_ORDER, shopify_id=ShopifyId("9")),)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("fulfillment_orders/hold_released", {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/7"}}),
        ("orders/updated", []),
        ("orders/updated", {"id": True}),
        ("orders/updated", {"id": -1}),
        ("orders/updated", {"id": "5501; DROP"}),
        ("orders/updated", {"id": "9" * 40}),
        ("refunds/create", {"id": 77}),
    ],
)
def test_what_names_no_order_is_no_order(topic: str, payload: object) -> None:
    assert order_of(topic, payload) is None


TABLE = {
    Wakes.ORDER: (
        "orders/create orders/updated orders/edited orders/cancelled orders/delete orders/paid refunds/create"
        " order_transactions/create tender_transactions/create returns/request returns/close fulfillments/create"
        " fulfillments/update fulfillment_orders/order_routing_complete fulfillment_holds/added"
        " reverse_deliveries/attach_deliverable reverse_fulfillment_orders/dispose"
    ),
    Wakes.MAPPINGS: "locations/create locations/update locations/activate locations/deactivate locations/delete",
    Wakes.BULK_OPERATION: "bulk_operations/finish",
    Wakes.END_OF_ACCESS: "app/uninstalled",
    Wakes.SCOPES: "app/scopes_update",
    Wakes.PRIVACY: "customers/data_request customers/redact shop/redact",
    Wakes.PRODUCTS: "products/create products/update",
    Wakes.CUSTOMERS: "customers/create customers/update",
    Wakes.COMPANIES: (
        "companies/create companies/update company_locations/create company_locations/update company_contacts/create"
        " company_contacts/update"
    ),
    Wakes.DISPUTES: "disputes/create disputes/update",
    Wakes.STOCK: "inventory_items/create inventory_items/update inventory_levels/connect",
    Wakes.NOTHING: (
        "customers/merge customers/delete companies/delete company_contact_roles/assign products/delete"
        " variants/in_stock inventory_levels/update inventory_levels/disconnect inventory_items/delete shop/update"
        " app/subscriptions_update"
    ),
    Wakes.UNKNOWN: "brand/new orders customers bulk_operations/begin x",
}
"""Every topic of P17 and what it wakes."""


@pytest.mark.parametrize(
    ("topic", "meaning"), [(topic, what) for what, all_ in TABLE.items() for topic in all_.split()]
)
def test_each_topic_wakes_what_the_table_says(topic: str, meaning: Wakes) -> None:
    assert wakes(topic) is meaning


def test_a_webhook_without_a_topic_is_of_an_unknown_one() -> None:
    assert wakes("") is Wakes.UNKNOWN


def test_we_subscribe_to_nothing_that_wakes_nothing_and_never_to_privacy_topics() -> None:
    of_tasks = [topic for topics in TASK_TOPICS.values() for topic in topics]
    subscribed = {wakes(topic) for topic in (*ORDER_TOPICS, *APP_TOPICS, *MAPPING_TOPICS, *of_tasks)}

    assert subscribed == set(Wakes) - {Wakes.PRIVACY, Wakes.NOTHING, Wakes.UNKNOWN}
    assert sorted(TABLE[Wakes.PRIVACY].split()) == list(PRIVACY_TOPICS)


@pytest.mark.parametrize("meaning", TASK_OF)
def test_a_task_hears_of_every_topic_that_wakes_it_and_of_no_other(meaning: Wakes) -> None:
    assert sorted(TASK_TOPICS[TASK_OF[meaning]]) == sorted(TABLE[meaning].split())


@pytest.mark.parametrize(
    ("topic", "scope"),
    [
        ("products/update", "read_products"),
        ("inventory_levels/connect", "write_inventory"),
        ("customers/create", "read_customers"),
        ("company_locations/update", "read_companies"),
        ("disputes/create", "read_shopify_payments_disputes"),
    ],
)
def test_topics_of_tasks_need_the_scope_to_read_what_they_announce(topic: str, scope: str) -> None:
    assert granted(topic, frozenset({scope}))
    assert not granted(topic, frozenset({"read_orders"}))


def test_topics_of_the_app_need_no_scope_and_those_of_locations_their_own() -> None:
    assert all(granted(topic, frozenset()) for topic in APP_TOPICS)
    assert granted("locations/update", frozenset({"read_locations"}))
    assert not granted("locations/update", frozenset({"read_orders"}))


def test_the_change_time_is_taken_from_orders_only() -> None:
    payload = {"updated_at": "2026-01-15T11:00:00+01:00"}

    assert changed_at("orders/updated", payload) == datetime(2026, 1, 15, 10, tzinfo=UTC)
    assert changed_at("refunds/create", payload) is None


def test_nanoseconds_are_cut_and_what_is_no_instant_is_none() -> None:
    assert instant("2026-01-15T10:00:00.123456789Z") == datetime(2026, 1, 15, 10, 0, 0, 123456, tzinfo=UTC)
    assert instant("2026-01-15T10:00:00") is None
    assert instant("yesterday") is None
    assert instant("0001-01-01T00:00:00+14:00") is None


def test_a_write_scope_includes_its_read_scope() -> None:
    assert granted("orders/updated", frozenset({"write_orders"}))
    assert granted("returns/approve", frozenset({"read_returns"}))
    assert not granted("returns/approve", frozenset({"read_orders"}))
    assert granted("fulfillment_orders/moved", frozenset({"write_merchant_managed_fulfillment_orders"}))
