"""S10, S11: secrets and persons are planted wherever they can enter, and what the processes print is searched for them.

The API logs as JSON, the worker for a terminal, both at level debug; the database server's own log is searched too.
"""

import base64
import hashlib
import hmac
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from app.store_simulator.state import DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import columns_with
from tests.acceptance.harness import (
    CREDENTIALS,
    UNLIMITED,
    Installation,
    Simulator,
    installation,
    receive_everything,
    set_up_shop,
    wait_for_subscriptions,
)
from tests.acceptance.processes import until

SURNAME, STREET, NOTE = "Kanarinsky", "Kanariestraat 17", "Bitte bei Kanari klingeln"
EMAIL, PHONE, PHONE_DIGITS = "kanari@example.com", "+31612345987", "612345987"
SHARED_EMAIL = "kanari.family@example.com"
SECRET = "k4n4ri-client-secret-0123456789"
ANOTHER_TOKEN = "shpat_k4n4ri0123456789abcdef01234567"
CANARIES = ("kanari", PHONE_DIGITS, "k4n4ri")

SHOP, DOMAIN = "watched", "watched.myshopify.com"
EVERYTHING = {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True}

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]

ADDRESS: Json = {
    "firstName": "Kim",
    "lastName": SURNAME,
    "name": f"Kim {SURNAME}",
    "address1": STREET,
    "zip": "1011 AB",
    "city": "Amsterdam",
    "countryCodeV2": "NL",
    "phone": PHONE,
}


@dataclass(slots=True, kw_only=True)
class Watched:
    """What was printed while everything went right and wrong."""

    printed: dict[str, str]
    stored: set[str]
    """The columns, as ``table.column``, in which a canary was found."""
    api_key: str


@pytest.fixture(scope="module")
def watched(simulator: Simulator) -> Iterator[Watched]:
    desk = simulator.desk(DOMAIN)
    with installation(simulator.url) as service:
        service.environment["ORDERBRIDGE_LOG_LEVEL"] = "debug"
        service.start("api")
        service.environment["ORDERBRIDGE_LOG_FORMAT"] = "console"
        service.start("worker")
        erp = service.erp()
        _plant_orders(erp, desk)
        _plant_wrong_secrets(erp, simulator)
        _plant_bad_requests(service, erp)
        _plant_webhooks(service)
        _fail_imports(erp, desk)
        _lose_the_database(service, erp)
        logs = {role: service.process(role).said for role in ("api", "worker")}
        logs |= {path.name: path.read_text(errors="replace") for path in _server_logs(service)}
        logs["metrics"] = erp.http.get("/metrics").text
        logs["events"] = erp.http.get("/v1/events", params={"limit": 250}).text
        desk.close()
        stored = columns_with(service, CANARIES)
        yield Watched(printed=logs, stored=stored, api_key=erp.http.headers["Authorization"].removeprefix("Bearer "))


def _server_logs(service: Installation) -> list[Path]:
    return sorted((service.folder / "data" / "postgres").glob("server.log*"))


def _plant_orders(erp: Erp, desk: StoreDesk) -> None:
    customer = {"id": "gid://shopify/Customer/71", "firstName": "Kim", "lastName": SURNAME, "displayName": SURNAME}
    desk.put(
        shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"},
        throttle=UNLIMITED,
        customers=[{**customer, "defaultEmailAddress": {"emailAddress": EMAIL}, "defaultAddress": ADDRESS}],
        orders=[_order(1, customer, EMAIL), _order(2, customer, EMAIL), _order(3, None, SHARED_EMAIL)],
    )
    receive_everything(erp, desk, SHOP)
    erp.put("/v1/items/MUG", {"description": "Mug", "base_unit": "PCS"})
    wait_for_subscriptions(desk)
    erp.put("/v1/customers/K-1", {"name": f"Kim {SURNAME}", "email": EMAIL, "phone": PHONE})
    for no in ("K-5", "K-6"):
        erp.put(f"/v1/customers/{no}", {"name": f"Robin {SURNAME}", "email": SHARED_EMAIL})
    assert erp.finished_run(SHOP, "import_orders", EVERYTHING)["state"] == "succeeded"
    until(lambda: list(erp.every("/v1/sales-documents", shop=SHOP)), what="a document arises")
    assert [SURNAME in json.dumps(order) for order in erp.every("/v1/orders", shop=SHOP)] == [True] * 3


def _order(number: int, customer: Json | None, email: str) -> Json:
    engraving = [{"key": "engraving", "value": SURNAME}]
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "email": email,
        "phone": PHONE,
        "note": NOTE,
        "customer": {"id": customer["id"]} if customer else None,
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
        "customAttributes": [{"key": "gift for", "value": SURNAME}],
        "lineItems": [{"title": "Mug", "sku": "MUG", "quantity": 1, "customAttributes": engraving}],
    }


