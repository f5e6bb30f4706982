"""Bulk operations: refused as Shopify refuses them, run beside everything else, told in lines, kept for a week."""

import asyncio
import json
from typing import Any

import pytest

from tests.contract.simulator.client import PATIENCE, ShopClient, Values, an_order, eur, eventually
from tests.contract.simulator.receiver import Receiver
from tests.contract.simulator.test_webhooks import subscribe

RUN = """mutation Run($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id status type objectCount url query } userErrors { code field message } } }"""
STATUS = """query Status($id: ID!) { bulkOperation(id: $id) {
  id status errorCode objectCount rootObjectCount fileSize url partialDataUrl completedAt } }"""
CANCEL = """mutation Cancel($id: ID!) { bulkOperationCancel(id: $id) {
  bulkOperation { id status } userErrors { field message } } }"""
ORDERS = """{ orders(query: "created_at:>='2026-01-02T00:00:00Z'") { edges { node { id name
  lineItems { edges { node { id title } } }
  fulfillmentOrders { edges { node { id lineItems { edges { node { id totalQuantity } } } } } } } } } }"""


async def run(shop: ShopClient, query: str = ORDERS) -> Values:
    answer: Values = (await shop.data(RUN, {"query": query}))["bulkOperationRunQuery"]
    return answer


async def begun(shop: ShopClient, query: str = ORDERS) -> str:
    answer = await run(shop, query)
    assert answer["userErrors"] == []
    return str(answer["bulkOperation"]["id"])


async def status(shop: ShopClient, operation: str) -> Values:
    found: Values = (await shop.data(STATUS, {"id": operation}))["bulkOperation"]
    return found


async def ended(shop: ShopClient, operation: str) -> Values:
    async with asyncio.timeout(PATIENCE):
        while not (found := await status(shop, operation))["completedAt"]:  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.005)
    return found


async def lines(shop: ShopClient, address: str) -> list[Any]:
    answer = await shop.http.get(address)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def days(count: int, **fields: Any) -> list[Values]:
    return [an_order(n, createdAt=f"2026-01-{n:02}T09:00:00Z", **fields) for n in range(1, count + 1)]


async def test_a_query_is_told_in_lines_and_children_come_after_their_parents(shop: ShopClient) -> None:
    await shop.put(orders=days(4))
    answer = await run(shop)
    assert (answer["bulkOperation"]["status"], answer["bulkOperation"]["url"]) == ("CREATED", None)
    assert answer["bulkOperation"]["query"] == ORDERS
    found = await ended(shop, answer["bulkOperation"]["id"])
    told = await lines(shop, found["url"])
    assert found["status"] == "COMPLETED"
    assert (int(found["objectCount"]), int(found["rootObjectCount"])) == (len(told), 3)
    assert [each["name"] for each in told[:3]] == ["WEB2", "WEB3", "WEB4"]
    before: set[str] = set()
    for each in told:
        assert each.get("__parentId", each["id"]) in before | {each["id"]}
        before.add(each["id"])
    line = next(each for each in told if each.get("title"))
    assert line["__parentId"] == "gid://shopify/Order/2"


async def test_slashes_are_escaped_in_the_file(shop: ShopClient) -> None:
    await shop.put(orders=days(2))
    found = await ended(shop, await begun(shop))
    answer = await shop.http.get(found["url"])
    assert '"id":"gid:\\/\\/shopify\\/Order\\/2"' in answer.text
    assert int(found["fileSize"]) == len(answer.content)


LISTS = " ".join(f"{name}: lineItems {{ edges {{ node {{ id }} }} }}" for name in "abcde")
REFUSED = {
    "{ shop { id } }": "Bulk queries must contain at least one connection.",
    '{ node(id: "gid://shopify/Order/1") { id } }': "Bulk queries cannot contain a top level `node` field.",
    "{ orders {": "Invalid bulk query: syntax error, unexpected end of file",
    "{ orders { nodes { id } } }": "All connection fields in a bulk query must select their contents using",
    "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }": (
        "The parent 'node' field for a nested connection must select the 'id' field"
    ),
    "{ orders { edges { node { id refunds { refundLineItems { edges { node { id } } } } } } } }": (
        "Queries that contain a connection field within a list field are not currently supported."
    ),
    f"{{ orders {{ edges {{ node {{ id {LISTS} }} }} }} }}": ("Bulk queries cannot contain more than 5 connections."),
    f"{{ orders {{ edges {{ node {{ id }} }} }} }}{' ' * 65_600}": "Query is too large",
}


@pytest.mark.parametrize(("query", "message"), REFUSED.items(), ids=[text[:40] for text in REFUSED.values()])
async def test_a_query_that_breaks_a_rule_is_refused_in_shopifys_words(
    shop: ShopClient, query: str, message: str
) -> None:
    answer = await run(shop, query)
    assert answer["bulkOperation"] is None
    first = answer["userErrors"][0]
    assert (first["code"], first["field"]) == ("INVALID", ["query"])
    assert first["message"].startswith(message)


