"""S2: a reading for a key limited to shops is held to these by the database itself, whatever a statement forgets."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Double, Integer, LargeBinary, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.roles import HOLD
from app.adapters.postgres.row_security import OF_NO_SHOP, conditions
from app.adapters.postgres.tables import metadata
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.access import Scope
from app.domain.identifiers import ShopId
from app.ports.sight import seeing
from tests.api.live_service import KEY, seed
from tests.api.test_every_route import routes
from tests.api.test_foreign_shops import OWNED, belonging_to_web
from tests.integration.test_list_plans import lists, watched

WEB, POS, AWAY = ShopId("sho_web"), ShopId("sho_pos"), ShopId("sho_away")
NOW = datetime(2026, 1, 15, tzinfo=UTC)
VALUES: tuple[tuple[type, Any], ...] = (
    (Boolean, False),
    (ARRAY, []),
    (JSONB, "[]"),
    (LargeBinary, b"x"),
    (Date, date(2026, 1, 15)),
    (BigInteger, 1),
    (Integer, 1),
    (Double, 1.0),
    (Numeric, 1),
    (Text, "x"),
)
GIVEN: dict[str, Any] = {"shop_id": WEB, "of_shop": WEB, "shop_ids": [WEB], "store_id": "sto_1"}
OF_THE_STORE = {
    "disputes",
    "forgotten_orders",
    "installations_begun",
    "payout_access",
    "payout_transactions",
    "payouts",
    "refused_webhooks",
    "stocked_variants",
    "store_calls",
    "store_points",
    "store_tokens",
    "webhook_inbox",
}
"""Of no single shop: each shop of the store sees them."""


@pytest.fixture(scope="module")
async def engine(module_database_url: str) -> AsyncIterator[AsyncEngine]:
    """A row of the shop ``web`` in every table; ``pos`` is of the same store, ``away`` of another."""
    engine = create_engine(module_database_url)
    async with PostgresUnitOfWork(engine) as uow:
        for number, shops in ((1, (WEB, POS)), (2, (AWAY,))):
            await uow.driver.execute(
                "INSERT INTO stores (id, store_domain, created_at, updated_at) VALUES ($1, $1, $2, $2)",
                *(f"sto_{number}", NOW),
            )
            for shop in shops:
                await uow.driver.execute(
                    "INSERT INTO shops (id, store_id, code, name, settings, version, created_at, updated_at)"
                    " VALUES ($1, $2, $1, '', '{}', 1, $3, $3)",
                    *(shop, f"sto_{number}", NOW),
                )
        await without_checks(uow.driver)
        for table in metadata.sorted_tables:
            if table.name not in {"shops", "stores"}:
                await a_row(uow.driver, table)
        await uow.commit()
    yield engine
    await engine.dispose()


async def without_checks(driver: asyncpg.Connection) -> None:
    """What a row says does not matter here, only whose it is."""
    for row in await driver.fetch(
        "SELECT conrelid::regclass::text AS at, conname::text AS name FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    ):
        await driver.execute(f'ALTER TABLE {row["at"]} DROP CONSTRAINT "{row["name"]}"')
    # It would tell of its row in the audit.
    await driver.execute("ALTER TABLE privacy_requests DISABLE TRIGGER USER")


async def a_row(driver: asyncpg.Connection, table: Table) -> None:
    values = {column.name: value_of(column) for column in table.columns if is_told(column)}
    places = ", ".join(
        f"${place}{'::text::jsonb' if isinstance(table.columns[name].type, JSONB) else ''}"
        for place, name in enumerate(values, 1)
    )
    names = ", ".join(f'"{name}"' for name in values)
    await driver.execute(f"INSERT INTO {table.name} ({names}) VALUES ({places})", *values.values())


def is_told(column: Column[Any]) -> bool:
    return column.name in GIVEN or not column.nullable


def value_of(column: Column[Any]) -> Any:
    if column.name in GIVEN:
        return GIVEN[column.name]
    return next((value for kind, value in VALUES if isinstance(column.type, kind)), NOW)


@asynccontextmanager
async def held_to(engine: AsyncEngine, *shops: ShopId) -> AsyncIterator[asyncpg.Connection]:
    with seeing(frozenset(shops)):
        async with PostgresUnitOfWork(engine) as uow:
            yield uow.driver


async def counts(driver: asyncpg.Connection) -> dict[str, int]:
    return {table: await driver.fetchval(f"SELECT count(*) FROM {table}") for table in conditions()}


def test_it_is_known_of_every_table_whose_its_rows_are() -> None:
    assert set(conditions()) | OF_NO_SHOP == set(metadata.tables)
    assert not set(conditions()) & OF_NO_SHOP


async def test_no_row_of_any_table_comes_for_a_key_of_another_shop(engine: AsyncEngine) -> None:
    """S2."""
    async with PostgresUnitOfWork(engine) as uow:
        everything = await counts(uow.driver)
    async with held_to(engine, WEB, POS) as driver:
        of_both = await counts(driver)
    async with held_to(engine, POS) as driver:
        of_neighbour = await counts(driver)
    async with held_to(engine, AWAY) as driver:
        of_away = await counts(driver)

    places = {"shops": 2, "stores": 1}
    assert {table: number for table, number in everything.items() if number != 1} == {"shops": 3, "stores": 2}
    assert of_both == dict.fromkeys(everything, 1) | places
    assert of_neighbour == dict.fromkeys(everything, 0) | dict.fromkeys(OF_THE_STORE, 1) | {"shops": 1, "stores": 1}
    assert of_away == dict.fromkeys(everything, 0) | {"shops": 1, "stores": 1}


async def test_who_is_held_to_shops_writes_nothing_and_who_comes_after_is_not_held(engine: AsyncEngine) -> None:
    async with held_to(engine, WEB) as driver:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await driver.execute("UPDATE orders SET version = 2")
    async with PostgresUnitOfWork(engine) as uow:
        who = await uow.driver.fetchval("SELECT current_user::text")
        assert await uow.driver.execute("UPDATE orders SET version = 2") == "UPDATE 1"

    assert who == engine.url.username


def told_of_web(rows: Sequence[Any]) -> set[str]:
    text = str(rows)
    return {owned for owned in (*OWNED.values(), str(WEB)) if owned in text}


@pytest.mark.long
async def test_a_list_that_forgets_its_shops_is_given_nothing_of_them(database_url: str) -> None:
    """S2: the statements of every list, as they are sent for a key of all shops, by one that is limited to another."""
    await seed(database_url)
    engine = create_engine(database_url)
    await belonging_to_web(database_url, bytes(32), str(POS))
    told: set[str] = set()
    async with watched(database_url) as (erp, sent):
        for address in dict.fromkeys(address for address, _ in lists()):
            sent.clear()
            assert (await erp.get(address)).status_code < 500
            reads = [each for each in sent if each[0].lstrip().startswith(("SELECT", "WITH"))]
            for statement, arguments in reads:
                async with PostgresUnitOfWork(engine) as uow:
                    freely = told_of_web(await uow.driver.fetch(statement, *arguments))
                async with held_to(engine, AWAY) as driver:
                    assert not told_of_web(await driver.fetch(statement, *arguments)), statement
                told |= freely
    await engine.dispose()

    assert len(told) > 8


async def a_key_of_web(engine: AsyncEngine) -> str:
    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.execute(
            "INSERT INTO api_keys SELECT 'oneshop1', name, secret_hash, $1, $2, created_at FROM api_keys LIMIT 1",
            *(list(Scope), [WEB]),
        )
        await uow.commit()
    return KEY.replace("caller01", "oneshop1")


@pytest.mark.long
async def test_no_answer_to_a_key_of_one_shop_is_another_for_being_held_to_it(database_url: str) -> None:
    """S2: each reading of the surface, with another shop on the same store; what leans on other shops must say so."""
    await seed(database_url)
    await belonging_to_web(database_url, bytes(32), str(POS))
    engine = create_engine(database_url)
    key = await a_key_of_web(engine)
    addresses = [address_of(path) for method, path, _ in routes() if method == "GET" and path.startswith("/v1/")]
    async with watched(database_url) as (erp, sent):
        erp.headers["Authorization"] = f"Bearer {key}"
        held = [await answered(erp, address) for address in addresses]
        holding = [arguments for statement, arguments in sent if statement == HOLD]
        async with PostgresUnitOfWork(engine) as uow:
            await uow.driver.execute("DROP POLICY seen_rows ON shops")
            await uow.commit()
        free = [await answered(erp, address) for address in addresses]
    await engine.dispose()

    assert [(one, other) for one, other in zip(held, free, strict=True) if one != other] == []
    assert len({address for address, status, _ in held if status == 200}) > 40
    assert len(holding) > 40
    assert set(holding) == {(WEB,)}


def address_of(path: str) -> str:
    known = OWNED | {"shop": "web", "task": "import_orders", "no": "C100"}
    address = re.sub(r"\{(\w+)(:path)?\}", lambda name: known.get(name[1], "1"), path)
    return address + "?from=2026-01-01&to=2026-01-02" if address.endswith("/completeness") else address


async def answered(erp: httpx.AsyncClient, address: str) -> tuple[str, int, Any]:
    answer = await erp.get(address)
    text = re.sub(r"released_before=[^\"]+", "", answer.text.replace(answer.headers["request-id"], ""))
    return address, answer.status_code, json.loads(text) if "json" in answer.headers["content-type"] else text
