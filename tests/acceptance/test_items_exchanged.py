"""P70 over HTTP between processes: products of the store that are no items yet, and items that are to be products."""

from typing import Any

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Simulator, all_documents, set_up_shop
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import a_line, an_order, open_store, run_import, shop_settings


def a_product(number: int, sku: str, **variant: Any) -> Json:
    thing = {"id": f"gid://shopify/InventoryItem/{number}", "harmonizedSystemCode": "691110", "tracked": True}
    own = {"id": f"gid://shopify/ProductVariant/{number}", "sku": sku, "price": "12.50", "inventoryItem": thing}
    return {
        "id": f"gid://shopify/Product/{number}",
        "title": f"Pot {number}",
        "vendor": "Acme",
        "variants": [own | variant],
    }


def a_shop(erp: Erp, simulator: Simulator, code: str, **settings: Json) -> StoreDesk:
    desk = simulator.desk(f"{code}.myshopify.com")
    open_store(erp, desk)
    items = {"sku_mapping": "item_no"} | settings.pop("items", {})
    set_up_shop(erp, desk, code, settings=shop_settings(items=items, **settings))
    return desk


def last_position(erp: Erp) -> int:
    return max((event["position"] for event in erp.events()), default=0)


def discovered(erp: Erp, after: int) -> list[Json]:
    return [event for event in erp.events(after) if event["type"] == "item.discovered"]


def test_an_erp_reads_what_was_discovered_makes_the_item_and_the_order_that_waited_is_documented(
    erp: Erp, simulator: Simulator
) -> None:
    desk = a_shop(erp, simulator, "discovering", items={"auto_create": True})
    desk.put(
        products=[a_product(88_001, "NEW-POT", barcode="4006381333931")],
        orders=[an_order(88_100, lineItems=[a_line(881_000, sku="NEW-POT")])],
    )
    run_import(erp, "discovering")
    [order] = erp.get("/v1/orders", shop="discovering")["data"]
    assert (order["state"], [each["code"] for each in order["problems"]]) == ("blocked", ["item_missing"])
    before = last_position(erp)

    run = erp.finished_run("discovering", "sync_products")

    assert run["counts"]["discovered"] == 1, run
    until(lambda: discovered(erp, before) != [], what="the product is announced")
    [event] = discovered(erp, before)
    assert (event["shop"], event["resource"]["type"]) == ("discovering", "discovered_item")
    found = erp.get(event["resource"]["url"])
    [variant] = found["variants"]
    assert (found["title"], found["vendor"], found["known"]) == ("Pot 88001", "Acme", False)
    assert (variant["sku"], variant["barcode"], variant["price"]) == ("NEW-POT", "4006381333931", "12.50")
    assert (variant["hs_code"], variant["item_no"]) == ("691110", None)
    assert [each["id"] for each in erp.every("/v1/discovered-items", shop="discovering", known="false")] == [
        found["id"]
    ]

    erp.put("/v1/items/NEW-POT", {"description": found["title"], "base_unit": "PCS"})

    until(lambda: all_documents(erp, "discovering") != [], what="the order that waited for the item is documented")
    [document] = all_documents(erp, "discovering")
    assert [line["no"] for line in document["lines"]] == ["NEW-POT"]
    again = erp.finished_run("discovering", "sync_products")
    assert (again["counts"]["discovered"], discovered(erp, before)) == (0, [event])
    assert erp.get(event["resource"]["url"])["known"] is True


