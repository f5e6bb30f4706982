"""An installation of its own, secrets and persons planted wherever they can enter, and one story played through it.

Knows what was planted and keeps all that was said to anybody. What may stand where is the test's to say.
"""

import base64
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from app.adapters.postgres.embedded import FAST_AND_FORGETFUL, EmbeddedPostgres
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import (
    UNLIMITED,
    Installation,
    Simulator,
    all_documents,
    installation,
    scratch_folder,
    set_up_shop,
    wait_for_subscriptions,
)
from tests.acceptance.processes import command, until
from tests.acceptance.queue_orders import ITEM, a_line, an_order, money, run_import, shop_settings
from tests.acceptance.refunded_orders import ACCOUNTS, a_refund, amount, given_back
from tests.acceptance.test_peers_companies import a_company, a_location
from tests.acceptance.test_peers_companies import an_order as company_order
from tests.acceptance.test_privacy import shopify_says
from tests.webhook_receiver import Receiver, Reply, receiving

SHOP, DOMAIN = "aviary", "aviary.myshopify.com"
KIM, MIA, ROBIN = "Kanarikim", "Kanarimia", "Kanarirobin"
"""A buyer, whom a company sends, and a customer of the ERP's own."""
CAPTION = "Kanaribild"
PERSONS = ("kanari", "612345987")
KIMS_ID, KIMS_ORDERS = 7_300_001, (730001, 730002)
PHONE = "+31612345987"
APP_SECRET, DATABASE_PASSWORD = "k4n4ri-app-secret-0123456789", "k4n4ri-database-0123456789"
WRONG_PASSWORD, WRONG_KEY = "k4n4ri-wrong-password", f"ob_abcd2345_{'k4n4ri' * 8}"
SECONDS = 30
MIAS = {**a_company(7400, a_location(7401), email=f"{MIA}@example.com"), "name": f"{MIA} BV"}


@dataclass(slots=True, kw_only=True)
class Aviary:
    """The story's world, and all that it said."""

    service: Installation
    desk: StoreDesk
    erp: Erp
    receiver: Receiver
    collector: Receiver
    server_log: Path
    secrets: dict[str, str]
    """What was planted or given out, by what it is."""
    command_lines: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """Answers of 400 and more, to anybody."""
    pages: list[str] = field(default_factory=list)

    def runs(self, *arguments: str) -> None:
        done = command(*arguments, environment=self.service.environment)
        self.command_lines.append(done.stdout + done.stderr)

    def makes(self, what: str, *arguments: str) -> str:
        """The secret that a command prints, once."""
        done = command(*arguments, environment=self.service.environment)
        assert done.returncode == 0, done.stderr
        self.command_lines.append(done.stderr)
        self.secrets[what] = done.stdout.strip()
        return self.secrets[what]

    def listens_to(self, http: httpx.Client) -> httpx.Client:
        http.event_hooks["response"].append(self._heard)
        return http

    def _heard(self, answer: httpx.Response) -> None:
        if answer.status_code >= 400:
            self.refusals.append(f"{answer.headers}\n{answer.read().decode()}")

    def said(self) -> dict[str, str]:
        """Everything but the answers that are meant to tell of persons, by place."""
        http = self.erp.http
        return {
            "processes": self.service.process("all").said,
            "database server": self.server_log.read_text(errors="replace"),
            "traces": "\n".join(each.body.decode(errors="replace") for each in self.collector.received),
            "metrics": http.get("/metrics").text,
            "events": "\n".join(map(str, self.erp.events())),
            "deliveries": "\n".join(f"{each.headers} {each.body!r}" for each in self.receiver.received),
            "audit": "\n".join(map(str, self.erp.every("/v1/audit-entries"))),
            "log": "\n".join(map(str, self.erp.every("/v1/log-entries"))),
            "cues": http.get("/v1/activities").text,
            "refusals": "\n".join(self.refusals),
            "command lines": "\n".join(self.command_lines),
        }


