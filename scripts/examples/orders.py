"""The orders of the story: documented, shipped, changed, refunded, cancelled, and some that want something first."""

from typing import Any

from scripts.examples.recording import Json
from scripts.examples.records import (
    GRACE,
    ITEM,
    UNFORESEEN,
    UNPAID,
    a_dispute,
    a_line,
    a_movement,
    a_payment,
    a_payout,
    a_refund,
    an_address,
    an_order,
    gid,
    held,
)
from scripts.examples.world import World

SHOP = "/v1/shops/web"
MORE: Json = {
    "variant": {"id": gid("ProductVariant", 8021), "legacyResourceId": "8021", "sku": ITEM, "price": "7.50"},
    "product": {"legacyResourceId": "802", "title": "Small teapot"},
    "quantity": 1,
}
LATER = "2026-01-21T09:00:00Z"


def live_through_orders(world: World) -> None:
    world.store("PUT", "/state", {"orders": [an_order(1001, **UNPAID), an_order(1002, **held(1002))]})
    world.runs("web", "import_orders", updated_since="2026-01-01T00:00:00Z")
    collect(world)
    ship(world)
    be_paid(world)
    lack_something(world)
    change_after_all(world)
    give_back(world)
    stand_in_the_queue(world)
    sell_gift_cards(world)
    settle(world)
    look(world)


def collect(world: World) -> None:
    """The shortest useful poller, and its longer forms."""
    world.document(1001)
    page = world.get("/v1/sales-documents", state="released", include="lines", limit=2)
    first, second = page["data"]
    world.get(f"/v1/sales-documents/{first['id']}")
    world.get(f"/v1/sales-documents/{first['id']}/lines", limit=2)
    booked = {"erp_document_no": "S-ORD101005", "version": first["version"]}
    world.post(f"/v1/sales-documents/{first['id']}/acknowledge", booked)
    items = [
        {"id": second["id"], "erp_document_no": "S-ORD101006", "version": second["version"]},
        {"id": "doc_nothing", "erp_document_no": "S-ORD101007", "version": 1},
    ]
    world.post("/v1/sales-documents/acknowledge/batch", {"items": items})
    world.get(f"/v1/sales-documents/{first['id']}/versions", limit=2)


def ship(world: World) -> None:
    order = world.order(1001)
    lines = [{"document_line_no": 20000, "quantity": "2", "location_code": "BLUE"}]
    parcel = {"number": "3SABC123", "company": "DHL Express"}
    body: Json = {
        "erp_shipment_no": "S-SHPT102001",
        "order_id": order["id"],
        "posting_date": "2026-01-16",
        "lines": lines,
        "shipping_agent_code": "DHL",
        "tracking": [parcel],
    }
    document = world.document(1001)
    lines[0]["document_line_no"] = next(each["line_no"] for each in document["lines"] if each["type"] == "item")
    made = world.post("/v1/shipments", body)
    path = f"/v1/shipments/{made['id']}"
    world.until(lambda: world.get(path)["state"] != "pending")
    world.put(f"{path}/tracking", {"tracking": [{**parcel, "number": "3SABC124"}]})
    world.post(f"{path}/retry")
    many = [
        {"erp_shipment_no": "S-SHPT102002", "shop": "web", "order_name": "#1002", "lines": [goods("1")]},
        {"erp_shipment_no": "S-SHPT102003", "shop": "web", "order_name": "#9999", "lines": [goods("1")]},
    ]
    world.post("/v1/shipments/batch", {"items": many})
    world.get("/v1/shipments", shop="web", limit=2)
    place = f"/v1/sales-documents/{document['id']}/post"
    world.post(place, {"posted_document_no": "INV-103001", "posting_date": "2026-01-16"})


def goods(quantity: str) -> Json:
    return {"item_no": ITEM, "quantity": quantity}


