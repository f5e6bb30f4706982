"""The house whose console is looked at, and who looks: strangers, and people of each role."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.adapters.postgres.signals import PostgresSignals
from app.domain.console_roles import ConsoleRole
from tests.api.console.visits import Browser, a_user, services
from tests.erp_surface import Surface, surface


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    signals = PostgresSignals(database_url)
    async with surface(database_url, lambda uow, clock: services(uow, clock, signals=signals)) as found:
        yield found


@pytest.fixture
async def stranger(house: Surface) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(app=house.application)
    async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge") as client:
        yield Browser(client=client)


@pytest.fixture
async def operator(house: Surface, stranger: Browser) -> Browser:
    password = await a_user(house, "ann", ConsoleRole.OPERATOR)
    assert (await stranger.sign_in("ann", password)).status_code == 303
    return Browser(client=stranger.client, password=password)


@pytest.fixture
async def viewer(house: Surface, stranger: Browser) -> Browser:
    password = await a_user(house, "vera", ConsoleRole.VIEWER)
    assert (await stranger.sign_in("vera", password)).status_code == 303
    return Browser(client=stranger.client, password=password)


@pytest.fixture
async def admin(house: Surface, stranger: Browser) -> Browser:
    password = await a_user(house, "ada", ConsoleRole.ADMIN)
    assert (await stranger.sign_in("ada", password)).status_code == 303
    return Browser(client=stranger.client, password=password)
