"""A nudge reaches its work, also one that comes while the work of the one before ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.adapters.postgres.job_runner import PostgresJobQueue
from app.ports.job_queue import JobKind, NudgeKind
from tests.machinery import STORE, Machinery, machinery, until


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


async def nudged(house: Machinery) -> None:
    async with house.unit_of_work() as uow:
        await uow.nudge(NudgeKind.ORDERS_TO_IMPORT, STORE)
        await uow.commit()


@asynccontextmanager
async def working(house: Machinery, work: Callable[[str], Awaitable[None]]) -> AsyncIterator[None]:
    """A queue without a sweeper, which would nudge again what a lost nudge was about."""
    stop = asyncio.Event()
    kind = JobKind(kind=NudgeKind.ORDERS_TO_IMPORT, work=work, looks_again=True)
    queue = asyncio.create_task(PostgresJobQueue(house.url).run([kind], stop))
    try:
        yield
    finally:
        stop.set()
        await queue


async def test_who_is_nudged_while_the_work_ends_is_worked_for_without_a_sweeper(house: Machinery) -> None:
    looks: list[str] = []

    async def work(key: str) -> None:
        looks.append(key)
        if len(looks) == 2:
            # It has looked for the last time, and the library has not yet noted its end.
            await nudged(house)

    async def looked_for_the_later_one() -> bool:
        return len(looks) >= 3

    async with working(house, work):
        await nudged(house)
        await until(looked_for_the_later_one)

    assert set(looks) == {STORE}


async def test_who_is_nudged_while_the_work_runs_is_found_by_its_second_look(house: Machinery) -> None:
    waiting = ["first"]
    found: list[list[str]] = []

    async def work(_: str) -> None:
        found.append(list(waiting))
        waiting.clear()
        if len(found) == 1:
            waiting.append("second")
            await nudged(house)

    async def ended() -> bool:
        return not await house.fetch("SELECT 1 FROM pgqueuer")

    async with working(house, work):
        await nudged(house)
        await until(ended)

    assert found == [["first"], ["second"]]
