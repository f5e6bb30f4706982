"""The connection test says what stands in the way, what it costs and what to do (P03)."""

from tests.acceptance.clients import Erp, Json
from tests.acceptance.harness import Simulator
from tests.acceptance.queue_orders import an_order, open_store


def outcome_of(erp: Erp, shop: str) -> Json:
    run = erp.post(f"/v1/shops/{shop}/connection-test")
    return erp.end_of(run["id"])


def found(run: Json) -> dict[str, str]:
    return {f"{each['resource_type']}:{each['id']}": each["code"] for each in run["errors"]}


def test_a_store_that_stands_as_it_should_is_told_so(erp: Erp, simulator: Simulator) -> None:
    desk = simulator.desk("tested.myshopify.com")
    open_store(erp, desk, tested={})
    desk.put(orders=[an_order(910001)])
    erp.patch("/v1/shops/tested", {"settings": {"orders": {"webhooks": True}}})
    erp.end_of(erp.post("/v1/shops/tested/webhook-subscriptions/repair")["id"])

    run = outcome_of(erp, "tested")

    assert run["state"] == "succeeded"
    assert found(run) == {}
    assert run["counts"]["orders_read"] == 1
    assert run["counts"]["subscriptions_ok"] > 10
    assert run["counts"]["days_left"] > 90
    assert erp.get("/v1/shops/tested")["store"]["plan"]


def test_missing_scopes_are_told_with_what_they_cost(erp: Erp, simulator: Simulator) -> None:
    desk = simulator.desk("narrow.myshopify.com")
    open_store(erp, desk, narrow={})
    desk.put(app={"scopes": ["read_orders", "read_customers", "read_products", "read_locations"]})

    run = outcome_of(erp, "narrow")

    lacking = {each["id"]: each["detail"] for each in run["errors"] if each["code"] == "scope_missing"}
    assert (
        "No order is imported. Grant the app read_merchant_managed_fulfillment_orders or"
        in lacking["fulfilment orders"]
    )
    assert lacking["writing to orders"].endswith("Grant the app write_orders at Shopify.")
    assert "customers to the store" not in lacking
    assert run["state"] == "succeeded"


def test_a_store_that_refuses_us_fails_the_test_with_the_reason_and_goes_on_once_it_does_not(
    erp: Erp, simulator: Simulator
) -> None:
    """Peers 50."""
    desk = simulator.desk("turned-away.myshopify.com")
    open_store(erp, desk, turned_away={})
    desk.put(app={"access_token": "shpat_another_one"})

    run = outcome_of(erp, "turned-away")
    assert (run["state"], run["problem"]["code"]) == ("failed", "access_revoked")

    desk.put(app={"access_token": "shpat_simulator_token"})
    assert outcome_of(erp, "turned-away")["state"] == "succeeded"
    assert erp.get("/v1/shops/turned-away")["store"]["access_revoked_at"] is None