@contextmanager
def aviary(simulator: Simulator) -> Iterator[Aviary]:
    """With a database server, a collector of traces and an ERP's endpoint beside it."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        server = EmbeddedPostgres(folder / "server", settings=FAST_AND_FORGETFUL)
        server.start()
        stack.callback(server.stop)
        receiver, collector = (stack.enter_context(receiving()) for _ in range(2))
        service = stack.enter_context(installation(simulator.url))
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        service.environment |= {
            "ORDERBRIDGE_DATABASE_URL": server.url().replace("@", f":{DATABASE_PASSWORD}@", 1),
            "ORDERBRIDGE_ENCRYPTION_KEYS": key,
            "ORDERBRIDGE_LOG_LEVEL": "debug",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        planted = {"database password": DATABASE_PASSWORD, "encryption key": key, "app secret": APP_SECRET}
        migrated = command("migrate", environment=service.environment)
        assert migrated.returncode == 0, migrated.stderr
        service.start()
        made = Aviary(
            service=service,
            desk=simulator.desk(DOMAIN),
            erp=service.caller(None),
            receiver=receiver,
            collector=collector,
            server_log=folder / "server" / "server.log",
            secrets=planted | {"wrong password": WRONG_PASSWORD, "wrong key": WRONG_KEY},
            command_lines=[migrated.stdout + migrated.stderr],
        )
        made.erp.http.headers["Authorization"] = f"Bearer {made.makes('API key', 'keys', 'create', '--name', 'erp')}"
        made.listens_to(made.erp.http)
        yield made


def play(story: Aviary) -> None:
    """From the installation to the credit memo, with everything that goes wrong on the way."""
    install(story)
    send_master_data(story)
    buy(story)
    ship_and_take_back(story)
    exchange_customers(story)
    look_around(story)
    go_wrong(story)
    replace_secrets(story)


def install(story: Aviary) -> None:
    """By OAuth, in a browser."""
    app = {"kind": "oauth", "client_id": "orderbridge-simulator", "client_secret": APP_SECRET}
    story.desk.put(
        shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"},
        throttle=UNLIMITED,
        app={"access_token": None, "client_secret": APP_SECRET},
        locations=[{"id": "gid://shopify/Location/61", "name": "Main", "isActive": True}],
        companies=[MIAS],
    )
    settings = shop_settings(
        orders={"auto_create_documents": True, "webhooks": True},
        customers={"mapping": "by_email_phone", "auto_create": True, "template_code": "WEB", "import": "all"},
        companies={"import": "all", "auto_create": True, "template_code": "WEB"},
        accounts=ACCOUNTS,
        refunds={"process": "auto_create"},
    )
    set_up_shop(story.erp, story.desk, SHOP, settings=settings, credentials=app)
    with httpx.Client(base_url=story.service.url, trust_env=False) as browser:
        story.listens_to(browser)
        begun = browser.get("/oauth/shopify/install", params={"shop": DOMAIN})
        back = browser.get(begun.headers["Location"]).headers["Location"]
        story.secrets |= {f"cookie {name}": value for name, value in browser.cookies.items()}
        assert browser.get(back.replace("&state=", "&state=x")).status_code == 403
        assert browser.get(back).status_code == 200
        browser.get(back)
    query = parse_qs(urlsplit(back).query)
    story.secrets |= {"OAuth code": query["code"][0], "OAuth state": query["state"][0]}
    wait_for_subscriptions(story.desk)


def send_master_data(story: Aviary) -> None:
    erp = story.erp
    angry = Reply(status=500, body=f"{KIM} ({KIM}@example.com) is unknown here".encode())
    story.receiver.behave = lambda got: angry if got.path == "/bad" else Reply()
    for path in ("/good", "/bad"):
        made = erp.post("/v1/webhook-endpoints", {"url": story.receiver.url + path, "shops": [SHOP]})
        story.secrets[f"endpoint secret {path}"] = made["secret"]
    erp.put(f"/v1/items/{ITEM}", {"description": "Teapot", "base_unit": "PCS"})
    erp.put(f"/v1/items/{ITEM}/images", {"images": [{"url": "https://127.0.0.1:1/pot.png", "alt": CAPTION}]})
    erp.put("/v1/customers/K-1", a_customer_of_the_erp(ROBIN))
    erp.put("/v1/customers/K-2", a_customer_of_the_erp(f"{ROBIN}2"))


def a_customer_of_the_erp(surname: str) -> Json:
    address = {"line1": f"{surname}straat 1", "postal_code": "1011 AB", "city": "Amsterdam", "country_code": "NL"}
    return {
        "name": f"Robin {surname}",
        "contact_name": f"Robin {surname}",
        "email": f"{surname}@example.com",
        "address": address,
    }


def kims_address() -> Json:
    return {
        "firstName": "Kim",
        "lastName": KIM,
        "name": f"Kim {KIM}",
        "company": f"{KIM} BV",
        "address1": f"{KIM}straat 17",
        "zip": "1011 AB",
        "city": "Amsterdam",
        "countryCodeV2": "NL",
        "phone": PHONE,
    }


def kims_order(number: int, **fields: Any) -> Json:
    engraving = [{"key": "engraving", "value": KIM}]
    goods = {"id": f"gid://shopify/FulfillmentOrderLineItem/{number}", "totalQuantity": 2, "remainingQuantity": 2}
    to_ship = {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": "OPEN",
        "assignedLocation": {"name": "Main", "location": {"id": "gid://shopify/Location/61"}},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "lineItems": [goods | {"lineItem": {"id": f"gid://shopify/LineItem/{number}0"}}],
    }
    return an_order(
        number,
        email=f"{KIM}@example.com",
        phone=PHONE,
        note=f"Ring at {KIM}",
        customer={"id": f"gid://shopify/Customer/{KIMS_ID}"},
        billingAddress=kims_address(),
        shippingAddress=kims_address(),
        customAttributes=[{"key": "gift for", "value": KIM}],
        lineItems=[a_line(number * 10, quantity=2, currentQuantity=2, customAttributes=engraving)],
        fulfillmentOrders=[to_ship],
        **fields,
    )


def buy(story: Aviary) -> None:
    """One order that is listed, one that is told of by webhook, one of a company."""
    story.desk.put(
        customers=[
            {
                "id": f"gid://shopify/Customer/{KIMS_ID}",
                "firstName": "Kim",
                "lastName": KIM,
                "defaultEmailAddress": {"emailAddress": f"{KIM}@example.com"},
                "defaultAddress": kims_address(),
            }
        ],
        orders=[kims_order(KIMS_ORDERS[0])],
    )
    run_import(story.erp, SHOP)
    story.desk.put(
        orders=[kims_order(KIMS_ORDERS[1]), company_order(740001, MIAS, note=f"For {MIA}", email=f"{MIA}@example.com")],
        emit=True,
    )
    until(lambda: len(documents(story)) >= 2, what="Kim's orders are documented", seconds=SECONDS)
    story.desk.change_order(str(KIMS_ORDERS[0]), note=f"No, ring at {KIM}'s sister's")


def documents(story: Aviary) -> list[Json]:
    return [each for each in all_documents(story.erp, SHOP) if each["order"]["name"] in {f"#{n}" for n in KIMS_ORDERS}]


def acknowledge(story: Aviary) -> None:
    for each in all_documents(story.erp, SHOP):
        if each["state"] in ("open", "released"):
            body = {"erp_document_no": f"ERP-{each['number']}", "version": each["version"]}
            story.erp.post(f"/v1/sales-documents/{each['id']}/acknowledge", body)


def ship_and_take_back(story: Aviary) -> None:
    acknowledge(story)
    first, second = KIMS_ORDERS
    for order, quantity in ((first, "2"), (first, "1"), (second, "1")):
        body: Json = {"erp_shipment_no": f"S-{order}-{quantity}", "shop": SHOP, "order_name": f"#{order}"}
        body |= {"lines": [{"shopify_line_id": f"{order}0", "quantity": quantity}]}
        tracking = [{"number": f"{KIM}-1", "url": f"https://parcels.example/{KIM}"}]
        made = story.erp.post("/v1/shipments", body | {"tracking": tracking})
        path = f"/v1/shipments/{made['id']}"
        until(lambda at=path: story.erp.get(at)["state"] != "pending", what="it is sent", seconds=SECONDS)  # type: ignore[misc]
    line = f"gid://shopify/LineItem/{first}0"
    story.desk.act(str(first), "requestReturn", lines=[{"id": line, "quantity": 1, "customerNote": f"{KIM} regrets"}])
    story.desk.act(str(first), "approveReturn")
    back = given_back(first * 10, amount("10.00"), restock="RETURN")
    refund = a_refund(7301, back, refunded=money("10.00"), note=f"{KIM} changed her mind")
    story.desk.put(orders=[kims_order(second, refunds=[refund], updatedAt="2026-01-21T09:00:00Z")], emit=True)
    until(lambda: len(list(story.erp.every("/v1/refunds", shop=SHOP))), what="the refund is here", seconds=SECONDS)


def exchange_customers(story: Aviary) -> None:
    erp, place = story.erp, f"/v1/shops/{SHOP}"
    wanted: Json = {
        "customers": {"customer_nos": ["K-1"]},
        "companies": {"customer_nos": ["K-2"]},
        "items": {"item_nos": [ITEM]},
    }
    for what, body in wanted.items():
        erp.end_of(erp.post(f"{place}/exports/{what}", body)["id"])
    for task in ("sync_customers", "sync_companies"):
        assert erp.finished_run(SHOP, task)["state"] == "succeeded"
    for found in list(erp.every("/v1/new-customers")):
        no = f"N-{found['id'][-6:]}"
        erp.post(f"/v1/new-customers/{found['id']}/acknowledge", {"no": no})


def look_around(story: Aviary) -> None:
    """At the console, by a wrong and a right password, and on the command line."""
    password = story.makes("console password", "users", "create", "olga", "--role", "admin")
    with httpx.Client(base_url=story.service.url, trust_env=False) as browser:
        story.listens_to(browser)
        tried = [
            browser.post("/console/sign-in", data={"name": "olga", "password": given}).status_code
            for given in (WRONG_PASSWORD, password)
        ]
        assert tried == [401, 303]
        story.secrets |= {f"cookie {name}": value for name, value in browser.cookies.items()}
        home = browser.get("/console/").text
        story.secrets["form token"] = re.findall(r'name="form_token" value="([^"]+)"', home)[0]
        orders = [f"/console/orders/{each['id']}" for each in story.erp.every("/v1/orders", shop=SHOP)]
        lists = ("log-entries", "audit-entries", "api-keys", "console-users", "webhook-endpoints", "privacy-requests")
        pages = (*lists, f"shops/{SHOP}/settings", f"shops/{SHOP}/connection", f"search/customers?text={KIM}")
        for path in (*orders, *(f"/console/{page}" for page in pages)):
            page = browser.get(path)
            assert page.status_code == 200, path
            story.pages.append(page.text.replace(story.secrets["form token"], ""))
        story.pages.append(browser.get(f"/console/no-{KIM}").text)
        browser.post(f"/console/shops/{SHOP}/tasks/import_orders/runs", data={"form_token": WRONG_PASSWORD})
    for arguments in (["check"], ["users", "list"], ["import", SHOP], ["secrets", "renew"]):
        story.runs(*arguments)
    story.runs("import", KIM)


def go_wrong(story: Aviary) -> None:
    erp = story.erp
    body: Json = {"id": KIMS_ORDERS[1], "email": f"{KIM}@example.com", "note": f"Ring at {KIM}"}
    shopify_says(story.service, DOMAIN, "orders/updated", body, delivery="told-whole", secret=APP_SECRET)
    erp.send("PUT", "/v1/customers/K-3", {"name": 17, "email": f"{KIM}@@", "nick_name": KIM})
    erp.send("PUT", "/v1/customers/K-3", {"name": f"{KIM}\u0000"})
    erp.send("GET", f"/v1/customers/{KIM}")
    erp.send("GET", "/v1/orders", q=KIM, nonsense=KIM, shop=KIM)
    erp.send("POST", "/v1/shipments", {"erp_shipment_no": "X", "order_name": KIM, "shop": SHOP, "lines": []})
    erp.send("POST", "/v1/shops", {"code": "x", "name": KIM, "credentials": {"client_secret": APP_SECRET}})
    wrong = {"kind": "client_credentials", "client_id": "a", "client_secret": APP_SECRET, "nonsense": APP_SECRET}
    erp.send("PUT", f"/v1/shops/{SHOP}/credentials", wrong)
    erp.http.post("/v1/shops", content=f'{{"name": "{KIM}", "client_secret": "{APP_SECRET}"'.encode())
    story.listens_to(story.service.caller(WRONG_KEY).http).get("/v1/orders")
    person = {"email": f"{KIM}@example.com", "note": KIM}
    for number, fault in enumerate(
        (
            {"kind": "cut_json", "times": 2},
            {"kind": "answer", "status": 200, "body": {"data": {"orders": {"nodes": [person]}}, "errors": KIM}},
            {"kind": "answer", "status": 200, "body": {"errors": [{"message": f"no order of {KIM}"}]}},
        )
    ):
        story.desk.change_order(str(KIMS_ORDERS[1]), note=f"{KIM} {number}")
        story.desk.fault(**fault)
        erp.finished_run(SHOP, "import_orders")
        story.desk.mend()
    erp.finished_run(SHOP, "import_orders")


def replace_secrets(story: Aviary) -> None:
    """The endpoint's and a key of another."""
    [good, *_] = story.erp.every("/v1/webhook-endpoints")
    rotated = story.erp.post(f"/v1/webhook-endpoints/{good['id']}/rotate-secret")
    made = story.erp.post("/v1/api-keys", {"name": "second", "scopes": ["orders:read"]})
    story.secrets |= {"new endpoint secret": rotated["secret"], "second API key": made["key"]}
    story.secrets["third API key"] = story.erp.post(f"/v1/api-keys/{made['id']}/rotate")["key"]
    story.erp.finished_run(SHOP, "import_orders")
