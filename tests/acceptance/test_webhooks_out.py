"""P90 from outside: an ERP's own server is told, signed, what the feed says, however it behaves."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from tests.acceptance.clients import Erp, Json
from tests.acceptance.database import wait_until_quiet
from tests.acceptance.harness import (
    Installation,
    Simulator,
    installation,
    place_orders,
    prepare_for_orders,
    simulated_stores,
)
from tests.acceptance.processes import OrderbridgeProcess, until, workers_of
from tests.webhook_receiver import Receiver, Reply, receiving

SHOP = "told"
LEASE_SECONDS = 60
"""A lease, and the moments until somebody looks."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def a_shop(erp: Erp, code: str) -> None:
    erp.post(
        "/v1/shops",
        {"code": code, "name": code, "store_domain": f"{code}-out.myshopify.com"},
    )


def an_event(erp: Erp, shop: str) -> None:
    """A run of a store without credentials fails, which is an event."""
    run = erp.post(f"/v1/shops/{shop}/tasks/import_orders/runs", {"parameters": {"order_shopify_ids": ["1"]}})
    until(lambda: erp.get(f"/v1/runs/{run['id']}")["state"] == "failed", what="the run has failed")


def registered(erp: Erp, receiver: Receiver, *, shop: str, path: str = "/") -> Json:
    made: Json = erp.post("/v1/webhook-endpoints", {"url": receiver.url + path, "shops": [shop]})
    return made


def test_an_erp_is_told_what_the_feed_says_and_can_prove_who_says_it(erp: Erp, receiver: Receiver) -> None:
    """F5."""
    a_shop(erp, SHOP)
    made = registered(erp, receiver, shop=SHOP)
    assert erp.post(f"/v1/webhook-endpoints/{made['id']}/test")["delivered"] is True
    position = max((event["position"] for event in erp.events()), default=0)

    an_event(erp, SHOP)

    until(lambda: len(receiver.received) == 2, what="the event is delivered")
    told = receiver.received[-1]
    [event] = [each for each in erp.events(position) if each["shop"] == SHOP]
    assert told.content == event
    assert told.id == event["id"]
    for received in receiver.received:
        Webhook(made["secret"]).verify(received.body, received.headers)
    endpoint = f"/v1/webhook-endpoints/{made['id']}"
    until(lambda: erp.get(f"{endpoint}/deliveries")["data"][0]["state"] == "delivered", what="it is noted")
    assert "secret" not in erp.get(endpoint)
    erp.http.delete(endpoint).raise_for_status()


def test_a_failure_is_repeated_a_redirect_is_not_followed_and_gone_is_gone(erp: Erp, receiver: Receiver) -> None:
    """F3."""
    shop = "moody"
    a_shop(erp, shop)
    answers = iter(
        [
            Reply(status=500, body=b"not now"),
            Reply(status=308, headers={"Location": f"{receiver.url}/elsewhere"}),
        ]
    )
    receiver.behave = lambda _: next(answers, Reply(status=410))
    made = registered(erp, receiver, shop=shop)
    deliveries = f"/v1/webhook-endpoints/{made['id']}/deliveries"

    an_event(erp, shop)
    until(lambda: len(receiver.received) == 2, what="it is tried again after five seconds", seconds=20)
    until(lambda: len(erp.get(deliveries)["data"][0]["history"]) == 2, what="both attempts are noted")
    [delivery] = erp.get(deliveries, state="pending")["data"]
    an_event(erp, shop)

    until(lambda: erp.get(f"/v1/webhook-endpoints/{made['id']}")["enabled"] is False, what="410 ends it")
    assert [(past["status"], past["code"]) for past in delivery["history"]] == [(500, "refused"), (308, "redirected")]
    assert [each.path for each in receiver.received] == ["/", "/", "/"]
    assert len({each.id for each in receiver.received[:2]}) == 1
    cues = {cue["cue"]: cue for cue in erp.get("/v1/activities", shop=shop)["data"]}
    assert cues["webhook_endpoints_failing"]["count"] == 1
    assert [each["id"] for each in erp.get(cues["webhook_endpoints_failing"]["list_url"])["data"]] == [made["id"]]


def test_an_endpoint_that_never_answers_keeps_no_other_waiting(erp: Erp, receiver: Receiver) -> None:
    shop, let_go = "patient", threading.Event()
    a_shop(erp, shop)
    with receiving() as silent:
        silent.behave = lambda _: Reply(hold=let_go)
        slow, quick = registered(erp, silent, shop=shop), registered(erp, receiver, shop=shop)
        an_event(erp, shop)
        until(lambda: bool(silent.received), what="the silent one is called")
        an_event(erp, shop)

        until(lambda: len(receiver.received) == 2, what="the other has both")

        for each in (slow, quick):
            erp.http.delete(f"/v1/webhook-endpoints/{each['id']}").raise_for_status()
        let_go.set()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_workers_killed_in_the_middle_of_deliveries_lose_nothing() -> None:
    """A9: everything arrives, some of it twice under the same id."""
    with simulated_stores() as simulator, installation(simulator.url) as service, receiving() as receiver:
        serving, erp, made = _with_orders_to_come(service, simulator, receiver)
        let_go = threading.Event()
        receiver.behave = lambda _: Reply(hold=None if let_go.is_set() else let_go)
        place_orders(simulator.desk("killed-out.myshopify.com"), 40, seed=7, lines=(1, 2), emit=True)
        for _ in range(3):
            before = len(receiver.received)
            until(lambda seen=before: len(receiver.received) > seen, what="deliveries are made", seconds=LEASE_SECONDS)  # type: ignore[misc]
            for pid in workers_of(serving.pid):
                os.kill(pid, signal.SIGKILL)
        let_go.set()
        wait_until_quiet(service)

        events = {event["id"]: event for event in erp.events() if event["position"] > made["from"]}
        until(lambda: set(receiver.ids()) >= set(events), what="every event has arrived", seconds=LEASE_SECONDS)

        assert len(events) >= 80
        again = "what was on its way at a death comes again when its lease is over"
        until(lambda: len(receiver.ids()) > len(events), what=again, seconds=LEASE_SECONDS)
        assert all(each.content == events[each.id] for each in receiver.received if each.id in events)
        endpoint = f"/v1/webhook-endpoints/{made['id']}/deliveries"
        until(lambda: not erp.get(endpoint, state="pending")["data"], what="all are noted", seconds=LEASE_SECONDS)


def _with_orders_to_come(
    service: Installation, simulator: Simulator, receiver: Receiver
) -> tuple[OrderbridgeProcess, Erp, Json]:
    serving = service.start()
    erp = service.erp()
    prepare_for_orders(erp, simulator.desk("killed-out.myshopify.com"), "killed", seed=7)
    wait_until_quiet(service)
    position = max((event["position"] for event in erp.events()), default=0)
    return serving, erp, {**registered(erp, receiver, shop="killed"), "from": position}
