"""The example from beginning to end: a simulated store, Orderbridge, a real Tryton, the adapter between the last two.

Starts them and plays the buyers and the clock. Everything that concerns Tryton happens in programs of its own
environment, which know Orderbridge by its REST surface only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.demo.processes import DemoError, Running, free_port, said, together
from app.demo.shop import Api

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parents[1] / ".cache" / "tryton"
ACTIVATED = ENVIRONMENT / "activated.sqlite"
"""An empty database with Tryton's modules activated, which takes it half a minute; kept for the next run."""
DATABASE = "books"
PASSWORD = "tryton-of-the-example"
DOMAIN, SHOP = "tryton.myshopify.com", "tryton"
CREDENTIALS = {
    "kind": "client_credentials",
    "client_id": "orderbridge-simulator",
    "client_secret": "shpss_simulator_secret",
}
SETTINGS = {
    "orders": {"auto_create_documents": True},
    "refunds": {"process": "auto_create"},
    "customers": {"auto_create": True, "template_code": "WEB"},
    "items": {"sku_mapping": "item_no"},
    "accounts": {
        "shipping_charges": "4100",
        "refunds": "4200",
        "refunds_not_restocked": "4200",
        "sold_gift_cards": "4300",
        "cash_rounding": "4900",
    },
}
PATIENCE_SECONDS = 60.0

Json = dict[str, Any]


def money(amount: str) -> Json:
    return {"shopMoney": {"amount": amount}}


def vat(price: str, rate: str) -> Json:
    """The VAT contained in a gross price, rounded as Shopify rounds it: by itself."""
    gross = Decimal(price)
    contained = (gross - gross / (1 + Decimal(rate))).quantize(Decimal("0.01"))
    return {"title": "VAT", "rate": float(rate), "priceSet": money(str(contained))}


def a_line(number: int, sku: str, quantity: int, price: str, rate: str) -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": sku.title(),
        "sku": sku,
        "quantity": quantity,
        "originalUnitPriceSet": money(price),
        "taxLines": [vat(str(quantity * Decimal(price)), rate)],
    }


def an_address(number: int, buyer: str) -> Json:
    name = {"firstName": buyer, "lastName": "Jansen"}
    return {**name, "address1": f"Theekade {number - 5000}", "zip": "3511 AB", "city": "Utrecht", "countryCodeV2": "NL"}


def a_buyer(order: Json) -> Json:
    """The store customer of an order: whose party Tryton is to have."""
    address = order["billingAddress"]
    return {
        "id": order["customer"]["id"],
        "firstName": address["firstName"],
        "lastName": address["lastName"],
        "defaultEmailAddress": {"emailAddress": order["email"]},
        "addressesV2": [address],
        "defaultAddress": address,
    }


def an_order(number: int, buyer: str, *lines: Json, freight: str | None = None) -> Json:
    address = an_address(number, buyer)
    charge = [] if freight is None else [{"title": "Standard", "originalPriceSet": money(freight)}]
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "email": f"{buyer.lower()}@example.com",
        "displayFinancialStatus": "PAID",
        "taxesIncluded": True,
        "customer": {"id": f"gid://shopify/Customer/{number}"},
        "billingAddress": address,
        "shippingAddress": address,
        "lineItems": list(lines),
        "shippingLines": [{**each, "taxLines": [vat(str(freight), "0.21")]} for each in charge],
    }


ORDERS = [
    an_order(5001, "Anna", a_line(50011, "KETTLE", 2, "39.90", "0.21"), freight="4.95"),
    # Seven lines of odd cents at two rates: here Shopify's rounding and Tryton's part.
    an_order(
        5002,
        "Bram",
        *(a_line(50020 + place, "TEA-100", place, "4.37", "0.09") for place in range(1, 6)),
        a_line(50026, "TEAPOT", 1, "24.99", "0.21"),
        a_line(50027, "KETTLE", 3, "33.33", "0.21"),
    ),
    an_order(5003, "Carla", a_line(50031, "TEAPOT", 1, "24.99", "0.21")),
]
REFUND = {
    "legacyResourceId": "6001",
    "totalRefundedSet": money("39.90"),
    "refundLineItems": [
        {
            "id": "gid://shopify/RefundLineItem/60011",
            "lineItem": {"id": "gid://shopify/LineItem/50011"},
            "quantity": 1,
            "restockType": "RETURN",
            "restocked": True,
            "subtotalSet": money("39.90"),
            "totalTaxSet": vat("39.90", "0.21")["priceSet"],
        }
    ],
    "transactions": [
        {
            "id": "gid://shopify/OrderTransaction/60012",
            "kind": "REFUND",
            "status": "SUCCESS",
            "gateway": "shopify_payments",
            "amountSet": money("39.90"),
        }
    ],
}


