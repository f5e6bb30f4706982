"""F8: how many statements an order costs the database, from the run's start to its document."""

import asyncio

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.administration import LOCAL
from app.bootstrap import Installation, open_installation, set_up_logging
from app.ports.job_queue import NudgeKind
from app.services.runs import StartRun
from app.services.tasks import TaskName
from app.settings import load_settings
from bench.figures import Figure
from bench.stage import SHOP, Service, Stage, generate, send_items, serving, set_up_shop

ORDERS = 50
BEFORE = "2024-06-01T08:00:00Z"
EVERYTHING = {"updated_since": "2020-01-01T00:00:00Z", "include_closed": True}


class _Statements:
    """Counts what goes over SQLAlchemy's connections, transaction commands included."""

    def __init__(self) -> None:
        self.number = 0

    def watch(self, connection: object, _record: object) -> None:
        connection.driver_connection.add_query_logger(self._note)  # type: ignore[attr-defined]

    def _note(self, _query: asyncpg.connection.LoggedQuery) -> None:
        self.number += 1


def measured(stage: Stage) -> Figure:
    """The API is a process as shipped; the run is done here, where its statements can be counted."""
    with serving(stage, "statements", role="api") as service:
        set_up_shop(service)
        generate(service, 1, start=BEFORE)
        send_items(service)
        number = asyncio.run(_statements_of_a_run(service))
    return Figure(
        name="F8",
        what=f"SQL statements per order, {ORDERS} orders in one run, documents included",
        value=number / ORDERS,
        unit="per order",
        bar=6,
        goal=1,
        notes=[
            f"{number} statements: begin and commit, the listing, points and tokens, and the run's own included",
            "what a process asks once, it had asked for an order before",
        ],
    )


async def _statements_of_a_run(service: Service) -> int:
    given = service.environment
    settings = load_settings(
        database_url=service.database,
        encryption_keys=given["ORDERBRIDGE_ENCRYPTION_KEYS"],
        shopify_url=given["ORDERBRIDGE_SHOPIFY_URL"],
        log_level="warning",
    )
    set_up_logging(settings)
    statements = _Statements()
    event.listen(Engine, "connect", statements.watch)
    try:
        async with open_installation(settings, service.database) as installation:
            await _run(installation, statements)
            await asyncio.to_thread(generate, service, ORDERS)
            return await _run(installation, statements)
    finally:
        event.remove(Engine, "connect", statements.watch)


async def _run(installation: Installation, statements: _Statements) -> int:
    """A run of the import here; the statements that it took."""
    start = installation.container.service(StartRun)
    started = await start(LOCAL, SHOP, TaskName.IMPORT_ORDERS, parameters=EVERYTHING)
    statements.number = 0
    await installation.worker.work[NudgeKind.RUN](started.run.id)
    return statements.number
