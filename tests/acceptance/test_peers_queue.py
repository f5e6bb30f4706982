"""What went wrong with the queues of others: their users' cases 17, 18, 20 and 45, over HTTP between processes."""

from tests.acceptance.clients import Erp, Json
from tests.acceptance.harness import Simulator, all_documents, set_up_shop
from tests.acceptance.queue_orders import a_line, an_order, names, open_store, queue, run_import, shop_settings

DELETED: Json = {"product": None, "variant": None, "sku": "KETTLE-1", "title": "Discontinued kettle", "vendor": "Acme"}
"""What is left on a line of a product that the store has deleted: the copy taken at its sale."""


def problems(erp: Erp, shop: str) -> dict[str, list[Json]]:
    """By order, why it makes no document."""
    return {order["name"]: order["problems"] for order in erp.every("/v1/orders", shop=shop) if order["problems"]}


def test_an_order_whose_last_line_has_no_product_is_held_and_never_documented_short_of_it(
    erp: Erp, simulator: Simulator
) -> None:
    """Case 17."""
    desk = simulator.desk("peers-17.myshopify.com")
    open_store(erp, desk, peers_17={})
    desk.put(orders=[an_order(1701, lineItems=[a_line(17011), a_line(17012), a_line(17013, **DELETED)])])

    run = run_import(erp, "peers-17")

    [problem] = problems(erp, "peers-17")["#1701"]
    assert (problem["code"], problem["pointer"]) == ("item_missing", "/lines/17013/item_no")
    assert "Discontinued kettle" in problem["detail"]
    assert problem["remedy"]
    assert (all_documents(erp, "peers-17"), run["counts"]["blocked"]) == ([], 1)

    [order] = erp.every("/v1/orders", shop="peers-17")
    [held] = [line["id"] for line in order["lines"] if line["shopify_id"] == "17013"]
    erp.patch(f"/v1/orders/{order['id']}/lines/{held}", {"item_no": "QUEUE-ITEM"})
    [document] = all_documents(erp, "peers-17")
    assert len(document["lines"]) == 3


def test_one_order_with_a_deleted_product_blocks_none_of_the_others(erp: Erp, simulator: Simulator) -> None:
    """Case 18."""
    desk = simulator.desk("peers-18.myshopify.com")
    open_store(erp, desk, peers_18={})
    orders = [an_order(18_000 + place) for place in range(100)]
    orders[2]["lineItems"] = [a_line(180_020, **DELETED)]
    desk.put(orders=orders)

    run = run_import(erp, "peers-18")

    assert (run["counts"]["documents"], run["counts"]["blocked"], run["counts"]["failed"]) == (99, 1, 0)
    held = problems(erp, "peers-18")
    assert [(name, [each["code"] for each in found]) for name, found in held.items()] == [("#18002", ["item_missing"])]
    assert "Discontinued kettle" in held["#18002"][0]["detail"]
    blocked = [order["name"] for order in erp.every("/v1/orders", shop="peers-18", state="blocked")]
    assert (blocked, len(all_documents(erp, "peers-18"))) == (["#18002"], 99)


def test_nothing_older_than_the_first_day_comes_in_until_asked_for_and_then_once(
    erp: Erp, simulator: Simulator
) -> None:
    """Case 20."""
    desk = simulator.desk("peers-20.myshopify.com")
    open_store(erp, desk)
    general = {"local_currency": "EUR", "time_zone": "UTC", "country_code": "NL", "start_date": "2026-01-15"}
    set_up_shop(erp, desk, "peers-20", settings=shop_settings(general=general))
    days = [f"2025-{month:02}-{day:02}" for month in (10, 11, 12) for day in (1, 11, 21)]
    history = [an_order(20_001 + place, createdAt=f"{day}T09:00:00Z") for place, day in enumerate(days)]
    desk.put(orders=[*history, an_order(20_100)])

    run_import(erp, "peers-20")
    run_import(erp, "peers-20", updated_since="2025-01-01T00:00:00Z")
    assert names(erp, "peers-20") == ["#20100"]
    assert len(queue(erp, "peers-20", unclaimed=True)) == len(history)

    november: Json = {"created_from": "2025-11-01T00:00:00Z", "created_to": "2025-11-30T23:59:59Z"}
    first, second = (run_import(erp, "peers-20", **november) for _ in range(2))
    assert names(erp, "peers-20") == ["#20004", "#20005", "#20006", "#20100"]
    assert (first["counts"]["imported"], second["counts"]["imported"]) == (3, 0)
    assert len(all_documents(erp, "peers-20")) == 4


def test_an_order_at_the_very_boundary_of_the_listing_is_neither_missed_nor_imported_twice(
    erp: Erp, simulator: Simulator
) -> None:
    """Case 45: one changed in the second at which the cursor stands."""
    desk = simulator.desk("peers-45.myshopify.com")
    open_store(erp, desk)
    settings = shop_settings(orders={"auto_create_documents": True, "webhooks": False, "cursor_overlap_minutes": 0})
    set_up_shop(erp, desk, "peers-45", settings=settings)
    desk.put(orders=[an_order(45_001)])
    run_import(erp, "peers-45")
    [before] = erp.every("/v1/orders", shop="peers-45")

    desk.put(orders=[an_order(45_002)])
    again = run_import(erp, "peers-45")

    assert names(erp, "peers-45") == ["#45001", "#45002"]
    assert (again["counts"]["listed"], again["counts"]["unchanged"], again["counts"]["imported"]) == (2, 1, 1)
    after = {order["name"]: order for order in erp.every("/v1/orders", shop="peers-45")}
    assert after["#45001"] == before
    assert len(all_documents(erp, "peers-45")) == 2
