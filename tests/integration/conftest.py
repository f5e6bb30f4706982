"""The worlds to import in: one simulator for the whole run, a store and a database of its own for each test; and the
pictures of a world's items.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.store_simulator.server import RunningSimulator, serving
from tests.integration.pictures_sent import Pictures, pictures_of
from tests.integration.world import World, a_world
from tests.picture_shelf import PictureShelf, picture_shelf


@pytest.fixture(scope="session")
def simulator() -> Iterator[RunningSimulator]:
    with serving() as running:
        yield running


@pytest.fixture
async def world(database_url: str, simulator: RunningSimulator) -> AsyncIterator[World]:
    async with a_world(database_url, simulator) as made:
        yield made


@pytest.fixture
def shelf() -> Iterator[PictureShelf]:
    with picture_shelf() as made:
        yield made


@pytest.fixture
async def pictures(world: World) -> AsyncIterator[Pictures]:
    async with pictures_of(world) as made:
        yield made
