"""The composition root: the only place that sees services and adapters together.

``open_installation`` wires one process; the functions below it are what the command line needs beside ``serve``.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.clock import SystemClock
from app.adapters.contact import ContactKeys
from app.adapters.crypto.keyring import AesGcmKeyring, KeyedHash
from app.adapters.postgres.database import create_engine, head_revision, schema_revision
from app.adapters.postgres.job_runner import PostgresJobQueue
from app.adapters.postgres.leadership import PostgresLeadership
from app.adapters.postgres.points_bucket import PostgresPointsBucket
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import unit_of_work_factory
from app.adapters.postgres.webhook_inbox import PostgresWebhookInbox, PostgresWebhookSecrets, door_pool
from app.adapters.shopify.gateway import ShopifyGateway
from app.adapters.telemetry.logging import configure_logging
from app.api.container import Container
from app.api.limits import CallLimits
from app.jobs.recurrence import ApschedulerRecurrence
from app.jobs.worker import WorkerParts
from app.ports.clock import Clock, IdFactory
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import ConnectorError, DatabaseUnavailable
from app.ports.job_queue import NudgeKind
from app.ports.keyring import Keyring
from app.ports.recurrence import Recurrence
from app.ports.store_gateway import StoreGateway
from app.ports.store_values import StoreValues
from app.ports.store_writer import StoreWriter
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.api_keys import ApiKeys
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.document_actions import DocumentActions, UnlinkDocuments
from app.services.import_orders import ImportOrders
from app.services.links import LinkTables
from app.services.list_orders import ListOrders
from app.services.make_documents import MakeDocuments
from app.services.mappings import MappingTables
from app.services.master_data import CustomerData, ItemData
from app.services.new_customers import NewCustomers
from app.services.nudge_due_work import NudgeDueWork
from app.services.order_amendments import AmendDocument
from app.services.order_conflicts import ResolveConflict
from app.services.order_decisions import OrderDecisions
from app.services.order_requests import OrderRequests
from app.services.order_tasks import CreateDocumentsTask, ImportOrdersTask
from app.services.publish_events import PublishEvents
from app.services.pull_mappings import PullMappings
from app.services.purge_expired import PurgeExpired
from app.services.read_activities import ReadActivities
from app.services.read_documents import ReadDocuments
from app.services.read_events import ReadEvents
from app.services.read_gift_cards import ReadGiftCards
from app.services.read_orders import ReadOrders, ReadOrdersToImport
from app.services.read_skipped_records import ReadSkippedRecords
from app.services.receive_webhook import ReceiveWebhook
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.run_task import RunTask
from app.services.runs import CancelRun, ReadRuns, StartRun
from app.services.schedules import Schedules, ScheduleTicks
from app.services.shops import ShopAdministration
from app.services.tasks import AvailableTasks, TaskName, TaskRunners
from app.services.webhook_subscriptions import WebhookSubscriptions
from app.services.write_back_numbers import WriteBackNumbers
from app.settings import LogFormat, Settings

CURSORS = "cursors"
SCHEMA_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What one process works with."""

    container: Container
    worker: WorkerParts
    receive_webhook: ReceiveWebhook
    webhook_inbox: PostgresWebhookInbox
    signals: PostgresSignals


