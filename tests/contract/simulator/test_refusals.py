"""What is wrong with a request is said in Shopify's words, shapes and places."""

import json
from pathlib import Path

import pytest

from app.store_simulator.engine import Request
from app.store_simulator.graphql_schema import load_schema
from app.store_simulator.simulator import Simulator
from tests.contract.simulator.client import DOMAIN, ShopClient, Values, an_order

RECORDED = "data/shopify/recorded/harry-test-heelo.myshopify.com/2025-01/admin-platform"
# Refused by a mutation this simulator does not carry out.
NOT_OURS = {"missingRequiredArgument"}


def test_recorded_validation_errors_come_word_for_word(shared_folder: Path, full_schema_file: Path) -> None:
    file = shared_folder / RECORDED / "graphql-base-validation-unhappy-paths.json"
    simulator = Simulator(load_schema(full_schema_file))
    store = simulator.shop(DOMAIN).store
    compared = 0
    for name, case in json.loads(file.read_text(encoding="utf-8"))["cases"].items():
        if name not in NOT_OURS:
            request = Request(query=case["request"]["query"], variables=case["request"]["variables"])
            body = simulator.engine.answer(store, request).body
            assert body["errors"] == case["response"]["payload"]["errors"], name
            compared += 1
    assert compared == 8


NULL_INPUT = """mutation A {
  webhookSubscriptionUpdate(id: "gid://shopify/WebhookSubscription/1", webhookSubscription: null) { __typename } }"""
NULL_REFUSED = (
    "Argument 'webhookSubscription' on Field 'webhookSubscriptionUpdate' has an invalid value (null). "
    "Expected type 'WebhookSubscriptionInput!'."
)


@pytest.mark.parametrize(
    ("code", "query", "message"),
    [
        (
            "argumentNotAccepted",
            "{ orders(first: 1, sort: 2) { nodes { id } } }",
            "Field 'orders' doesn't accept argument 'sort'",
        ),
        ("missingRequiredArguments", "{ order { id } }", "Field 'order' is missing required arguments: id"),
        (
            "selectionMismatch",
            "{ shop { name { x } } }",
            "Selections can't be made on scalars (field 'name' returns String but has selections)",
        ),
        ("useAndDefineFragment", "{ shop { ...Nothing } }", "Fragment Nothing was used, but not defined"),
        (
            "variableNotUsed",
            "query A($x: Int) { shop { name } }",
            "Variable $x is declared by query A but not used",
        ),
        (
            "variableNotDefined",
            "query A { orders(first: $x) { nodes { id } } }",
            "Variable $x is used by query A but not declared",
        ),
        ("argumentLiteralsIncompatible", NULL_INPUT, NULL_REFUSED),
        ("PARSE_ERROR", "{ shop { name }", "syntax error, unexpected end of file at [1, 15]"),
    ],
)
async def test_a_document_that_does_not_fit_the_schema_is_refused(
    shop: ShopClient, code: str, query: str, message: str
) -> None:
    body = await shop.ask(query)
    assert "data" not in body
    assert body["errors"][0]["message"] == message
    assert body["errors"][0]["extensions"]["code"] == code


async def test_a_variable_of_the_wrong_kind_is_named_with_its_place(shop: ShopClient) -> None:
    query = "mutation Update($input: OrderInput!) { orderUpdate(input: $input) { userErrors { message } } }"
    wrong: Values = {
        "input": {"id": "gid://shopify/Order/1", "tags": "a", "colour": "red", "customAttributes": [{"key": 1}]}
    }
    error = (await shop.ask(query, wrong))["errors"][0]
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert [problem["path"] for problem in error["extensions"]["problems"]] == [
        ["colour"],
        ["customAttributes", 0, "key"],
        ["customAttributes", 0, "value"],
    ]


async def test_an_id_that_is_no_global_id_is_refused(shop: ShopClient) -> None:
    error = (await shop.ask("query One($id: ID!) { order(id: $id) { id } }", {"id": "1001"}))["errors"][0]
    assert error["extensions"]["problems"][0]["explanation"] == "Invalid global id '1001'"


async def test_an_id_of_another_type_is_not_found(shop: ShopClient) -> None:
    body = await shop.ask('{ order(id: "gid://shopify/Customer/1") { id } }')
    assert body["data"] == {"order": None}
    assert body["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"


async def test_an_order_that_is_not_there_is_null_without_an_error(shop: ShopClient) -> None:
    assert await shop.data('{ order(id: "gid://shopify/Order/1") { id } }') == {"order": None}


async def test_a_mutation_that_needs_a_key_is_refused_without_one(shop: ShopClient) -> None:
    query = """mutation Refund($input: RefundInput!) { refundCreate(input: $input) { userErrors { message } } }"""
    body = await shop.ask(query, {"input": {"orderId": "gid://shopify/Order/1"}})
    assert body["data"] == {"refundCreate": None}
    assert body["errors"][0]["message"].startswith("The @idempotent directive is required")
    assert body["extensions"]["cost"]["requestedQueryCost"] == 20


async def test_a_body_that_is_no_request_is_refused(shop: ShopClient) -> None:
    headers = {"X-Shopify-Access-Token": "shpat_simulator_token"}
    answer = await shop.http.post(f"/{shop.domain}/admin/api/2026-10/graphql.json", content=b"{", headers=headers)
    assert answer.status_code == 400


async def test_skip_and_include_follow_their_variables(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    query = """query One($more: Boolean!) { order(id: "gid://shopify/Order/1") {
      id name @include(if: $more) note @skip(if: $more) } }"""
    assert set((await shop.data(query, {"more": True}))["order"]) == {"id", "name"}
    assert set((await shop.data(query, {"more": False}))["order"]) == {"id", "note"}
