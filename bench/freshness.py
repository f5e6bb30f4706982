"""F12: how long after a change in the store the ERP can read the event, told by webhook and unthrottled."""

import time

from app.demo.processes import DemoError
from bench.figures import Figure, percentile
from bench.stage import CONTROL, Service, Stage, generate, send_items, serving, set_up_shop

PATIENCE_SECONDS = 20


def measured(stage: Stage, *, orders: int) -> Figure:
    """One order at a time, each from being placed to its event being read."""
    with serving(stage, "freshness", webhooks=True) as service:
        set_up_shop(service)
        wait_for_subscriptions(service)
        generate(service, 1)
        send_items(service)
        position = _last_position(service)
        seconds: list[float] = []
        for number in range(orders):
            began = time.monotonic()
            generate(service, 1, emit=True, start=f"2025-07-01T08:{number % 60:02}:00Z", seed=100 + number)
            position = _next_import(service, position)
            seconds.append(time.monotonic() - began)
    return Figure(
        name="F12",
        what="event readable after the order was placed, p95",
        value=percentile(seconds, 0.95),
        unit="s",
        bar=5,
        goal=1,
        notes=[
            f"{orders} orders one after another, p50 {percentile(seconds, 0.5):.2f} s, longest {max(seconds):.2f} s"
        ],
    )


def wait_for_subscriptions(service: Service) -> None:
    """Until the service has subscribed to the store's order webhooks by itself."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        state = service.store.send("GET", f"{CONTROL}/state", kinds="webhookSubscriptions")
        if any(each["topic"] == "ORDERS_UPDATED" for each in state["webhookSubscriptions"]):
            return
        time.sleep(0.05)
    raise DemoError("The service made no webhook subscriptions.")


def _last_position(service: Service) -> int:
    position = 0
    while True:
        page = service.api.send("GET", "/v1/events", after=position, limit=250)
        position = page["next_position"]
        if not page["has_more"]:
            return int(position)


def _next_import(service: Service, position: int) -> int:
    page = service.api.send("GET", "/v1/events", after=position, types="order.imported", wait=PATIENCE_SECONDS)
    if not page["data"]:
        raise DemoError(f"No order.imported within {PATIENCE_SECONDS} s of its webhook.")
    return int(page["next_position"])
