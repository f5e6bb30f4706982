"""Whether the database's schema and roles are those this release works with, and bringing them there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import (
    alone_with_schema,
    create_engine,
    head_revision,
    schema_revision,
    sqlstate,
)
from app.adapters.postgres.roles import Service, service_of, standing
from app.ports.errors import ConnectorError, DatabaseUnavailable

SCHEMA_PAUSE_SECONDS = 0.1
NOT_ALLOWED = "42501"
"""The SQLSTATE of a role that lacks a right."""
NOT_GRANTED = (
    "The role of ORDERBRIDGE_DATABASE_URL may not use the tables: run `orderbridge migrate` with"
    " ORDERBRIDGE_MIGRATION_URL of the role that owns them."
)
INHERITS = (
    "The role of ORDERBRIDGE_DATABASE_URL inherits from the one that only readings for limited keys take on, and would"
    " see no rows: run `orderbridge migrate` with ORDERBRIDGE_MIGRATION_URL, or grant that role WITH INHERIT FALSE."
)
NOT_LIMITED = (
    "The database does not hold keys limited to shops to these by itself: the role that migrates may make no role."
    " Each statement asks for a key's shops all the same. docs/howto/run-it.md says what to run as an administrator."
)
OWNS_TABLES = (
    "The role of ORDERBRIDGE_DATABASE_URL owns the tables, so it could change them and the audit. To have them out of"
    " its reach give it as ORDERBRIDGE_MIGRATION_URL, and serve with a role of its own."
)

log = structlog.get_logger(__name__)


async def what_is_wrong(url: str) -> Sequence[str]:
    """What keeps the database at ``url`` from being used, in words."""
    engine = create_engine(url)
    try:
        return _schema_problems(await _revision(engine)) or await _role_problems(engine)
    except DatabaseUnavailable as error:
        return [_why_unreachable(error)]
    except RoleNotGranted as error:
        return [error.detail]
    finally:
        await engine.dispose()


async def worth_knowing(url: str) -> Sequence[str]:
    """What the database could hold the service to, and does not."""
    engine = create_engine(url, pool_size=1)
    try:
        async with engine.connect() as connection:
            found = await standing(connection)
    finally:
        await engine.dispose()
    return [note for note, applies in ((NOT_LIMITED, not found.limited), (OWNS_TABLES, found.owner)) if applies]


async def unready(engine: AsyncEngine) -> Sequence[str]:
    """The same for anybody who asks: without what only the operator should read."""
    try:
        return _schema_problems(await _revision(engine))
    except DatabaseUnavailable:
        return ["The database cannot be reached."]
    except RoleNotGranted:
        return ["The database does not let the service use its tables."]


async def _revision(engine: AsyncEngine) -> str | None:
    try:
        return await schema_revision(engine)
    except DBAPIError as error:
        if sqlstate(error.orig) != NOT_ALLOWED:
            raise
        raise RoleNotGranted(NOT_GRANTED) from error


async def _role_problems(engine: AsyncEngine) -> Sequence[str]:
    async with engine.connect() as connection:
        return [INHERITS] if (await standing(connection)).inherits else []


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


class RoleNotGranted(ConnectorError):
    """The role that serves cannot, as it stands."""

    code = "role_not_granted"


async def migrate_schema(url: str, *, migration_url: str | None) -> None:
    """Bring the schema to head, and roles and rights with it, also where only these are missing."""
    await _migrated(url, migration_url=migration_url, roles_alone=True)


async def ensure_schema(url: str, *, migrate_first: bool, migration_url: str | None = None) -> None:
    """Bring the schema to head, or refuse to go on with another one. ``migration_url`` is of whoever may bring it."""
    if migrate_first:
        await _migrated(url, migration_url=migration_url, roles_alone=False)
    async with _looking(url) as engine:
        found = await _revision(engine)
        if problems := _schema_problems(found):
            raise SchemaNotAtHead(" ".join(problems))
        async with engine.connect() as connection:
            stands = await standing(connection)
        if stands.inherits:
            raise RoleNotGranted(INHERITS)
        if not stands.limited:
            log.warning("row_security_missing", detail=NOT_LIMITED)


async def _migrated(url: str, *, migration_url: str | None, roles_alone: bool) -> None:
    async with _looking(migration_url or url) as engine:
        found, head = await schema_revision(engine), head_revision()
        if found is not None and head is not None and found > head:
            raise SchemaNotAtHead(" ".join(_schema_problems(found)))
        if roles_alone or found != head:
            await _bring_to_head(engine, service=service_of(url, migration_url=migration_url), roles_alone=roles_alone)


async def _bring_to_head(engine: AsyncEngine, *, service: Service | None, roles_alone: bool) -> None:
    """Unless somebody else did so while this process queued."""
    async with alone_with_schema(engine) as (connection, found):
        if roles_alone or found != head_revision():
            # Alembic takes longer to load than to find that there is nothing to do, so it is loaded when there is.
            from app.adapters.postgres.migrations import bring_to_head  # noqa: PLC0415

            await bring_to_head(connection, service=service)


@asynccontextmanager
async def _looking(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url)
    try:
        yield engine
    except DatabaseUnavailable as error:
        raise DatabaseUnavailable(_why_unreachable(error)) from error
    finally:
        await engine.dispose()


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
