"""Tokens are renewed by one process at a time, points are spent by all of them together (P02, B1)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.points_bucket import PostgresPointsBucket
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.identifiers import StoreId
from app.ports.store_access import AccessToken, CredentialsKind, PointsState, StoreCredentials
from app.ports.store_credentials import open_credentials, seal_credentials

RING = AesGcmKeyring([b"k" * 32])
STORE = StoreId("sto_1")


class MovableClock:
    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 15, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url)
    async with PostgresUnitOfWork(made) as uow:
        await uow.stores.made("one.myshopify.com", new_id=STORE, now=datetime(2026, 1, 1, tzinfo=UTC))
        await uow.commit()
    yield made
    await made.dispose()


def vault(engine: AsyncEngine, clock: MovableClock | None = None) -> PostgresTokenVault:
    return PostgresTokenVault(engine, keyring=RING, clock=clock or MovableClock())


def token(value: str) -> AccessToken:
    return AccessToken(value=value, obtained_at=datetime(2026, 1, 15, tzinfo=UTC), expires_at=None)


async def test_credentials_come_out_of_the_vault_as_the_shops_service_sealed_them(engine: AsyncEngine) -> None:
    credentials = StoreCredentials(
        kind=CredentialsKind.OAUTH,
        client_id="id",
        client_secret="k4n4ri of the app",
        access_token_expires_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    sealed = seal_credentials(RING, STORE, credentials)
    now = datetime(2026, 1, 15, tzinfo=UTC)
    async with PostgresUnitOfWork(engine) as uow:
        await uow.stores.set_credentials(STORE, sealed, previous=None, previous_until=now, keep_token=False, now=now)
        await uow.commit()

    assert await vault(engine).credentials(STORE) == credentials
    assert open_credentials(RING, STORE, sealed) == credentials


async def test_many_who_wait_for_a_token_leave_a_connection_to_whoever_renews_it(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=2)
    mine, begun = vault(engine), asyncio.Event()

    async def renew() -> None:
        async with mine.refreshing(STORE):
            begun.set()

    async with mine.refreshing(STORE):
        waiting = [asyncio.ensure_future(renew()) for _ in range(4)]
        for _ in range(3):
            assert await mine.current(STORE) is None
        assert not begun.is_set()
    await asyncio.gather(*waiting)
    await engine.dispose()


async def test_who_is_cancelled_while_he_takes_or_gives_back_a_tokens_lock_leaves_none(
    engine: AsyncEngine, database_url: str
) -> None:
    mine = vault(engine)
    other = await asyncpg.connect(database_url)

    async def renew() -> None:
        async with mine.refreshing(STORE):
            """Nothing to do."""

    for turns in range(0, 60, 2):
        renewing = asyncio.ensure_future(renew())
        for _ in range(turns):
            await asyncio.sleep(0)
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        held = await other.fetch(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert not held, f"cancelled after {turns} turns"
    await other.close()


async def test_of_many_who_want_to_renew_a_token_one_does(engine: AsyncEngine) -> None:
    """B9."""
    kept: list[str] = []

    async def renew(name: str) -> None:
        mine = vault(engine)
        async with mine.refreshing(STORE) as current:
            if current is None:
                await mine.keep(STORE, token(name))
                kept.append(name)

    await asyncio.gather(*(renew(f"shpat_{place}") for place in range(4)))

    found = await vault(engine).current(STORE)
    assert found is not None
    assert kept == [found.value]


async def test_a_refresh_is_forced_once_a_minute(engine: AsyncEngine) -> None:
    clock = MovableClock()
    taken = await asyncio.gather(*(vault(engine, clock).may_force_refresh(STORE) for _ in range(4)))
    assert sorted(taken) == [False, False, False, True]

    clock.instant += timedelta(minutes=1)
    assert await vault(engine, clock).may_force_refresh(STORE)


async def test_points_are_never_spent_twice(engine: AsyncEngine) -> None:
    now = datetime.now(UTC)
    state = PointsState(maximum=1000, available=1000, restore_rate=1, measured_at=now)
    await PostgresPointsBucket(engine).correct(STORE, state)

    waits = await asyncio.gather(*(PostgresPointsBucket(engine).reserve(STORE, 300) for _ in range(8)))

    assert sorted(wait > 0 for wait in waits) == [False] * 3 + [True] * 5
    assert all(150 < wait <= 200 for wait in waits if wait)


async def test_a_clock_that_went_back_takes_no_points_away_and_holds_up_nobody(engine: AsyncEngine) -> None:
    """C9."""
    state = PointsState(maximum=1000, available=300, restore_rate=100, measured_at=datetime.now(UTC))
    bucket = PostgresPointsBucket(engine)
    await bucket.correct(STORE, state)
    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.execute("UPDATE store_points SET measured_at = now() + interval '1 hour'")
        await uow.commit()

    assert await bucket.reserve(STORE, 310) <= 0.1
    async with asyncio.timeout(10):
        while wait := await bucket.reserve(STORE, 310):
            assert wait <= 0.1


async def test_what_is_to_be_kept_free_is_not_spent(engine: AsyncEngine) -> None:
    bucket = PostgresPointsBucket(engine)
    now = datetime.now(UTC)
    await bucket.correct(STORE, PointsState(maximum=1000, available=400, restore_rate=1, measured_at=now))

    assert await bucket.reserve(STORE, 300, keep_free=0.2) > 0
    assert await bucket.reserve(STORE, 300) == 0


async def test_a_learned_cost_is_known_to_other_processes(engine: AsyncEngine) -> None:
    assert await PostgresPointsBucket(engine).learned_cost("orders_whole:10") is None

    await PostgresPointsBucket(engine).learn_cost("orders_whole:10", 412)

    assert await PostgresPointsBucket(engine).learned_cost("orders_whole:10") == 412
