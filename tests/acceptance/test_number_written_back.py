"""The ERP acknowledges, and the order at the store says its number: with webhooks, and with an answer lost."""

from collections import Counter
from dataclasses import dataclass

import pytest

from app.domain.erp_number import ERP_NUMBER_KEY
from tests.acceptance.clients import Erp, Json, StoreDesk
from tests.acceptance.database import wait_until_quiet
from tests.acceptance.harness import Installation, Simulator, all_documents, place_orders, prepare_for_orders
from tests.acceptance.processes import until

SHOP = "numbers"
SEED = 21


@dataclass(frozen=True, slots=True)
class Documented:
    """Two orders that came by webhook, each with a document that the ERP may acknowledge."""

    erp: Erp
    desk: StoreDesk
    documents: list[Json]

    def acknowledge(self, document: Json, number: str) -> int:
        """The position of the change feed before that."""
        position = max((event["position"] for event in self.erp.events()), default=0)
        body = {"erp_document_no": number, "version": document["version"]}
        self.erp.post(f"/v1/sales-documents/{document['id']}/acknowledge", body)
        return position

    def order(self, document: Json) -> Json:
        orders = self.desk.state("orders")["orders"]
        return next(each for each in orders if each["legacyResourceId"] == document["order"]["shopify_id"])

    def says(self, document: Json, number: str) -> bool:
        told = [each["value"] for each in self.order(document)["customAttributes"] if each["key"] == ERP_NUMBER_KEY]
        return told == [number]

    def calls(self) -> Counter[str]:
        return Counter(call["operation"] for call in self.desk.calls())

    def told_since(self, position: int) -> list[tuple[str, str]]:
        return [(event["type"], event["resource"]["id"]) for event in self.erp.events(position)]


@pytest.fixture(scope="module")
def documented(running_service: Installation, erp: Erp, simulator: Simulator) -> Documented:
    desk = simulator.desk("number-written-back.myshopify.com")
    prepare_for_orders(erp, desk, SHOP, seed=SEED)
    place_orders(desk, 2, seed=SEED, lines=(1, 1), emit=True)
    until(lambda: len(all_documents(erp, SHOP)) == 2, what="both orders are documented")
    until(lambda: desk.deliveries()["idle"], what="every webhook is delivered")
    wait_until_quiet(running_service)
    return Documented(erp, desk, all_documents(erp, SHOP))


def test_the_number_stands_at_the_store_and_comes_back_as_no_news(documented: Documented) -> None:
    document = documented.documents[0]
    before = documented.order(document)
    documented.desk.forget_calls()

    position = documented.acknowledge(document, "ERP-1")

    until(lambda: documented.calls()["OrderGlances"] == 2, what="the order is seen again once it has settled")
    after = documented.order(document)
    assert after["customAttributes"] == [*before["customAttributes"], {"key": ERP_NUMBER_KEY, "value": "ERP-1"}]
    until(lambda: documented.desk.deliveries()["idle"], what="the webhook about our write is delivered")
    calls = documented.calls()
    assert calls - Counter({"GrantedScopes": 1}) == Counter({"OrderGlances": 2, "OrderAttributesUpdate": 1})
    assert documented.told_since(position) == [("sales_document.acknowledged", document["id"])]
    assert documented.erp.get(f"/v1/orders/{document['order']['id']}")["attributes"] == after["customAttributes"]


def test_a_write_whose_answer_never_came_had_its_effect_once(documented: Documented) -> None:
    document = documented.documents[1]
    documented.desk.forget_calls()
    documented.desk.fault(kind="timeout_after", operation="OrderAttributesUpdate", seconds=0.3)

    position = documented.acknowledge(document, "ERP-2")

    until(lambda: documented.calls()["OrderGlances"] == 2, what="the order is looked at after the answer was lost")
    assert documented.says(document, "ERP-2")
    assert documented.calls()["OrderAttributesUpdate"] == 1
    assert documented.told_since(position) == [("sales_document.acknowledged", document["id"])]
