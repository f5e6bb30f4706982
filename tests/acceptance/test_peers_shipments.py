"""What shipping did to orders elsewhere: the cases 12 and 30 of peers, over HTTP between processes."""

from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Simulator, all_documents
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import ITEM, a_line, an_order, open_store, run_import
from tests.integration.shipping import fulfilment_order

TAX = {"title": "VAT", "rate": "0.25", "priceSet": {"shopMoney": {"amount": "2.50"}}}


def to_ship(number: int, *lines: int) -> Json:
    return fulfilment_order(number, *((line, 1) for line in lines), location=None)


def recorded(desk: StoreDesk) -> list[Json]:
    """Every fulfilment that the store ever recorded."""
    made: list[Json] = desk.fulfilments()
    return made


def sent(erp: Erp, shop: str, order: str, no: str, quantity: str, **line: str) -> Json:
    body = {"erp_shipment_no": no, "shop": shop, "order_name": order, "lines": [{"quantity": quantity, **line}]}
    made = erp.post("/v1/shipments", body)
    return until(
        lambda: shown if (shown := erp.get(f"/v1/shipments/{made['id']}"))["state"] != "pending" else None,
        what="the shipment is sent",
    )


def test_what_came_by_an_exchange_is_shipped_once(erp: Erp, simulator: Simulator) -> None:
    """Case 12: the goods of an exchange were taken for shipped, and never told to the store."""
    shop, desk = "peers-12", simulator.desk("peers-12.myshopify.com")
    open_store(erp, desk, peers_12={})
    desk.put(orders=[an_order(1201, lineItems=[a_line(12_010)], fulfillmentOrders=[to_ship(1, 12_010)])])
    desk.act("1201", "fulfil")
    variant = {"id": "gid://shopify/ProductVariant/90099", "sku": ITEM, "price": "10.00"}
    goods = {"variant": variant, "product": {"id": "gid://shopify/Product/801", "title": "Teapot"}, "quantity": 1}
    desk.act("1201", "exchange", returned=[{"id": "gid://shopify/LineItem/12010", "quantity": 1}], goods=[goods])
    run_import(erp, shop)
    [order] = erp.every("/v1/orders", shop=shop)
    [new] = [line for line in erp.get(f"/v1/orders/{order['id']}")["lines"] if line["exchange"]]
    before = len(recorded(desk))

    done = sent(erp, shop, "#1201", "P12-1", "1", order_line_id=new["id"])
    again = sent(erp, shop, "#1201", "P12-2", "1", order_line_id=new["id"])

    assert (done["state"], done["results"][0]["quantity_sent"]) == ("synchronised", "1")
    assert (again["state"], again["results"][0]["reason"]) == ("skipped", "nothing_open")
    assert len(recorded(desk)) == before + 1


def test_a_partial_shipment_moves_no_taxes(erp: Erp, simulator: Simulator) -> None:
    """Case 30: shipping one line of three carried the taxes of all of them."""
    shop, desk = "peers-30", simulator.desk("peers-30.myshopify.com")
    open_store(erp, desk, peers_30={})
    lines = [a_line(30_010 + place, taxLines=[TAX]) for place in range(3)]
    desk.put(orders=[an_order(3001, lineItems=lines, fulfillmentOrders=[to_ship(2, 30_010, 30_011, 30_012)])])
    run_import(erp, shop)
    [before] = all_documents(erp, shop)

    done = sent(erp, shop, "#3001", "P30-1", "1", shopify_line_id="30010")

    assert done["state"] == "synchronised"
    [after] = all_documents(erp, shop)
    assert [line["tax_amount"] for line in after["lines"]] == [line["tax_amount"] for line in before["lines"]]
    assert after["totals"] == before["totals"]
    run_import(erp, shop)
    [fulfilment] = erp.every(f"/v1/orders/{after['order']['id']}/fulfilments")
    assert [line["quantity"] for line in fulfilment["lines"]] == ["1"]
    assert all_documents(erp, shop) == [after]
