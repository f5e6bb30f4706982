"""How units of work take connections from the pool: at what cost, and that none comes back with a transaction open."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg
import pytest
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.unit_of_work import PostgresUnitOfWork
from app.domain.identifiers import ShopId
from app.ports.acting import Actor, ActorKind, Deed, acting
from app.ports.errors import DatabaseUnavailable
from app.ports.sight import seeing
from tests.machinery import until

MINE = "SELECT pg_backend_pid()"
REQUEST_TO_CANCEL = (80877102).to_bytes(4, "big")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url, pool_size=1)
    yield engine
    await engine.dispose()


@pytest.fixture
async def engine_of_four(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url, pool_size=4)
    yield engine
    await engine.dispose()


async def _ended(database_url: str, backend: int) -> None:
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_terminate_backend($1, 5000)", backend)
    await other.close()


async def test_a_use_case_sends_its_own_statements_and_a_begin_and_an_end(engine: AsyncEngine) -> None:
    sent: list[str] = []
    async with PostgresUnitOfWork(engine) as uow:
        uow.driver.add_query_logger(lambda query: sent.append(query.query))
    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.fetchval("SELECT 1")
        await uow.commit()
    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.fetchval("SELECT 2")
    await asyncio.sleep(0)

    assert sent == ["ROLLBACK", "BEGIN", "SELECT 1", "COMMIT", "BEGIN", "SELECT 2", "ROLLBACK"]


async def test_a_connection_that_the_server_ended_in_its_rest_is_replaced_unnoticed(
    engine: AsyncEngine, database_url: str
) -> None:
    async with PostgresUnitOfWork(engine) as uow:
        before = await uow.driver.fetchval(MINE)
    await _ended(database_url, before)

    async with PostgresUnitOfWork(engine) as uow:
        assert await uow.driver.fetchval(MINE) != before


async def test_a_connection_that_ends_as_a_transaction_begins_is_replaced_unnoticed(
    engine: AsyncEngine, database_url: str
) -> None:
    async with PostgresUnitOfWork(engine) as uow:
        before = await uow.driver.fetchval(MINE)
    # The loop stands still meanwhile, so that nobody here has seen the end when the connection is taken.
    with ThreadPoolExecutor() as elsewhere:
        elsewhere.submit(asyncio.run, _ended(database_url, before)).result()

    async with PostgresUnitOfWork(engine) as uow:
        assert await uow.driver.fetchval(MINE) != before


async def test_who_only_looks_sends_nothing_but_the_looks(engine: AsyncEngine) -> None:
    sent: list[str] = []
    async with PostgresUnitOfWork(engine) as uow:
        uow.driver.add_query_logger(lambda query: sent.append(query.query))
    async with PostgresUnitOfWork(engine).looking() as uow:
        assert await uow.driver.fetchval("SELECT 1") == 1
        assert await uow.driver.fetch("SELECT 2") == [(2,)]
    await asyncio.sleep(0)

    assert sent == ["ROLLBACK", "SELECT 1", "SELECT 2"]


async def test_who_only_looks_can_neither_change_nor_lock_nor_commit_anything(engine: AsyncEngine) -> None:
    async with PostgresUnitOfWork(engine).looking() as uow:
        for refused in (
            "WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone",
            "SELECT id FROM shops FOR KEY SHARE",
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT set_config('orderbridge.seen', '', true)",
        ):
            with pytest.raises(RuntimeError, match="only looks"):
                await uow.driver.fetch(refused)
        with pytest.raises(RuntimeError, match="only looks"):
            await uow.commit()


async def test_who_only_looks_for_some_shops_is_held_to_them(engine: AsyncEngine) -> None:
    with seeing(frozenset({ShopId("sho_web")})):
        async with PostgresUnitOfWork(engine).looking() as uow:
            assert await uow.driver.fetchval("SELECT current_setting('orderbridge.seen')") == "sho_web"


async def test_a_connection_that_ends_as_somebody_looks_is_replaced_unnoticed(
    engine: AsyncEngine, database_url: str
) -> None:
    async with PostgresUnitOfWork(engine) as uow:
        before = await uow.driver.fetchval(MINE)
    with ThreadPoolExecutor() as elsewhere:
        elsewhere.submit(asyncio.run, _ended(database_url, before)).result()

    async with PostgresUnitOfWork(engine).looking() as uow:
        assert await uow.driver.fetchval(MINE) != before


async def test_a_look_that_is_cancelled_ends_its_connection(engine: AsyncEngine) -> None:
    begun = asyncio.Event()
    mine = 0

    async def use_case() -> None:
        nonlocal mine
        async with PostgresUnitOfWork(engine).looking() as uow:
            mine = await uow.driver.fetchval(MINE)
            begun.set()
            await uow.driver.fetchval("SELECT pg_sleep(60)")

    task = asyncio.create_task(use_case())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with PostgresUnitOfWork(engine) as uow:
        assert await uow.driver.fetchval(MINE) != mine


async def test_a_connection_that_rested_long_is_asked_before_it_is_used(
    database_url: str,
) -> None:
    engine = create_engine(database_url, pool_size=1, asked_after=0)
    sent: list[str] = []
    async with PostgresUnitOfWork(engine) as uow:
        uow.driver.add_query_logger(lambda query: sent.append(query.query))
    async with PostgresUnitOfWork(engine) as uow:
        await uow.driver.execute("SELECT 2")
        await uow.commit()
    await engine.dispose()

    assert sent == ["ROLLBACK", "SELECT 1", "BEGIN", "SELECT 2", "COMMIT"]


async def test_whoever_is_cancelled_in_a_statement_leaves_no_transaction_behind(engine: AsyncEngine) -> None:
    begun = asyncio.Event()

    async def use_case() -> None:
        async with PostgresUnitOfWork(engine) as uow:
            await uow.driver.execute("CREATE TABLE left_behind ()")
            begun.set()
            await uow.driver.execute("SELECT pg_sleep(60)")

    task = asyncio.create_task(use_case())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with PostgresUnitOfWork(engine) as uow:
        assert await uow.driver.fetchval("SELECT to_regclass('left_behind')") is None


@asynccontextmanager
async def _losing_requests_to_cancel(database_url: str) -> AsyncIterator[str]:
    """A way to the server on which requests to cancel are lost, as one is that comes before its statement."""
    server = make_url(database_url)

    async def passes_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1024)
        if first[4:8] != REQUEST_TO_CANCEL:
            far_reader, far_writer = await _connected(server)
            far_writer.write(first)
            await asyncio.wait(
                [asyncio.ensure_future(_copied(reader, far_writer)), asyncio.ensure_future(_copied(far_reader, writer))]
            )
        writer.close()

    async with await asyncio.start_server(passes_on, "127.0.0.1", 0) as relay:
        port = relay.sockets[0].getsockname()[1]
        way = server.set(host="127.0.0.1", port=port, query={"ssl": "disable"})
        yield way.render_as_string(hide_password=False)


async def _connected(server: URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    folder = server.query.get("host")
    if folder is None:
        return await asyncio.open_connection(server.host, server.port)
    return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{server.query.get('port', server.port)}")


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
    writer.close()


async def test_a_look_at_a_database_that_has_gone_and_lets_nobody_in_again_is_told_so(database_url: str) -> None:
    async with AsyncExitStack() as way:
        engine = create_engine(await way.enter_async_context(_losing_requests_to_cancel(database_url)), pool_size=1)
        async with PostgresUnitOfWork(engine) as uow:
            mine = await uow.driver.fetchval(MINE)

        looking = PostgresUnitOfWork(engine).looking()

        async def gone() -> bool:
            return bool(looking.driver.is_closed())

        async def use_case() -> None:
            async with looking as uow:
                await way.aclose()
                await _ended(database_url, mine)
                await until(gone)
                await uow.driver.fetchval("SELECT 1")

        with pytest.raises(DatabaseUnavailable):
            await use_case()
        await engine.dispose()


@pytest.mark.long
async def test_a_statement_that_hears_of_no_cancelling_ends_with_its_connection(database_url: str) -> None:
    begun = asyncio.Event()

    async with _losing_requests_to_cancel(database_url) as url:
        engine = create_engine(url, pool_size=1)

        async def use_case() -> None:
            async with PostgresUnitOfWork(engine) as uow:
                await uow.driver.execute("SELECT pg_advisory_xact_lock(4711)")
                begun.set()
                await uow.driver.execute("SELECT pg_sleep(60)")

        task = asyncio.create_task(use_case())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)

        async with PostgresUnitOfWork(engine) as uow:
            # The server notices within seconds that nobody is there, and lets go of what the other held.
            await uow.driver.execute("SELECT pg_advisory_xact_lock(4711)")
        await engine.dispose()


async def test_what_fails_only_at_the_commit_is_told_and_leaves_nothing(engine: AsyncEngine) -> None:
    async def use_case() -> None:
        async with PostgresUnitOfWork(engine) as uow:
            await uow.driver.execute(
                "CREATE TEMPORARY TABLE once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"
            )
            await uow.driver.execute("INSERT INTO once VALUES (1), (1)")
            await uow.commit()

    with pytest.raises(asyncpg.UniqueViolationError):
        await use_case()

    async with PostgresUnitOfWork(engine) as uow:
        assert await uow.driver.fetchval("SELECT 1") == 1


async def test_a_commit_after_a_statement_that_failed_unheard_is_told_not_to_be_one(engine: AsyncEngine) -> None:
    async def use_case() -> None:
        async with PostgresUnitOfWork(engine) as uow:
            with suppress(asyncpg.UndefinedTableError):
                await uow.driver.execute("SELECT * FROM nowhere")
            await uow.commit()

    with pytest.raises(RuntimeError, match="rolled back"):
        await use_case()


async def test_what_several_transactions_of_one_request_do_at_once_is_told_once(engine_of_four: AsyncEngine) -> None:
    who = Actor(
        kind=ActorKind.KEY,
        id="key_1",
        name="erp",
        operation="acknowledge_documents",
        deed=Deed(resource="sales_documents", resource_id=None, shop=None),
    )

    async def use_case() -> None:
        async with PostgresUnitOfWork(engine_of_four) as uow:
            await uow.driver.fetchval("SELECT 1")
            await uow.commit()

    with acting(who):
        await asyncio.gather(*(use_case() for _ in range(4)))

    async with PostgresUnitOfWork(engine_of_four) as uow:
        told = "SELECT count(*) FROM audit_entries WHERE operation = 'acknowledge_documents'"
        assert await uow.driver.fetchval(told) == 1


def test_what_a_failed_commit_was_to_tell_is_told_by_the_next() -> None:
    deed = Deed(resource="runs", resource_id=None, shop=None)
    who = Actor(kind=ActorKind.KEY, id="key_1", name="erp", deed=deed)

    with suppress(OSError), who.telling():
        raise OSError
    with who.telling() as told:
        assert told == deed
    with who.telling() as told_again:
        assert told_again is None
