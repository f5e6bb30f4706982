"""The exchange of customers and companies in a world: the tasks wired as the composition root does, and looking at both
sides.
"""

import asyncio
from typing import Any

from app.adapters.contact import ContactKeys
from app.domain.identifiers import ShopId
from app.ports.once import AS_OFTEN_AS_ASKED
from app.ports.repositories.exchanges import ExchangeKind
from app.ports.repositories.runs import Run, RunState
from app.services.customer_tasks import ExchangeTask, RequestExport, WantedExport
from app.services.export_companies import ExportCompanies
from app.services.export_customers import ExportCustomers, StoreCustomerWriter
from app.services.export_steps import ExportSteps
from app.services.import_companies import ImportCompanies
from app.services.import_customers import ImportCustomers
from app.services.run_task import RunTask
from app.services.store_record_imports import StoreRecordImports
from app.services.tasks import TaskName, TaskRunners
from tests.integration.world import EVERYBODY, Json, Process, World

ANNA: Json = {
    "name": "Anna's Tea",
    "contact_name": "Anna van Dam",
    "email": "anna@example.com",
    "phone": "020 123 4567",
    "address": {"line1": "Main Street 1", "postal_code": "1111 AA", "city": "Delft", "country_code": "NL"},
}
"""An ERP customer whom any store would take."""


def runners(world: World) -> TaskRunners:
    customers, companies, contact = world.gateway.customers, world.gateway.companies, ContactKeys()
    imports = StoreRecordImports(world.uow, world.clock, world.ids, contact)
    writer = StoreCustomerWriter(customers, world.uow, world.clock, contact)
    steps = {kind: ExportSteps(world.uow, world.clock, kind=kind, sleep=_at_once) for kind in ExchangeKind}
    return {
        TaskName.SYNC_CUSTOMERS: ExchangeTask(
            world.uow,
            ImportCustomers(customers, world.uow, imports),
            ExportCustomers(customers, world.uow, world.clock, contact, writer, steps[ExchangeKind.CUSTOMER]),
        ),
        TaskName.SYNC_COMPANIES: ExchangeTask(
            world.uow,
            ImportCompanies(companies, world.uow, imports),
            ExportCompanies(
                companies,
                world.uow,
                world.clock,
                contact,
                writer,
                companies=steps[ExchangeKind.COMPANY],
                locations=steps[ExchangeKind.COMPANY_LOCATION],
            ),
        ),
    }


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def process(world: World) -> Process:
    made = world.process()
    made.runners = runners(world)
    made.run_task = RunTask(world.uow, world.clock, made.runners, worker="worker")
    return made


async def exchanged(world: World, task: TaskName = TaskName.SYNC_CUSTOMERS, **parameters: Any) -> Run:
    """A run of the task that succeeded."""
    run = await world.run(task, process=process(world), **parameters)
    assert run.state is RunState.SUCCEEDED, run.problem
    return run


async def asked_for(world: World, *nos: str, kind: ExchangeKind = ExchangeKind.CUSTOMER, company: Any = None) -> Run:
    """Somebody asks for the export of these customers, and the run that follows ends."""
    request = RequestExport(world.uow, world.clock, world.ids)
    wanted = WantedExport(kind=kind, customer_nos=nos, company=company)
    started = await request(EVERYBODY, "web", wanted, once=AS_OFTEN_AS_ASKED)
    await process(world).run_task(started.run.id)
    async with world.uow() as uow:
        run = await uow.runs.get(started.run.id)
    assert run is not None
    return run


async def at_store(world: World, kind: str = "customers") -> list[Json]:
    state = await world.store.doors.get(f"/control/{world.store.domain}/state?kinds={kind}")
    found: list[Json] = state.json()[kind]
    return found


async def links(world: World, shop: ShopId | None = None) -> dict[str, str]:
    """ERP numbers (else our ids) by store customer."""
    rows = await world.fetch(
        "SELECT l.store_customer_id, coalesce(c.no, c.id) AS no FROM store_customer_links l"
        " JOIN customers c ON c.id = l.customer_id WHERE l.shop_id = $1",
        shop or world.shop,
    )
    return {row["store_customer_id"]: row["no"] for row in rows}


async def skipped(world: World) -> list[tuple[str, str]]:
    """What is skipped, with the reasons."""
    rows = await world.fetch(
        "SELECT kind, error_code FROM record_exchanges WHERE error_code IS NOT NULL ORDER BY kind, record_id"
    )
    return [(row["kind"], row["error_code"]) for row in rows]


async def mutations(world: World) -> list[str]:
    """The changes sent to the store, in their order."""
    answer = await world.store.doors.get(f"/control/{world.store.domain}/calls")
    return [each["operation"] for each in answer.json()["calls"] if each["kind"] == "mutation"]
