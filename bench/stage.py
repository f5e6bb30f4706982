"""What every measurement stands on: a PostgreSQL of its own, the simulated store and the service as processes.

Nothing of it is shared with an installation, and nothing of it stays.
"""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from app.adapters.postgres.embedded import EmbeddedPostgres
from app.demo.processes import Running, free_port, together
from app.demo.shop import Api
from app.store_simulator.state import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET

SHOP = "bench"
DOMAIN = "bench-store.myshopify.com"
CONTROL = f"/control/{DOMAIN}"
CREDENTIALS = {"kind": "client_credentials", "client_id": DEFAULT_CLIENT_ID, "client_secret": DEFAULT_CLIENT_SECRET}
KEPT_LOG = "1GB"
"""How much of its log the server uses again, as one does that has run for a day under such loads."""
LONG_AGO = "2025-06-01T08:00:00Z"
SETTINGS = {
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

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The server and a folder; every measurement gets a database of its own."""

    folder: Path
    postgres: EmbeddedPostgres

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        asyncio.run(_create_database(self.postgres.url(), name))
        return self.postgres.url(database=name)


async def _create_database(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """The server, with the durability of a production database: nothing is switched off."""
    postgres = EmbeddedPostgres(folder / "postgres", settings={"min_wal_size": KEPT_LOG})
    with postgres:
        yield Stage(folder=folder, postgres=postgres)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running service and the store it reads."""

    environment: Mapping[str, str]
    """What it was started with; the same settings open the same installation elsewhere."""
    database: str
    api: Api
    store: Api
    process: Running

    def cpu_seconds(self) -> float:
        """What all processes of the service have used so far."""
        return sum(_cpu_seconds(pid) for pid in _with_children(self.process.pid))

    def workers(self) -> list[int]:
        """The processes that the service started."""
        return [pid for pid in _with_children(self.process.pid) if pid != self.process.pid]


@contextmanager
def serving(
    stage: Stage, name: str, *, role: str = "all", webhooks: bool = False, workers: int = 1
) -> Iterator[Service]:
    """The simulated store, and the service on a database of its own; with ``webhooks`` the store knows where it is."""
    simulator = Running(["simulator", "--port", "0"], environment={}, log=stage.folder / f"{name}.simulator.log")
    with together(simulator):
        store_url, port = simulator.address(), free_port(0)
        environment = {
            "ORDERBRIDGE_DATA_DIR": str(stage.folder),
            "ORDERBRIDGE_DATABASE_URL": stage.database(name),
            "ORDERBRIDGE_ENCRYPTION_KEYS": base64.b64encode(os.urandom(32)).decode(),
            "ORDERBRIDGE_SHOPIFY_URL": f"{store_url}/{{store_domain}}",
            "ORDERBRIDGE_PUBLIC_URL": f"http://127.0.0.1:{port}" if webhooks else "",
            "ORDERBRIDGE_HOST": "127.0.0.1",
            "ORDERBRIDGE_PORT": str(port),
            "ORDERBRIDGE_WORKERS": str(workers),
            "ORDERBRIDGE_LOG_FORMAT": "json",
        }
        arguments = ["serve", "--migrate", "--role", role]
        process = Running(arguments, environment=environment, log=stage.folder / f"{name}.log")
        with together(process):
            api, store = Api(process.address(), _key(environment)), Api(store_url)
            yield Service(
                environment=environment,
                database=environment["ORDERBRIDGE_DATABASE_URL"],
                api=api,
                store=store,
                process=process,
            )
            api.close()
            store.close()


def _key(environment: dict[str, str]) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "app.cli", "keys", "create", "--name", "bench"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def set_up_shop(service: Service, *, code: str = SHOP, domain: str = DOMAIN) -> None:
    """A shop that documents whatever comes, and imports only when it is asked to or told by webhook."""
    api = service.api
    # Points for everybody: what is measured is us, not how long Shopify makes us wait.
    unthrottled = {"maximumAvailable": 10_000_000, "restoreRate": 10_000_000}
    service.store.send("PUT", f"/control/{domain}/state", {"throttle": unthrottled})
    api.send("PUT", "/v1/customers/WEBSALES", {"name": "Web sales"})
    shop = {
        "code": code,
        "name": "Bench",
        "store_domain": domain,
        "credentials": CREDENTIALS,
        "settings": SETTINGS,
    }
    api.send("POST", "/v1/shops", shop)
    api.send("PUT", f"/v1/shops/{code}/schedules/import_orders", {"enabled": False, "every_minutes": 60})


def generate(
    service: Service, count: int, *, emit: bool = False, start: str = LONG_AGO, seed: int = 3, domain: str = DOMAIN
) -> None:
    """Typical orders in the store."""
    wish = {"seed": seed, "count": count, "preset": "typical", "start": start, "spacingSeconds": 60, "emit": emit}
    service.store.send("POST", f"/control/{domain}/orders/generate", wish)


def send_items(service: Service, *, domain: str = DOMAIN) -> None:
    """Every article of the store as an item of the ERP."""
    products = service.store.send("GET", f"/control/{domain}/state", kinds="products")["products"]
    skus = sorted({variant["sku"] for product in products for variant in product["variants"] if variant.get("sku")})
    for start in range(0, len(skus), 250):
        service.api.send("POST", "/v1/items/batch", {"items": [{"no": sku} for sku in skus[start : start + 250]]})


def import_everything(service: Service) -> Json:
    """A run over all orders of the store, to its end."""
    return run_of_orders(service, {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True})


def run_of_orders(service: Service, parameters: Json) -> Json:
    """A run of the import, to its end."""
    return ended(service, start_run(service, parameters))


def start_run(service: Service, parameters: Json, *, shop: str = SHOP) -> Json:
    """A run of the import, just asked for."""
    return service.api.send("POST", f"/v1/shops/{shop}/tasks/import_orders/runs", {"parameters": parameters})


def ended(service: Service, run: Json) -> Json:
    """The run when it has succeeded."""
    while run["finished_at"] is None:
        run = service.api.send("GET", f"/v1/runs/{run['id']}", wait=25)
    if run["state"] != "succeeded":
        raise RuntimeError(f"The import of the bench's orders ended as {run['state']}: {run}")
    return run


def peak_of(pid: int) -> int:
    """The most that a process ever had resident, in kibibytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(_fields(place)[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(place.parent.name))
    return found


def _cpu_seconds(pid: int) -> float:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _fields(place: Path) -> list[str]:
    """Behind the command's name, which may hold blanks: the state is the first, the parent the second."""
    return place.read_text().rpartition(")")[2].split()
