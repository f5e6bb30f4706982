"""Plain orders in Shopify's words, and shops that take them in, for tests of filters and of the queue.

Knows how an order is told to the simulated store; does not know what a test expects of it.
"""

from typing import Any

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import UNLIMITED, set_up_shop

CUSTOMER, ITEM = "QUEUE-WEB", "QUEUE-ITEM"
UNFORESEEN = {"createdAt": "9999-12-31T23:59:59Z"}
"""A day past all calendars in the shop's time zone: the import breaks off as nobody foresaw."""


def money(amount: str) -> Json:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def a_line(number: int, *, sku: str | None = ITEM, price: str = "10.00", **fields: Any) -> Json:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "quantity": 1,
        "sku": sku,
        "originalUnitPriceSet": money(price),
        "product": {"legacyResourceId": "801"},
        "variant": {"legacyResourceId": str(90_000 + number % 1_000)},
    } | fields


def an_order(number: int, **fields: Any) -> Json:
    """Open, paid, of one line, ten days before the next minute that matters."""
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": "2026-01-15T09:00:00Z",
        "updatedAt": "2026-01-15T09:00:00Z",
        "displayFinancialStatus": "PAID",
        "currencyCode": "EUR",
        "sourceName": "web",
        "lineItems": [a_line(number * 10)],
        "shippingLines": [],
        "fulfillmentOrders": [],
    } | fields


def in_country(code: str) -> Json:
    return {"firstName": "Anna", "lastName": "Buyer", "address1": "Street 1", "city": "Town", "countryCodeV2": code}


def shop_settings(**groups: Json) -> Json:
    """Settings by which a plain order becomes a document; listed by runs alone, so that a test says when."""
    plain: Json = {
        "general": {"local_currency": "EUR", "time_zone": "Europe/Amsterdam", "country_code": "NL"},
        "orders": {"auto_create_documents": True, "webhooks": False},
        "customers": {"mapping": "always_default", "default_customer_no": CUSTOMER},
        "items": {"sku_mapping": "item_no"},
    }
    return {name: plain.get(name, {}) | groups.get(name, {}) for name in {**plain, **groups}}


def open_store(erp: Erp, desk: StoreDesk, **shops: Json) -> None:
    """A store with these shops, made in this order, each with the filters given; and master data for its orders."""
    desk.put(throttle=UNLIMITED, shop={"currencyCode": "EUR", "ianaTimezone": "UTC"})
    erp.put(f"/v1/customers/{CUSTOMER}", {"name": "Web sales"})
    erp.put(f"/v1/items/{ITEM}", {"description": "Teapot", "base_unit": "PCS"})
    for code, filters in shops.items():
        settings = shop_settings(orders={"auto_create_documents": True, "webhooks": False, "filters": filters})
        set_up_shop(erp, desk, code.replace("_", "-"), settings=settings)


def names(erp: Erp, shop: str) -> list[str]:
    """The orders that a shop holds."""
    return sorted(order["name"] for order in erp.every("/v1/orders", shop=shop))


def queue(erp: Erp, shop: str, **filters: object) -> dict[str, Json]:
    """The rows of a shop's queue by Shopify id."""
    return {row["shopify_id"]: row for row in erp.every(f"/v1/shops/{shop}/orders-to-import", **filters)}


def run_import(erp: Erp, shop: str, *, filters: Json | None = None, **parameters: Any) -> Json:
    """A run to its end, which must be a good one."""
    body = {"filters": filters or {}, "parameters": parameters}
    run = erp.end_of(erp.post(f"/v1/shops/{shop}/tasks/import_orders/runs", body)["id"])
    assert run["state"] == "succeeded", run
    return run
