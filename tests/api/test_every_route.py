"""Every route of the surface against every kind of caller: made from the route table, so none is forgotten (S1)."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.api.routes import ROUTERS
from app.api.routing import StrictRoute
from app.domain.access import Scope
from app.ports.unit_of_work import UnitOfWorkFactory
from tests.api.configuration import configuring
from tests.api.openapi_document import body_of
from tests.erp_surface import RisingClock, Surface, surface

EVERYONE = {"/livez", "/readyz", "/metrics", "/oauth/shopify/install", "/oauth/shopify/callback"}


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Surface]:
    """Every service is there; those that configure nothing would fail at any use, which no caller here may reach."""

    def services(uow: UnitOfWorkFactory, clock: RisingClock) -> Mapping[type, object]:
        return defaultdict(object, configuring(uow, clock))

    async with surface(database_url, services) as found:
        yield found


def routes() -> list[tuple[str, str, APIRoute]]:
    return [
        (method, route.path, route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
        if route.path not in EVERYONE
    ]


def address(path: str, shop: str = "web") -> str:
    return re.sub(r"\{[^}]+\}", "1", path.replace("{shop}", shop))


async def call(house: Surface, method: str, path: str, headers: dict[str, str], *, body: Any = None) -> Any:
    return await house.client.request(method, path, headers=headers, json=body)


async def test_nobody_gets_anywhere_without_a_living_key(house: Surface) -> None:
    """S1, S3: none, unknown, revoked, expired."""
    house.client.headers.pop("Authorization")
    revoked = await house.key()
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE api_keys SET revoked_at = now()")
        await uow.commit()
    expired = await house.key()
    async with house.rows() as uow:
        await uow.driver.execute("UPDATE api_keys SET expires_at = '2000-01-01' WHERE revoked_at IS NULL")
        await uow.commit()
    bodies = set()

    for method, path, _ in routes():
        for headers in ({}, {"Authorization": "Bearer ob_aaaaaaaa_" + "a" * 43}, revoked, expired):
            answer = await call(house, method, address(path), headers)
            assert answer.status_code == 401, (method, path, answer.text)
            bodies.add(tuple(sorted((name, str(value)) for name, value in answer.json().items() if name != "instance")))

    assert len(bodies) == 1


async def test_a_key_without_scopes_may_only_ask_who_it_is(house: Surface) -> None:
    headers = await house.key(scopes=[])

    allowed = [
        (method, path)
        for method, path, _ in routes()
        if (await call(house, method, address(path), headers)).status_code != 403
    ]

    assert allowed == [("GET", "/v1/me")]


async def test_a_scope_for_reading_changes_nothing(house: Surface) -> None:
    headers = await house.key(scopes=[scope for scope in Scope if scope.value.endswith(":read")])

    for method, path, _ in routes():
        if method != "GET":
            answer = await call(house, method, address(path), headers)
            assert answer.status_code == 403, (method, path, answer.text)


async def test_a_foreign_shop_is_not_there_on_any_route(house: Surface) -> None:
    web = (await house.get("/v1/shops/web"))["id"]
    headers = await house.key(shops=[web])

    for method, path, _ in routes():
        if "{shop}" in path:
            body = body_of(method, path)
            foreign = await call(house, method, address(path, "pos"), headers, body=body)
            missing = await call(house, method, address(path, "none"), headers, body=body)
            assert (foreign.status_code, missing.status_code) == (404, 404), (method, path, foreign.text)
            assert foreign.json() | {"instance": ""} == missing.json() | {"instance": ""}


def test_every_route_below_v1_reads_strictly() -> None:
    assert all(isinstance(route, StrictRoute) for _, path, route in routes() if path.startswith("/v1"))
