"""The queue of orders to import over HTTP: seen, imported on request, retried, left out (P12)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.adapters.contact import ContactKeys
from app.adapters.postgres.ulid import Ulids
from app.api.schemas.orders_to_import import OrderToImportList
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.read_orders import ReadOrdersToImport
from app.services.runs import StartRun
from app.services.tasks import RunContext, TaskName
from tests.erp_surface import Surface, surface
from tests.stored_documents import NOW, POS, an_order_to_import

QUEUE = "/v1/shops/web/orders-to-import"


async def _never_run(_: RunContext) -> None:
    """Runs are only queued here."""


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    async with surface(
        database_url,
        lambda uow, clock: {
            ReadOrdersToImport: ReadOrdersToImport(uow),
            OrderRequests: OrderRequests(uow, OrderDecisions(Ulids(), ContactKeys()), clock),
            StartRun: StartRun(uow, clock, Ulids(), {TaskName.IMPORT_ORDERS: _never_run}),
        },
    ) as found:
        yield found


async def queued(erp: Surface, name: str, **telling: Any) -> str:
    async with erp.rows() as uow:
        row = await an_order_to_import(uow.driver, name, **telling)
        await uow.commit()
    return row


async def ids(erp: Surface, **wanted: str) -> list[str]:
    found = await erp.get(QUEUE, **wanted)
    OrderToImportList.model_validate(found)
    return [each["id"] for each in found["data"]]


async def test_a_shop_sees_its_own_rows_and_those_nobody_claimed(erp: Surface) -> None:
    await queued(erp, "1")
    await queued(erp, "2", shop_id=POS)
    await queued(erp, "3", shop_id=None, unclaimed_at=NOW)
    await queued(erp, "4", left_out_at=NOW)

    assert await ids(erp) == ["oti_1", "oti_3"]


@pytest.mark.parametrize(
    ("wanted", "telling"),
    [
        ({"action": "update"}, {"action": "update"}),
        ({"has_error": "true"}, {"error_code": "x", "error_detail": "y"}),
        ({"parked": "true"}, {"parked_at": NOW}),
        ({"unclaimed": "true"}, {"shop_id": None, "unclaimed_at": NOW}),
    ],
    ids=["action", "has_error", "parked", "unclaimed"],
)
async def test_a_filter_finds_what_it_names_and_nothing_else(
    erp: Surface, wanted: dict[str, str], telling: dict[str, Any]
) -> None:
    await queued(erp, "1")
    await queued(erp, "2", **telling)

    assert await ids(erp, **wanted) == ["oti_2"]


async def test_the_queue_is_paged(erp: Surface) -> None:
    made = [await queued(erp, str(number)) for number in range(1, 6)]

    first = await erp.get(QUEUE, limit=3)
    second = await erp.get(QUEUE, limit=3, cursor=first["next_cursor"])

    assert [each["id"] for each in first["data"] + second["data"]] == made
    assert second["next_cursor"] is None


async def test_chosen_rows_and_orders_become_one_run(erp: Surface) -> None:
    row = await queued(erp, "5501")

    answer = await erp.client.post(f"{QUEUE}/import", json={"ids": [row], "shopify_ids": ["5502", "5501"]})
    again = await erp.client.post(f"{QUEUE}/import", json={"ids": [row], "shopify_ids": ["5502"]})

    assert (answer.status_code, again.status_code) == (202, 200), answer.text
    assert answer.headers["location"] == f"/v1/runs/{answer.json()['id']}" == again.headers["location"]
    [run] = await erp.fetch("SELECT task, parameters::text FROM runs")
    assert run["task"] == "import_orders"
    assert run["parameters"] == '{"order_shopify_ids": ["5501", "5502"]}'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"shopify_ids": ["gid://shopify/Order/1"]}, 422),
        ({"shopify_ids": [1]}, 422),
        ({"ids": ["oti_nowhere"]}, 404),
    ],
)
async def test_an_import_of_nothing_or_of_what_is_not_there_is_refused(
    erp: Surface, body: dict[str, Any], status: int
) -> None:
    answer = await erp.client.post(f"{QUEUE}/import", json=body)

    assert answer.status_code == status


async def test_a_parked_order_is_tried_again_at_once(erp: Surface) -> None:
    row = await queued(erp, "1", parked_at=NOW, attempts=5)

    answer = await erp.client.post(f"{QUEUE}/{row}/retry")

    assert answer.status_code == 204
    [shown] = (await erp.get(QUEUE))["data"]
    assert (shown["attempts"], shown["parked_at"]) == (0, None)
    assert shown["due_at"] is not None


async def test_an_order_left_out_leaves_the_queue(erp: Surface) -> None:
    row = await queued(erp, "1")

    first = await erp.client.delete(f"{QUEUE}/{row}")
    second = await erp.client.delete(f"{QUEUE}/{row}")

    assert (first.status_code, second.status_code) == (204, 404)
    assert await ids(erp) == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_the_rows_of_another_shop_are_not_there(erp: Surface, method: str) -> None:
    row = await queued(erp, "1", shop_id=POS)

    answer = await erp.client.request(method, f"{QUEUE}/{row}{'/retry' if method == 'POST' else ''}")

    assert answer.status_code == 404


async def test_the_queue_of_a_shop_that_a_key_may_not_see_is_not_there(erp: Surface) -> None:
    answer = await erp.client.get(QUEUE, headers=await erp.key(shops=[POS]))

    assert answer.status_code == 404