def _plant_wrong_secrets(erp: Erp, simulator: Simulator) -> None:
    for code, credentials in (
        ("wrong-secret", {"kind": "client_credentials", "client_id": "nobody-we-know", "client_secret": SECRET}),
        ("wrong-token", {**CREDENTIALS, "access_token": ANOTHER_TOKEN, "api_secret": SECRET}),
    ):
        desk = simulator.desk(f"{code}.myshopify.com")
        desk.put(shop={"currencyCode": "EUR"})
        set_up_shop(erp, desk, code, settings={}, credentials=credentials)
        erp.finished_run(code, "import_orders", EVERYTHING)
        desk.close()


def _plant_bad_requests(service: Installation, erp: Erp) -> None:
    erp.send("PUT", "/v1/customers/K-2", {"name": SURNAME, "nick_name": SURNAME})
    erp.send("PUT", "/v1/customers/K-2", {"name": 17, "email": f"{SURNAME}@@", "phone": SURNAME})
    erp.send("PUT", "/v1/customers/K-2", {"name": f"{SURNAME}\u0000"})
    erp.send("PUT", f"/v1/customers/{SURNAME}", {"name": SURNAME})
    erp.send("GET", f"/v1/customers/{SURNAME}-unknown")
    erp.send("GET", "/v1/customers", q=EMAIL, nonsense=SURNAME)
    erp.send("POST", "/v1/shops", {"code": "x", "name": SURNAME, "credentials": {"client_secret": SECRET}})
    erp.http.post("/v1/shops", content=f'{{"name": "{SURNAME}", "client_secret": "{SECRET}"'.encode())
    erp.http.get("/v1/orders", headers={"X-Canary": SURNAME, "If-Match": SURNAME, "Idempotency-Key": SURNAME})
    stranger = service.caller(f"ob_abcd2345_{'k4n4ri' * 8}")
    assert stranger.send("GET", "/v1/orders").status_code == 401


def _plant_webhooks(service: Installation) -> None:
    caller = service.caller(None)
    for body in (json.dumps({"id": 1, "email": EMAIL, "note": NOTE}).encode(), f'{{"email": "{EMAIL}'.encode()):
        right = base64.b64encode(hmac.digest(DEFAULT_CLIENT_SECRET.encode(), body, hashlib.sha256)).decode()
        for number, signature in enumerate((right, base64.b64encode(b"k4n4ri" * 5).decode())):
            caller.http.post(
                "/webhooks/shopify",
                content=body,
                headers={
                    "X-Shopify-Topic": "orders/updated",
                    "X-Shopify-Shop-Domain": DOMAIN,
                    "X-Shopify-Hmac-Sha256": signature,
                    "X-Shopify-Webhook-Id": f"canary-{len(body)}-{number}",
                },
            )


def _fail_imports(erp: Erp, desk: StoreDesk) -> None:
    person = {"email": EMAIL, "note": NOTE, "customer": {"lastName": SURNAME}}
    for fault in (
        {"kind": "partial_data", "times": 2},
        {"kind": "cut_json", "times": 2},
        {"kind": "answer", "status": 200, "body": {"data": {"orders": {"nodes": [person]}}, "errors": SURNAME}},
        {"kind": "answer", "status": 200, "body": {"data": {"nodes": [person], "orders": person}}},
        {"kind": "answer", "status": 200, "body": {"errors": [{"message": f"no such order of {EMAIL}"}]}},
        {"kind": "answer", "status": 403, "body": {"errors": f"[API] {EMAIL}"}},
    ):
        number = len(desk.state("orders")["orders"])
        desk.change_order(str(number), note=f"{NOTE} {fault['kind']}")
        desk.fault(**fault)
        erp.finished_run(SHOP, "import_orders", EVERYTHING)
        desk.mend()


def _lose_the_database(service: Installation, erp: Erp) -> None:
    os.kill(service.postmaster_pid(), signal.SIGKILL)

    def written() -> bool:
        answer = erp.send("PUT", "/v1/customers/K-3", {"name": SURNAME, "email": EMAIL, "phone": PHONE})
        return answer.status_code == 201

    until(written, what="the API writes again", seconds=20)


@pytest.mark.parametrize("place", ["api", "worker", "server.log", "server.log.before", "metrics", "events"])
def test_no_secret_and_no_person_is_printed(watched: Watched, place: str) -> None:
    printed = watched.printed[place]
    found = [line[:600] for line in printed.splitlines() if any(canary in line.lower() for canary in CANARIES)]

    assert printed
    assert found == []
    assert watched.api_key.split("_", 2)[2] not in printed
    assert DEFAULT_CLIENT_SECRET.removeprefix("shpss_") not in printed


def test_persons_are_stored_where_the_map_of_personal_data_says_so_and_nowhere_else(watched: Watched) -> None:
    allowed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.info["holds"] in {Holds.PERSON, Holds.PERSON_KEY}
    }

    assert {"customers.name", "orders.body", "webhook_inbox.body"} <= watched.stored
    assert watched.stored - allowed == set()