def test_a_variant_that_is_linked_by_hand_is_as_good_as_its_sku(erp: Erp, simulator: Simulator) -> None:
    desk = a_shop(erp, simulator, "linking", items={"auto_create": True})
    variant = {"id": "gid://shopify/ProductVariant/88002"}
    line = a_line(882_000, sku="theirs", variant=variant, product={"id": "gid://shopify/Product/88002"})
    desk.put(products=[a_product(88_002, "theirs")], orders=[an_order(88_200, lineItems=[line])])
    run_import(erp, "linking")
    erp.finished_run("linking", "sync_products")
    [found] = erp.every("/v1/discovered-items", shop="linking")
    erp.put("/v1/items/OURS-88", {"description": found["title"], "base_unit": "PCS"})
    assert all_documents(erp, "linking") == []

    path = f"/v1/shops/linking/store-variants/{found['variants'][0]['store_variant_id']}"
    erp.put(path, {"item_no": "OURS-88"})

    until(lambda: all_documents(erp, "linking") != [], what="the order that waited for the link is documented")
    [document] = all_documents(erp, "linking")
    assert [line["no"] for line in document["lines"]] == ["OURS-88"]


def test_an_item_asked_for_becomes_a_product_once_and_what_cannot_is_a_skipped_record(
    erp: Erp, simulator: Simulator
) -> None:
    """Others: choose the products (frappe#387)."""
    desk = a_shop(erp, simulator, "sending")
    erp.put("/v1/items/SEND-1", {"description": "Sent pot", "unit_price": "9.95"})
    erp.put("/v1/items/SEND-2", {"description": "", "unit_price": "9.95"})
    asked = {"item_nos": ["SEND-2", "SEND-1", "SEND-1"]}

    first = erp.end_of(erp.post("/v1/shops/sending/exports/items", asked)["id"])
    again = erp.end_of(erp.post("/v1/shops/sending/exports/items", asked)["id"])

    assert (first["state"], first["counts"]["created"], again["counts"].get("created", 0)) == ("succeeded", 1, 0), again
    [product] = desk.state("products")["products"]
    assert (product["title"], product["variants"][0]["price"]) == ("Sent pot", "9.95")
    [link] = erp.every("/v1/shops/sending/store-variants")
    assert link["item_no"] == "SEND-1"
    [skipped] = erp.every("/v1/skipped-records", shop="sending", resource_type="item", open="true")
    assert skipped["resource_id"] == skipped["no"]
    assert (skipped["no"], skipped["reason"]) == ("SEND-2", "no_description")


def test_items_that_are_asked_for_are_named_and_belong_to_a_shop_that_the_caller_sees(
    erp: Erp, simulator: Simulator
) -> None:
    a_shop(erp, simulator, "naming")

    for path, body, status in (
        ("/v1/shops/nowhere/exports/items", {"item_nos": ["A"]}, 404),
        ("/v1/shops/naming/exports/items", {"item_nos": []}, 422),
        ("/v1/shops/naming/exports/items", {"items": ["A"]}, 422),
        ("/v1/discovered-items/itd_01nothing", None, 404),
    ):
        answer = erp.send("GET" if body is None else "POST", path, body)
        assert answer.status_code == status, answer.text


@pytest.mark.long
def test_a_webhook_about_a_product_has_it_discovered_without_anybody_asking(erp: Erp, simulator: Simulator) -> None:
    desk = a_shop(erp, simulator, "woken", items={"auto_create": True})
    before = last_position(erp)
    erp.put("/v1/shops/woken/schedules/sync_products", {"enabled": True, "every_minutes": 1440})

    def subscribed() -> bool:
        found = desk.state("webhookSubscriptions")["webhookSubscriptions"]
        return {"PRODUCTS_CREATE", "PRODUCTS_UPDATE"} <= {each["topic"] for each in found}

    until(subscribed, what="the service subscribes to what the scheduled task hears of", seconds=30)
    desk.put(products=[a_product(88_003, "WOKEN-POT")])

    desk.announce("gid://shopify/Product/88003", "PRODUCTS_CREATE", "PRODUCTS_UPDATE")

    until(lambda: discovered(erp, before) != [], what="the product is discovered", seconds=60)
    runs = list(erp.every("/v1/runs", shop="woken", task="sync_products"))
    assert [each["requested_by"] for each in runs] == ["webhook"]
