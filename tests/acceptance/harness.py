"""One Orderbridge with its own embedded PostgreSQL, and the simulated stores, as processes that talk HTTP.

Knows how they are started, together or by role, and how a shop is set up over the public API. Does not know what a test
does with them.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.store_simulator.state import DEFAULT_ACCESS_TOKEN, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.processes import OrderbridgeProcess, command, free_port, until
from tests.acceptance.searched import searched_at_its_end
from tests.canaries.answers import core
from tests.canaries.watch import tell
from tests.fast_folder import fast_folder

CREDENTIALS: Json = {"kind": "access_token", "access_token": DEFAULT_ACCESS_TOKEN, "api_secret": DEFAULT_CLIENT_SECRET}
CLIENT_CREDENTIALS: Json = {
    "kind": "client_credentials",
    "client_id": DEFAULT_CLIENT_ID,
    "client_secret": DEFAULT_CLIENT_SECRET,
}
UNLIMITED = {"maximumAvailable": 1_000_000, "restoreRate": 1_000_000}
"""A store whose limits never hold anybody up: for tests whose subject is something else."""


class Simulator:
    """The simulated stores of a test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = 0
        self._desks: list[StoreDesk] = []
        self._process = self._started()
        self.url = self._process.address()
        self._port = int(self.url.rsplit(":", 1)[1])

    def desk(self, domain: str) -> StoreDesk:
        desk = StoreDesk(self.url, domain)
        self._desks.append(desk)
        return desk

    def kill(self) -> None:
        self._process.kill()

    def start_again(self) -> None:
        """At the same address, with nothing in its stores."""
        self._process = self._started()
        self._process.address()

    def stop(self) -> None:
        for desk in self._desks:
            desk.close()
        self._process.stop()

    def _started(self) -> OrderbridgeProcess:
        arguments = ("simulator", "--port", str(self._port))
        return OrderbridgeProcess(*arguments, environment={}, log=self._folder / "simulator.log")


class Installation:
    """One Orderbridge: its folder, its settings, and whichever of its processes run at the moment."""

    def __init__(self, folder: Path, *, shopify_url: str, workers: int = 1) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "ORDERBRIDGE_DATA_DIR": str(folder / "data"),
            "ORDERBRIDGE_SHOPIFY_URL": f"{shopify_url}/{{store_domain}}",
            "ORDERBRIDGE_PUBLIC_URL": self.url,
            "ORDERBRIDGE_HOST": "127.0.0.1",
            "ORDERBRIDGE_PORT": str(self.port),
            "ORDERBRIDGE_WORKERS": str(workers),
            "ORDERBRIDGE_LOG_FORMAT": "json",
            "ORDERBRIDGE_ALLOW_PRIVATE_ENDPOINTS": "true",
        }
        self._processes: dict[str, OrderbridgeProcess] = {}
        self._erps: list[Erp] = []

    def start(self, role: str = "all") -> OrderbridgeProcess:
        """The processes of a role; returns once they are ready."""
        process = OrderbridgeProcess(
            "serve", "--role", role, environment=self.environment, log=self.folder / f"{role}.log"
        )
        self._processes[role] = process
        if role == "worker":
            process.wait_until_said("worker_started")
        else:
            process.address()
        return process

    def process(self, role: str) -> OrderbridgeProcess:
        return self._processes[role]

    def stop(self, role: str) -> int:
        return self._processes.pop(role).stop()

    def stop_all(self) -> None:
        for erp in self._erps:
            erp.close()
        # Workers first: what serves the API may be the last user of the database, which ends with it.
        for role in sorted(self._processes, reverse=True):
            self.stop(role)

    def erp(self, *, scopes: str | None = None, shops: str | None = None) -> Erp:
        """An ERP with a key of its own, made by the command line."""
        limits = (["--scopes", scopes] if scopes else []) + (["--shops", shops] if shops else [])
        made = command("keys", "create", "--name", "acceptance", *limits, environment=self.environment)
        assert made.returncode == 0, made.stderr
        key = made.stdout.strip()
        tell(core(key))
        return self.caller(key)

    def caller(self, key: str | None) -> Erp:
        erp = Erp(self.url, key)
        self._erps.append(erp)
        return erp

    def postmaster_pid(self) -> int:
        found = next((self.folder / "data").rglob("postmaster.pid"))
        return int(found.read_text().splitlines()[0])


@contextmanager
def simulated_stores() -> Iterator[Simulator]:
    with scratch_folder() as folder:
        simulator = Simulator(folder)
        try:
            yield simulator
        finally:
            simulator.stop()


