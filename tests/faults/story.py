"""What happens while faults happen: buyers order, an ERP collects, acknowledges, ships and has orders paid.

The ERP is a robot that never gives up: what fails is asked again under the same key, as its author was told. All it
was answered, and all its endpoint received, goes to a history that is only ever appended to. Knows no fault and judges
nothing.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.clients import PAGE, Erp, Json, StoreDesk
from tests.acceptance.harness import set_up_shop, wait_for_subscriptions
from tests.acceptance.queue_orders import ITEM, a_line, an_order, money, open_store, shop_settings
from tests.acceptance.refunded_orders import ACCOUNTS
from tests.webhook_receiver import Received, Receiver, Reply

FIRST_ORDER = 610_001
LOCATION = {"id": "gid://shopify/Location/61", "name": "Main", "isActive": True}
WEBHOOK_PAUSES = (3, 9, 15, 20, 20, 20)
"""Seconds between a delivery's attempts."""
EVERYTHING = {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True}
NOT_NOW = frozenset({409, 425, 429, 500, 502, 503, 504})


class NotNow(Exception):
    """The service cannot answer at the moment, and says so."""


class History:
    """Every effect that somebody outside saw, one line of JSON each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.touch()

    def note(self, what: str, **facts: Any) -> None:
        with self._path.open("a") as lines:
            lines.write(json.dumps({"what": what, **facts}) + "\n")

    def of(self, what: str) -> list[Json]:
        found = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [each for each in found if each["what"] == what]


@dataclass(slots=True, kw_only=True)
class Robot:
    """An ERP of one shop; `step` does whatever is to be done and can be done now."""

    callers: Sequence[Erp]
    shop: str
    history: History
    acknowledged: set[str] = field(default_factory=set)
    shipped: set[str] = field(default_factory=set)
    paid: set[str] = field(default_factory=set)
    _seen: dict[str, Json] = field(default_factory=dict)
    """Documents that something is still to be done about."""
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def step(self) -> None:
        with suppress(NotNow, httpx.TransportError):
            self._learn()
            for document in self._every("/v1/sales-documents", shop=self.shop, state="released", include="lines"):
                self._seen[document["id"]] = document
            for document in list(self._seen.values()):
                self._book(document)
                if document["order"]["id"] in self.paid:
                    del self._seen[document["id"]]

    def done(self, orders: int) -> bool:
        return min(len(self.acknowledged), len(self.shipped), len(self.paid)) >= orders

    def asks_for_a_run(self, parameters: Json) -> bool:
        """Of the listing; False = not now."""
        return self._asked(f"/v1/shops/{self.shop}/tasks/import_orders/runs", {"parameters": parameters})

    def _learn(self) -> None:
        """Articles of which the ERP hears only by the orders that wait for them."""
        for order in self._every("/v1/orders", shop=self.shop, state="blocked"):
            for line in order["lines"]:
                item = {"description": line["title"], "base_unit": "PCS"}
                answer = self._caller().send("PUT", f"/v1/items/{line['sku']}", item)
                if answer.status_code in NOT_NOW:
                    raise NotNow
                assert answer.status_code < 400, answer.text

    def _every(self, path: str, **query: object) -> Iterator[Json]:
        """Of one page: what waits is never many."""
        answer = self._caller().send("GET", path, limit=PAGE, **query)
        if answer.status_code in NOT_NOW:
            raise NotNow
        assert answer.status_code == 200, answer.text
        yield from answer.json()["data"]

    def _book(self, document: Json) -> None:
        order = document["order"]["id"]
        if document["id"] not in self.acknowledged:
            body = {"erp_document_no": f"ERP-{document['number']}", "version": document["version"]}
            if not self._asked(f"/v1/sales-documents/{document['id']}/acknowledge", body, key=f"ack-{document['id']}"):
                return
            self.acknowledged.add(document["id"])
        if order not in self.shipped and self._ships(document, order):
            self.shipped.add(order)
        # Only when it is shipped: the payment is what makes it a finished order.
        if order in self.shipped and order not in self.paid and self._asked(f"/v1/orders/{order}/mark-as-paid", {}):
            self.paid.add(order)

    def _ships(self, document: Json, order: str) -> bool:
        [line] = [each for each in document["lines"] if each["type"] == "item"]
        body = {
            "erp_shipment_no": f"{self.shop}-{order}",
            "order_id": order,
            "lines": [{"document_line_no": line["line_no"], "quantity": line["quantity"]}],
            "tracking": [{"number": f"TRK-{order}"}],
        }
        return self._asked("/v1/shipments", body, key=f"ship-{order}")

    def _asked(self, path: str, body: Json, *, key: str | None = None) -> bool:
        caller = self._caller()
        try:
            answer = caller.http.post(path, json=body, headers={"Idempotency-Key": f"{self.shop}-{key}"} if key else {})
        except httpx.TransportError:
            return False
        if answer.status_code in NOT_NOW:
            return False
        assert answer.status_code < 400, f"{path} answered {answer.status_code}: {answer.text[:500]}"
        self.history.note("answered", path=path, status=answer.status_code)
        return True

    def _caller(self) -> Erp:
        return self.callers[next(self._turns) % len(self.callers)]


def open_shop(erp: Erp, desk: StoreDesk, code: str) -> None:
    """A shop for which everything is done by itself."""
    open_store(erp, desk)
    settings = shop_settings(
        orders={
            "auto_create_documents": True,
            "webhooks": True,
            "write_document_number": True,
            "close_finished_orders": True,
        },
        accounts=ACCOUNTS,
    )
    set_up_shop(erp, desk, code, settings=settings)
    wait_for_subscriptions(desk)
    desk.put(locations=[LOCATION])
    # As patient as Shopify with an endpoint that is started again: eight failures in a row would end the subscription.
    desk.set_webhooks(retry_seconds=list(WEBHOOK_PAUSES))


def buy(desk: StoreDesk, numbers: range) -> None:
    """Orders to be shipped and paid, announced by webhook."""
    desk.put(orders=[_order_to_ship(number) for number in numbers], emit=True)


def _order_to_ship(number: int) -> Json:
    line, item = number * 10, f"LATE-{number}" if number % 2 else ITEM
    goods = {"id": f"gid://shopify/FulfillmentOrderLineItem/{line}", "totalQuantity": 1, "remainingQuantity": 1}
    to_ship = {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "OPEN",
        "assignedLocation": {"name": "Main", "location": {"id": LOCATION["id"]}},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "lineItems": [goods | {"lineItem": {"id": f"gid://shopify/LineItem/{line}"}}],
    }
    return an_order(
        number,
        lineItems=[a_line(line, sku=item)],
        fulfillmentOrders=[to_ship],
        displayFinancialStatus="PENDING",
        totalOutstandingSet=money("10.00"),
        transactions=[],
    )


def told(erp: Erp, receiver: Receiver, history: History, shop: str) -> Json:
    """An endpoint of the ERP that notes what it receives before it answers."""

    def noted(received: Received) -> Reply:
        history.note("received", shop=shop, id=received.id, content=received.content)
        return Reply()

    receiver.behave = noted
    made: Json = erp.post("/v1/webhook-endpoints", {"url": receiver.url, "shops": [shop]})
    return made