class Tryton:
    """A Tryton server on a database of its own, and its programs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port(8069)
        self._settings = folder / "trytond.conf"
        self._settings.write_text(
            f"[database]\nuri = sqlite://\npath = {folder}\n"
            f"[product]\nprice_decimal = 6\n[web]\nlisten = 127.0.0.1:{self._port}\n"
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """The server, with a company set up in it."""
        self._activate()
        log = (self._folder / "trytond.log").open("wb")
        command = [str(ENVIRONMENT / "bin" / "trytond"), "-c", str(self._settings), "-d", DATABASE]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            self._until_it_listens(server)
            self.run("company.py")
            yield
        finally:
            server.terminate()
            server.wait()
            log.close()

    def run(self, program: str, *arguments: str, **environment: str) -> str:
        """One of the programs beside this file, in Tryton's environment; what it printed."""
        given = {
            "TRYTON_URL": f"http://127.0.0.1:{self._port}/{DATABASE}/rpc/",
            "TRYTON_USER": "admin",
            "TRYTON_PASSWORD": PASSWORD,
            **environment,
        }
        return command_output([ENVIRONMENT / "bin" / "python", HERE / program, *arguments], given)

    def _activate(self) -> None:
        database = self._folder / f"{DATABASE}.sqlite"
        if not ACTIVATED.exists():
            database.touch()
            password = self._folder / "password"
            password.write_text(PASSWORD)
            admin = [ENVIRONMENT / "bin" / "trytond-admin", "-c", self._settings, "-d", DATABASE]
            wanted = ["-u", "sale", "--activate-dependencies", "--email", "admin@example.com"]
            command_output([*admin, *wanted], {"TRYTONPASSFILE": str(password)})
            shutil.copy(database, ACTIVATED.with_suffix(".part"))
            ACTIVATED.with_suffix(".part").rename(ACTIVATED)
        shutil.copy(ACTIVATED, database)

    def _until_it_listens(self, server: "subprocess.Popen[bytes]") -> None:
        log = self._folder / "trytond.log"
        until(lambda: server.poll() is not None or "Running on" in log.read_text(errors="replace"), "Tryton listens")
        if server.poll() is not None:
            raise DemoError(f"Tryton ended before it was ready:\n{log.read_text(errors='replace')[-2000:]}")


