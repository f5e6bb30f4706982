"""The demonstration's shop: set up over the public API as an ERP developer would, then given a day of orders."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from app.demo.processes import DemoError

STORE_DOMAIN = "demo-store.myshopify.com"
SHOP = "demo"
CURRENCIES = ("CHF", "USD", "GBP", "JPY", "KWD")
WEBHOOKS_PATIENCE = 90.0
MOST_EVENTS = 250
"""What a page of the change feed holds."""

Json = dict[str, Any]


class Api:
    """A client of the service that stops the demonstration at the first refusal."""

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=60)

    def send(self, method: str, path: str, body: Json | None = None, **query: str | int) -> Json:
        answer = self._http.request(method, path, json=body, params=query)
        if answer.status_code >= 400:
            raise DemoError(f"{method} {path} answered {answer.status_code}: {answer.text[:600]}")
        found: Json = answer.json() if answer.content else {}
        return found

    def every(self, path: str, **query: str) -> Iterator[Json]:
        """All elements of a list, page by page."""
        while True:
            page = self.send("GET", path, None, limit=250, **query)
            yield from page["data"]
            if page["next_cursor"] is None:
                return
            query = {**query, "cursor": page["next_cursor"]}

    def close(self) -> None:
        self._http.close()


def set_up_shop(api: Api, credentials: Json) -> None:
    """A shop with the settings, accounts and currencies that the demonstration's orders need."""
    settings = {
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
    api.send("PUT", "/v1/customers/WEBSALES", {"name": "Web sales"})
    api.send(
        "POST",
        "/v1/shops",
        {
            "code": SHOP,
            "name": "Demonstration",
            "store_domain": STORE_DOMAIN,
            "credentials": credentials,
            "settings": settings,
        },
    )
    for currency in CURRENCIES:
        api.send("PUT", f"/v1/currency-mappings/{currency}", {"currency_code": currency})
    api.send("PUT", f"/v1/shops/{SHOP}/schedules/import_orders", {"enabled": True, "every_minutes": 1})


def send_items(api: Api, articles: Sequence[Json], unknown: Sequence[str]) -> int:
    """The ERP's items: every article of the store but the variants that the ERP does not know yet."""
    items = {
        variant["sku"]: {"no": variant["sku"], "description": article["title"], "base_unit": "PCS"}
        for article in articles
        for variant in article["variants"]
        if variant.get("sku") and str(variant.get("legacyResourceId")) not in unknown
    }
    rows = list(items.values())
    for start in range(0, len(rows), 250):
        api.send("POST", "/v1/items/batch", {"items": rows[start : start + 250]})
    return len(rows)


def wait_until_quiet(api: Api, expected: int) -> Mapping[str, Json]:
    """Wait until every order has come in and nothing is left to be done; the orders by Shopify id."""
    deadline = time.monotonic() + WEBHOOKS_PATIENCE
    # One order is announced by no webhook; the run below finds it. Before that, asking for little disturbs little.
    while _imported(api) < min(expected - 1, MOST_EVENTS) and time.monotonic() < deadline:
        time.sleep(0.1)
    while time.monotonic() < deadline:
        run = api.send("POST", f"/v1/shops/{SHOP}/tasks/import_orders/runs", {})
        run = api.send("GET", f"/v1/runs/{run['id']}", wait=25)
        waiting = sum(1 for _ in api.every(f"/v1/shops/{SHOP}/orders-to-import"))
        orders = {order["shopify_id"]: order for order in api.every("/v1/orders", shop=SHOP)}
        if run["state"] == "succeeded" and not waiting and len(orders) >= expected:
            return orders
        time.sleep(0.2)
    raise DemoError(f"Not all of the {expected} orders had come in after {WEBHOOKS_PATIENCE:.0f} s.")


def _imported(api: Api) -> int:
    return len(api.send("GET", "/v1/events", after=0, types="order.imported", limit=MOST_EVENTS)["data"])
