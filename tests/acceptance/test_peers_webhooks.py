"""What went wrong with the webhooks of others, over HTTP between processes: their users' cases 1 to 5."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.store_simulator.state import DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import CREDENTIALS, Simulator, all_documents, wait_for_subscriptions
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import an_order, names, open_store

DOOR = "/webhooks/shopify"


def at(**ago: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**ago):%Y-%m-%dT%H:%M:%SZ}"


def headers(desk: StoreDesk, body: bytes, **telling: str) -> Mapping[str, str]:
    """As Shopify signs and heads a delivery."""
    signature = base64.b64encode(hmac.digest(DEFAULT_CLIENT_SECRET.encode(), body, hashlib.sha256)).decode()
    told = {"topic": "orders/updated", "webhook_id": "w-1", "hmac_sha256": signature} | telling
    return {"X-Shopify-Shop-Domain": desk.domain} | {
        f"X-Shopify-{name.replace('_', '-')}": value for name, value in told.items()
    }


def announcement(desk: StoreDesk, number: int, webhook_id: str) -> tuple[bytes, Mapping[str, str]]:
    """A delivery about an order, ready to be sent."""
    body = json.dumps(payload(number)).encode()
    return body, headers(desk, body, webhook_id=webhook_id)


def announce(erp: Erp, desk: StoreDesk, payload: Json, **telling: str) -> int:
    """The status with which a delivery is answered."""
    body = json.dumps(payload).encode()
    return erp.http.post(DOOR, content=body, headers=headers(desk, body, **telling)).status_code


def payload(number: int) -> Json:
    return {"id": number, "admin_graphql_api_id": f"gid://shopify/Order/{number}"}


def wait_for(erp: Erp, shop: str, *wanted: str) -> None:
    until(lambda: set(wanted) <= set(names(erp, shop)), what=f"{wanted} come in", seconds=20)


def listen(erp: Erp, desk: StoreDesk, shop: str) -> None:
    """Order webhooks are on, and subscribed to."""
    erp.patch(f"/v1/shops/{shop}", {"settings": {"orders": {"webhooks": True}}})
    wait_for_subscriptions(desk)


def test_the_same_webhook_ten_times_at_once_is_one_event_one_order_and_one_document(
    erp: Erp, simulator: Simulator
) -> None:
    """Case 1."""
    desk = simulator.desk("peers-hooks-1.myshopify.com")
    open_store(erp, desk, peers_hooks_1={})
    desk.put(orders=[an_order(2101)])

    with ThreadPoolExecutor(10) as senders:
        answers = list(senders.map(lambda _: announce(erp, desk, payload(2101)), range(10)))

    assert answers == [200] * 10
    wait_for(erp, "peers-hooks-1", "#2101")
    until(lambda: all_documents(erp, "peers-hooks-1"), what="it is documented")
    [order] = erp.every("/v1/orders", shop="peers-hooks-1")
    told = [event["type"] for event in erp.events() if event["resource"]["id"] == order["id"]]
    assert told.count("order.imported") == 1
    assert len(all_documents(erp, "peers-hooks-1")) == 1


def test_an_order_that_is_paid_before_it_is_created_is_there_and_as_it_is_at_the_store(
    erp: Erp, simulator: Simulator
) -> None:
    """A14: Case 2."""
    desk = simulator.desk("peers-hooks-2.myshopify.com")
    open_store(erp, desk, peers_hooks_2={})
    desk.put(orders=[an_order(2201, note="as it is now")])

    for place, topic in enumerate(("orders/paid", "orders/updated", "orders/create")):
        old = payload(2201) | {"note": "as it was", "financial_status": "pending"}
        assert announce(erp, desk, old, topic=topic, webhook_id=f"w-{place}") == 200
        wait_for(erp, "peers-hooks-2", "#2201")

    [order] = erp.every("/v1/orders", shop="peers-hooks-2")
    assert (order["note"], order["financial_status"]) == ("as it is now", "paid")
    assert list(erp.every("/v1/shops/peers-hooks-2/orders-to-import", has_error=True)) == []


def test_subscriptions_that_end_behind_our_back_are_made_again_and_the_gap_is_filled(
    erp: Erp, simulator: Simulator
) -> None:
    """A16: Case 3, and 4: what happened meanwhile was never announced."""
    desk = simulator.desk("peers-hooks-3.myshopify.com")
    open_store(erp, desk, peers_hooks_3={})
    listen(erp, desk, "peers-hooks-3")
    repair = "/v1/shops/peers-hooks-3/webhook-subscriptions/repair"
    assert erp.end_of(erp.post(repair)["id"])["state"] == "succeeded"
    standing = desk.state("webhookSubscriptions")["webhookSubscriptions"]
    left = [each for each in standing if each["topic"] not in ("ORDERS_CREATE", "ORDERS_UPDATED")]
    desk.put(replace=True, webhookSubscriptions=left)
    desk.put(orders=[an_order(2301, createdAt=at(minutes=1), updatedAt=at(minutes=1))])

    run = erp.end_of(erp.post(repair)["id"])

    assert (run["state"], run["counts"]["created"], run["counts"]["listed_again"]) == ("succeeded", 2, 1)
    wait_for(erp, "peers-hooks-3", "#2301")
    states = {each["state"] for each in erp.get("/v1/shops/peers-hooks-3/webhook-subscriptions")["data"]}
    assert states == {"ok"}


def test_the_signature_is_over_the_bytes_as_they_came(erp: Erp, simulator: Simulator) -> None:
    """Case 5: no proxy's idea of JSON comes between."""
    desk = simulator.desk("peers-hooks-5.myshopify.com")
    open_store(erp, desk, peers_hooks_5={})
    desk.put(orders=[an_order(2501)])
    body = '{ "id" : 2501 ,\r\n  "note":"Z\u00fcrich \\u00e9 \U0001f382"}  '.encode()
    signed = headers(desk, body)
    unsigned = {name: value for name, value in signed.items() if "Hmac" not in name and "hmac" not in name}

    assert erp.http.post(DOOR, content=body + b" ", headers=signed).status_code == 401
    assert erp.http.post(DOOR, content=body, headers=unsigned).status_code == 401
    assert list(erp.every("/v1/shops/peers-hooks-5/orders-to-import")) == []
    assert erp.http.post(DOOR, content=body, headers=signed).status_code == 200
    wait_for(erp, "peers-hooks-5", "#2501")


