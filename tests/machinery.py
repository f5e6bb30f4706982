"""The running machinery over a real database: a store, shops, signed webhooks, waiting until something is so."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from app.adapters.postgres.database import as_plain_url, create_engine
from app.adapters.postgres.process_beats import Signatures
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork, unit_of_work_factory
from app.adapters.postgres.webhook_inbox import PostgresWebhookInbox, PostgresWebhookSecrets, door_pool
from app.domain.access import Access, Scope
from app.domain.identifiers import ShopId, StoreId
from app.services.receive_webhook import Delivery, ReceiveWebhook
from tests.canaries.marks import SECRET_MARK

STORE = StoreId("sto_1")
WEB = ShopId("sho_web")
POS = ShopId("sho_pos")
DOMAIN = "first.myshopify.com"
SECRET = f"{SECRET_MARK} of the app".encode()
OLD_SECRET = f"{SECRET_MARK} before".encode()
EVERYBODY = Access(key_id="key00001", name="tests", scopes=frozenset(Scope))
PATIENCE_SECONDS = 10.0

_numbers = itertools.count(1)


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Machinery:
    """A database with one store and its two shops."""

    url: str
    unit_of_work: Callable[[], PostgresUnitOfWork]
    clock: RealClock
    ids: Ulids

    async def fetch(self, statement: str, *parameters: object) -> list[Any]:
        async with self.unit_of_work() as uow:
            return list(await uow.driver.fetch(statement, *parameters))

    async def value(self, statement: str, *parameters: object) -> Any:
        return (await self.fetch(statement, *parameters))[0][0]

    async def do(self, statement: str, *parameters: object) -> None:
        async with self.unit_of_work() as uow:
            await uow.driver.execute(statement, *parameters)
            await uow.commit()

    async def inbox(self, state: str | None = None) -> list[tuple[str, str]]:
        """Webhook ids and states."""
        rows = await self.fetch(
            "SELECT webhook_id, state FROM webhook_inbox WHERE $1::text IS NULL OR state = $1 ORDER BY 1", state
        )
        return [(row["webhook_id"], row["state"]) for row in rows]


@asynccontextmanager
async def machinery(url: str) -> AsyncIterator[Machinery]:
    engine = create_engine(url, pool_size=20)
    made = Machinery(url=url, unit_of_work=unit_of_work_factory(engine), clock=RealClock(), ids=Ulids())
    await made.do(
        "INSERT INTO stores (id, store_domain, credentials, subscriptions_checked_at, created_at, updated_at)"
        " VALUES ($1, $2, $3, now(), now() - interval '1 day', now())",
        STORE,
        DOMAIN,
        sealed(SECRET),
    )
    for place, (shop, code) in enumerate(((WEB, "web"), (POS, "pos"))):
        await made.do(
            "INSERT INTO shops (id, store_id, code, name, settings, version, created_at, updated_at)"
            " VALUES ($1, $2, $3, $3, '{}', 1, now() + $4 * interval '1 second', now())",
            shop,
            STORE,
            code,
            place,
        )
    yield made
    await engine.dispose()


def sealed(secret: bytes) -> bytes:
    """As it stands in these tests' databases, where as everywhere none may stand in the clear: turned round."""
    return secret[::-1]


def reveal(credentials: bytes | None, previous: bytes | None, _store: StoreId) -> tuple[bytes, ...]:
    """Of secrets `sealed` here."""
    return tuple(sealed(secret) for secret in (credentials, previous) if secret)


@asynccontextmanager
async def door(url: str, watch: Signatures | None = None) -> AsyncIterator[ReceiveWebhook]:
    pool = await door_pool(url)
    inbox = PostgresWebhookInbox(pool)
    yield ReceiveWebhook(PostgresWebhookSecrets(pool, reveal), inbox, watch or Signatures())
    await inbox.drain()
    await pool.close()


def signature(body: bytes, secret: bytes = SECRET) -> bytes:
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256))


def order_payload(shopify_id: int = 5501, **telling: Any) -> bytes:
    return json.dumps(
        {"id": shopify_id, "admin_graphql_api_id": f"gid://shopify/Order/{shopify_id}", "name": "#1001"} | telling
    ).encode()


def delivery(
    body: bytes | None = None,
    *,
    topic: str = "orders/updated",
    webhook_id: str | None = None,
    domain: str = DOMAIN,
    secret: bytes = SECRET,
    triggered_at: str | None = None,
) -> Delivery:
    content = order_payload() if body is None else body
    return Delivery(
        domain=domain.encode(),
        signature=signature(content, secret),
        topic=topic.encode(),
        webhook_id=(webhook_id or f"webhook-{next(_numbers)}").encode(),
        event_id=b"event-1",
        api_version=b"2026-10",
        triggered_at=None if triggered_at is None else triggered_at.encode(),
        body=content,
    )


def headers(one: Delivery) -> dict[str, str]:
    """A delivery's headers as Shopify writes them."""
    found: Mapping[str, bytes | None] = {
        "X-Shopify-Shop-Domain": one.domain,
        "X-Shopify-Hmac-Sha256": one.signature,
        "X-Shopify-Topic": one.topic,
        "X-Shopify-Webhook-Id": one.webhook_id,
        "X-Shopify-Event-Id": one.event_id,
        "X-Shopify-API-Version": one.api_version,
        "X-Shopify-Triggered-At": one.triggered_at,
    }
    return {name: value.decode() for name, value in found.items() if value is not None}


async def until(condition: Callable[[], Awaitable[Any]], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """The first true answer; fails after ten seconds."""
    async with asyncio.timeout(seconds):
        while not (answer := await condition()):  # noqa: ASYNC110 - what is waited for is in a database
            await asyncio.sleep(0.02)
    return answer


async def connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(as_plain_url(url))
