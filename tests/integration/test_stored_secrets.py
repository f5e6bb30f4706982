"""The encryption keys and what is stored under them: a missing one stops the start, a replaced one can be taken away.

S13 of the security checks.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.clock import SystemClock
from app.adapters.crypto.keyring import AesGcmKeyring, SecretUnreadable
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.sealed_values import BATCH, PLACES
from app.adapters.postgres.tables import metadata
from app.adapters.postgres.tables.columns import Holds
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.identifiers import StoreId, WebhookEndpointId
from app.http_process import run_http
from app.ports.errors import AccessRevoked
from app.ports.repositories.idempotency import KeptAnswer, RequestKey
from app.ports.store_access import AccessToken, CredentialsKind, StoreCredentials
from app.ports.store_credentials import seal_credentials, seal_previous_secret
from app.services.webhook_secrets import new_secret, open_secret
from app.settings import Settings, load_settings
from app.stored_secrets import (
    EncryptionKeyMissing,
    forget,
    missing_keys,
    older_keys_needed,
    refuse_missing_keys,
    renew,
)
from app.worker_process import run_worker_process
from tests.canaries.marks import SECRET_MARK

OLD, NEW, OTHER = os.urandom(32), os.urandom(32), os.urandom(32)
STORE = StoreId("sto_1")
REPEAT = RequestKey(api_key_id="key00001", operation="POST /v1/shops", key="again:and:again")
ENDPOINT = WebhookEndpointId("whe_1")
SIGNS = f"{SECRET_MARK} signs"
CREDENTIALS = StoreCredentials(kind=CredentialsKind.ACCESS_TOKEN, access_token="shpat_1", api_secret=SIGNS)


def settings(url: str, *keys: bytes) -> Settings:
    return load_settings(database_url=url, encryption_keys=",".join(base64.b64encode(key).decode() for key in keys))


def vault(engine: AsyncEngine, *keys: bytes) -> PostgresTokenVault:
    return PostgresTokenVault(engine, keyring=AesGcmKeyring(keys), clock=SystemClock())


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An installation that has used the old key everywhere."""
    made, ring, now = create_engine(database_url), AesGcmKeyring([OLD]), SystemClock().now()
    async with PostgresUnitOfWork(made) as uow:
        await uow.stores.made("one.myshopify.com", new_id=STORE, now=now)
        await uow.stores.set_credentials(
            STORE,
            seal_credentials(ring, STORE, CREDENTIALS),
            previous=seal_previous_secret(ring, STORE, "signed"),
            previous_until=now + timedelta(hours=24),
            keep_token=False,
            now=now,
        )
        await uow.idempotency.begin(REPEAT, b"fingerprint", now=now)
        body = ring.encrypt(
            b"kept", context=f"idempotency_keys.body:{REPEAT.api_key_id}:{REPEAT.operation}:{REPEAT.key}"
        )
        await uow.idempotency.keep(REPEAT, KeptAnswer(fingerprint=b"fingerprint", status=201, headers={}, body=body))
        await uow.driver.execute(
            "INSERT INTO webhook_endpoints (id, url, description, types, enabled, position, version, created_at,"
            " updated_at) VALUES ($1, 'https://erp.example.com/', '', '{}', true, 0, 1, $2, $2)",
            ENDPOINT,
            now,
        )
        sealed = new_secret(ring, Ulids(), ENDPOINT, now=now).sealed
        await uow.webhook_endpoints.add_secret(ENDPOINT, sealed, others_until=now, most=3)
        await uow.commit()
    await vault(made, OLD).keep(
        STORE, AccessToken(value="shpat_2", obtained_at=now, expires_at=None, refresh_token="shprt_2")
    )
    yield made
    await made.dispose()


async def test_a_start_without_the_key_of_stored_credentials_is_refused_by_the_name_of_the_setting(
    engine: AsyncEngine, database_url: str
) -> None:
    given = settings(database_url, NEW)

    with pytest.raises(
        EncryptionKeyMissing,
        match=r"ORDERBRIDGE_ENCRYPTION_KEYS: the credentials of one\.myshopify\.com .* not among the 1 given\..*forget",
    ):
        await run_http(given, database_url, asyncio.Event(), migrate_first=False)


async def test_a_start_with_all_keys_is_not_refused_whatever_their_order(
    engine: AsyncEngine, database_url: str
) -> None:
    await refuse_missing_keys(settings(database_url, OLD), database_url)
    await refuse_missing_keys(settings(database_url, NEW, OTHER, OLD), database_url)


async def test_a_secret_that_has_outlived_its_use_needs_no_key(engine: AsyncEngine, database_url: str) -> None:
    now = SystemClock().now()
    async with PostgresUnitOfWork(engine) as uow:
        fresh = seal_credentials(AesGcmKeyring([NEW]), STORE, CREDENTIALS)
        await uow.stores.set_credentials(STORE, fresh, previous=None, previous_until=now, keep_token=False, now=now)
        await uow.commit()
    assert len(await missing_keys(settings(database_url, NEW), database_url)) == 1

    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.execute("UPDATE stores SET previous_webhook_secret_until = now()")
        await uow.commit()
    assert await missing_keys(settings(database_url, NEW), database_url) == []


