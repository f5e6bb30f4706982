"""C2, C3: a lost connection and a pool that is used up are a 503 that says when to come back."""

from collections.abc import AsyncIterator

import pytest

from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.ports.errors import DatabaseUnavailable
from tests.api.configuration import configuring
from tests.erp_surface import Surface, surface


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    async with surface(database_url, configuring) as found:
        yield found


async def test_a_connection_that_dies_in_the_middle_is_trouble_of_the_database(house: Surface) -> None:
    async def use_case() -> None:
        async with PostgresUnitOfWork(house.engine) as uow:
            backend = await uow.driver.fetchval("SELECT pg_backend_pid()")
            async with house.rows() as other:
                await other.driver.execute("SELECT pg_terminate_backend($1, 5000)", backend)
            await uow.driver.fetchval("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await use_case()

    assert (await house.client.get("/v1/me")).status_code == 200


async def test_a_disk_that_is_full_is_trouble_of_the_database(house: Surface) -> None:
    """C6: what could not be written is tried again, and nothing was acknowledged."""

    async def use_case() -> None:
        async with PostgresUnitOfWork(house.engine) as uow:
            await uow.driver.execute("DO $$ BEGIN RAISE EXCEPTION 'No space left' USING ERRCODE = 'disk_full'; END $$")

    with pytest.raises(DatabaseUnavailable):
        await use_case()

    assert (await house.client.get("/v1/me")).status_code == 200


async def test_a_pool_that_is_used_up_is_a_503_that_says_when_to_come_back(house: Surface) -> None:
    held = [await house.engine.connect() for _ in range(10)]

    answer = await house.client.get("/v1/me")

    for connection in held:
        await connection.close()
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (
        503,
        "database_unavailable",
        True,
    )
    assert int(answer.headers["retry-after"]) >= 1
    assert (await house.client.get("/v1/me")).status_code == 200
