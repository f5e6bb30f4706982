"""The HTTP surface over a real database, as an ERP meets it: a client with a key, and the rows behind it."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork, unit_of_work_factory
from app.api.app import create_app
from app.api.container import Container
from app.domain.access import Scope
from app.ports.repositories.documents import NewDocument
from app.ports.unit_of_work import UnitOfWorkFactory
from tests.canaries.answers import heard_in_process
from tests.stored_documents import NOW, a_store_with_two_shops

Services = Callable[[UnitOfWorkFactory, "RisingClock"], Mapping[type, object]]


class RisingClock:
    """Every look at it is a second later, so that the order of changes can be seen."""

    def __init__(self) -> None:
        self._now = NOW

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


async def _ready() -> Sequence[str]:
    return ()


@dataclass(slots=True, kw_only=True)
class Surface:
    """A client that sees everything, and ways to look behind it."""

    engine: AsyncEngine
    client: httpx.AsyncClient
    application: Any
    keys: dict[str, str] = field(default_factory=dict)

    def rows(self) -> PostgresUnitOfWork:
        """A unit of work for arranging rows; leaving it without commit undoes them."""
        return PostgresUnitOfWork(self.engine)

    async def stored(self, *documents: NewDocument) -> None:
        """Documents as an import leaves them."""
        async with self.rows() as uow:
            await uow.documents.insert_many(documents, now=NOW)
            await uow.commit()

    async def fetch(self, statement: str, *parameters: object) -> list[Any]:
        async with self.rows() as uow:
            return list(await uow.driver.fetch(statement, *parameters))

    async def events(self) -> list[tuple[str, str, int]]:
        """The announced facts, in their order: type, resource, version."""
        found = await self.fetch("SELECT type, resource_id, resource_version FROM events ORDER BY seq")
        return [tuple(row) for row in found]

    async def get(self, path: str, **parameters: Any) -> Any:
        answer = await self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def key(self, *, shops: Sequence[str] | None = None, scopes: Sequence[str] = tuple(Scope)) -> dict[str, str]:
        """The headers of another caller."""
        identifier, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        async with self.rows() as uow:
            await uow.driver.execute(
                "INSERT INTO api_keys (id, name, secret_hash, scopes, shop_ids, created_at)"
                " VALUES ($1, 'k', $2, $3, $4, $5)",
                identifier,
                hashlib.sha256(secret.encode()).digest(),
                list(scopes),
                None if shops is None else list(shops),
                NOW,
            )
            await uow.commit()
        return {"Authorization": f"Bearer ob_{identifier}_{secret}"}


@asynccontextmanager
async def surface(database_url: str, services: Services) -> AsyncIterator[Surface]:
    """A surface with one store and its two shops, and a caller who may do everything."""
    engine = create_engine(database_url)
    uow, clock = unit_of_work_factory(engine), RisingClock()
    container = Container(
        unit_of_work=uow,
        clock=clock,
        ids=Ulids(),
        keyring=AesGcmKeyring([b"k" * 32]),
        signing_key=b"s" * 32,
        unready=_ready,
        services=services(uow, clock),
    )
    application = create_app(container)
    transport = httpx.ASGITransport(app=application)
    hooks = {"response": [heard_in_process]}
    async with httpx.AsyncClient(transport=transport, base_url="http://orderbridge", event_hooks=hooks) as client:
        found = Surface(engine=engine, client=client, application=application)
        async with found.rows() as rows:
            await a_store_with_two_shops(rows.driver)
            await rows.commit()
        client.headers.update(await found.key())
        yield found
    await engine.dispose()
