"""Whether the database's schema is the one this release works with, and bringing it there."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import alone_with_schema, create_engine, head_revision, schema_revision
from app.ports.errors import ConnectorError, DatabaseUnavailable

SCHEMA_PAUSE_SECONDS = 0.1


async def what_is_wrong(url: str) -> Sequence[str]:
    """What keeps the database at ``url`` from being used, in words."""
    engine = create_engine(url)
    try:
        return _schema_problems(await schema_revision(engine))
    except DatabaseUnavailable as error:
        return [_why_unreachable(error)]
    finally:
        await engine.dispose()


async def unready(engine: AsyncEngine) -> Sequence[str]:
    """The same for anybody who asks: without what only the operator should read."""
    try:
        return _schema_problems(await schema_revision(engine))
    except DatabaseUnavailable:
        return ["The database cannot be reached."]


def _schema_problems(found: str | None) -> Sequence[str]:
    head = head_revision()
    if found is not None and head is not None and found > head:
        newer = (
            f"The database's schema is at revision {found}, which a newer release made; this one knows up to {head}."
        )
        return [f"{newer} Start that release, or restore a backup made before it."]
    if found != head:
        at = "empty" if found is None else f"at revision {found}"
        other = f"The database's schema is {at}, this release needs {head}"
        return [f"{other}: run `orderbridge migrate`, or start with --migrate."]
    return []


def _why_unreachable(error: DatabaseUnavailable) -> str:
    """With what the server or the network said, which names users and databases, never passwords."""
    cause = error.__cause__
    said = getattr(cause, "orig", None) or cause
    why = str(said).strip().partition("\n")[0].rstrip(".") or type(said).__name__
    return f"The database cannot be reached: {why}. Check ORDERBRIDGE_DATABASE_URL, and that the server runs."


class SchemaNotAtHead(ConnectorError):
    """The database's schema is not the one this release works with."""

    code = "schema_not_at_head"


async def ensure_schema(url: str, *, migrate_first: bool) -> None:
    """Bring the schema to head, or refuse to go on with another one."""
    engine = create_engine(url)
    try:
        found, head = await schema_revision(engine), head_revision()
        newer = found is not None and head is not None and found > head
        if newer or (found != head and not migrate_first):
            raise SchemaNotAtHead(" ".join(_schema_problems(found)))
        if found != head:
            await _bring_to_head(engine)
    except DatabaseUnavailable as error:
        raise DatabaseUnavailable(_why_unreachable(error)) from error
    finally:
        await engine.dispose()


async def _bring_to_head(engine: AsyncEngine) -> None:
    """Unless somebody else did so while this process queued."""
    async with alone_with_schema(engine) as (connection, found):
        if found != head_revision():
            # Alembic takes longer to load than to find that there is nothing to do, so it is loaded when there is.
            from app.adapters.postgres.migrations import upgrade  # noqa: PLC0415

            await connection.run_sync(upgrade)


async def schema_at_head(url: str, stop: asyncio.Event) -> bool:
    """Wait until somebody else has brought the schema to head; False if ``stop`` came first."""
    engine = create_engine(url, pool_size=1)
    try:
        while await unready(engine):
            with suppress(TimeoutError):
                async with asyncio.timeout(SCHEMA_PAUSE_SECONDS):
                    await stop.wait()
            if stop.is_set():
                return False
    finally:
        await engine.dispose()
    return True
