"""What the ERP's numbers cost: statements and points an order, counted."""

from collections import Counter
from typing import Any, cast

import httpx
import pytest

from app.ports.job_queue import NudgeKind
from tests.integration.test_statement_counts import DOMAIN, ORDERS, Counted, _a_shop_with_orders, counted

__all__ = ["counted"]

STATEMENTS_OF_A_WRITE = 10
"""Claimed among eight, and noted by itself as soon as it is done: its announcement is on the way, and whoever reads the
order meanwhile is to read it once more."""
POINTS_OF_A_WRITE = 12
STATEMENTS_OF_A_PROOF = 2
POINTS_OF_A_PROOF = 1
STATEMENTS_OF_A_CALL = 4
"""Its token, and its points: taken before, told by the store after."""


async def acknowledged(counted: Counted) -> int:
    """Every document; how many there are."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await counted.erp.get("/v1/sales-documents", params={"limit": "50", **cursor})).json()
        found += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    for place, each in enumerate(found):
        body = {"erp_document_no": f"ERP-{place}", "version": each["version"]}
        answer = await counted.erp.post(f"/v1/sales-documents/{each['id']}/acknowledge", json=body)
        assert answer.status_code == 200, answer.text
    return len(found)


async def store_of(counted: Counted) -> str:
    async with counted.service.container.unit_of_work() as uow:
        shop = await uow.shops.by_code("counted")
    assert shop is not None
    return str(shop.store_id)


@pytest.mark.long
async def test_a_number_costs_a_few_statements_and_a_dozen_points(counted: Counted) -> None:
    await _a_shop_with_orders(counted, "typical")
    await counted.statements_of_import()
    counted.log.statements.clear()
    documents = await acknowledged(counted)
    assert documents >= 0.8 * ORDERS
    # One statement more than an acknowledgement cost before.
    assert sum("number_write_backs" in each for each in counted.log.statements) == documents
    store = await store_of(counted)

    calls = await calls_of_work(counted, store)

    assert Counter(calls)["OrderAttributesUpdate"] == documents
    assert set(calls) <= {"GrantedScopes", "OrderGlances", "OrderAttributesUpdate"}
    assert await points(counted) <= POINTS_OF_A_WRITE * documents
    assert len(counted.log.statements) <= STATEMENTS_OF_A_WRITE * documents + STATEMENTS_OF_A_CALL * len(calls)

    async with counted.service.container.unit_of_work() as uow:
        await cast("Any", uow).driver.execute(
            "UPDATE number_write_backs SET due_at = now(), vouched_at = vouched_at - interval '1 minute'"
        )
        await uow.commit()
    calls = await calls_of_work(counted, store)

    assert set(calls) == {"OrderGlances"}
    assert await points(counted) <= POINTS_OF_A_PROOF * documents
    assert len(counted.log.statements) <= STATEMENTS_OF_A_PROOF * documents + STATEMENTS_OF_A_CALL * len(calls)


async def calls_of_work(counted: Counted, store: str) -> list[str]:
    """Write back what is due; the calls that this took."""
    async with door(counted) as http:
        await http.delete("/calls")
        counted.log.statements.clear()
        await counted.service.worker.work[NudgeKind.WRITE_BACK](store)
        return [call["operation"] for call in (await http.get("/calls")).json()["calls"]]


async def points(counted: Counted) -> int:
    async with door(counted) as http:
        return sum(call["requestedQueryCost"] for call in (await http.get("/calls")).json()["calls"])


def door(counted: Counted) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"{counted.store.base_url}/control/{DOMAIN}", trust_env=False)
