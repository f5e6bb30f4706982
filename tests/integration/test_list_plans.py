"""F9: every list of the surface can be read by an index, in the order in which it is shown, whatever it is filtered by.

On a small database every plan is cheap: here the planner may sort or read a whole table only where nothing else works.
How many rows are looked at among many is told by `test_documents_lists`.
"""

import base64
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.adapters.postgres.tables import metadata
from app.api.app import create_app
from app.bootstrap import open_installation
from app.settings import load_settings
from tests.api.live_service import KEY, seed
from tests.api.openapi_document import every_operation, parameters, resolved
from tests.machinery import connect

GIVEN = {
    "cursor": None,
    "limit": None,
    "wait": None,
    "after": None,
    "shop": "web",
    "task": "import_orders",
    "order_id": "ord_01kf0aaaaaaaaaaaaaaaaaaaaa",
    "store_customer_id": "7001",
    "number": "SO-000001",
    "include": "lines",
    "problem": "item_missing",
    "resource_id": None,
}
"""Values for parameters whose description has none; None = left out, as is what names one thing: of that little is
sorted.
"""
SORTED = ("/versions", "/unmapped-products")
"""Lists that are put together from few rows: the versions of a document, what the blocked orders of a shop wait for."""
FEW = ("completeness_days", "store_catalogs", "company_catalogs", "payouts")
"""What of these is in trouble is little, so it may be sorted: days, payouts, catalogs."""
TABLES = set(metadata.tables)
SELECTS = ("SELECT", "WITH")
ONLY_INDEXES = "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"


def value_of(parameter: dict[str, Any]) -> str | None:
    name, schema = parameter["name"], parameter["schema"]
    if name in GIVEN:
        return GIVEN[name]
    examples = parameter.get("examples") or schema.get("examples")
    if examples:
        return str(next(iter(examples.values()))["value"] if isinstance(examples, dict) else examples[0])
    shapes = [resolved(each) for each in (schema, *schema.get("anyOf", []))]
    chosen = next((str(shape["enum"][0]) for shape in shapes if "enum" in shape), None)
    return chosen or ("true" if any(shape.get("type") == "boolean" for shape in shapes) else "some")


def lists(*, newest_first: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
    """Every list of the surface, or every one that can be turned around: as it is, and by each of its filters."""
    for path, method, operation in every_operation():
        known = {each["name"]: each for each in parameters(operation)}
        if method != "get" or "limit" not in known or path.endswith(SORTED):
            continue
        if newest_first and "newest_first" not in known:
            continue
        turned = {"newest_first": "true"} if newest_first else {}
        address = path.format(**{name: value_of(each) for name, each in known.items() if each["in"] == "path"})
        yield address, turned
        for name, each in known.items():
            if each["in"] == "query" and (value := value_of(each)) is not None:
                yield address, turned | {name: value}


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[tuple[httpx.AsyncClient, list[tuple[str, Any]]]]:
    """A caller of the whole service, and every statement with its arguments that it sends."""
    sent: list[tuple[str, Any]] = []

    def watch(connection: Any, _record: object) -> None:
        connection.driver_connection.add_query_logger(lambda query: sent.append((query.query, query.args)))

    event.listen(Engine, "connect", watch)
    try:
        key = base64.b64encode(os.urandom(32)).decode()
        async with open_installation(load_settings(database_url=url, encryption_keys=key), url) as service:
            transport = httpx.ASGITransport(app=create_app(service.container))
            headers = {"Authorization": f"Bearer {KEY}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge", headers=headers) as erp:
                yield erp, sent
    finally:
        event.remove(Engine, "connect", watch)


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    await seed(database_url)
    connection = await connect(database_url)
    yield connection
    await connection.close()


def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from below(child)


def without_index(plan: dict[str, Any]) -> list[str]:
    """What a page reads whole, or sorts, before it is cut to its size."""
    cut = [each for limit in below(plan) if limit["Node Type"] == "Limit" for each in below(limit)]
    return [
        node["Node Type"] + " " + str(node.get("Relation Name", node.get("Sort Key")))
        for node in cut
        if (node["Node Type"] == "Seq Scan" or "Sort" in node["Node Type"])
        and any(each.get("Relation Name") in TABLES for each in below(node))
        and not of_few(node)
    ]


def of_few(node: dict[str, Any]) -> bool:
    """Whether it reads one source of a list, and that has few rows."""
    inside = list(below(node))
    alone = not any("Append" in each["Node Type"] for each in inside)
    return alone and any(each.get("Relation Name") in FEW for each in inside)


@pytest.mark.parametrize(
    "newest_first", [False, pytest.param(True, marks=pytest.mark.long)], ids=["as it is", "newest first"]
)
async def test_every_list_is_read_in_its_order_by_an_index(
    database_url: str, reader: asyncpg.Connection, *, newest_first: bool
) -> None:
    wrong: dict[str, list[str]] = {}
    pages = 0
    async with watched(database_url) as (erp, sent):
        for address, filters in lists(newest_first=newest_first):
            sent.clear()
            answer = await erp.get(address, params={**filters, "limit": "1"})
            assert answer.status_code == 200, (address, filters, answer.text)
            for statement, arguments in list(sent):
                if not statement.lstrip().startswith(SELECTS) or " LIMIT " not in statement.replace("\n", " "):
                    continue
                async with reader.transaction():
                    await reader.execute(ONLY_INDEXES)
                    found = await reader.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
                pages += 1
                if unserved := without_index(json.loads(found)[0]["Plan"]):
                    wrong[f"{address} {filters}"] = unserved

    assert wrong == {}
    assert pages > 30
