"""Batches under way: several items at a time, several batches at a time, and still one order and one answer each."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import pytest

from app.api.kept_connections import MOST, MOST_BEGUN, MOST_BEGUN_OF_ONE_CALLER, KeptConnections
from app.ports.unit_of_work import UnitOfWorkFactory
from tests.api.configuration import configuring
from tests.api.test_conventions import problem
from tests.erp_surface import RisingClock, Surface, surface

MORE_THAN_CONNECTIONS = 12


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    def services(uow: UnitOfWorkFactory, clock: RisingClock) -> Mapping[type, object]:
        return configuring(uow, clock)

    async with surface(database_url, services) as found:
        yield found


async def test_of_items_with_one_number_the_last_counts_and_results_keep_their_places(house: Surface) -> None:
    items = [{"no": f"C{place % 3}", "name": f"name {place}"} for place in range(12)]
    items[4] |= {"nonsense": "x"}

    answer = await house.client.post("/v1/customers/batch", json={"items": items})

    results = answer.json()["results"]
    assert [each["no"] for each in results] == [each["no"] for each in items]
    assert [each["status"] for each in results] == [201, 201, 201, 200, 422, *[200] * 7]
    kept = (await house.get("/v1/customers"))["data"]
    assert [(each["no"], each["name"]) for each in kept] == [("C0", "name 9"), ("C1", "name 10"), ("C2", "name 11")]


async def test_more_batches_with_a_key_than_there_are_connections_do_not_stand_in_each_others_way(
    house: Surface,
) -> None:
    async def send(number: int) -> list[int]:
        items = [{"no": f"C{number}-{place}"} for place in range(3)]
        headers = {"Idempotency-Key": f"batch-{number}"}
        answer = await house.client.post("/v1/customers/batch", json={"items": items}, headers=headers)
        return [answer.status_code, *(each["status"] for each in answer.json().get("results", []))]

    answers = await asyncio.gather(*map(send, range(MORE_THAN_CONNECTIONS)))

    assert answers == [[207, 201, 201, 201]] * MORE_THAN_CONNECTIONS


async def test_of_the_connections_kept_for_answers_one_caller_cannot_have_all(house: Surface) -> None:
    """S4: such as by requests that wait for a slow store."""
    kept: KeptConnections = house.application.state.container.kept_connections
    items, key = {"items": [{"no": "C1"}]}, {"Idempotency-Key": "k"}
    async with AsyncExitStack() as slow:
        waiting = [asyncio.ensure_future(slow.enter_async_context(kept.place("slow"))) for _ in range(MOST)]
        async with asyncio.timeout(5):
            answer = await house.client.post("/v1/customers/batch", json=items, headers=key)
        waiting.pop().cancel()
        await asyncio.gather(*waiting)

    assert answer.status_code == 207


async def wait_in_line(house: Surface, line: AsyncExitStack, callers: list[str]) -> None:
    kept: KeptConnections = house.application.state.container.kept_connections
    for caller in callers:
        waiting = asyncio.ensure_future(line.enter_async_context(kept.place(caller)))
        line.callback(waiting.cancel)
    await asyncio.sleep(0)


async def test_who_has_too_many_requests_waiting_is_told_to_come_again_and_others_are_served(house: Surface) -> None:
    """S4: the line is as long as what is waited for is slow."""
    items, key = {"items": [{"no": "C1"}]}, {"Idempotency-Key": "k"}
    busy, other = key | await house.key(), key | await house.key()
    async with AsyncExitStack() as line:
        await wait_in_line(house, line, [busy["Authorization"].split("_")[1]] * MOST_BEGUN_OF_ONE_CALLER)
        refused = await house.client.post("/v1/customers/batch", json=items, headers=busy)
        served = await house.client.post("/v1/customers/batch", json=items, headers=other)

    assert (problem(refused, 429, "rate_limited")["retryable"], refused.headers["retry-after"]) == (True, "5")
    assert served.status_code == 207
    assert (await house.client.post("/v1/customers/batch", json=items, headers=busy)).status_code == 207


async def test_the_line_of_all_callers_has_an_end(house: Surface) -> None:
    """S4."""
    items, key = {"items": [{"no": "C1"}]}, {"Idempotency-Key": "k"}
    async with AsyncExitStack() as line:
        await wait_in_line(house, line, [f"other{number}" for number in range(MOST_BEGUN)])
        refused = await house.client.post("/v1/customers/batch", json=items, headers=key)

    assert (problem(refused, 503, "unavailable")["retryable"], refused.headers["retry-after"]) == (True, "5")
    assert (await house.get("/v1/customers"))["data"] == []