async def test_after_everything_is_renewed_the_old_key_may_go(engine: AsyncEngine, database_url: str) -> None:
    both = settings(database_url, NEW, OLD)
    assert await older_keys_needed(both, database_url) == len(PLACES)

    done = await renew(both, database_url)

    assert (done.written, done.unreadable) == (len(PLACES), 0)
    assert await older_keys_needed(both, database_url) == 0
    assert await missing_keys(settings(database_url, NEW), database_url) == []
    after = vault(engine, NEW)
    assert await after.credentials(STORE) == CREDENTIALS
    token = await after.current(STORE)
    assert token is not None
    assert token.value == "shpat_2"
    async with PostgresUnitOfWork(engine) as uow:
        row = await uow.driver.fetchrow("SELECT credentials, previous_webhook_secret FROM stores")
        assert row is not None
        assert after.webhook_secrets(row["credentials"], row["previous_webhook_secret"], STORE) == (
            SIGNS.encode(),
            b"signed",
        )
        kept = await uow.idempotency.begin(REPEAT, b"fingerprint", now=SystemClock().now())
        [secret] = await uow.webhook_endpoints.secrets(ENDPOINT, now=SystemClock().now())
    assert len(open_secret(AesGcmKeyring([NEW]), ENDPOINT, secret)) == 32
    assert kept is not None
    context = f"idempotency_keys.body:{REPEAT.api_key_id}:{REPEAT.operation}:{REPEAT.key}"
    assert AesGcmKeyring([NEW]).decrypt(kept.body, context=context) == b"kept"


async def test_a_worker_renews_beside_its_work(engine: AsyncEngine, database_url: str) -> None:
    both, stop = settings(database_url, NEW, OLD), asyncio.Event()
    working = asyncio.ensure_future(run_worker_process(both, database_url, stop))

    async with asyncio.timeout(10):
        while await older_keys_needed(both, database_url):  # noqa: ASYNC110 - what is waited for is in a database
            await asyncio.sleep(0.05)
    stop.set()
    await working


async def test_more_than_a_batch_is_renewed_even_around_what_cannot_be_read(
    engine: AsyncEngine, database_url: str
) -> None:
    rings = {0: AesGcmKeyring([OTHER]), 1: AesGcmKeyring([OLD])}
    now = SystemClock().now()
    rows = [
        (f"sto_many{place}", f"many{place}.myshopify.com", cipher, now)
        for place in range(BATCH + 10)
        if (cipher := rings[place % 2].encrypt(b"{}", context=f"stores.credentials:sto_many{place}"))
    ]
    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.executemany(
            "INSERT INTO stores (id, store_domain, credentials, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
            rows,
        )
        await uow.commit()
    both = settings(database_url, NEW, OLD)

    first, second = await renew(both, database_url), await renew(both, database_url)

    half = len(rows) // 2
    assert (first.written, first.unreadable) == (half + len(PLACES), half)
    assert (second.written, second.unreadable) == (0, half)
    assert await older_keys_needed(both, database_url) == half


async def test_several_that_renew_at_once_do_it_once(engine: AsyncEngine, database_url: str) -> None:
    both = settings(database_url, NEW, OLD)

    done = await asyncio.gather(*(renew(both, database_url) for _ in range(3)))

    assert sum(each.written for each in done) == len(PLACES)
    assert await vault(engine, NEW).credentials(STORE) == CREDENTIALS


async def test_lost_secrets_are_forgotten_only_on_request_and_only_where_they_cannot_be_read(
    engine: AsyncEngine, database_url: str
) -> None:
    assert await forget(settings(database_url, NEW, OLD), database_url) == []
    with pytest.raises(SecretUnreadable):
        await vault(engine, NEW).credentials(STORE)

    assert await forget(settings(database_url, NEW), database_url) == ["one.myshopify.com"]

    await refuse_missing_keys(settings(database_url, NEW), database_url)
    with pytest.raises(AccessRevoked, match="PUT /v1/shops"):
        await vault(engine, NEW).credentials(STORE)
    assert await vault(engine, NEW).current(STORE) is None
    async with PostgresUnitOfWork(engine) as uow:
        assert "lost" in await uow.driver.fetchval("SELECT access_revoked_reason FROM stores")


def test_every_column_of_ciphertexts_is_among_the_places_that_are_renewed() -> None:
    hashes = {"api_keys.secret_hash", "console_sessions.token_hash", "installations_begun.state_hash"}
    secret = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.info["holds"] is Holds.SECRET
    }

    assert secret - hashes <= {f"{place.table}.{place.column}" for place in PLACES}
    for place in PLACES:
        assert tuple(column.name for column in metadata.tables[place.table].primary_key) == place.row
