"""Gift cards over HTTP between processes: sold, used, and empty with the reason where the app may not read them."""

from tests.acceptance.clients import Erp, Json
from tests.acceptance.harness import Simulator, all_documents, set_up_shop
from tests.acceptance.queue_orders import a_line, an_order, money, open_store, run_import, shop_settings

WITHOUT_GIFT_CARDS = (
    "read_orders read_all_orders read_customers read_products read_locations read_merchant_managed_fulfillment_orders"
    " read_third_party_fulfillment_orders read_assigned_fulfillment_orders"
).split()


def test_gift_cards_are_listed_with_what_is_known_to_be_used_or_with_the_reason(erp: Erp, simulator: Simulator) -> None:
    desk = simulator.desk("gift-cards.myshopify.com")
    open_store(erp, desk)
    settings = shop_settings(accounts={"sold_gift_cards": "2450"})
    set_up_shop(erp, desk, "gift-cards", settings=settings)
    sold = an_order(8001, lineItems=[a_line(80010, sku=None, price="50.00", isGiftCard=True)])
    bought = an_order(8002, transactions=[paid_by_card(1, "10.00")])
    card = {
        "id": "gid://shopify/GiftCard/4711",
        "lastCharacters": "a3f9",
        "createdAt": "2026-01-15T09:00:05Z",
        "order": {"id": "gid://shopify/Order/8001"},
        "lineItem": {"id": "gid://shopify/LineItem/80010"},
    }
    desk.put(orders=[sold, bought], giftCards=[card])

    run_import(erp, "gift-cards")

    [issued] = erp.every("/v1/gift-cards", shop="gift-cards", state="issued")
    assert (issued["shopify_id"], issued["last_characters"], issued["order"]["name"]) == ("4711", "a3f9", "#8001")
    assert issued["amount"] == {"shop": "50.00", "presentment": "50.00"}
    assert issued["used"] == {"shop": "10.00", "presentment": "10.00"}
    [redeemed] = erp.every("/v1/gift-cards", order_id=order_id(erp, "#8002"))
    assert (redeemed["state"], redeemed["shopify_id"], redeemed["line_id"]) == ("redeemed", "4711", None)
    documents = {each["order"]["name"]: each for each in all_documents(erp, "gift-cards")}
    assert [(line["type"], line["no"]) for line in documents["#8001"]["lines"]] == [("account", "2450")]
    assert [line["type"] for line in documents["#8002"]["lines"]] == ["item"]

    desk.put(app={"scopes": WITHOUT_GIFT_CARDS})
    run_import(erp, "gift-cards")
    told = erp.get("/v1/gift-cards", shop="gift-cards")
    assert told["data"] == []
    [reason] = told["unavailable"]
    assert (reason["shop"], reason["code"]) == ("gift-cards", "scope_missing")
    assert "read_gift_cards" in reason["detail"]


def paid_by_card(number: int, amount: str) -> Json:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "gift_card",
        "amountSet": money(amount),
        "receiptJson": '{"gift_card_id": 4711}',
    }


def order_id(erp: Erp, name: str) -> str:
    [order] = erp.get("/v1/orders", shop="gift-cards", name=name)["data"]
    return str(order["id"])
