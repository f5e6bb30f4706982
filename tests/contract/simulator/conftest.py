"""A fresh simulator per test, without sockets: the simulator and the receiver of its webhooks are both in process."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.store_simulator.server import create_simulator
from app.store_simulator.simulator import Simulator
from tests.contract.simulator.client import ShopClient
from tests.contract.simulator.receiver import Receiver

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def shop(receiver: Receiver) -> AsyncIterator[ShopClient]:
    outgoing = httpx.AsyncClient(transport=httpx.ASGITransport(app=receiver.application()))
    simulator = Simulator(client=outgoing)
    transport = httpx.ASGITransport(app=create_simulator(simulator=simulator))
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as http:
        yield ShopClient(http=http, simulator=simulator)
    await simulator.close()


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of reference material, where there is one."""
    folder = Path(os.environ.get("ORDERBRIDGE_SHARED", CHECKOUT / ".." / "shared")).resolve()
    if not folder.is_dir():
        pytest.skip("the folder of reference material is not here")
    return folder


@pytest.fixture(scope="session")
def full_schema_file() -> Path:
    """The untrimmed introspection, where somebody has fetched it."""
    named = os.environ.get("ORDERBRIDGE_SIMULATOR_SCHEMA")
    file = Path(named) if named else CHECKOUT / ".cache" / "shopify-schema" / "admin_2026-10.json"
    if not file.is_file():
        pytest.skip("the full schema has not been fetched")
    return file
