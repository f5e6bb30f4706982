"""The demonstration from beginning to end."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.demo.processes import DemoError, Running, free_port, reached_here_at, said, together
from app.demo.report import (
    describe_documents,
    describe_figures,
    describe_orders,
    describe_refusals,
    how_to_go_on,
    where_to_look,
)
from app.demo.shop import SHOP, STORE_DOMAIN, Api, send_items, set_up_shop, wait_until_quiet
from app.store_simulator.state import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET

DAY_OF_ORDERS = 200
STORE_PORT = 9010
USER = "demo"
"""Who looks at it in the console."""
SEED = 20261120

Say = Callable[[str], None]


def tell(*, data_dir: Path, host: str, port: int, keep: bool, say: Say = print) -> None:
    """Run it, with a database of its own, on ``port`` if that is free. Raises ``DemoError`` with what went wrong."""
    # Told to stop, it ends as it does by itself: the processes it started must not outlive it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    here = reached_here_at(host)
    with _folder(data_dir) as folder:
        store_port, port = _port(STORE_PORT, "127.0.0.1", say), _port(port, host, say)
        environment = {
            "ORDERBRIDGE_DATA_DIR": str(folder),
            "ORDERBRIDGE_DATABASE_URL": "",
            "ORDERBRIDGE_MIGRATION_URL": "",
            "ORDERBRIDGE_ENCRYPTION_KEYS": "",
            "ORDERBRIDGE_SHOPIFY_URL": f"http://127.0.0.1:{store_port}/{{store_domain}}",
            "ORDERBRIDGE_PUBLIC_URL": f"http://{here}:{port}",
            "ORDERBRIDGE_PORT": str(port),
            "ORDERBRIDGE_HOST": host,
            "ORDERBRIDGE_LOG_FORMAT": "json",
        }
        say("A simulated Shopify store and Orderbridge with its own PostgreSQL are starting …")
        service = Running(["serve"], environment=environment, log=folder / "service.log")
        simulator = Running(["simulator", "--port", str(store_port)], environment={}, log=folder / "simulator.log")
        with together(service, simulator):
            key = said(folder, environment, "keys", "create", "--name", "demo")
            store_url, _ = simulator.address(), service.address()
            url = f"http://{here}:{port}"
            say(f"The store listens on {store_url}, Orderbridge on {url}.")
            api, store = Api(url, key), Api(store_url)
            _day(api, store, say, orders=DAY_OF_ORDERS, url=url, store_url=store_url, key=key, keep=keep)
            api.close()
            store.close()
            if keep:
                password = said(folder, environment, "users", "create", USER, "--role", "admin")
                for line in where_to_look(url, USER, password):
                    say(line)
                _until_interrupted()


def _day(api: Api, store: Api, say: Say, *, orders: int, url: str, store_url: str, key: str, keep: bool) -> None:
    store.send(
        "PUT", f"/control/{STORE_DOMAIN}/state", {"shop": {"currencyCode": "EUR", "ianaTimezone": "Europe/Amsterdam"}}
    )
    set_up_shop(
        api, {"kind": "client_credentials", "client_id": DEFAULT_CLIENT_ID, "client_secret": DEFAULT_CLIENT_SECRET}
    )
    _subscribed(store)
    say("A shop is set up over the API; its store sends webhooks for orders.")
    # One order is there already, with all articles of the store: the listing finds it. The others come by webhook.
    first = store.send("POST", f"/control/{STORE_DOMAIN}/orders/generate", _wish(1, emit=False))
    articles = store.send("GET", f"/control/{STORE_DOMAIN}/state", kinds="products")["products"]
    items = send_items(api, articles, first["unlinkedVariants"])
    store.send("DELETE", f"/control/{STORE_DOMAIN}/calls")
    say(f"The ERP has sent {items} items. Now a day of orders happens in the store …")
    began = time.monotonic()
    made = store.send("POST", f"/control/{STORE_DOMAIN}/orders/generate", _wish(orders - 1, emit=True))
    imported = wait_until_quiet(api, orders)
    seconds = time.monotonic() - began
    documents = list(api.every("/v1/sales-documents", shop=SHOP, include="lines"))
    calls = store.send("GET", f"/control/{STORE_DOMAIN}/calls", since=2**31)
    paragraphs = [
        describe_orders(imported.values()),
        describe_documents(documents),
        describe_refusals(imported.values()),
        describe_figures(seconds=seconds, orders=len(imported), calls=calls, webhooks=int(made["webhooks"])),
        how_to_go_on(url, key, documents[0] if documents else None, store_url=store_url, kept=keep),
    ]
    for paragraph in paragraphs:
        say("")
        for line in paragraph:
            say(line)


def _wish(count: int, *, emit: bool) -> dict[str, Any]:
    # Within three days of a day of orders their returns are through: a store tells of nothing that is yet to come.
    start = f"{datetime.now(UTC) - timedelta(days=4):%Y-%m-%dT%H:%M:%SZ}"
    return {"seed": SEED, "count": count, "preset": "day", "spacingSeconds": 400, "emit": emit, "start": start}


def _subscribed(store: Api) -> None:
    """Wait until the service has subscribed to the store's order webhooks by itself."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        state = store.send("GET", f"/control/{STORE_DOMAIN}/state", kinds="webhookSubscriptions")
        if any(each["topic"] == "ORDERS_UPDATED" for each in state["webhookSubscriptions"]):
            return
        time.sleep(0.1)
    raise DemoError("The service made no webhook subscriptions within 20 s.")


@contextmanager
def _folder(data_dir: Path) -> Iterator[Path]:
    """A folder of this demonstration's own: nothing that an earlier or killed one left can disturb it."""
    folder = data_dir / f"demo-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder.resolve()
    except DemoError:
        # Its logs say more than the error does.
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _port(preferred: int, host: str, say: Say) -> int:
    port = free_port(preferred, host=host)
    if preferred not in {0, port}:
        say(f"Port {preferred} cannot be had; {port} is used instead.")
    return port


def _until_interrupted() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