def test_a_store_that_removed_the_app_stands_still_and_says_so_until_it_is_connected_again(
    erp: Erp, simulator: Simulator
) -> None:
    """A27."""
    desk = simulator.desk("peers-hooks-6.myshopify.com")
    open_store(erp, desk, peers_hooks_6={})
    listen(erp, desk, "peers-hooks-6")
    before = len(erp.events())

    told = {"id": 1, "myshopify_domain": "peers-hooks-6.myshopify.com"}
    desk.put(app={"access_token": "shpat_of_nobody"})
    removed = announce(erp, desk, told, topic="app/uninstalled", triggered_at=at(seconds=-5))

    assert removed == 200
    until(lambda: revoked(erp, "peers-hooks-6"), what="the cue is raised")
    until(lambda: "store.access_revoked" in [each["type"] for each in erp.events()[before:]], what="it is an event")
    desk.put(replace=True, webhookSubscriptions=[])
    desk.put(orders=[an_order(2601, createdAt=at(minutes=1), updatedAt=at(minutes=1))])
    announce(erp, desk, payload(2601), webhook_id="w-late")
    run = erp.finished_run("peers-hooks-6", "import_orders")
    assert (run["state"], run["problem"]["code"]) == ("failed", "access_revoked")

    desk.put(app={"access_token": CREDENTIALS["access_token"]})
    erp.put("/v1/shops/peers-hooks-6/credentials", CREDENTIALS)

    wait_for(erp, "peers-hooks-6", "#2601")
    wait_for_subscriptions(desk)
    assert not revoked(erp, "peers-hooks-6")


def test_a_removal_that_the_store_knows_nothing_of_stops_nothing(erp: Erp, simulator: Simulator) -> None:
    """A21, A27: Shopify signs the body, and of what topic it is stands beside it."""
    desk = simulator.desk("peers-hooks-8.myshopify.com")
    open_store(erp, desk, peers_hooks_8={})
    listen(erp, desk, "peers-hooks-8")
    desk.forget_calls()

    announce(erp, desk, {"id": 1, "myshopify_domain": desk.domain}, topic="app/uninstalled")

    until(desk.calls, what="the store is asked")
    desk.put(orders=[an_order(2801)])
    announce(erp, desk, payload(2801), webhook_id="w-order")
    wait_for(erp, "peers-hooks-8", "#2801")
    assert not revoked(erp, "peers-hooks-8")


def revoked(erp: Erp, shop: str) -> bool:
    cues = {each["cue"]: each["count"] for each in erp.get("/v1/activities", shop=shop)["data"]}
    return bool(cues["access_revoked"])


def test_without_any_webhook_everything_arrives_and_the_proof_says_so(erp: Erp, simulator: Simulator) -> None:
    """A15."""
    desk = simulator.desk("peers-hooks-7.myshopify.com")
    open_store(erp, desk, peers_hooks_7={})
    days = {"from": "2026-01-14", "to": "2026-01-15"}
    desk.put(orders=[an_order(2701), an_order(2702)])
    assert erp.finished_run("peers-hooks-7", "reconcile_orders")["counts"]["found"] == 2
    desk.put(orders=[an_order(2703)])

    proof = erp.get("/v1/shops/peers-hooks-7/completeness", **days)

    assert (proof["complete"], proof["time_zone"], proof["currency"]) == (False, "Europe/Amsterdam", "EUR")
    [empty, day] = proof["data"]
    assert (empty["complete"], empty["orders"]["shopify"]) == (True, {"count": 0, "sum": "0.00"})
    assert (day["orders"]["shopify"]["count"], day["orders"]["here"]["count"]) == (3, 2)
    assert [(each["kind"], each["shopify_id"], each["here"]) for each in day["differences"]] == [
        ("missing", "2703", None)
    ]
    run = erp.finished_run("peers-hooks-7", "check_completeness", days)
    assert (run["counts"]["days_differing"], run["counts"]["days_still_differing"]) == (1, 0)
    assert erp.get("/v1/shops/peers-hooks-7/completeness", **days)["complete"]
    assert names(erp, "peers-hooks-7") == ["#2701", "#2702", "#2703"]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [({"from": "2026-01-15"}, "to"), ({"from": "2026-01-15", "to": "2026-01-14"}, "to"), ({"from": "x"}, "from")],
)
def test_days_that_cannot_be_are_refused_by_name(
    erp: Erp, simulator: Simulator, given: dict[str, str], pointer: str
) -> None:
    shops = [each["code"] for each in erp.every("/v1/shops")]
    if "peers-hooks-8" not in shops:
        open_store(erp, simulator.desk("peers-hooks-8.myshopify.com"), peers_hooks_8={})

    answer = erp.send("GET", "/v1/shops/peers-hooks-8/completeness", **given)

    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
