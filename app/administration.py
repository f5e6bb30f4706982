"""What the command line does to an installation beside running it: schema, secrets, imports, replays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import stored_secrets
from app.adapters.clock import SystemClock
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.database import create_engine, head_revision, schema_revision
from app.adapters.postgres.ulid import Ulids
from app.api.container import Container
from app.bootstrap import open_installation
from app.database_server import database_of
from app.domain.access import Access, Scope
from app.ports.errors import DatabaseUnavailable, InvalidInput
from app.ports.repositories.runs import RunState
from app.schema_state import ensure_schema, migrate_schema, what_is_wrong, worth_knowing
from app.services.runs import ENDED, ReadRuns, StartRun
from app.services.tasks import TaskName
from app.settings import PREFIX, Settings

SECONDS_BETWEEN_LOOKS = 0.5


async def migrate_database(settings: Settings) -> str:
    """Bring the schema of the installation's database to head; says where it stands then."""
    with database_of(settings) as url:
        await migrate_schema(url, migration_url=settings.owners_url)
    return f"The schema stands at revision {head_revision()}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found of an installation, in words."""

    problems: Sequence[str] = ()
    """What keeps it from being used."""
    notes: Sequence[str] = ()
    """What is as it should be, and good to know."""


async def check_installation(settings: Settings) -> Checked:
    """What keeps the installation from being used, if anything does."""
    with database_of(settings) as url:
        if settings.embedded and (note := await _done_by_a_start(url)):
            return Checked(notes=[note])
        if problems := await what_is_wrong(url):
            return Checked(problems=problems)
        if problems := await stored_secrets.missing_keys(settings, url):
            return Checked(problems=problems)
        older = await stored_secrets.older_keys_needed(settings, url)
        roles = [] if settings.embedded else await worth_knowing(url)
    return Checked(notes=[*([_older_keys(older)] if older else []), *roles])


async def _done_by_a_start(url: str) -> str | None:
    """What the next start does to an embedded database that is not at head yet; None if nothing."""
    engine = create_engine(url, pool_size=1)
    try:
        found, head = await schema_revision(engine), head_revision()
    except DatabaseUnavailable:
        return None
    finally:
        await engine.dispose()
    if found is None:
        return "The embedded database is new: the first `orderbridge serve` makes its tables."
    if head is not None and found < head:
        return f"The embedded database is at revision {found}: the next `orderbridge serve` brings it to {head}."
    return None


def _older_keys(values: int) -> str:
    return (
        f"Stored values under another than the first of {PREFIX}ENCRYPTION_KEYS: {values}. A starting worker or"
        " `orderbridge secrets renew` writes them anew. Take no key away before."
    )


async def renew_secrets(settings: Settings) -> Sequence[str]:
    """Encrypt everything with the first key; says whether older ones may go."""
    with database_of(settings) as url:
        await ensure_schema(url, migrate_first=settings.embedded)
        done = await stored_secrets.renew(settings, url)
        left = await stored_secrets.older_keys_needed(settings, url)
    said = [f"{done.written} stored values are encrypted anew with the first key."]
    if left:
        return [*said, f"{left} need a key that is not given, or were written meanwhile: no key may go yet."]
    return [*said, f"Everything stands under the first key: the others may be taken out of {PREFIX}ENCRYPTION_KEYS."]


async def forget_secrets(settings: Settings) -> Sequence[str]:
    """Delete the secrets of stores that no given key reads; the domains of these stores."""
    with database_of(settings) as url:
        await ensure_schema(url, migrate_first=settings.embedded)
        return await stored_secrets.forget(settings, url)


async def queue_import(settings: Settings, *, shop: str, parameters: Mapping[str, object]) -> str:
    """Queue an import of a shop's orders; answers the run's id."""
    with database_of(settings) as url:
        await ensure_schema(url, migrate_first=settings.embedded)
        async with open_installation(settings, url) as installation:
            started = await installation.container.service(StartRun)(
                LOCAL, shop, TaskName.IMPORT_ORDERS, parameters=parameters
            )
    return started.run.id


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """How a run ended; ``said`` for a person."""

    succeeded: bool
    said: str


async def watch_run(settings: Settings, run: str, *, show: Callable[[int, int | None], None]) -> EndedRun:
    """Look at a run until it has ended, telling what is done of what total. Raises ``NotFound``."""
    with database_of(settings) as url:
        async with open_installation(settings, url) as installation:
            runs = installation.container.service(ReadRuns)
            while True:
                found = await runs.get(LOCAL, run, wait=SECONDS_BETWEEN_LOOKS)
                show(found.done, found.total)
                if found.state in ENDED:
                    counts = ", ".join(f"{number} {name}" for name, number in found.counts.items() if number)
                    why = f" ({found.problem['detail']})" if found.problem else ""
                    said = f"The run {found.state}{why}: {counts or 'nothing to do'}."
                    return EndedRun(succeeded=found.state is RunState.SUCCEEDED, said=said)


async def replay_webhooks(settings: Settings, *, since: str) -> int:
    """Have the webhooks received since an instant looked at again; the number of them."""
    instant = _instant(since)
    with database_of(settings) as url:
        await ensure_schema(url, migrate_first=settings.embedded)
        async with open_installation(settings, url) as installation, installation.container.unit_of_work() as uow:
            number = await uow.inbox.replay(since=instant)
            await uow.commit()
    return number


def _instant(text: str) -> datetime:
    try:
        instant: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidInput("An RFC 3339 instant with its offset is expected, such as 2026-11-20T08:00:00Z.", errors=())
    return instant


def openapi_document() -> dict[str, Any]:
    """The description of the HTTP surface, without a database."""
    # No other command needs the surface, which takes longer to load than they take to do their work.
    from app.api.app import create_app  # noqa: PLC0415

    nobody = Container(
        unit_of_work=_no_database,
        clock=SystemClock(),
        ids=Ulids(),
        keyring=AesGcmKeyring([bytes(32)]),
        signing_key=bytes(32),
        unready=_nothing_wrong,
        services={},
    )
    return create_app(nobody).openapi()


LOCAL = Access(key_id="local", name="command line", scopes=frozenset(Scope))
"""Whoever may start the program may do everything with it."""


def _no_database() -> Any:
    raise RuntimeError("The description of the surface needs no database.")


async def _nothing_wrong() -> Sequence[str]:
    return []
