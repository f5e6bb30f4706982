"""Skipped records over HTTP: what was not written to the store, with the reason, and how it is tried again (P81)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from app.adapters.contact import ContactKeys
from app.adapters.postgres.ulid import Ulids
from app.api.schemas.skipped_records import SkippedRecordList
from app.domain.identifiers import OrderId, ShopId
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_orders import ReadOrders
from app.services.read_skipped_records import ReadSkippedRecords
from tests.erp_surface import Surface, surface
from tests.stored_documents import NOW, POS, WEB, an_order

LIST = "/v1/skipped-records"


async def a_write_back(driver: asyncpg.Connection, order: str, **telling: Any) -> None:
    """The number of this order is to be written to the store."""
    columns: dict[str, Any] = {
        "order_id": order,
        "store_id": "sto_1",
        "wanted": 1,
        "attempts": 0,
        "claim_no": 0,
        "created_at": NOW,
        "updated_at": NOW,
    } | telling
    columns["shop_id"] = await driver.fetchval("SELECT shop_id FROM orders WHERE id = $1", order)
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    await driver.execute(f"INSERT INTO number_write_backs ({', '.join(columns)}) VALUES ({places})", *columns.values())


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {
            ReadSkippedRecords: ReadSkippedRecords(uow),
            ReadOrders: ReadOrders(uow),
            OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
        },
    ) as found:
        yield found


async def skipped(erp: Surface, *, shop: ShopId = WEB, reason: str | None = "store_declined", **telling: Any) -> str:
    async with erp.rows() as uow:
        order = await an_order(uow.driver, shop=shop, state="processed")
        await a_write_back(uow.driver, order, error_code=reason, **telling)
        await uow.commit()
    return str(order)


async def listed(erp: Surface, **wanted: Any) -> list[str]:
    return [row["resource_id"] for row in (await erp.get(LIST, **wanted))["data"]]


async def test_a_skipped_record_says_what_why_and_since_when(erp: Surface) -> None:
    earlier = datetime.fromisoformat("2026-01-14T10:00:00+00:00")
    order = await skipped(erp, error_detail="Value is too long", failed_at=earlier, attempts=2, parked_at=NOW)

    page = await erp.get(LIST)

    [row] = page["data"]
    SkippedRecordList.model_validate(page)
    assert (row["shop"], row["resource_type"], row["resource_id"]) == ("web", "order", order)
    assert (row["reason"], row["detail"], row["count"]) == ("store_declined", "Value is too long", 2)
    assert (row["first_seen_at"], row["cleared_at"]) == ("2026-01-14T10:00:00Z", None)
    assert row["no"].startswith("#")


async def test_what_only_waits_its_turn_is_not_skipped(erp: Surface) -> None:
    await skipped(erp, reason=None, due_at=NOW)

    assert await listed(erp) == []


async def test_the_filters_must_all_hold(erp: Surface) -> None:
    web, held, pos = (
        await skipped(erp),
        await skipped(erp, reason="scope_missing"),
        await skipped(erp, shop=POS),
    )

    assert await listed(erp) == sorted([web, held, pos])
    assert await listed(erp, shop="web", reason="scope_missing") == [held]
    assert await listed(erp, shop="pos", open="true", resource_type="order") == [pos]
    assert await listed(erp, open="false") == await listed(erp, resource_type="item") == []


async def test_pages_follow_one_another(erp: Surface) -> None:
    made = sorted([await skipped(erp), await skipped(erp), await skipped(erp)])

    first = await erp.get(LIST, limit=2)
    second = await erp.get(LIST, limit=2, cursor=first["next_cursor"])

    assert [row["resource_id"] for row in (*first["data"], *second["data"])] == made
    assert second["next_cursor"] is None


async def test_reading_the_order_again_tries_what_waited_for_a_person(erp: Surface) -> None:
    order = await skipped(erp, attempts=5, parked_at=NOW)
    async with erp.rows() as uow:
        await uow.write_backs.retry(OrderId(order), now=NOW)
        await uow.commit()

    [row] = await erp.fetch("SELECT due_at, attempts, parked_at FROM number_write_backs")
    assert (row["due_at"], row["attempts"], row["parked_at"]) == (NOW, 0, None)
