"""P17: which order a webhook is about, whatever its topic looks like."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.webhook_topics import changed_at, concerns_orders, granted, instant, order_of

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
    assert concerns_orders(topic)
    assert order_of(topic, payload) == "5501"


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


@pytest.mark.parametrize("topic", ["customers/update", "products/create", "bulk_operations/finish", "", "orders"])
def test_other_topics_do_not_concern_orders(topic: str) -> None:
    assert not concerns_orders(topic)


def test_the_change_time_is_taken_from_orders_only() -> None:
    payload = {"updated_at": "2026-01-15T11:00:00+01:00"}

    assert changed_at("orders/updated", payload) == datetime(2026, 1, 15, 10, tzinfo=UTC)
    assert changed_at("refunds/create", payload) is None


def test_nanoseconds_are_cut_and_what_is_no_instant_is_none() -> None:
    assert instant("2026-01-15T10:00:00.123456789Z") == datetime(2026, 1, 15, 10, 0, 0, 123456, tzinfo=UTC)
    assert instant("2026-01-15T10:00:00") is None
    assert instant("yesterday") is None


def test_a_write_scope_includes_its_read_scope() -> None:
    assert granted("orders/updated", frozenset({"write_orders"}))
    assert granted("returns/approve", frozenset({"read_returns"}))
    assert not granted("returns/approve", frozenset({"read_orders"}))
    assert granted("fulfillment_orders/moved", frozenset({"write_merchant_managed_fulfillment_orders"}))
