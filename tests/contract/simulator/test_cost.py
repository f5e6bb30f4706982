"""Points: the model against what real stores charged, the bucket, and the two refusals."""

import json
from collections import Counter
from pathlib import Path

import pytest
from graphql import FragmentDefinitionNode, IntValueNode, OperationDefinitionNode, parse

from app.store_simulator.bucket import Bucket
from app.store_simulator.cost import CostModel, answered_weight, page_weight
from app.store_simulator.graphql_schema import load_schema
from tests.contract.simulator.client import ShopClient, an_order

LIST = "query List($first: Int!) { orders(first: $first) { nodes { id } } }"


def charged(model: CostModel, row: dict[str, object]) -> int:
    document = parse(str(row["query"]))
    operation = next(item for item in document.definitions if isinstance(item, OperationDefinitionNode))
    fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
    defaults = {
        item.variable.name.value: int(item.default_value.value)
        for item in operation.variable_definitions or ()
        if isinstance(item.default_value, IntValueNode)
    }
    return model.requested(operation, fragments, {**defaults, **row["int_variables"]})  # type: ignore[dict-item]


def test_the_model_agrees_with_recorded_costs(shared_folder: Path, full_schema_file: Path) -> None:
    rows = (shared_folder / "data" / "shopify" / "cost-calibration.jsonl").read_text(encoding="utf-8").splitlines()
    model = CostModel(load_schema(full_schema_file).graphql)
    verdicts: Counter[str] = Counter()
    for row in map(json.loads, rows):
        real, ours = row["requested"], charged(model, row)
        close = abs(real - ours) <= 0.1 * real
        verdicts["exact" if real == ours else "close" if close else "far"] += 1
    share = {name: round(count / len(rows), 3) for name, count in verdicts.items()}
    print(f"cost model on {len(rows)} recorded operations: {share}")
    assert share["exact"] >= 0.94
    assert share["exact"] + share["close"] >= 0.95


@pytest.mark.parametrize(("size", "weight"), [(1, 1), (3, 2), (10, 4), (50, 7), (100, 9), (250, 11)])
def test_a_page_weighs_the_logarithm_of_its_size(size: int, weight: int) -> None:
    assert page_weight(size) == weight


def test_points_of_the_part_of_a_page_that_stayed_empty_come_back() -> None:
    assert answered_weight(20, 7) < page_weight(20)


async def test_an_answer_tells_what_it_cost_and_what_is_left(shop: ShopClient) -> None:
    await shop.put(orders=[an_order(1)])
    cost = (await shop.ask(LIST, {"first": 10}))["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (6, 3)
    assert cost["throttleStatus"]["maximumAvailable"] == 2000.0
    assert cost["throttleStatus"]["restoreRate"] == 100.0
    # A little may have been restored meanwhile.
    assert 1997 <= cost["throttleStatus"]["currentlyAvailable"] < 2000


async def test_a_query_over_a_thousand_points_is_refused_before_it_runs(shop: ShopClient) -> None:
    query = """query Big { orders(first: 250) { nodes { id
      lineItems(first: 250) { nodes { id variant { id product { id } } taxLines { title } duties { id } } }
      fulfillmentOrders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } } } }"""
    error = (await shop.ask(query))["errors"][0]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 1000


async def test_an_empty_bucket_answers_throttled_without_data(shop: ShopClient) -> None:
    await shop.put(throttle={"currentlyAvailable": 1, "restoreRate": 0.001, "maximumAvailable": 5})
    await shop.put(throttle={"currentlyAvailable": 1})
    body = await shop.ask(LIST, {"first": 10})
    assert "data" not in body
    assert body["errors"][0]["message"] == "Throttled"
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["actualQueryCost"] is None


def test_a_bucket_fills_with_time() -> None:
    seconds = [0.0]
    bucket = Bucket(restore_rate=50, seconds=lambda: seconds[0])
    assert bucket.try_take(1000)
    assert not bucket.try_take(100)
    seconds[0] = 2.0
    assert bucket.try_take(100)


async def test_what_a_query_costs_and_what_is_left_afterwards_can_be_decreed(shop: ShopClient) -> None:
    await shop.put(
        query_cost={"List": 150},
        throttle={"maximumAvailable": 1000, "restoreRate": 0.001, "after_first_answer_currentlyAvailable": 50},
    )
    first = await shop.ask(LIST, {"first": 1})
    assert first["extensions"]["cost"]["requestedQueryCost"] == 150
    assert (await shop.ask(LIST, {"first": 1}))["errors"][0]["message"] == "Throttled"