def be_paid(world: World) -> None:
    """What is asked of an order at its store."""
    one, two = world.order(1001)["id"], world.order(1002)["id"]
    world.post(f"/v1/orders/{one}/mark-as-paid")
    world.post(f"/v1/orders/{two}/capture", {"amount": "35.95"})
    world.post(f"/v1/orders/{one}/sync")
    world.post(f"/v1/orders/{one}/close")
    world.post(f"/v1/orders/{one}/reopen")
    world.store("PUT", "/state", {"orders": [an_order(1009)], "emit": True})
    nine = world.order(1009)["id"]
    world.document(1009)
    body = {"reason": "customer", "refund": "original_payment", "restock": True, "notify_customer": False}
    world.post(f"/v1/orders/{nine}/cancel", body)


def lack_something(world: World) -> None:
    """A customer nobody knows, an item nobody knows."""
    places: dict[str, Any] = {each: an_address("Grace Green") for each in ("billingAddress", "shippingAddress")}
    unknown = an_order(1003, email="grace@example.com", customer=GRACE, **places)
    strange = a_line(10041, "UNKNOWN-SKU", variant={"legacyResourceId": "8099"})
    world.store("PUT", "/state", {"orders": [unknown, an_order(1004, lineItems=[strange])], "emit": True})
    three, four = world.order(1003), world.order(1004)
    world.get(f"{SHOP}/unmapped-products", limit=2)
    world.post(f"/v1/orders/{three['id']}/create-customer")
    new = world.until(lambda: world.get("/v1/new-customers", limit=2)["data"])[0]
    world.get(f"/v1/new-customers/{new['id']}")
    world.post(f"/v1/orders/{four['id']}/find-mapping")
    world.post(f"/v1/new-customers/{new['id']}/acknowledge", {"no": "C500"})
    world.patch(f"/v1/orders/{four['id']}", {"payment_terms_code": "14D"})
    line = four["lines"][0]["id"]
    world.patch(f"/v1/orders/{four['id']}/lines/{line}", {"item_no": ITEM, "unit": "PCS"})
    made = world.document(1004)
    world.post(f"/v1/sales-documents/{made['id']}/reject", {"reason": "Item ITEM-A is blocked"})
    again = world.post(f"/v1/orders/{four['id']}/create-document")
    world.post(f"/v1/sales-documents/{again['id']}/cancel", {"reason": "Ordered twice"})
    world.patch(SHOP, {"settings": {"orders": {"release_documents": False}}})
    third = world.post(f"/v1/orders/{four['id']}/create-document")
    world.post(f"/v1/sales-documents/{third['id']}/release")
    world.patch(SHOP, {"settings": {"orders": {"release_documents": True}}})
    world.post(f"/v1/orders/{four['id']}/unlink-documents")


def change_after_all(world: World) -> None:
    """Two orders change after they have their documents; the ERP has taken one of these."""
    world.store("PUT", "/state", {"orders": [an_order(1005), an_order(1006)], "emit": True})
    for number in (1005, 1006):
        made = world.document(number)
        if number == 1006:
            booked = {"erp_document_no": f"S-ORD10{number}", "version": made["version"]}
            world.post(f"/v1/sales-documents/{made['id']}/acknowledge", booked)
        world.store("POST", f"/orders/{number}/edit", {"changes": [{"addVariant": MORE}]})
    first, second = (world.until(lambda at=number: in_conflict(world, at)) for number in (1005, 1006))  # type: ignore[misc]
    world.post(f"/v1/orders/{first['id']}/amend-document", {"sell_to_customer_no": "C100"})
    world.post(f"/v1/orders/{second['id']}/resolve-conflict", {"note": "Shipped as it was ordered"})


def in_conflict(world: World, number: int) -> Json | None:
    order = world.order(number)
    return order if order["conflict"] else None


