"""The service in a process of its own over a seeded database, as somebody with an HTTP client meets it.

What is seeded has the ids that the examples of the OpenAPI document name, so that a request made of examples finds it.
"""

import asyncio
import base64
import hashlib
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.access import Scope
from app.domain.identifiers import DocumentId, OrderId
from app.domain.snapshots import snapshot_of
from tests.stored_documents import NOW, WEB, a_copy, a_customer, a_document, a_store_with_two_shops, an_item, an_order

CALLER, SECRET = "caller01", f"{'k4n4ri' * 7}x"
KEY = f"ob_{CALLER}_{SECRET}"
ORDER = "ord_01kf0aaaaaaaaaaaaaaaaaaaaa"
DOCUMENT = "doc_01kf0ccccccccccccccccccccc"
PATIENCE_SECONDS = 60


@asynccontextmanager
async def live_service(database_url: str, folder: Path, *, role: str = "api", **settings: str) -> AsyncIterator[str]:
    """The address of a service whose store is nowhere; in the role of all it has a worker, too."""
    await seed(database_url)
    environment = os.environ | {
        "ORDERBRIDGE_DATABASE_URL": database_url,
        "ORDERBRIDGE_DATA_DIR": str(folder),
        "ORDERBRIDGE_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ORDERBRIDGE_SHOPIFY_URL": "http://127.0.0.1:9/{store_domain}",
        "ORDERBRIDGE_PORT": "0",
        "ORDERBRIDGE_LOG_FORMAT": "json",
        # Whoever tries everything asks more often than any ERP.
        "ORDERBRIDGE_REQUESTS_PER_MINUTE": "0",
        **settings,
    }
    log = folder / "service.log"
    with log.open("w") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "serve", "--role", role),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield await _address(process, log)
        finally:
            process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if line.startswith("listening on "):
                return line.removeprefix("listening on ").strip()
    raise AssertionError(await asyncio.to_thread(log.read_text))


async def seed(database_url: str) -> None:
    """One of everything."""
    engine = create_engine(database_url)
    async with PostgresUnitOfWork(engine) as uow:
        driver = uow.driver
        await a_store_with_two_shops(driver)
        for key in (CALLER, "k3jd92mx"):
            await _a_key(driver, key)
        await a_customer(driver, no="C100")
        await _a_new_customer(driver)
        await an_item(driver, no="ITEM-A")
        await an_order(driver, copy=a_copy(), shopify_id="5502")
        made = await an_order(driver, copy=a_copy(), shopify_id="5501", state="processed")
        await driver.execute("UPDATE orders SET id = $2 WHERE id = $1", made, ORDER)
        await _a_run(driver)
        await _a_row_of_the_queue(driver)
        await _a_webhook_endpoint(driver)
        await _a_payout(driver)
        document = a_document(OrderId(ORDER), id=DocumentId(DOCUMENT), snapshot=snapshot_of(a_copy(), {}))
        await uow.documents.insert_many([document], now=NOW)
        await uow.commit()
    await engine.dispose()


async def _a_key(driver: asyncpg.Connection, key: str) -> None:
    await driver.execute(
        "INSERT INTO api_keys (id, name, secret_hash, scopes, created_at) VALUES ($1, 'k', $2, $3, $4)",
        key,
        hashlib.sha256(SECRET.encode()).digest(),
        list(Scope),
        NOW,
    )


async def _a_new_customer(driver: asyncpg.Connection) -> None:
    made = await a_customer(driver, no=None)
    await driver.execute("UPDATE customers SET id = 'cus_01kf0bbbbbbbbbbbbbbbbbbbbb' WHERE id = $1", made)


async def _a_run(driver: asyncpg.Connection) -> None:
    await driver.execute(
        "INSERT INTO runs (id, shop_id, task, category, filters, parameters, fingerprint, requested_by, state,"
        " progress_done, counts, errors, attempts, claim_no, queued_at) VALUES"
        " ('run_01kf0ccccccccccccccccccccc', $1, 'import_orders', 'orders:one', '{}'::text::jsonb,"
        " '{}'::text::jsonb, 'f', 'k', 'queued', 0, '{}'::text::jsonb, '[]'::text::jsonb, 0, 0, $2)",
        WEB,
        NOW,
    )


async def _a_row_of_the_queue(driver: asyncpg.Connection) -> None:
    await driver.execute(
        "INSERT INTO orders_to_import (id, store_id, shopify_id, shop_id, action, source, wanted, attempts,"
        " claim_by_id, claim_no, listed_at, updated_at)"
        " VALUES ('oti_01kf0ddddddddddddddddddddd', 'sto_1', '5503', $1, 'new', 'listing', 1, 0, false, 0, $2, $2)",
        WEB,
        NOW,
    )


async def _a_webhook_endpoint(driver: asyncpg.Connection) -> None:
    await driver.execute(
        "INSERT INTO webhook_endpoints (id, url, description, types, enabled, position, version, created_at,"
        " updated_at)"
        " VALUES ('whe_01kf0ccccccccccccccccccccc', 'https://erp.example.com/', '', '{}', false, 0, 1, $1, $1)",
        NOW,
    )


async def _a_payout(driver: asyncpg.Connection) -> None:
    await driver.execute(
        "INSERT INTO payouts (id, store_id, shopify_id, status, type, issued_at, currency, net, summary, transactions,"
        " difference, updated_at) VALUES ('pay_01k9_77', 'sto_1', '77', 'paid', 'deposit', $1, 'EUR', 0,"
        " '[]'::text::jsonb, 0, 0, $1)",
        NOW,
    )
