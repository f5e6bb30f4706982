"""One order from the buyer's click to his credit memo, across the processes of an installation, by webhook alone:
documented, acknowledged, partly shipped, edited, shipped, paid, closed, returned, credited. Nobody touches Shopify.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.domain.erp_number import ERP_NUMBER_KEY
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.harness import Simulator, all_documents, set_up_shop, wait_for_subscriptions
from tests.acceptance.processes import until
from tests.acceptance.queue_orders import ITEM, a_line, an_order, money, open_store, shop_settings
from tests.acceptance.refunded_orders import ACCOUNTS, a_refund, amount, given_back, memo

SHOP, ORDER, LINE = "story", 7001, 70_010
SECONDS = 30


@dataclass(slots=True, kw_only=True)
class Story:
    """The ERP's side of the order, and the buyer's and the merchant's at the store."""

    erp: Erp
    desk: StoreDesk
    id: str = ""

    def order(self) -> Json:
        return self.erp.get(f"/v1/orders/{self.id}")

    def at_store(self) -> Json:
        [found] = self.desk.state("orders")["orders"]
        return dict(found)

    def becomes(self, what: str, **fields: Any) -> Json:
        """The order as it is once it says so."""

        def said() -> Json | None:
            order = self.order()
            return order if all(order[name] == value for name, value in fields.items()) else None

        return self.once(said, what)

    def once(self, condition: Callable[[], Json | None], what: str) -> Json:
        found = until(condition, what=what, seconds=SECONDS)
        assert found is not None
        return found

    def documents(self, kind: str) -> list[Json]:
        return [each for each in all_documents(self.erp, SHOP) if each["kind"] == kind]

    def books(self, document: Json, number: str) -> None:
        body = {"erp_document_no": number, "version": document["version"]}
        self.erp.post(f"/v1/sales-documents/{document['id']}/acknowledge", body)

    def ships(self, number: str, *lines: Json) -> None:
        body = {"erp_shipment_no": f"{SHOP}-{number}", "order_id": self.id, "lines": list(lines)}
        posted = self.erp.post("/v1/shipments", body | {"tracking": [{"number": f"TRK-{number}"}]})
        sent = self.once(lambda: self._sent(posted["id"]), f"the shipment {number} is sent")
        assert [each["state"] for each in sent["results"]] == ["sent"] * len(lines), sent

    def _sent(self, shipment: str) -> Json | None:
        found = self.erp.get(f"/v1/shipments/{shipment}")
        return found if found["state"] != "pending" else None


def test_an_order_lives_from_the_click_to_the_credit_memo(erp: Erp, simulator: Simulator) -> None:
    story = begun(erp, simulator)
    documented_and_acknowledged(story)
    partly_shipped(story)
    edited(story)
    wholly_shipped(story)
    paid_and_closed(story)
    returned_and_credited(story)

    totals = [each["totals"]["amount_including_tax"] for each in all_documents(erp, SHOP)]
    assert totals == ["20.00", "7.50", "10.00"]
    told = [event["type"] for event in erp.events() if event["resource"]["id"] == story.id]
    assert told[0] == "order.imported"
    assert told.count("order.conflict_detected") == told.count("order.conflict_resolved") == 1
    assert len(story.desk.state("orders")["orders"][0]["fulfillments"]) == 2


def begun(erp: Erp, simulator: Simulator) -> Story:
    desk = simulator.desk("story.myshopify.com")
    open_store(erp, desk)
    orders = {"auto_create_documents": True, "webhooks": True}
    settings = shop_settings(orders=orders, accounts=ACCOUNTS, refunds={"process": "auto_create"})
    set_up_shop(erp, desk, SHOP, settings=settings)
    wait_for_subscriptions(desk)
    goods = {"id": f"gid://shopify/FulfillmentOrderLineItem/{LINE}", "totalQuantity": 2, "remainingQuantity": 2}
    to_ship = {
        "id": f"gid://shopify/FulfillmentOrder/{ORDER}",
        "status": "OPEN",
        "assignedLocation": {"name": "Main", "location": {"id": "gid://shopify/Location/61"}},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "lineItems": [goods | {"lineItem": {"id": f"gid://shopify/LineItem/{LINE}"}}],
    }
    order = an_order(
        ORDER,
        lineItems=[a_line(LINE, quantity=2, currentQuantity=2)],
        fulfillmentOrders=[to_ship],
        displayFinancialStatus="PENDING",
        totalOutstandingSet=money("20.00"),
        transactions=[],
    )
    desk.put(orders=[order], locations=[{"id": "gid://shopify/Location/61", "name": "Main", "isActive": True}])
    return Story(erp=erp, desk=desk)


