"""The work of exchanging customers and companies with stores."""

from app.bootstrap.world import World
from app.ports.repositories.exchanges import ExchangeKind
from app.services.customer_tasks import ExchangeTask
from app.services.export_companies import ExportCompanies
from app.services.export_customers import ExportCustomers, StoreCustomerWriter
from app.services.export_steps import ExportSteps
from app.services.import_companies import ImportCompanies
from app.services.import_customers import ImportCustomers
from app.services.store_record_imports import StoreRecordImports
from app.services.tasks import TaskName, TaskRunners


def customer_runners(world: World) -> TaskRunners:
    uow, clock, contact = world.uow, world.clock, world.contact
    customers, companies = world.store_customers, world.store_companies
    imports = StoreRecordImports(uow, clock, world.ids, contact)
    writer = StoreCustomerWriter(customers, uow, clock, contact)
    steps = {kind: ExportSteps(uow, clock, kind=kind) for kind in ExchangeKind}
    return {
        TaskName.SYNC_CUSTOMERS: ExchangeTask(
            uow,
            ImportCustomers(customers, uow, imports),
            ExportCustomers(customers, uow, clock, contact, writer, steps[ExchangeKind.CUSTOMER]),
        ),
        TaskName.SYNC_COMPANIES: ExchangeTask(
            uow,
            ImportCompanies(companies, uow, imports),
            ExportCompanies(
                companies,
                uow,
                clock,
                contact,
                writer,
                companies=steps[ExchangeKind.COMPANY],
                locations=steps[ExchangeKind.COMPANY_LOCATION],
            ),
        ),
    }
