"""What returns, exchanges and refunds did to documents elsewhere: the cases 9 to 11, 25, 26, 28 and 29 of peers."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Simulator, all_documents, set_up_shop
from tests.acceptance.queue_orders import ITEM, a_line, an_order, open_store, run_import, shop_settings
from tests.acceptance.refunded_orders import ACCOUNTS, a_refund, amount, given_back, memo

SHOP = "peers-refunds"
TEN = amount("10.00")


class RefundingShop:
    """A shop that credits by itself, returned goods to RETURNS."""

    def __init__(self, erp: Erp, desk: StoreDesk) -> None:
        self.erp = erp
        self.desk = desk

    def sells(self, number: int, *lines: Json, **fields: Any) -> None:
        """A paid order, documented."""
        place = {"name": "Warehouse", "location": {"legacyResourceId": "5001"}}
        pieces = [{"lineItem": {"id": line["id"]}, "totalQuantity": 1, "remainingQuantity": 1} for line in lines]
        ships = {
            "id": f"gid://shopify/FulfillmentOrder/{number}",
            "status": "OPEN",
            "assignedLocation": place,
            "lineItems": pieces,
        }
        order = an_order(number, lineItems=list(lines), fulfillmentOrders=[ships], **fields)
        self.desk.put(orders=[order])
        self.imports(number)

    def imports(self, number: int) -> None:
        run_import(self.erp, SHOP, order_shopify_ids=[str(number)])

    def order(self, number: int) -> Json:
        [listed] = self.erp.every("/v1/orders", shop=SHOP, shopify_id=str(number))
        order: Json = self.erp.get(f"/v1/orders/{listed['id']}")
        return order

    def documents(self, number: int) -> list[Json]:
        return [each for each in all_documents(self.erp, SHOP) if each["order"]["shopify_id"] == str(number)]

    def refund(self, shopify_id: int | str) -> Json:
        [found] = self.erp.every("/v1/refunds", shop=SHOP, shopify_id=str(shopify_id))
        refund: Json = found
        return refund

    def refunds_of(self, number: int) -> list[Json]:
        return list(self.erp.every("/v1/refunds", shop=SHOP, order_id=self.order(number)["id"]))

    def gives_back(self, number: int, *refunds: Json) -> None:
        for refund in refunds:
            self.desk.act(str(number), "refund", refund=refund)
        self.imports(number)

    def swaps(self, number: int, line: int, *goods: Json) -> Json:
        """The line comes back against goods; the refund of it."""
        self.desk.act(str(number), "fulfil")
        self.imports(number)
        returned = [{"id": f"gid://shopify/LineItem/{line}", "quantity": 1}]
        self.desk.act(str(number), "exchange", returned=returned, goods=list(goods))
        self.imports(number)
        [refund] = self.refunds_of(number)
        return refund


@pytest.fixture(scope="module")
def shop(erp: Erp, simulator: Simulator) -> RefundingShop:
    desk = simulator.desk(f"{SHOP}.myshopify.com")
    open_store(erp, desk)
    refunds = {"process": "auto_create", "default_return_location": "RETURNS"}
    set_up_shop(erp, desk, SHOP, settings=shop_settings(accounts=ACCOUNTS, refunds=refunds))
    return RefundingShop(erp, desk)


def goods(price: str) -> Json:
    article = {"id": "gid://shopify/ProductVariant/90050", "sku": ITEM, "price": price}
    return {"variant": article, "product": {"id": "gid://shopify/Product/805", "title": "Kettle"}, "quantity": 1}


def paid(number: int, whole: str) -> Json:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": "SALE",
        "status": "SUCCESS",
        "amountSet": amount(whole),
    }


def shown(document: Json) -> list[tuple[str, str, str, str]]:
    return [
        (line["type"], line["source"]["kind"], line["quantity"], line["amount"])
        for line in document["lines"]
        if line["type"] != "comment"
    ]


def test_an_order_edited_three_times_before_its_document_is_documented_once_as_it_is(shop: RefundingShop) -> None:
    """Case 9."""
    shop.sells(901, a_line(9010, sku="UNKNOWN-9", price="4.00"))
    assert shop.order(901)["state"] == "blocked"

    line = "gid://shopify/LineItem/9010"
    edits: list[Json] = [
        {"setQuantity": {"lineItemId": line, "quantity": 3}},
        {"addVariant": goods("7.50")},
        {"setQuantity": {"lineItemId": line, "quantity": 2}},
    ]
    for edit in edits:
        shop.desk.act("901", "edit", changes=[edit])
        run_import(shop.erp, SHOP)
    shop.erp.put("/v1/items/UNKNOWN-9", {"description": "Cup"})
    shop.imports(901)

    order = shop.order(901)
    [document] = shop.documents(901)
    assert (order["state"], order["conflict"], order["problems"]) == ("processed", None, [])
    assert [(each["title"], each["quantity"]) for each in order["lines"]] == [("Teapot", "2"), ("Kettle", "1")]
    assert shown(document) == [("item", "order_line", "2", "8.00"), ("item", "order_line", "1", "7.50")]
    assert document["totals"]["charged_by_shopify"] == "15.50"


def test_an_exchange_for_a_dearer_article_is_no_edit_and_its_memo_shows_what_is_owed(shop: RefundingShop) -> None:
    """Case 10: 100 returned, 250 taken, nothing refunded."""
    shop.sells(1001, a_line(10_010, price="100.00"))

    refund = shop.swaps(1001, 10_010, goods("250.00"))

    assert shop.order(1001)["conflict"] is None
    assert refund["refunded"]["shop"] == "0.00"
    made = memo(shop.erp, SHOP, refund["shopify_id"])
    assert shown(made) == [("item", "refund_line", "1", "100.00"), ("item", "exchange_line", "-1", "-250.00")]
    assert made["totals"]["amount_including_tax"] == "-150.00"


def test_a_memo_of_an_exchange_is_what_was_refunded_net_without_a_rest(shop: RefundingShop) -> None:
    """Case 11: 2258 returned, 365 taken."""
    shop.sells(1101, a_line(11_010, price="2258.00"), transactions=[paid(1101, "2258.00")])

    refund = shop.swaps(1101, 11_010, goods("365.00"))

    made = memo(shop.erp, SHOP, refund["shopify_id"])
    assert shown(made) == [("item", "refund_line", "1", "2258.00"), ("item", "exchange_line", "-1", "-365.00")]
    assert made["totals"]["amount_including_tax"] == refund["refunded"]["shop"] == "1893.00"


def test_each_line_keeps_its_own_attributes_and_one_without_stays_without(shop: RefundingShop) -> None:
    """Case 25."""
    told = ([{"key": "Engraving", "value": "A"}], [{"key": "Engraving", "value": "B"}, {"key": "Wrap", "value": "yes"}])
    lines = [a_line(25_010 + place, customAttributes=each) for place, each in enumerate((*told, []))]
    shop.sells(2501, *lines)

    [document] = shop.documents(2501)
    for found in (shop.order(2501)["lines"], document["lines"]):
        assert [each["attributes"] for each in found] == [*told, []]


def test_taking_one_memo_back_leaves_the_other_refund_and_its_memo_as_they_were(shop: RefundingShop) -> None:
    """Case 26."""
    shop.sells(2601, a_line(26_010), a_line(26_011), transactions=[paid(2601, "20.00")])
    shop.gives_back(
        2601,
        a_refund(261, given_back(26_010, TEN, restock="RETURN"), refunded=TEN),
        a_refund(262, given_back(26_011, TEN, restock="RETURN"), refunded=TEN),
    )
    other, other_memo = shop.refund(262), memo(shop.erp, SHOP, "262")

    one = memo(shop.erp, SHOP, "261")
    shop.erp.post(f"/v1/sales-documents/{one['id']}/reject", {"reason": "Entered twice"})
    shop.imports(2601)

    assert (shop.refund(261)["state"], len(shop.refund(261)["lines"])) == ("open", 1)
    assert (shop.refund(262), memo(shop.erp, SHOP, "262")) == (other, other_memo)


def test_every_way_of_restocking_becomes_a_line_by_its_rule(shop: RefundingShop) -> None:
    """Case 28."""
    ways = ("NO_RESTOCK", "CANCEL", "RETURN", "LEGACY_RESTOCK")
    lines = [a_line(28_010 + place) for place in range(len(ways))]
    shop.sells(2801, *lines, transactions=[paid(2801, "40.00")])

    shop.gives_back(
        2801,
        *(
            a_refund(281 + place, given_back(28_010 + place, TEN, restock=way), refunded=TEN)
            for place, way in enumerate(ways)
        ),
    )

    [lines_of] = zip(*(memo(shop.erp, SHOP, str(281 + place))["lines"] for place in range(len(ways))), strict=True)
    assert [(each["type"], each["no"], each["amount"]) for each in lines_of] == [
        ("account", ACCOUNTS["refunds_not_restocked"], "10.00"),
        ("account", ACCOUNTS["refunds"], "10.00"),
        ("item", ITEM, "10.00"),
        ("item", ITEM, "10.00"),
    ]


def test_goods_that_were_shipped_and_came_back_stand_on_a_memo_at_the_return_location(shop: RefundingShop) -> None:
    """Case 29."""
    shop.sells(2901, a_line(29_010), a_line(29_011), transactions=[paid(2901, "20.00")])

    refund = shop.swaps(2901, 29_010)

    assert refund["return_shopify_id"]
    assert [(each["restock_type"], each["quantity"]) for each in refund["lines"]] == [("return", "1")]
    [line] = memo(shop.erp, SHOP, refund["shopify_id"])["lines"]
    assert (line["type"], line["no"], line["location_code"], line["amount"]) == ("item", ITEM, "RETURNS", "10.00")


def test_a_refund_edited_after_its_memo_is_told_with_what_changed_until_a_person_settles_it(
    shop: RefundingShop,
) -> None:
    """P50."""
    shop.sells(5001, a_line(50_010), transactions=[paid(5001, "10.00")])
    back = given_back(50_010, TEN, restock="RETURN")
    shop.gives_back(5001, a_refund(501, back, refunded=amount("8.00")))
    made = memo(shop.erp, SHOP, "501")
    assert blocked(shop) == []

    shop.desk.change_order("5001", refunds=[a_refund(501, back, refunded=TEN)])
    shop.imports(5001)

    refund = shop.refund(501)
    [problem] = refund["problems"]
    assert (refund["state"], problem["code"], blocked(shop)) == ("done", "refund_changed", ["501"])
    assert problem["detail"].endswith("the refund changed in Shopify: remainder: 1 × -2.00 EUR → nothing.")
    assert f"/v1/sales-documents/{made['id']}/cancel" in problem["remedy"]
    assert memo(shop.erp, SHOP, "501") == made
    shop.erp.post(f"/v1/orders/{refund['order']['id']}/resolve-conflict", {"note": "Booked by hand"})
    assert (shop.refund(501)["problems"], blocked(shop)) == ([], [])


def blocked(shop: RefundingShop) -> list[str]:
    """Shopify's ids of the refunds behind the cue, as many as it counts."""
    cues = shop.erp.get("/v1/activities", shop=SHOP)["data"]
    [cue] = [each for each in cues if each["cue"] == "refunds_blocked"]
    path, _, query = cue["list_url"].partition("?")
    rows = list(shop.erp.every(path, **dict(parse_qsl(query))))
    assert cue["count"] == len(rows)
    return [each["shopify_id"] for each in rows]
