"""C2, C3, C4, C6: a lost connection and a pool that is used up are a 503 that says when to come back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.adapters.postgres.figures import PostgresFigures
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.ports.errors import DatabaseBusy, DatabaseUnavailable
from tests.api.configuration import configuring
from tests.erp_surface import Surface, surface
from tests.machinery import RealClock, until


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


async def test_a_server_that_takes_no_writes_any_more_is_left_for_the_one_that_does(house: Surface) -> None:
    """C2: after a failover the connections to the server before are still there, and good for reading only."""
    async with PostgresUnitOfWork(house.engine) as uow:
        await uow.driver.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        await uow.commit()

    answers = [await house.client.put(f"/v1/customers/C{number}", json={"name": "C"}) for number in range(2)]

    assert [each.status_code for each in answers] == [503, 201]
    assert answers[0].json()["code"] == "database_unavailable"


@pytest.mark.long
async def test_whoever_waits_in_a_circle_is_told_to_try_again_and_it_is_counted(house: Surface) -> None:
    """C4."""
    for number in (1, 2):
        await house.client.put(f"/v1/customers/C{number}", json={"name": "C"})
    here = asyncio.Barrier(2)

    async def rename(*numbers: str) -> None:
        async with PostgresUnitOfWork(house.engine) as uow:
            for number in numbers:
                await uow.driver.execute("UPDATE customers SET name = 'D' WHERE no = $1", number)
                if number == numbers[0]:
                    await here.wait()
            await uow.commit()

    outcomes = await asyncio.gather(rename("C1", "C2"), rename("C2", "C1"), return_exceptions=True)

    async def counted() -> bool:
        figures = await PostgresFigures(house.engine, RealClock()).read()
        return {each.name: each.value for each in figures}["database_deadlocks_total"] == 1

    assert [type(each) for each in outcomes if each] == [DatabaseBusy]
    await until(counted)


async def test_a_transaction_of_a_process_that_is_frozen_ends(house: Surface) -> None:
    """C8: between the messages of one statement a session is idle to nobody, so its transaction has a bound itself."""
    async with PostgresUnitOfWork(house.engine) as uow:
        version, bound = await uow.driver.fetchrow(
            "SELECT current_setting('server_version_num')::int, current_setting('transaction_timeout', true)"
        )

    assert bound == ("2min" if version >= 170_000 else None)


async def test_a_lock_that_does_not_come_is_no_fault_of_whoever_waited(house: Surface) -> None:
    """C4."""
    await house.client.put("/v1/customers/C1", json={"name": "C"})

    async def impatient() -> None:
        async with PostgresUnitOfWork(house.engine) as uow:
            await uow.driver.execute("SET LOCAL lock_timeout = '10ms'")
            await uow.driver.execute("UPDATE customers SET name = 'D'")

    async with house.rows() as holder:
        await holder.driver.execute("UPDATE customers SET name = 'E'")
        with pytest.raises(DatabaseBusy):
            await impatient()


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