def documented_and_acknowledged(story: Story) -> None:
    story.desk.change_order(str(ORDER), note="Please ring twice")
    until(lambda: story.documents("sales_order"), what="the order is documented", seconds=SECONDS)
    [document] = story.documents("sales_order")
    story.id = document["order"]["id"]
    assert (document["state"], document["totals"]["amount_including_tax"]) == ("released", "20.00")

    story.books(document, "ERP-7001")

    def number() -> bool:
        told = story.at_store()["customAttributes"]
        return {"key": ERP_NUMBER_KEY, "value": "ERP-7001"} in [{"key": e["key"], "value": e["value"]} for e in told]

    until(number, what="the number stands at the store", seconds=SECONDS)


def partly_shipped(story: Story) -> None:
    [document] = story.documents("sales_order")
    story.ships("1", {"document_line_no": document["lines"][0]["line_no"], "quantity": "1"})

    order = story.becomes("the order is partly shipped", fulfilment_status="partially_fulfilled")

    assert (order["conflict"], order["closed_at"]) == (None, None)


def edited(story: Story) -> None:
    variant = {"id": "gid://shopify/ProductVariant/90999", "legacyResourceId": "90999", "sku": ITEM, "price": "7.50"}
    added = {"variant": variant, "product": {"legacyResourceId": "801", "title": "Teapot"}, "quantity": 1}
    story.desk.act(str(ORDER), "edit", changes=[{"addVariant": added}])
    order = story.once(lambda: (o := story.order())["conflict"] and o, "the edit is a conflict")
    assert order["conflict"]["amount"]["shop"] == "7.50"

    story.erp.post(f"/v1/orders/{story.id}/amend-document")

    [_, adjusting] = story.documents("sales_order")
    assert adjusting["totals"]["amount_including_tax"] == "7.50"
    story.books(adjusting, "ERP-7002")
    story.becomes("the conflict is over", conflict=None)


def wholly_shipped(story: Story) -> None:
    first, second = story.order()["lines"]
    story.ships(
        "2", {"order_line_id": first["id"], "quantity": "1"}, {"shopify_line_id": second["shopify_id"], "quantity": "1"}
    )
    order = story.becomes("the order is shipped", fulfilment_status="fulfilled")
    assert (order["closed_at"], order["conflict"]) == (None, None)


def paid_and_closed(story: Story) -> None:
    paid = story.erp.post(f"/v1/orders/{story.id}/mark-as-paid")
    assert paid["financial_status"] == "paid"

    story.once(lambda: (o := story.order())["closed_at"] and o, "the finished order is closed")

    assert story.at_store()["closedAt"] is not None
    assert story.erp.post(f"/v1/orders/{story.id}/mark-as-paid")["financial_status"] == "paid"


def returned_and_credited(story: Story) -> None:
    number = str(ORDER)
    asked = {"id": f"gid://shopify/LineItem/{LINE}", "quantity": 1}
    story.desk.act(number, "requestReturn", lines=[asked])
    story.desk.act(number, "approveReturn")
    back = given_back(LINE, amount("10.00"), restock="RETURN")
    story.desk.act(number, "refund", refund=a_refund(7101, back, refunded=amount("10.00")))

    until(lambda: story.documents("credit_memo"), what="the return is credited", seconds=SECONDS)

    credit = memo(story.erp, SHOP, "7101")
    assert [(each["no"], each["quantity"], each["amount"]) for each in credit["lines"]] == [(ITEM, "1", "10.00")]
    story.books(credit, "ERP-7003")
    order = story.order()
    assert (order["conflict"], order["financial_status"]) == (None, "partially_refunded")
