"""F2: what an ordinary order's life costs at the store: created by webhook, documented, numbered, shipped, closed."""

import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from app.demo.processes import DemoError
from bench.figures import Figure
from bench.freshness import wait_for_subscriptions
from bench.stage import CONTROL, SHOP, Json, Service, Stage, generate, send_items, serving, set_up_shop

Found = TypeVar("Found")

PATIENCE_SECONDS = 30
OF_THE_STORE = {"GrantedScopes", "ShopDescription", "WebhookList"}
"""Asked when a process first works for a store, or when its subscriptions are due: not for an order."""


def measured(stage: Stage) -> Figure:
    """One order from its first webhook to its closing, proved."""
    with serving(stage, "life", webhooks=True) as service:
        set_up_shop(service)
        wait_for_subscriptions(service)
        generate(service, 1)
        send_items(service)
        service.store.send("DELETE", f"{CONTROL}/calls")
        began = time.monotonic()
        generate(service, 1, emit=True, start="2025-07-01T08:00:00Z")
        _live(service)
        seconds = time.monotonic() - began
        calls = _calls(service)
    points = sum(int(each["requestedQueryCost"]) for each in calls)
    told = Counter(each["operation"] for each in calls)
    return Figure(
        name="F2",
        what="points over an ordinary order's life",
        value=points,
        unit="points",
        bar=450,
        goal=300,
        notes=[
            f"{len(calls)} calls (bar 10, goal 6): " + ", ".join(f"{number} {name}" for name, number in told.items()),
            f"{seconds:.1f} s, of which ten are waiting until what we wrote has settled",
        ],
    )


def _live(service: Service) -> None:
    """What the ERP does about the order; the last look proves the closing."""
    api = service.api
    [document] = _once(lambda: _documents(service), "the order's document")
    api.send(
        "POST",
        f"/v1/sales-documents/{document['id']}/acknowledge",
        {"erp_document_no": "ERP-1", "version": document["version"]},
    )
    _once(lambda: _proved(service, "OrderAttributesUpdate"), "the proof of the number")
    lines = [
        {"document_line_no": each["line_no"], "quantity": each["quantity"]}
        for each in document["lines"]
        if each["source"]["kind"] == "order_line"
    ]
    api.send("POST", "/v1/shipments", {"erp_shipment_no": "S-1", "document_id": document["id"], "lines": lines})
    _once(lambda: _proved(service, "OrderClose"), "the proof of the closing")


def _documents(service: Service) -> list[Json]:
    found: list[Json] = service.api.send("GET", "/v1/sales-documents", shop=SHOP, include="lines")["data"]
    return found


def _proved(service: Service, write: str) -> bool:
    """Whether the order was looked at once more after it was written to."""
    _, found, after = " ".join(each["operation"] for each in _calls(service)).partition(write)
    return bool(found) and "OrderGlances" in after


def _calls(service: Service) -> list[Json]:
    calls = service.store.send("GET", f"{CONTROL}/calls")["calls"]
    return [each for each in calls if each["operation"] not in OF_THE_STORE]


def _once(condition: Callable[[], Found], what: str) -> Found:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise DemoError(f"After {PATIENCE_SECONDS} s still missing: {what}.")
