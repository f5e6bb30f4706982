"""A simulator served over HTTP for the whole run, and a store of its own for each test."""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count

import httpx
import pytest

from app.ports.store_access import StoreCredentials
from app.store_simulator.server import RunningSimulator, serving
from tests.contract.shopify.stores import CLIENT, STATIC, SimulatedStore, connected

_numbers = count(1)
Connect = Callable[[StoreCredentials], SimulatedStore]


@pytest.fixture(scope="session")
def simulator() -> Iterator[RunningSimulator]:
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
async def doors(simulator: RunningSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """The simulator's own doors."""
    async with httpx.AsyncClient(base_url=simulator.base_url, timeout=60, verify=False) as client:
        yield client


@pytest.fixture
async def connect(simulator: RunningSimulator, doors: httpx.AsyncClient) -> AsyncIterator[Connect]:
    """Connects the adapter to a fresh store; each call to another one."""
    made: list[SimulatedStore] = []

    def fresh(credentials: StoreCredentials) -> SimulatedStore:
        domain = f"contract-{next(_numbers)}.myshopify.com"
        store = connected(simulator.base_url, domain=domain, credentials=credentials, doors=doors)
        made.append(store)
        return store

    yield fresh
    for store in made:
        await store.http.aclose()


@pytest.fixture
async def store(connect: Connect) -> SimulatedStore:
    """A store with an unlimited bucket, reached with a token that does not end."""
    simulated = connect(STATIC)
    await simulated.put(throttle={"maximumAvailable": 10_000_000, "restoreRate": 1_000_000})
    return simulated


@pytest.fixture
async def granting_store(connect: Connect) -> SimulatedStore:
    """A store reached with client credentials."""
    return connect(CLIENT)
