"""The worlds to import in: one simulator for the whole run, a store and a database of its own for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.store_simulator.server import RunningSimulator, serving
from tests.integration.world import World, a_world


@pytest.fixture(scope="session")
def simulator() -> Iterator[RunningSimulator]:
    with serving() as running:
        yield running


@pytest.fixture
async def world(database_url: str, simulator: RunningSimulator) -> AsyncIterator[World]:
    async with a_world(database_url, simulator) as made:
        yield made
