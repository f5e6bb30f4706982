"""Orders as real stores answered them, given as state, are read back with the same documents and the same answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.store_simulator.engine import Request
from app.store_simulator.graphql_schema import load_schema
from app.store_simulator.simulator import Simulator
from tests.contract.simulator.client import DOMAIN

Values = dict[str, Any]


def recorded_reads(node: Any) -> Iterator[tuple[str, Values, Values]]:
    """Every query with its variables and data in which whole orders were read by id."""
    if isinstance(node, dict):
        query, answer = node.get("query"), node.get("response") or node.get("body")
        if isinstance(answer, dict):
            answer = answer.get("payload") or answer.get("body") or answer
        data = answer.get("data") if isinstance(answer, dict) else None
        if isinstance(query, str) and "mutation" not in query and isinstance(data, dict):
            yield query, node.get("variables") or {}, data
        for value in node.values():
            yield from recorded_reads(value)
    elif isinstance(node, list):
        for value in node:
            yield from recorded_reads(value)


def is_order(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("id")).startswith("gid://shopify/Order/")


def without_cursors(value: Any) -> Any:
    """Cursors are opaque: that ours differ is no difference."""
    if isinstance(value, dict):
        return {key: without_cursors(item) for key, item in value.items() if "ursor" not in key}
    return [without_cursors(item) for item in value] if isinstance(value, list) else value


def test_recorded_orders_are_answered_as_recorded(shared_folder: Path, full_schema_file: Path) -> None:
    simulator = Simulator(load_schema(full_schema_file))
    store, loader = simulator.shop(DOMAIN).store, simulator.engine.loader
    store.bucket.configure(maximum=1_000_000)
    compared, different = 0, []
    for file in sorted((shared_folder / "data" / "shopify" / "recorded").rglob("*.json")):
        for query, variables, data in recorded_reads(json.loads(file.read_text(encoding="utf-8"))):
            orders = {key: value for key, value in data.items() if is_order(value)}
            for order in orders.values():
                loader.put_order(store, order)
            body = simulator.engine.answer(store, Request(query=query, variables=variables)).body
            for key, order in orders.items():
                ours, theirs = without_cursors(body["data"][key]), without_cursors(order)
                # One recording stands beside the query of another moment.
                if ours.keys() == theirs.keys():
                    compared += 1
                    different.extend([(file.name, ours, theirs)] if ours != theirs else [])
    assert compared > 80
    assert different == []
