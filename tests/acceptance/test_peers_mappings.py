"""Peers' cases 41 and 48 over HTTP: a hundred and twenty locations are all listed, and a deleted one is named."""

import pytest

from tests.acceptance.clients import Erp, Json
from tests.acceptance.harness import UNLIMITED, Simulator, set_up_shop
from tests.acceptance.processes import until

SHOP, DOMAIN = "mapped", "mapped.myshopify.com"
LOCATIONS = f"/v1/shops/{SHOP}/location-mappings"
SETTINGS: Json = {
    "general": {"local_currency": "EUR", "time_zone": "UTC", "country_code": "NL"},
    "orders": {"auto_create_documents": True, "location_mandatory": True},
    "customers": {"mapping": "always_default", "default_customer_no": "MAPPED"},
    "items": {"sku_mapping": "item_no"},
}

pytestmark = pytest.mark.timeout(120)


def an_order(number: int, location: int | None) -> Json:
    line = {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Teapot",
        "quantity": 1,
        "sku": "MAPPED-TEAPOT",
        "originalUnitPriceSet": {"shopMoney": {"amount": "10.00"}},
    }
    ships = {"lineItem": {"id": line["id"]}, "totalQuantity": 1, "remainingQuantity": 1}
    place = {"name": f"Place {location or 'gone'}", "location": location and {"legacyResourceId": str(location)}}
    return {
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "lineItems": [line],
        "shippingLines": [],
        "fulfillmentOrders": [{"status": "OPEN", "assignedLocation": place, "lineItems": [ships]}],
    }


def test_what_the_store_has_is_pulled_mapped_and_used(simulator: Simulator, erp: Erp) -> None:
    desk = simulator.desk(DOMAIN)
    places = [{"legacyResourceId": str(number), "name": f"Place {number}"} for number in range(1, 121)]
    desk.put(
        throttle=UNLIMITED, shop={"currencyCode": "EUR"}, locations=places, orders=[an_order(1, 120), an_order(2, None)]
    )
    erp.put("/v1/customers/MAPPED", {"name": "Web sales"})
    erp.put("/v1/items/MAPPED-TEAPOT", {"description": "Teapot", "base_unit": "PCS"})
    set_up_shop(erp, desk, SHOP, settings=SETTINGS)

    run = erp.end_of(erp.post(f"/v1/shops/{SHOP}/mappings/pull")["id"])
    assert (run["state"], run["counts"]["locations"], run["errors"]) == ("succeeded", 120, [])
    assert run["progress"] == {"done": 6, "total": 6}
    listed = list(erp.every(LOCATIONS))
    assert {(each["name"], each["status"], each["location_code"]) for each in listed} == {
        (f"Place {number}", "active", None) for number in range(1, 121)
    }

    assert erp.finished_run(SHOP, "import_orders")["counts"]["blocked"] == 2
    problems = {order["name"]: order["problems"] for order in erp.every("/v1/orders", shop=SHOP)}
    [unmapped], [deleted] = problems["#1"], problems["#2"]
    assert (unmapped["code"], deleted["code"]) == ("location_missing", "location_missing")
    assert "“Place gone”" in deleted["detail"]

    erp.put(f"{LOCATIONS}/120", {"location_code": "BLUE"})

    def documents() -> list[Json]:
        return list(erp.every("/v1/sales-documents", shop=SHOP, include="lines"))

    until(lambda: bool(documents()), what="the order of the mapped location is documented by itself")
    [document] = documents()
    assert [(line["type"], line["location_code"]) for line in document["lines"]] == [("item", "BLUE")]
    desk.put(replace=True, locations=places[:-1])
    erp.finished_run(SHOP, "pull_mappings")
    kept = erp.get(f"{LOCATIONS}/120")
    assert (kept["location_code"], kept["status"]) == ("BLUE", "not_at_store")

    # Where locations are optional the deleted one is blank, and the order goes on telling so.
    erp.patch(f"/v1/shops/{SHOP}", {"settings": {"orders": {"location_mandatory": False}}})
    until(lambda: len(documents()) == 2, what="the order of the deleted location is documented by itself")
    [blank] = [each for each in documents() if each["order"]["name"] == "#2"]
    assert [(line["type"], line["location_code"]) for line in blank["lines"]] == [("item", None)]
    order = erp.get(f"/v1/orders/{blank['order']['id']}")
    assert order["lines"][0]["locations"] == [{"location_id": None, "location_code": None, "quantity": "1"}]
    [ships] = erp.every(f"/v1/orders/{order['id']}/fulfilment-orders")
    assert (ships["location_id"], ships["location_name"]) == (None, "Place gone")
    left = {each["location_id"] for each in erp.every(LOCATIONS) if not each["location_code"]}
    assert len(left) == 119
