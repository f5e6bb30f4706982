"""How many statements an imported and documented order costs the database: counted, because counts do not vary."""

import base64
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.api.app import create_app
from app.bootstrap import Installation, open_installation
from app.domain.access import Scope
from app.ports.job_queue import NudgeKind
from app.services.api_keys import ApiKeys
from app.settings import load_settings
from app.store_simulator.server import RunningSimulator, serving
from app.store_simulator.state import DEFAULT_ACCESS_TOKEN
from tests.acceptance.harness import GENEROUS_SETTINGS

DOMAIN = "counted.myshopify.com"
ORDERS = 100
STATEMENTS_AN_ORDER = 3
BATCH = 50
STATEMENTS_OF_A_BATCH = 70
"""Of the whole run and its listing, its heartbeats left out: 64, and what a further connection asks when it is new."""
LONG_AGO = "2025-06-01T08:00:00Z"
LONGER_AGO = "2024-06-01T08:00:00Z"


class StatementLog:
    """Every statement the service sends, transaction commands included, while it is switched on."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def note(self, query: asyncpg.connection.LoggedQuery) -> None:
        self.statements.append(query.query)

    def watch(self, connection: Any, _record: object) -> None:
        connection.driver_connection.add_query_logger(self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A wired service over a simulated store, whose statements are logged."""

    store: RunningSimulator
    service: Installation
    erp: httpx.AsyncClient
    log: StatementLog

    async def statements_of_import(self) -> tuple[dict[str, Any], list[str]]:
        """A run of `import_orders`, done here and now, and what it sent to the database."""
        body = {"parameters": {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True}}
        asked = await self.erp.post("/v1/shops/counted/tasks/import_orders/runs", json=body)
        run_id = asked.json()["id"]
        self.log.statements.clear()
        await self.service.worker.work[NudgeKind.RUN](run_id)
        sent = list(self.log.statements)
        run: dict[str, Any] = (await self.erp.get(f"/v1/runs/{run_id}")).json()
        return run, sent


@pytest.fixture
async def counted(database_url: str) -> AsyncIterator[Counted]:
    log = StatementLog()
    with serving() as store, _watched_connections(log):
        async with _wired(database_url, store.base_url) as (service, erp):
            yield Counted(store=store, service=service, erp=erp, log=log)


@contextmanager
def _watched_connections(log: StatementLog) -> Iterator[None]:
    event.listen(Engine, "connect", log.watch)
    try:
        yield
    finally:
        event.remove(Engine, "connect", log.watch)


@asynccontextmanager
async def _wired(database_url: str, store_url: str) -> AsyncIterator[tuple[Installation, httpx.AsyncClient]]:
    settings = load_settings(
        database_url=database_url,
        encryption_keys=base64.b64encode(os.urandom(32)).decode(),
        shopify_url=f"{store_url}/{{store_domain}}",
    )
    async with open_installation(settings, database_url) as service:
        made = await service.container.service(ApiKeys).create(name="counting", scopes=frozenset(Scope))
        erp = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(service.container)),
            base_url="http://orderbridge",
            headers={"Authorization": f"Bearer {made.secret}"},
        )
        async with erp:
            yield service, erp


async def _place_orders(counted: Counted, preset: str, *, count: int, start: str, **options: Any) -> None:
    wish = {"seed": 3, "count": count, "preset": preset, "start": start, "spacingSeconds": 60, "options": options}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        generated = await http.post(f"{counted.store.base_url}/control/{DOMAIN}/orders/generate", json=wish)
        generated.raise_for_status()


async def _a_shop_with_orders(
    counted: Counted,
    preset: str,
    *,
    settings: Mapping[str, Any] = GENEROUS_SETTINGS,
    count: int = ORDERS,
    start: str = LONG_AGO,
    **options: Any,
) -> None:
    control = f"{counted.store.base_url}/control/{DOMAIN}"
    limits = {"throttle": {"maximumAvailable": 1_000_000, "restoreRate": 1_000_000}}
    await _place_orders(counted, preset, count=count, start=start, **options)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        (await http.put(f"{control}/state", json=limits)).raise_for_status()
        products = (await http.get(f"{control}/state", params={"kinds": "products"})).json()["products"]
    skus = {variant["sku"] for product in products for variant in product["variants"] if variant["sku"]}
    (await counted.erp.put("/v1/customers/WEBSALES", json={"name": "Web sales"})).raise_for_status()
    items = {"items": [{"no": sku} for sku in sorted(skus)[:250]]}
    (await counted.erp.post("/v1/items/batch", json=items)).raise_for_status()
    shop = {
        "code": "counted",
        "name": "Counted",
        "store_domain": DOMAIN,
        "credentials": {"kind": "access_token", "access_token": DEFAULT_ACCESS_TOKEN},
        "settings": settings,
    }
    (await counted.erp.post("/v1/shops", json=shop)).raise_for_status()


async def test_fifty_orders_and_their_documents_cost_a_run_seventy_statements_at_most(counted: Counted) -> None:
    await _a_shop_with_orders(counted, "typical", count=1, start=LONGER_AGO)
    # What a process, a connection and a shop ask once.
    await counted.statements_of_import()
    await _place_orders(counted, "typical", count=BATCH, start=LONG_AGO)

    run, sent = await counted.statements_of_import()

    assert (run["counts"]["imported"], run["counts"]["documents"]) == (BATCH, BATCH)
    # How often a lease is renewed is the machine's affair: each time in a transaction of its own.
    number = len(sent) - 3 * sum("SET claimed_until" in each for each in sent)
    assert BATCH / 2 < number <= STATEMENTS_OF_A_BATCH


async def test_an_order_of_an_ordinary_day_costs_at_most_three_statements(counted: Counted) -> None:
    """With returns, refunds, gift cards and fulfilments; asked by a process that has just begun."""
    await _a_shop_with_orders(counted, "day")
    run, sent = await counted.statements_of_import()
    assert run["state"] == "succeeded", run
    assert run["counts"]["imported"] == ORDERS
    assert run["counts"]["documents"] >= 0.8 * ORDERS
    assert 0 < len(sent) <= STATEMENTS_AN_ORDER * ORDERS


async def test_an_order_of_a_company_that_is_made_and_linked_costs_no_more(counted: Counted) -> None:
    companies = {"mapping": ["by_tax_id", "by_email_phone"], "auto_create": True, "template_code": "B2B"}
    await _a_shop_with_orders(counted, "typical", settings=GENEROUS_SETTINGS | {"companies": companies}, b2b=1.0)
    run, sent = await counted.statements_of_import()
    assert (run["state"], run["counts"]["imported"]) == ("succeeded", ORDERS), run
    made = (await counted.erp.get("/v1/new-customers")).json()["data"]
    assert made
    assert all(each["store_company_id"] for each in made)
    assert run["counts"]["documents"] >= 0.8 * ORDERS
    assert 0 < len(sent) <= STATEMENTS_AN_ORDER * ORDERS


async def test_orders_that_are_known_cost_a_handful_for_all_of_them(counted: Counted) -> None:
    await _a_shop_with_orders(counted, "typical")
    await counted.statements_of_import()
    run, sent = await counted.statements_of_import()
    assert run["counts"]["unchanged"] == ORDERS
    # What connections say to begin, to end and to be found alive is as much for one order as for a hundred.
    asked = [each for each in sent if each.strip("; ") and not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
    assert 0 < len(asked) < ORDERS / 4
