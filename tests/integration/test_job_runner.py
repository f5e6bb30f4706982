"""A nudge reaches its work, also one that comes while the work of the one before ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.adapters.postgres.job_runner import PostgresJobQueue
from app.ports.job_queue import LANE, JobKind, NudgeKind
from tests.machinery import STORE, Machinery, machinery, until


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


async def nudged(house: Machinery, key: str = STORE) -> None:
    async with house.unit_of_work() as uow:
        await uow.nudge(NudgeKind.ORDERS_TO_IMPORT, key)
        await uow.commit()


@asynccontextmanager
async def working(
    house: Machinery, work: Callable[[str], Awaitable[None]], left: Callable[[str], Awaitable[bool]]
) -> AsyncIterator[None]:
    """A queue without a sweeper, which would nudge again what a lost nudge was about."""
    stop = asyncio.Event()
    kind = JobKind(kind=NudgeKind.ORDERS_TO_IMPORT, work=work, left=left)
    queue = asyncio.create_task(PostgresJobQueue(house.url).run([kind], stop))
    try:
        yield
    finally:
        stop.set()
        await queue


async def test_who_is_nudged_while_the_work_ends_is_worked_for_without_a_sweeper(house: Machinery) -> None:
    worked: list[str] = []

    async def work(key: str) -> None:
        worked.append(key)

    async def left(_: str) -> bool:
        if len(worked) == 1:
            # The work has ended, and the library has not yet noted it.
            await nudged(house)
        return False

    async def worked_again() -> bool:
        return len(worked) == 2

    async with working(house, work, left):
        await nudged(house)
        await until(worked_again)

    assert worked == [STORE, STORE]


async def test_who_is_nudged_while_the_work_runs_is_found_by_the_look_at_its_end(house: Machinery) -> None:
    waiting = ["first"]
    found: list[list[str]] = []

    async def work(_: str) -> None:
        found.append(list(waiting))
        waiting.clear()
        if len(found) == 1:
            waiting.append("second")
            await nudged(house)

    async def left(_: str) -> bool:
        return bool(waiting)

    async def ended() -> bool:
        return not await house.fetch("SELECT 1 FROM pgqueuer")

    async with working(house, work, left):
        await nudged(house)
        await until(ended)

    assert found == [["first"], ["second"]]


async def test_lanes_of_a_store_ask_for_the_store_itself(house: Machinery) -> None:
    worked: list[str] = []

    async def work(key: str) -> None:
        worked.append(key)

    async def left(_: str) -> bool:
        return len(worked) == 1

    async def worked_again() -> bool:
        return len(worked) == 2

    async with working(house, work, left):
        await nudged(house, f"{STORE}{LANE}2")
        await until(worked_again)

    assert worked == [f"{STORE}{LANE}2", STORE]
