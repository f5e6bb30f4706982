"""The service by a role that owns nothing: the story goes as ever, and neither tables nor audit are its (S8, S27)."""

import base64
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import asyncpg
import pytest

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.embedded import EmbeddedPostgres
from app.adapters.postgres.roles import RolesRefused, scram_verifier, service_of, standing
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.ports.sight import seeing
from app.schema_state import NOT_LIMITED, OWNS_TABLES, migrate_schema, what_is_wrong, worth_knowing
from tests.acceptance.harness import Installation, Simulator, installation
from tests.acceptance.test_order_story import test_an_order_lives_from_the_click_to_the_credit_memo as the_story
from tests.machinery import connect
from tests.stored_documents import NOW, WEB

OWNER, SERVICE, DATABASE = "books_owner", "books_service", "books"
REFUSED = (
    "CREATE TABLE smuggled ()",
    "ALTER TABLE orders ADD COLUMN smuggled text",
    "DROP TABLE orders",
    "TRUNCATE orders",
    "CREATE INDEX ON orders (name)",
    "ALTER TABLE audit_entries DISABLE TRIGGER USER",
    "DROP TRIGGER audit_change ON shops",
    "CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE sql AS ''",
    "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
    "UPDATE audit_entries SET actor_name = 'somebody else'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "UPDATE schema_version SET version_num = '0001'",
    f"SET ROLE {OWNER}",
)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
async def urls(embedded_postgres: EmbeddedPostgres) -> AsyncIterator[tuple[str, str]]:
    """Of who serves and of who owns the tables: an account that may make roles, and is no superuser."""
    owner, service = (
        embedded_postgres.url(database=DATABASE).replace("//postgres@", f"//{name}:secret@")
        for name in (OWNER, SERVICE)
    )
    administrator = await connect(embedded_postgres.url(database="postgres"))
    await administrator.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
    await administrator.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    yield service, owner
    await administrator.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    await administrator.execute(f"DROP ROLE {SERVICE}, {DATABASE}_limited, {OWNER}")
    await administrator.close()


@pytest.fixture(scope="module")
async def migrated(urls: tuple[str, str]) -> tuple[str, str]:
    service, owner = urls
    await migrate_schema(service, migration_url=owner)
    return urls


@pytest.fixture
def books(migrated: tuple[str, str], simulator: Simulator) -> Iterator[Installation]:
    with installation(simulator.url) as made:
        made.environment["ORDERBRIDGE_DATABASE_URL"] = migrated[0]
        made.environment["ORDERBRIDGE_ENCRYPTION_KEYS"] = base64.b64encode(os.urandom(32)).decode()
        made.start()
        yield made


def test_an_order_lives_as_ever_under_a_role_that_owns_nothing(books: Installation, simulator: Simulator) -> None:
    """S8."""
    the_story(books.erp(), simulator)

    assert '"level":"error"' not in books.process("all").said
    assert "row_security_missing" not in books.process("all").said


async def test_tables_and_audit_are_not_the_services_to_change(migrated: tuple[str, str]) -> None:
    """S8, S27."""
    service = await connect(migrated[0])
    for statement in REFUSED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
    await service.close()

    with pytest.raises(RolesRefused, match="ORDERBRIDGE_MIGRATION_URL"):
        await migrate_schema(migrated[0], migration_url=None)
    assert not await what_is_wrong(migrated[0])
    assert not await worth_knowing(migrated[0])


async def test_a_stranger_on_the_server_cannot_look_for_customers_by_their_words(
    migrated: tuple[str, str], embedded_postgres: EmbeddedPostgres
) -> None:
    """S2, S8."""
    looked = "SELECT count(*) FROM customers_with_words(to_tsquery('simple', 'anna:*'), 10)"
    administrator = await connect(embedded_postgres.url(database=DATABASE))
    try:
        await administrator.execute("CREATE ROLE stranger")
        await administrator.execute("SET ROLE stranger")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await administrator.fetchval(looked)
    finally:
        await administrator.execute("RESET ROLE")
        await administrator.execute("DROP ROLE stranger")
        await administrator.close()
    for role in (SERVICE, f"{DATABASE}_limited"):
        service = await connect(migrated[0])
        await service.execute(f"SET ROLE {role}")
        assert await service.fetchval(looked) == 0
        await service.close()


