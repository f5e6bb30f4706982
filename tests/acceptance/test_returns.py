"""What leaves an order and what comes back to it, over HTTP between processes, announced by webhooks."""

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Simulator, all_documents, set_up_shop, wait_for_subscriptions
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import a_line, an_order, open_store, run_import, shop_settings

SHOP = "returns"
LINE = "gid://shopify/LineItem/85010"


def opened(erp: Erp, simulator: Simulator) -> StoreDesk:
    desk = simulator.desk("returns.myshopify.com")
    open_store(erp, desk)
    settings = shop_settings(
        orders={"webhooks": True},
        accounts={"refunds": "4300"},
        refunds={
            "process": "auto_create",
            "return_location_priority": "original_then_default",
            "default_return_location": "RETURNS",
        },
    )
    set_up_shop(erp, desk, SHOP, settings=settings)
    erp.put(f"/v1/shops/{SHOP}/location-mappings/61", {"location_code": "BLUE"})
    desk.put(locations=[{"legacyResourceId": "61", "name": "Warehouse"}])
    wait_for_subscriptions(desk)
    return desk


def test_parcels_and_returned_goods_are_told_as_they_move_and_the_refund_credits_them(
    erp: Erp, simulator: Simulator
) -> None:
    desk = opened(erp, simulator)
    place = {"location": {"id": "gid://shopify/Location/61"}, "name": "Warehouse"}
    asked = {
        "id": "gid://shopify/FulfillmentOrderLineItem/851",
        "lineItem": {"id": LINE},
        "totalQuantity": 3,
        "remainingQuantity": 3,
    }
    desk.put(
        orders=[
            an_order(
                8501,
                lineItems=[a_line(85_010, quantity=3)],
                fulfillmentOrders=[
                    {"id": "gid://shopify/FulfillmentOrder/850", "assignedLocation": place, "lineItems": [asked]}
                ],
            )
        ]
    )
    run_import(erp, SHOP)
    [order] = erp.get("/v1/orders", shop=SHOP)["data"]
    path = f"/v1/orders/{order['id']}"

    for quantity, number in ((1, "P1"), (2, "P2")):
        part = {"id": asked["id"], "quantity": quantity}
        desk.act("8501", "fulfil", lines=[part], tracking={"company": "DHL", "number": number})
    parcels = until(lambda: told(erp, f"{path}/fulfilments", 2), what="both parcels are told")
    assert [(each["tracking"][0]["number"], each["lines"][0]["quantity"]) for each in parcels] == [
        ("P1", "1"),
        ("P2", "2"),
    ]
    assert {each["location_id"] for each in parcels} == {"61"}

    desk.act("8501", "requestReturn", lines=[{"id": LINE, "quantity": 2, "customerNote": "Too tight"}])
    desk.act("8501", "approveReturn")
    disposed = {"type": "RESTOCKED", "quantity": 2, "location": "gid://shopify/Location/61"}
    desk.act("8501", "disposeReturn", dispositions=[disposed])
    back = until(lambda: arrived(erp, path), what="the goods are told as arrived")
    assert (back["name"], back["status"], back["lines"][0]["customer_note"]) == ("#8501-R1", "open", "Too tight")
    assert erp.get(path)["conflict"] is None

    # Paid back without a line: what comes back is the return's to say (REF-48).
    named = {"id": f"gid://shopify/Return/{back['shopify_id']}", "name": back["name"], "status": "OPEN"}
    transaction = {"kind": "REFUND", "status": "SUCCESS", "amountSet": desk_money("20.00")}
    desk.act("8501", "refund", refund={"return": named, "transactions": [transaction]})
    until(lambda: len(all_documents(erp, SHOP)) == 2, what="the credit memo is made")
    memo = next(each for each in all_documents(erp, SHOP) if each["kind"] == "credit_memo")
    assert [(line["type"], line["quantity"], line["amount"], line["location_code"]) for line in memo["lines"]] == [
        ("item", "2", "20.00", "BLUE")
    ]
    [shown] = erp.get(f"{path}/returns")["data"]
    assert shown["refund_ids"] == [memo["refund"]["id"]]


def desk_money(amount: str) -> Json:
    return {
        "shopMoney": {"amount": amount, "currencyCode": "EUR"},
        "presentmentMoney": {"amount": amount, "currencyCode": "EUR"},
    }


def told(erp: Erp, path: str, number: int) -> list[Json]:
    found: list[Json] = erp.get(path)["data"]
    return found if len(found) == number else []


def arrived(erp: Erp, path: str) -> Json | None:
    for back in told(erp, f"{path}/returns", 1):
        for reverse in back["reverse_fulfilment_orders"]:
            if reverse["status"] == "closed":
                return back
    return None
