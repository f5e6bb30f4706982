"""Filters, claiming and the queue of orders to import over HTTP between processes (P11, P12, orders 1.15 to 1.22)."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Simulator
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import (
    UNFORESEEN,
    a_line,
    an_order,
    in_country,
    names,
    open_store,
    queue,
    run_import,
)

NOBODYS: Json = {"name": {"in": ["no such order"]}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """What tells an order from a plain one, the filter that wants it, and the filter that will not have it."""

    fields: Json
    wanted: Json
    unwanted: Json


def tax(amount: str, *, liable: bool) -> Json:
    return {"title": "VAT", "rate": 0.19, "channelLiable": liable, "priceSet": {"shopMoney": {"amount": amount}}}


TRAITS = {
    "financial status": Trait(
        fields={"displayFinancialStatus": "PENDING"},
        wanted={"financial_status": {"in": ["Pending", "authorized"]}},
        unwanted={"financial_status": {"not_in": ["pending"]}},
    ),
    "fulfilment status": Trait(
        fields={"displayFulfillmentStatus": "PARTIALLY_FULFILLED"},
        wanted={"fulfilment_status": {"in": ["partially_fulfilled"]}},
        unwanted={"fulfilment_status": {"not_in": ["partially_fulfilled"]}},
    ),
    "channel": Trait(
        fields={"sourceName": "pos"},
        wanted={"channel": {"in": ["POS"]}},
        unwanted={"channel": {"not_in": ["pos"]}},
    ),
    "tags": Trait(
        fields={"tags": ["VIP", "gift", "other"]},
        wanted={"tags": {"contains": ["vip", "Gift"]}},
        unwanted={"tags": {"not_contains": ["vip"]}},
    ),
    "risk": Trait(
        fields={"risk": {"assessments": [{"riskLevel": "LOW"}, {"riskLevel": "HIGH"}]}},
        wanted={"risk": {"in": ["high"]}},
        unwanted={"risk": {"not_in": ["high"]}},
    ),
    "test": Trait(fields={"test": True}, wanted={"test": True}, unwanted={"test": False}),
    "confirmed": Trait(fields={"confirmed": False}, wanted={"confirmed": False}, unwanted={"confirmed": True}),
    "ship-to country": Trait(
        fields={"shippingAddress": in_country("BE")},
        wanted={"ship_to_country": {"in": ["be", "LU"]}},
        unwanted={"ship_to_country": {"not_in": ["BE"]}},
    ),
    "sell-to country": Trait(
        fields={"displayAddress": in_country("LU")},
        wanted={"sell_to_country": {"in": ["LU"]}},
        unwanted={"sell_to_country": {"not_in": ["LU"]}},
    ),
    "bill-to country": Trait(
        fields={"billingAddress": in_country("FR")},
        wanted={"bill_to_country": {"in": ["FR"]}},
        unwanted={"bill_to_country": {"not_in": ["FR"]}},
    ),
    "total": Trait(
        fields={"lineItems": [a_line(990, price="100.00")]},
        wanted={"total": {"min": "100.00", "max": "100"}},
        unwanted={"total": {"min": "0", "max": "99.99"}},
    ),
    "tax": Trait(
        fields={"taxLines": [tax("1.60", liable=False)]},
        wanted={"tax": {"min": "1.60", "max": "1.60"}},
        unwanted={"tax": {"max": "1.59"}},
    ),
    "attribute": Trait(
        fields={"customAttributes": [{"key": "Gift", "value": "yes"}]},
        wanted={"attribute": {"has": ["gift"]}},
        unwanted={"attribute": {"has_not": ["gift"]}},
    ),
    "channel-liable": Trait(
        fields={"taxLines": [tax("0.00", liable=True)]},
        wanted={"channel_liable": True},
        unwanted={"channel_liable": False},
    ),
}
PLAIN: Json = {
    "taxesIncluded": True,
    "shippingAddress": in_country("NL"),
    "billingAddress": in_country("NL"),
    "displayAddress": in_country("NL"),
}
UNWANTED: Json = {name: rule for trait in TRAITS.values() for name, rule in trait.unwanted.items()}
WANTED: Json = {name: rule for trait in TRAITS.values() for name, rule in trait.wanted.items()}


def of_traits(number: int, traits: Iterable[str]) -> Json:
    """An order with these traits and otherwise a plain one; both traits of taxes make one tax line."""
    chosen = list(traits)
    fields = {name: value for trait in chosen for name, value in TRAITS[trait].fields.items()}
    if {"tax", "channel-liable"} <= set(chosen):
        fields["taxLines"] = [tax("1.60", liable=True)]
    lines = [
        a_line(number * 10, price=line["originalUnitPriceSet"]["shopMoney"]["amount"])
        for line in fields.pop("lineItems", [])
    ]
    return an_order(number, **PLAIN, **({"lineItems": lines} if lines else {})) | fields


def a_store(erp: Erp, simulator: Simulator, name: str, **shops: Json) -> StoreDesk:
    desk = simulator.desk(f"{name}.myshopify.com")
    open_store(erp, desk, **shops)
    return desk


def test_all_filters_of_a_run_must_hold_and_what_fails_one_of_them_waits_in_the_queue(
    erp: Erp, simulator: Simulator
) -> None:
    desk = a_store(erp, simulator, "wanted", wanted={})
    lacking = [of_traits(2001 + place, set(TRAITS) - {trait}) for place, trait in enumerate(TRAITS)]
    named = [of_traits(number, TRAITS) for number in (2090, 2091)]
    desk.put(orders=[*lacking, *named])

    run_import(erp, "wanted", filters={**WANTED, "name": {"in": ["#2090"], "not_in": []}, "action": "new"})

    assert names(erp, "wanted") == ["#2090"]
    waiting = queue(erp, "wanted")
    assert len(waiting) == len(TRAITS) + 1
    assert {(row["state"], row["shop"], row["due_at"], row["attempts"]) for row in waiting.values()} == {
        ("waiting", "wanted", None, 0)
    }

    run_import(erp, "wanted")
    assert (len(names(erp, "wanted")), queue(erp, "wanted")) == (len(TRAITS) + 2, {})


def test_a_shop_claims_no_order_that_one_of_its_negated_filters_refuses(erp: Erp, simulator: Simulator) -> None:
    desk = a_store(erp, simulator, "unwanted", unwanted={**UNWANTED, "name": {"not_in": ["#3090"]}})
    having = [of_traits(3001 + place, [trait]) for place, trait in enumerate(TRAITS)]
    desk.put(orders=[*having, of_traits(3090, []), of_traits(3091, [])])

    run_import(erp, "unwanted")

    assert names(erp, "unwanted") == ["#3091"]
    assert len(queue(erp, "unwanted", unclaimed=True)) == len(TRAITS) + 1


def test_two_shops_split_a_store_and_each_order_stays_with_the_first_that_claimed_it(
    erp: Erp, simulator: Simulator
) -> None:
    """1.16, 1.17: web and till. By run and by webhook alike."""
    no_test = {"test": False}
    desk = a_store(
        erp,
        simulator,
        "web-and-till",
        split_web={"channel": {"not_in": ["pos"]}, **no_test},
        split_till={"channel": {"in": ["pos"]}, **no_test},
        split_late=no_test,
    )
    desk.put(orders=[an_order(4001), an_order(4002, sourceName="pos"), an_order(4003, test=True)])

    run_import(erp, "split-web")

    assert (names(erp, "split-web"), names(erp, "split-till"), names(erp, "split-late")) == (["#4001"], ["#4002"], [])
    for shop in ("split-web", "split-till", "split-late"):
        [unclaimed] = queue(erp, shop, unclaimed=True).values()
        assert (unclaimed["state"], unclaimed["shop"], unclaimed["name"]) == ("unclaimed", None, "#4003")

    erp.patch("/v1/shops/split-web", {"settings": {"orders": {"filters": {"channel": {"not_in": ["web", "pos"]}}}}})
    desk.change_order("4001", emit=False, note="changed", updatedAt="2026-01-15T10:00:00Z")
    run_import(erp, "split-till")
    [order] = erp.get("/v1/orders", shop="split-web")["data"]
    assert (order["name"], order["note"]) == ("#4001", "changed")

    erp.patch("/v1/shops/split-late", {"settings": {"orders": {"webhooks": True}}})
    until(lambda: "ORDERS_CREATE" in subscribed(desk), what="the service subscribes", seconds=20)
    desk.put(orders=[an_order(4004, sourceName="pos")], emit=True)
    until(lambda: "#4004" in names(erp, "split-till"), what="the announced order is claimed")


def subscribed(desk: StoreDesk) -> set[str]:
    return {each["topic"] for each in desk.state("webhookSubscriptions")["webhookSubscriptions"]}


def test_what_nobody_claimed_is_taken_in_by_id_or_once_filters_let_it(erp: Erp, simulator: Simulator) -> None:
    desk = a_store(erp, simulator, "nobodys", nobodys=NOBODYS)
    desk.put(orders=[an_order(5001), an_order(5002), an_order(5003, sourceName="pos")])
    run_import(erp, "nobodys")
    rows = queue(erp, "nobodys", unclaimed=True)
    assert (sorted(rows), names(erp, "nobodys")) == (["5001", "5002", "5003"], [])

    chosen = {"ids": [rows["5001"]["id"]], "shopify_ids": ["5003"]}
    run = erp.end_of(erp.post("/v1/shops/nobodys/orders-to-import/import", chosen)["id"])
    assert (run["counts"]["imported"], names(erp, "nobodys")) == (2, ["#5001", "#5003"])

    # Without a run: the change of the filters alone makes it due.
    erp.patch("/v1/shops/nobodys", {"settings": {"orders": {"filters": {"name": None}}}})
    until(lambda: "#5002" in names(erp, "nobodys"), what="the unclaimed order is claimed")
    assert queue(erp, "nobodys") == {}


def test_an_import_that_fails_says_why_is_tried_again_later_and_parked_in_the_end(
    erp: Erp, simulator: Simulator
) -> None:
    desk = a_store(erp, simulator, "failing", failing={})
    desk.put(orders=[an_order(6001, **UNFORESEEN), an_order(6002)])

    run = run_import(erp, "failing")

    assert (names(erp, "failing"), run["counts"]["failed"], len(run["errors"])) == (["#6002"], 1, 1)
    [row] = queue(erp, "failing", has_error=True).values()
    assert (row["state"], row["attempts"], row["error_code"]) == ("failed", 1, "import_failed")
    assert row["due_at"] > row["failed_at"]
    assert row["error_detail"] in run["errors"][0]["detail"]
    assert cue(erp, "failing") == 1

    for _ in range(4):
        run_import(erp, "failing")
    [row] = queue(erp, "failing", parked=True).values()
    assert (row["state"], row["attempts"], row["due_at"]) == ("parked", 5, None)
    run_import(erp, "failing")
    assert queue(erp, "failing", parked=True)["6001"]["attempts"] == 5

    desk.change_order("6001", emit=False, createdAt="2026-01-15T09:00:00Z", updatedAt="2026-01-15T09:00:00Z")
    assert erp.send("POST", f"/v1/shops/failing/orders-to-import/{row['id']}/retry").status_code == 204
    until(lambda: "#6001" in names(erp, "failing"), what="the retried order is imported")
    assert (queue(erp, "failing"), cue(erp, "failing")) == ({}, 0)


def cue(erp: Erp, shop: str) -> int:
    shown = erp.get("/v1/activities", shop=shop)["data"]
    return next(int(each["count"]) for each in shown if each["cue"] == "orders_to_import_with_errors")


def test_an_order_left_out_stays_out_until_it_changes_or_somebody_asks_for_it(erp: Erp, simulator: Simulator) -> None:
    """1.22."""
    desk = a_store(erp, simulator, "left-out", left_out=NOBODYS)
    desk.put(orders=[an_order(7001), an_order(7002), an_order(7003)])
    run_import(erp, "left-out")
    rows = queue(erp, "left-out")
    for row in rows.values():
        assert erp.send("DELETE", f"/v1/shops/left-out/orders-to-import/{row['id']}").status_code == 204

    erp.patch("/v1/shops/left-out", {"settings": {"orders": {"filters": {"name": None}}}})
    run_import(erp, "left-out", updated_since="2026-01-01T00:00:00Z")
    run_import(erp, "left-out", created_from="2026-01-01T00:00:00Z")
    assert (names(erp, "left-out"), queue(erp, "left-out")) == ([], {})

    desk.change_order("7001", emit=False, note="changed", updatedAt="2026-01-15T09:30:00Z")
    run_import(erp, "left-out")
    assert names(erp, "left-out") == ["#7001"]
    run = erp.post("/v1/shops/left-out/orders-to-import/import", {"shopify_ids": ["7002"]})
    erp.end_of(run["id"])
    assert names(erp, "left-out") == ["#7001", "#7002"]


@pytest.mark.parametrize(
    ("filters", "pointer"),
    [
        ({"colour": {"in": ["red"]}}, "/filters/colour"),
        ({"total": {"min": 5}}, "/filters/total"),
        ({"tax": {"min": "5", "max": "4.99"}}, "/filters/tax/max"),
        ({"tags": {"in": ["a"]}}, "/filters/tags"),
        ({"action": "gone"}, "/filters/action"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_name(
    erp: Erp, simulator: Simulator, filters: Json, pointer: str
) -> None:
    if erp.send("GET", "/v1/shops/wrong-filter").status_code == 404:
        a_store(erp, simulator, "wrong-filter", wrong_filter={})

    run = erp.send("POST", "/v1/shops/wrong-filter/tasks/import_orders/runs", {"filters": filters})
    schedule = {"enabled": True, "every_minutes": 5, "filters": filters}
    put = erp.send("PUT", "/v1/shops/wrong-filter/schedules/import_orders", schedule)

    for refusal in (run, put):
        assert refusal.status_code == 422, refusal.text
        assert pointer in {error["pointer"] for error in refusal.json()["errors"]}
