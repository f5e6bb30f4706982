"""A real PostgreSQL for whoever asks: one server per test process, a migrated template, a clone per test.

Knows how a database is had, not what is in it. ``ORDERBRIDGE_TEST_POSTGRES`` chooses the server: ``18`` (default) or
``16`` from the wheel, or ``system`` for the machine's own.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, get_args

import asyncpg
import pytest
import structlog

from app.adapters.postgres.database import create_engine
from app.adapters.postgres.embedded import FAST_AND_FORGETFUL, EmbeddedPostgres
from app.adapters.postgres.embedded_binaries import Choice
from app.adapters.postgres.embedded_errors import EmbeddedPostgresError
from app.adapters.postgres.migrations import migrate
from tests.canaries.watch import Watch
from tests.fast_folder import fast_folder

pytest_plugins = ["tests.canaries.plugin", "tests.missing_tools"]

# Without this, structlog prints tracebacks with every local in colour, which takes seconds each.
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer(default=str)])

TEMPLATE = "orderbridge_template"
PREFIX = "orderbridge-test-"
_numbers = count(1)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for processes that start, stop or notice something."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


def _choice() -> Choice:
    wanted = os.environ.get("ORDERBRIDGE_TEST_POSTGRES", "18")
    choices: tuple[Choice, ...] = get_args(Choice)
    for choice in choices:
        if wanted == choice:
            return choice
    pytest.exit(f"ORDERBRIDGE_TEST_POSTGRES is {wanted!r}; one of {', '.join(choices)} is expected.", returncode=4)


def _remove_what_killed_runs_left(base: Path) -> None:
    for folder in base.glob(f"{PREFIX}*"):
        # Before that file exists a run may just be about to start.
        if (folder / "postgres" / "use.lock").exists():
            with suppress(EmbeddedPostgresError, OSError):
                if EmbeddedPostgres(folder / "postgres", patience=5).stop_if_unused():
                    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator[EmbeddedPostgres]:
    """The server of this test process. Short path: sockets have a limit."""
    base = fast_folder()
    _remove_what_killed_runs_left(base)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    # Passable for the account that root hands the server to; the server's own folder inside stays closed.
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", choice=_choice(), settings=FAST_AND_FORGETFUL)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@dataclass(slots=True)
class Administrator:
    """Makes and drops databases over one connection: to make one costs as much as to search a small database."""

    url: str
    _connection: Any = None

    async def does(self, statement: str) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.url)
        await self._connection.execute(statement)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


@pytest.fixture(scope="session")
async def administrator(embedded_postgres: EmbeddedPostgres) -> AsyncIterator[Administrator]:
    made = Administrator(embedded_postgres.url(database="postgres"))
    yield made
    await made.close()


@pytest.fixture(scope="session")
async def template_database(embedded_postgres: EmbeddedPostgres, administrator: Administrator) -> str:
    """The name of a database at the newest revision, closed to connections so that it can be cloned at any moment."""
    await administrator.does(f"CREATE DATABASE {TEMPLATE}")
    engine = create_engine(embedded_postgres.url(database=TEMPLATE))
    await migrate(engine)
    await engine.dispose()
    await administrator.does(f"ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false")
    return TEMPLATE


@pytest.fixture
async def database_url(
    embedded_postgres: EmbeddedPostgres, administrator: Administrator, template_database: str
) -> AsyncIterator[str]:
    """A database at the newest revision, for this test alone."""
    async with _database(embedded_postgres, administrator, template=template_database, fixture="database_url") as url:
        yield url


@pytest.fixture(scope="module")
async def module_database_url(
    embedded_postgres: EmbeddedPostgres, administrator: Administrator, template_database: str
) -> AsyncIterator[str]:
    """A database at the newest revision, shared by the tests of a module."""
    async with _database(
        embedded_postgres, administrator, template=template_database, fixture="module_database_url"
    ) as url:
        yield url


@pytest.fixture
async def empty_database_url(embedded_postgres: EmbeddedPostgres, administrator: Administrator) -> AsyncIterator[str]:
    """A database without any table."""
    async with _database(embedded_postgres, administrator, template="template0", fixture="empty_database_url") as url:
        yield url


@asynccontextmanager
async def _database(
    server: EmbeddedPostgres, administrator: Administrator, *, template: str, fixture: str
) -> AsyncIterator[str]:
    name, watch = f"test_{next(_numbers)}", Watch(fixture=fixture)
    await administrator.does(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = server.url(database=name)
    yield url
    try:
        await watch.database(url)
    finally:
        await administrator.does(f"DROP DATABASE {name} WITH (FORCE)")