async def test_nothing_found_has_no_file(shop: ShopClient) -> None:
    found = await ended(shop, await begun(shop))
    assert (found["status"], found["objectCount"], found["url"]) == ("COMPLETED", "0", None)


async def test_a_sixth_operation_has_to_wait(shop: ShopClient) -> None:
    await shop.put(bulk={"hold": True})
    held = [await begun(shop) for _ in range(5)]
    answer = await run(shop)
    assert [each["code"] for each in answer["userErrors"]] == ["OPERATION_IN_PROGRESS"]
    assert all(each in answer["userErrors"][0]["message"] for each in held)
    await shop.put(bulk={"hold": False})
    await ended(shop, held[0])
    await begun(shop)


async def test_a_cancelled_one_says_so_and_an_ended_one_cannot_be(shop: ShopClient) -> None:
    await shop.put(orders=days(3), bulk={"hold": True})
    operation = await begun(shop)
    answer = (await shop.data(CANCEL, {"id": operation}))["bulkOperationCancel"]
    assert (answer["bulkOperation"]["status"], answer["userErrors"]) == ("CANCELING", [])
    assert (await ended(shop, operation))["status"] == "CANCELED"
    again = (await shop.data(CANCEL, {"id": operation}))["bulkOperationCancel"]["userErrors"]
    assert [each["message"] for each in again] == ["A bulk operation cannot be canceled when it is canceled"]
    none = (await shop.data(CANCEL, {"id": "gid://shopify/BulkOperation/1"}))["bulkOperationCancel"]["userErrors"]
    assert [each["message"] for each in none] == ["Bulk operation does not exist"]


async def test_one_that_fails_tells_a_part(shop: ShopClient) -> None:
    await shop.put(orders=days(6), bulk={"fail": "TIMEOUT"})
    failed = await ended(shop, await begun(shop))
    assert (failed["status"], failed["errorCode"], failed["url"]) == ("FAILED", "TIMEOUT", None)
    assert (await shop.http.get(failed["partialDataUrl"])).status_code == 200
    assert (await ended(shop, await begun(shop)))["status"] == "COMPLETED"


async def test_what_the_app_may_not_read_fails_the_operation(shop: ShopClient) -> None:
    customer = {"legacyResourceId": "9", "firstName": "Anna"}
    await shop.put(orders=days(2, customer=customer), app={"scopes": ["read_orders", "read_all_orders"]})
    found = await ended(shop, await begun(shop, "{ orders { edges { node { id customer { id } } } } }"))
    assert (found["status"], found["errorCode"]) == ("FAILED", "ACCESS_DENIED")


async def test_a_file_is_kept_for_a_week(shop: ShopClient) -> None:
    await shop.put(orders=days(2))
    operation = await begun(shop)
    address = (await ended(shop, operation))["url"]
    await shop.put(clock={"advance_seconds": 8 * 86_400})
    assert (await shop.http.get(address)).status_code == 400
    found = await status(shop, operation)
    assert (found["status"], found["url"]) == ("EXPIRED", None)


async def test_faults_of_the_file_are_planted_like_others(shop: ShopClient) -> None:
    await shop.put(orders=days(3))
    address = (await ended(shop, await begun(shop)))["url"]
    await shop.fault(kind="server_error", operation="bulk_result", status=503)
    await shop.fault(kind="cut_json", operation="bulk_result", skip=1)
    assert (await shop.http.get(address)).status_code == 503
    cut = len((await shop.http.get(address)).content)
    assert cut < len((await shop.http.get(address)).content)


async def test_its_end_is_told_by_webhook(shop: ShopClient, receiver: Receiver) -> None:
    await subscribe(shop, "BULK_OPERATIONS_FINISH")
    operation = await begun(shop)
    await eventually(lambda: len(receiver.received) == 1)
    body = json.loads(receiver.received[0].body)
    assert receiver.received[0].topic == "bulk_operations/finish"
    assert (body["admin_graphql_api_id"], body["status"], body["type"]) == (operation, "completed", "query")


async def test_an_order_of_more_lines_than_a_page_is_told_whole(shop: ShopClient) -> None:
    many = [
        {"id": f"gid://shopify/LineItem/{n}", "name": "A", "originalUnitPriceSet": eur("1.00")} for n in range(1, 301)
    ]
    await shop.put(orders=[an_order(2, createdAt="2026-01-02T09:00:00Z", lineItems=many)])
    found = await ended(shop, await begun(shop))
    told = await lines(shop, found["url"])
    assert sum("title" in each for each in told) == 300