async def test_audit_entries_end_after_their_year_and_not_before(migrated: tuple[str, str]) -> None:
    """S27."""
    owner = await connect(migrated[1])
    await owner.execute(
        "INSERT INTO audit_entries (occurred_at, actor_kind, actor_name, change, resource, withheld)"
        " SELECT now() - age, 'orderbridge', 'x', 'done', 'ending', '{}'"
        " FROM unnest($1::interval[]) AS age",
        [timedelta(days=days) for days in (400, 300)],
    )
    await owner.close()
    engine = create_engine(migrated[0])
    async with PostgresUnitOfWork(engine) as uow:
        ended = [await uow.audit_entries.purge(before=NOW.replace(year=2100), limit=10) for _ in range(2)]
        left = await uow.driver.fetchval("SELECT count(*) FROM audit_entries WHERE resource = 'ending'")
    await engine.dispose()

    assert (ended, left) == ([1, 0], 1)


async def test_migrating_again_changes_nothing_and_keys_of_few_shops_are_held_to_them(
    migrated: tuple[str, str],
) -> None:
    """S2."""
    service, owner = migrated
    await migrate_schema(service, migration_url=owner)
    engine = create_engine(service)
    async with engine.connect() as connection:
        found = await standing(connection)
    await engine.dispose()

    assert (found.limited, found.owner, found.inherits) == (True, False, False)


async def test_where_no_role_may_be_made_all_works_without_and_says_so(embedded_postgres: EmbeddedPostgres) -> None:
    administrator = await connect(embedded_postgres.url(database="postgres"))
    await administrator.execute("CREATE ROLE hosted LOGIN")
    await administrator.execute("CREATE DATABASE hosted OWNER hosted")
    url = embedded_postgres.url(database="hosted").replace("//postgres@", "//hosted@")
    try:
        await migrate_schema(url, migration_url=None)
        assert not await what_is_wrong(url)
        assert list(await worth_knowing(url)) == [NOT_LIMITED, OWNS_TABLES]
        engine = create_engine(url)
        with seeing(frozenset({WEB})):
            async with PostgresUnitOfWork(engine) as uow:
                assert await uow.driver.fetchval("SELECT count(*) FROM orders") == 0
        await engine.dispose()
        with pytest.raises(RolesRefused, match="no role another"):
            await migrate_schema(url.replace("//hosted@", "//another@"), migration_url=url)
    finally:
        await administrator.execute("DROP DATABASE hosted WITH (FORCE)")
        await administrator.execute("DROP ROLE hosted")
        await administrator.close()


async def test_the_password_of_a_role_is_sent_as_the_server_itself_keeps_it(
    embedded_postgres: EmbeddedPostgres,
) -> None:
    administrator = await connect(embedded_postgres.url(database="postgres"))
    await administrator.execute("CREATE ROLE keeps LOGIN PASSWORD 'p w$''x'")
    kept = await administrator.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = 'keeps'")
    await administrator.execute("DROP ROLE keeps")
    await administrator.close()
    salt = base64.b64decode(kept.split("$")[1].partition(":")[2])

    assert scram_verifier("p w$'x", salt=salt) == kept


def test_whoever_migrates_by_himself_has_no_second_role() -> None:
    url = "postgresql://one@db/orderbridge"

    assert service_of(url, migration_url=None) is None
    assert service_of(url, migration_url=url) is None
    assert service_of("postgresql://two:p%20w@db/orderbridge", migration_url=url).name == "two"  # type: ignore[union-attr]
