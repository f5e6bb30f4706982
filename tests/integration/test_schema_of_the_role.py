"""Tables in a schema that is named like the role, where PostgreSQL looks for them first."""

from collections.abc import AsyncIterator

import pytest

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.embedded import EmbeddedPostgres
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.identifiers import ShopId
from app.ports.sight import seeing
from app.schema_state import migrate_schema
from tests.machinery import connect

ROLE, DATABASE = "books_own", "books_own"

pytestmark = pytest.mark.long


@pytest.fixture
async def url(embedded_postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    administrator = await connect(embedded_postgres.url(database="postgres"))
    await administrator.execute(f"CREATE ROLE {ROLE} LOGIN CREATEROLE")
    await administrator.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    made = embedded_postgres.url(database=DATABASE).replace("//postgres@", f"//{ROLE}:secret@")
    owner = await connect(made)
    await owner.execute(f"CREATE SCHEMA AUTHORIZATION {ROLE}")
    await owner.close()
    yield made
    await administrator.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    await administrator.execute(f"DROP ROLE {DATABASE}_limited, {ROLE}")
    await administrator.close()


async def test_a_limited_key_reads_where_the_tables_stand_in_the_roles_own_schema(url: str) -> None:
    """S2."""
    await migrate_schema(url, migration_url=None)
    engine = create_engine(url, pool_size=1)
    with seeing(frozenset({ShopId("sho_web")})):
        async with PostgresUnitOfWork(engine) as uow:
            held = await uow.driver.fetchval("SELECT current_user::text")
            assert await uow.driver.fetchval("SELECT count(*) FROM orders") == 0
    async with PostgresUnitOfWork(engine) as uow:
        path = await uow.driver.fetchval("SHOW search_path")
    await engine.dispose()

    assert (held, path) == (f"{DATABASE}_limited", '"$user", public')