def command_output(command: list[Any], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [str(part) for part in command], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DemoError(f"{Path(str(command[1])).name} failed:\n{done.stdout}\n{done.stderr[-3000:]}")
    return done.stdout


def until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise DemoError(f"Not within {PATIENCE_SECONDS:.0f} s: {what}.")
        time.sleep(0.1)


class Play:
    """The day of the example: what buyers, warehouse and clock do, and what came of it."""

    def __init__(self, *, api: Api, store: Api, tryton: Tryton, url: str, key: str) -> None:
        self._api = api
        self._store = store
        self._tryton = tryton
        self._access = {"URL": url, "KEY": key}

    def tell(self) -> None:
        self._open()
        print("\n== Three orders: two to send, one taken away from the shop. The adapter's first pass:")
        self._pass()
        print("\n== The warehouse sends; the adapter's second pass tells it to Shopify:")
        print(self._tryton.run("warehouse.py"), end="")
        self._pass()
        self._until_fulfilled()
        print("\n== Anna sends one kettle back and is refunded; the third pass books the credit note:")
        self._store.send("POST", f"/control/{DOMAIN}/orders/5001/refund", {"refund": REFUND})
        self._import()
        until(lambda: len(self._documents("released")) == 1, "the credit memo is released")
        self._pass()
        before = self._tryton.run("counted.py")
        print("\n== Once more, with nothing new:")
        print(self._pass() or "(nothing is booked, acknowledged or told twice)")
        self._compare(before)

    def _open(self) -> None:
        """The shop and its customers' orders; items come from Tryton, by the adapter's first look."""
        state = {"shop": {"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam", "taxesIncluded": True}}
        self._store.send("PUT", f"/control/{DOMAIN}/state", state)
        shop = {"code": SHOP, "name": "Tea and Kettles", "store_domain": DOMAIN}
        self._api.send("POST", "/v1/shops", {**shop, "credentials": CREDENTIALS, "settings": SETTINGS})
        self._pass()
        self._store.send(
            "PUT", f"/control/{DOMAIN}/state", {"customers": [a_buyer(each) for each in ORDERS], "orders": ORDERS}
        )
        self._store.send("POST", f"/control/{DOMAIN}/orders/5003/fulfil")
        self._import()
        until(lambda: len(self._documents("released")) == len(ORDERS), "the documents are released")

    def _import(self) -> None:
        run = self._api.send("POST", f"/v1/shops/{SHOP}/tasks/import_orders/runs", {})
        until(
            lambda: self._api.send("GET", f"/v1/runs/{run['id']}", wait=25)["state"] == "succeeded", "the import ends"
        )

    def _pass(self) -> str:
        said = self._tryton.run("adapter.py", SHOP, **self._access)
        print(said, end="")
        return said

    def _documents(self, state: str) -> list[Json]:
        return list(self._api.every("/v1/sales-documents", shop=SHOP, state=state))

    def _until_fulfilled(self) -> None:
        def fulfilled() -> bool:
            told = list(self._api.every("/v1/shipments", shop=SHOP))
            return len(told) == 2 and all(each["state"] == "synchronised" for each in told)

        until(fulfilled, "both shipments are fulfilments in the store")
        print(f"the store has {len(self._fulfilments())} fulfilments")

    def _fulfilments(self) -> list[Json]:
        found: list[Json] = self._store.send("GET", f"/control/{DOMAIN}/fulfillments")["fulfillments"]
        return found

    def _compare(self, before: str) -> None:
        """What must be so at the end, whoever watches."""
        after = self._tryton.run("counted.py")
        if after != before:
            raise DemoError(f"Something was made twice. Before:\n{before}\nafter:\n{after}")
        posted = self._documents("posted")
        if len(posted) != len(ORDERS) + 1 or len(self._fulfilments()) != len(ORDERS):
            raise DemoError(f"{len(posted)} documents posted, {len(self._fulfilments())} fulfilments in the store.")
        print(f"\nIn Tryton: {after}", end="")
        print(
            f"In Orderbridge: {len(posted)} documents posted under Tryton's numbers, every total Shopify's to the cent."
        )


def main() -> None:
    if not (ENVIRONMENT / "bin" / "trytond").exists():
        raise DemoError("Tryton's environment is missing: make example-tryton makes it.")
    with tempfile.TemporaryDirectory(prefix="orderbridge-tryton-") as name:
        folder = Path(name)
        store_port, port = free_port(9010), free_port(8000)
        environment = {
            "ORDERBRIDGE_DATA_DIR": str(folder / "orderbridge"),
            "ORDERBRIDGE_DATABASE_URL": "",
            "ORDERBRIDGE_ENCRYPTION_KEYS": "",
            "ORDERBRIDGE_SHOPIFY_URL": f"http://127.0.0.1:{store_port}/{{store_domain}}",
            "ORDERBRIDGE_PORT": str(port),
            "ORDERBRIDGE_LOG_FORMAT": "json",
        }
        print("A simulated store, Orderbridge and Tryton are starting …")
        tryton = Tryton(folder)
        service = Running(["serve"], environment=environment, log=folder / "service.log")
        simulator = Running(["simulator", "--port", str(store_port)], environment={}, log=folder / "simulator.log")
        with together(service, simulator), tryton.running():
            url, store = service.address(), Api(simulator.address())
            key = said(folder, environment, "keys", "create", "--name", "tryton")
            Play(api=Api(url, key), store=store, tryton=tryton, url=url, key=key).tell()


if __name__ == "__main__":
    try:
        main()
    except DemoError as error:
        sys.exit(str(error))