def set_up_logging(settings: Settings) -> None:
    """Logs as the settings say."""
    json = settings.log_format is LogFormat.JSON or (settings.log_format is LogFormat.AUTO and not os.isatty(2))
    configure_logging(json=json, level=settings.log_level.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """The adapters of one process, as the services know them."""

    settings: Settings
    url: str
    engine: AsyncEngine
    pool: asyncpg.Pool
    uow: UnitOfWorkFactory
    clock: Clock
    ids: IdFactory
    contact: ContactNormaliser
    keyring: Keyring
    vault: PostgresTokenVault
    gateway: StoreGateway
    store_values: StoreValues
    writer: StoreWriter
    signals: PostgresSignals
    recurrence: Recurrence
    worker_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """The services that do the work of both the HTTP surface and the workers."""

    decisions: OrderDecisions
    import_orders: ImportOrders
    make_documents: MakeDocuments
    subscriptions: WebhookSubscriptions
    runners: TaskRunners


@asynccontextmanager
async def open_installation(settings: Settings, url: str) -> AsyncIterator[Installation]:
    """Everything for one process on the database at ``url``; closed at the end of the block."""
    async with _opened(settings, url) as world:
        work = _work(world)
        inbox = PostgresWebhookInbox(world.pool)
        yield Installation(
            container=_container(world, work),
            worker=_worker(world, work),
            receive_webhook=ReceiveWebhook(PostgresWebhookSecrets(world.pool, world.vault.webhook_secrets), inbox),
            webhook_inbox=inbox,
            signals=world.signals,
        )


@asynccontextmanager
async def _opened(settings: Settings, url: str) -> AsyncIterator[_World]:
    async with AsyncExitStack() as stack:
        engine = create_engine(url)
        stack.push_async_callback(engine.dispose)
        pool = await door_pool(url)
        stack.push_async_callback(pool.close)
        clock, keyring = SystemClock(), AesGcmKeyring(settings.keys)
        vault = PostgresTokenVault(engine, keyring=keyring, clock=clock)
        bucket = PostgresPointsBucket(engine)
        gateway = ShopifyGateway(vault=vault, bucket=bucket, clock=clock, url=settings.shopify_url)
        stack.push_async_callback(gateway.aclose)
        yield _World(
            settings=settings,
            url=url,
            engine=engine,
            pool=pool,
            uow=unit_of_work_factory(engine),
            clock=clock,
            ids=Ulids(),
            contact=ContactKeys(),
            keyring=keyring,
            vault=vault,
            gateway=gateway,
            store_values=gateway.values,
            writer=gateway,
            signals=PostgresSignals(url),
            recurrence=ApschedulerRecurrence(),
            worker_name=f"{socket.gethostname()}:{os.getpid()}",
        )


def _work(world: _World) -> _Work:
    uow, clock = world.uow, world.clock
    decisions = OrderDecisions(world.ids, world.contact)
    import_orders = ImportOrders(
        gateway=world.gateway, uow=uow, decisions=decisions, clock=clock, ids=world.ids, worker=world.worker_name
    )
    make_documents = MakeDocuments(
        uow, decisions, RefundDocuments(world.ids), AmendDocument(uow, decisions, clock, world.ids), clock
    )
    subscriptions = WebhookSubscriptions(uow, world.gateway, clock, public_url=world.settings.public_url)
    import_task = ImportOrdersTask(
        gateway=world.gateway,
        uow=uow,
        clock=clock,
        list_orders=ListOrders(world.gateway, uow, clock),
        import_orders=import_orders,
        make_documents=make_documents,
    )
    return _Work(
        decisions=decisions,
        import_orders=import_orders,
        make_documents=make_documents,
        subscriptions=subscriptions,
        runners={
            TaskName.IMPORT_ORDERS: import_task,
            TaskName.CREATE_DOCUMENTS: CreateDocumentsTask(make_documents),
            TaskName.PULL_MAPPINGS: PullMappings(world.store_values, uow, clock).run,
            TaskName.CHECK_SUBSCRIPTIONS: subscriptions.run,
            TaskName.PURGE_EXPIRED: PurgeExpired(uow, clock).run,
        },
    )


def _container(world: _World, work: _Work) -> Container:
    return Container(
        unit_of_work=world.uow,
        clock=world.clock,
        ids=world.ids,
        keyring=world.keyring,
        signing_key=KeyedHash(world.settings.keys).of(b"", context=CURSORS),
        unready=lambda: _unready(world.engine),
        services={type(service): service for service in _services(world, work)},
        limits=CallLimits(
            requests_per_minute=world.settings.requests_per_minute,
            failed_sign_ins_per_minute=world.settings.failed_sign_ins_per_minute,
        ),
    )


def _services(world: _World, work: _Work) -> Sequence[object]:
    """What the routes call."""
    uow, clock, ids, runners = world.uow, world.clock, world.ids, work.runners
    return [
        ApiKeys(unit_of_work=uow, clock=clock),
        AvailableTasks(frozenset(runners)),
        CancelRun(uow, clock),
        CustomerData(unit_of_work=uow, clock=clock, contact=world.contact),
        DocumentActions(uow, clock),
        ItemData(unit_of_work=uow, clock=clock),
        LinkTables(unit_of_work=uow, clock=clock),
        MappingTables(unit_of_work=uow, clock=clock, ids=ids),
        NewCustomers(unit_of_work=uow, clock=clock, contact=world.contact),
        OrderRequests(uow, work.decisions, clock),
        ReadActivities(uow, clock),
        ReadDocuments(uow),
        ReadEvents(uow, world.signals),
        ReadGiftCards(uow),
        ReadOrders(uow),
        ReadOrdersToImport(uow),
        ReadRuns(uow, world.signals),
        ReadSkippedRecords(uow),
        Schedules(uow, clock, world.recurrence, runners),
        ShopAdministration(unit_of_work=uow, clock=clock, ids=ids, keyring=world.keyring),
        StartRun(uow, clock, ids, runners),
        UnlinkDocuments(uow, clock),
        AmendDocument(uow, work.decisions, clock, ids),
        RefundRequests(uow, RefundDocuments(ids), clock),
        ResolveConflict(uow, clock),
        work.subscriptions,
    ]


def _worker(world: _World, work: _Work) -> WorkerParts:
    uow, clock = world.uow, world.clock
    return WorkerParts(
        dispatch=DispatchWebhooks(uow, clock),
        publish=PublishEvents(uow),
        nudge_due_work=NudgeDueWork(uow, clock),
        ticks=ScheduleTicks(uow, clock, world.ids, world.recurrence, work.runners),
        work={
            NudgeKind.ORDERS_TO_IMPORT: _only(work.import_orders),
            NudgeKind.DOCUMENTS: _only(work.make_documents.due),
            NudgeKind.RUN: RunTask(uow, clock, work.runners, worker=world.worker_name),
            NudgeKind.WRITE_BACK: _only(
                WriteBackNumbers(writer=world.writer, uow=uow, clock=clock, worker=world.worker_name)
            ),
            NudgeKind.CHECK_SUBSCRIPTIONS: _only(work.subscriptions.check),
        },
        queue=PostgresJobQueue(world.url),
        leadership=PostgresLeadership(world.url),
        signals=world.signals,
    )


def _only(work: Callable[[Any], Awaitable[object]]) -> Callable[[str], Awaitable[None]]:
    """Work called with a nudge's key, whose answer nobody waits for."""

    async def called(key: str) -> None:
        await work(key)

    return called


async def what_is_wrong(url: str) -> Sequence[str]:
    """What keeps the database at ``url`` from being used, in words."""
    engine = create_engine(url)
    try:
        return _schema_problems(await schema_revision(engine))
    except DatabaseUnavailable as error:
        return [_why_unreachable(error)]
    finally:
        await engine.dispose()


async def _unready(engine: AsyncEngine) -> Sequence[str]:
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
            # Alembic takes longer to load than to find that there is nothing to do, so it is loaded when there is.
            from app.adapters.postgres.migrations import migrate  # noqa: PLC0415

            await migrate(engine)
    except DatabaseUnavailable as error:
        raise DatabaseUnavailable(_why_unreachable(error)) from error
    finally:
        await engine.dispose()


async def schema_at_head(url: str, stop: asyncio.Event) -> bool:
    """Wait until somebody else has brought the schema to head; False if ``stop`` came first."""
    engine = create_engine(url, pool_size=1)
    try:
        while await _unready(engine):
            with suppress(TimeoutError):
                async with asyncio.timeout(SCHEMA_PAUSE_SECONDS):
                    await stop.wait()
            if stop.is_set():
                return False
    finally:
        await engine.dispose()
    return True
