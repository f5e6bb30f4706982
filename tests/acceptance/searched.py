"""An installation, searched at its end: its database while it stands, then what its processes and the server printed.

The simulator's own log is not: Shopify may know persons.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from app.adapters.postgres.embedded import EmbeddedPostgres
from tests.canaries.watch import Watch


class Searchable(Protocol):
    """What has a folder, settings and processes."""

    folder: Path
    environment: dict[str, str]

    def stop_all(self) -> None: ...


@contextmanager
def searched_at_its_end(made: Searchable, *, fixture: str | None = None) -> Iterator[None]:
    """All its processes end with the block; raises if a secret or a person stands where none may."""
    watch = Watch(fixture=fixture)
    try:
        yield
        _search_database(watch, made)
    finally:
        made.stop_all()
    logs = [*made.folder.glob("*.log"), *(made.folder / "data" / "postgres").glob("server.log*")]
    watch.said({str(log.relative_to(made.folder)): log.read_bytes() for log in logs})


def _search_database(watch: Watch, made: Searchable) -> None:
    if given := made.environment.get("ORDERBRIDGE_DATABASE_URL"):
        asyncio.run(watch.database(given))
        return
    search_home(watch, made.folder / "data")


def search_home(watch: Watch, data: Path) -> None:
    """The database in a folder of data, if one was made; it is started again if nothing uses it any more."""
    server = EmbeddedPostgres(data / "postgres")
    if (server.home / "data" / "PG_VERSION").exists():
        with server as url:
            asyncio.run(watch.database(url))