def give_back(world: World) -> None:
    """Goods and money go back."""
    world.store("POST", "/orders/1001/requestReturn", {"lines": [{"id": gid("LineItem", 10011), "quantity": 1}]})
    world.store("POST", "/orders/1001/approveReturn", {})
    world.store("PUT", "/state", {"orders": [an_order(1007)], "emit": True})
    made = world.document(1007)
    booked = {"erp_document_no": "S-ORD101007", "version": made["version"]}
    world.post(f"/v1/sales-documents/{made['id']}/acknowledge", booked)
    world.patch(SHOP, {"settings": {"refunds": {"process": "import_only"}}})
    given = an_order(1007, refunds=[a_refund(701, 10071)], updatedAt=LATER)
    world.store("PUT", "/state", {"orders": [given], "emit": True})
    order = world.order(1007)
    [row] = world.until(lambda: world.get("/v1/refunds", order_id=order["id"], limit=2)["data"])
    world.get(f"/v1/refunds/{row['id']}")
    world.post(f"/v1/refunds/{row['id']}/create-document")
    world.get(f"/v1/refunds/{row['id']}")
    world.get(f"/v1/orders/{order['id']}/refunds", limit=2)


def stand_in_the_queue(world: World) -> None:
    """One order cannot be read as it is; it is asked for again, and left out in the end."""
    world.store("PUT", "/state", {"orders": [an_order(1008, **UNFORESEEN)], "emit": True})
    path = f"{SHOP}/orders-to-import"
    row = world.until(
        lambda: next((each for each in world.get(path, limit=2)["data"] if each["error_code"] is not None), None)
    )
    world.ends(world.post(f"{path}/import", {"shopify_ids": ["1001"]}))
    world.post(f"{path}/{row['id']}/retry")
    world.until(lambda: world.http.delete(f"{path}/{row['id']}").status_code == 204)


def sell_gift_cards(world: World) -> None:
    card = {
        "id": gid("GiftCard", 4711),
        "lastCharacters": "a3f9",
        "createdAt": "2026-01-15T09:00:05Z",
        "order": {"id": gid("Order", 1010)},
        "lineItem": {"id": gid("LineItem", 10101)},
    }
    sold = a_line(10101, sku=None, price="50.00", quantity=1, isGiftCard=True, taxLines=[])  # type: ignore[arg-type]
    paid = a_payment(1011, "10.00", gateway="gift_card", receiptJson='{"gift_card_id": 4711}')
    orders = [
        an_order(1010, lineItems=[sold], shippingLines=[], fulfillmentOrders=[]),
        an_order(1011, transactions=[paid]),
    ]
    world.store("PUT", "/state", {"orders": orders, "giftCards": [card]})
    world.runs("web", "import_orders", updated_since="2026-01-01T00:00:00Z")
    world.until(lambda: world.get("/v1/gift-cards", shop="web", limit=2)["data"])


def settle(world: World) -> None:
    """What the payment provider paid out."""
    state = {
        "payouts": [a_payout(77, "35.00")],
        "balanceTransactions": [a_movement(771, 77, 1007)],
        "disputes": [a_dispute(78, 1007)],
    }
    world.store("PUT", "/state", state)
    world.runs("web", "sync_payouts")
    [row, *_] = world.get("/v1/payouts", limit=2)["data"]
    world.get(f"/v1/payouts/{row['id']}")
    world.get(f"/v1/payouts/{row['id']}/transactions", limit=2)
    world.get("/v1/disputes", limit=2)


def look(world: World) -> None:
    """All that can be read of an order that has lived."""
    world.get("/v1/orders", shop="web", limit=2)
    order = world.order(1001)
    world.until(lambda: world.get(f"/v1/orders/{order['id']}/returns", limit=2)["data"])
    for part in ("lines", "transactions", "fulfilment-orders", "fulfilments", "history"):
        world.get(f"/v1/orders/{order['id']}/{part}", limit=2)
    world.get(f"/v1/orders/{order['id']}/captures", limit=1)
    world.order(1007)