@contextmanager
def installation(shopify_url: str, *, workers: int = 1, fixture: str | None = None) -> Iterator[Installation]:
    """An installation of which nothing runs yet; all of it ends with the block. ``fixture`` is by what its tests are
    known, if not all from now on are.
    """
    with scratch_folder() as folder:
        made = Installation(folder, shopify_url=shopify_url, workers=workers)
        with searched_at_its_end(made, fixture=fixture):
            yield made


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder with a short name, since sockets have a limit, and passable for the database's account."""
    folder = Path(tempfile.mkdtemp(prefix="orderbridge-acc-", dir=fast_folder()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def set_up_shop(erp: Erp, desk: StoreDesk, code: str, *, settings: Json, credentials: Json = CREDENTIALS) -> None:
    """A shop on the store of ``desk``."""
    erp.post(
        "/v1/shops",
        {"code": code, "name": code, "store_domain": desk.domain, "credentials": credentials, "settings": settings},
    )


def send_items(erp: Erp, desk: StoreDesk) -> None:
    """An ERP that knows every article of the store by its SKU."""
    products = desk.state("products")["products"]
    skus = {
        variant["sku"]: product["title"] for product in products for variant in product["variants"] if variant["sku"]
    }
    items = [{"no": sku, "description": title, "base_unit": "PCS"} for sku, title in sorted(skus.items())]
    for start in range(0, len(items), 250):
        batch = erp.post("/v1/items/batch", {"items": items[start : start + 250]})
        assert {result["status"] for result in batch["results"]} <= {200, 201}, batch


def place_orders(desk: StoreDesk, count: int, *, seed: int, lines: tuple[int, int], emit: bool = False) -> None:
    """Varied orders of an ordinary year ago, all of articles that the store has and an ERP can know."""
    desk.generate(
        seed=seed,
        count=count,
        preset="day",
        # Long settled: a copy read within seconds of its change would rightly be read once more.
        start="2025-06-01T08:00:00Z",
        firstNumber=1001,
        spacingSeconds=60,
        # An item that the ERP does not know is a refusal, which is the subject of other tests.
        options={"custom_lines": 0, "unlinked_products": 0, "lines": list(lines)},
        emit=emit,
    )


def prepare_for_orders(erp: Erp, desk: StoreDesk, code: str, *, seed: int, credentials: Json = CREDENTIALS) -> None:
    """A shop that can document whatever `place_orders` makes of the same seed, its articles known beforehand."""
    desk.put(shop={"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}, throttle=UNLIMITED)
    receive_everything(erp, desk, code, credentials=credentials)
    wait_for_subscriptions(desk)
    place_orders(desk, 1, seed=seed, lines=(1, 1))
    send_items(erp, desk)


def wait_for_subscriptions(desk: StoreDesk) -> None:
    """Until the service has subscribed to the store's order webhooks by itself."""

    def subscribed() -> bool:
        found = desk.state("webhookSubscriptions")["webhookSubscriptions"]
        return any(each["topic"] == "ORDERS_UPDATED" for each in found)

    until(subscribed, what="the service subscribes to the store's webhooks", seconds=20)


def all_documents(erp: Erp, shop: str) -> list[Json]:
    return list(erp.every("/v1/sales-documents", shop=shop, include="lines"))


def is_live(document: Json) -> bool:
    return document["state"] != "cancelled" and document["unlinked_at"] is None


GENEROUS_SETTINGS: dict[str, Any] = {
    "orders": {"auto_create_documents": True},
    "customers": {
        "auto_create": True,
        "template_code": "WEB",
        "default_customer_no": "WEBSALES",
        "default_as_last_resort": True,
    },
    "items": {"sku_mapping": "item_no"},
    "accounts": {"shipping_charges": "4100", "tips": "4200", "sold_gift_cards": "2450", "cash_rounding": "6990"},
}
"""Settings by which every order of the generator becomes a document, given items and currencies."""

CURRENCIES = ("EUR", "CHF", "USD", "GBP", "JPY", "KWD")


def receive_everything(erp: Erp, desk: StoreDesk, code: str, *, credentials: Json = CREDENTIALS) -> None:
    """A shop that can document whatever the generator makes."""
    erp.put("/v1/customers/WEBSALES", {"name": "Web sales"})
    for currency in CURRENCIES:
        erp.put(f"/v1/currency-mappings/{currency}", {"currency_code": currency})
    set_up_shop(erp, desk, code, settings=GENEROUS_SETTINGS, credentials=credentials)
