"""The unit of work on PostgreSQL: one connection, one transaction, the repositories bound to it."""

import asyncio
import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import cached_property
from types import TracebackType
from typing import Self, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.postgres.database import (
    CONNECTION_TROUBLE,
    READ_ONLY,
    ROLLED_BACK_WITHIN_SECONDS,
    begin,
    database_trouble,
    raw_connection,
    sqlstate,
    trouble_in,
)
from app.adapters.postgres.job_queue import enqueue
from app.adapters.postgres.looking import Looking
from app.adapters.postgres.repositories.activities import PostgresActivities
from app.adapters.postgres.repositories.api_keys import PostgresApiKeys
from app.adapters.postgres.repositories.audit_entries import PostgresAuditEntries, write_deed
from app.adapters.postgres.repositories.awaiting import PostgresAwaitingWork
from app.adapters.postgres.repositories.catalogs import PostgresCatalogs
from app.adapters.postgres.repositories.completeness import PostgresCompleteness
from app.adapters.postgres.repositories.configuration import PostgresConfigurations
from app.adapters.postgres.repositories.console_users import PostgresConsoleUsers
from app.adapters.postgres.repositories.customers import PostgresCustomers
from app.adapters.postgres.repositories.documents import PostgresDocuments
from app.adapters.postgres.repositories.documents_reading import PostgresDocumentsReading
from app.adapters.postgres.repositories.due_work import PostgresDueWork
from app.adapters.postgres.repositories.events import PostgresEvents
from app.adapters.postgres.repositories.exchanges import PostgresExchanges
from app.adapters.postgres.repositories.gift_cards import PostgresGiftCards
from app.adapters.postgres.repositories.idempotency import PostgresIdempotency
from app.adapters.postgres.repositories.inbox import PostgresInbox
from app.adapters.postgres.repositories.items import PostgresItems
from app.adapters.postgres.repositories.links import PostgresLinks
from app.adapters.postgres.repositories.log_entries import PostgresLogEntries
from app.adapters.postgres.repositories.mapping_rows import PostgresMappingRows
from app.adapters.postgres.repositories.mapping_tables import PostgresMappingTables
from app.adapters.postgres.repositories.order_facts import PostgresOrderFacts
from app.adapters.postgres.repositories.orders import PostgresOrders
from app.adapters.postgres.repositories.orders_reading import PostgresOrdersReading
from app.adapters.postgres.repositories.orders_to_import import PostgresOrdersToImport
from app.adapters.postgres.repositories.payouts import PostgresPayouts
from app.adapters.postgres.repositories.privacy import PostgresPrivacy
from app.adapters.postgres.repositories.products import PostgresProducts
from app.adapters.postgres.repositories.refunds import PostgresRefunds
from app.adapters.postgres.repositories.retention import PostgresRetention
from app.adapters.postgres.repositories.runs import PostgresRuns
from app.adapters.postgres.repositories.schedules import PostgresSchedules
from app.adapters.postgres.repositories.shipments import PostgresShipments
from app.adapters.postgres.repositories.shops import PostgresShops
from app.adapters.postgres.repositories.skipped_records import PostgresSkippedRecords
from app.adapters.postgres.repositories.stock import PostgresStock
from app.adapters.postgres.repositories.store_state import PostgresStoreState
from app.adapters.postgres.repositories.stores import PostgresStores
from app.adapters.postgres.repositories.subscriptions import PostgresSubscriptions
from app.adapters.postgres.repositories.webhook_deliveries import PostgresWebhookDeliveries
from app.adapters.postgres.repositories.webhook_endpoints import PostgresWebhookEndpoints
from app.adapters.postgres.repositories.write_backs import PostgresWriteBacks
from app.adapters.postgres.roles import HOLD
from app.adapters.postgres.ulid import Ulids
from app.ports.acting import who_acts
from app.ports.clock import IdFactory
from app.ports.errors import DatabaseUnavailable
from app.ports.job_queue import Nudge
from app.ports.sight import seen_shops


class PostgresUnitOfWork:
    """Opens its transaction on entering; rolls back on leaving unless committed."""

    def __init__(self, engine: AsyncEngine, ids: IdFactory | None = None) -> None:
        self._engine = engine
        self._ids: IdFactory = ids or Ulids()
        self._nudges: set[Nudge] = set()
        self._looking = False

    def looking(self) -> Self:
        self._looking = True
        return self

    async def __aenter__(self) -> Self:
        async with database_trouble():
            # What holds a reading to some shops lasts as long as a transaction.
            if self._looking and seen_shops() is None:
                self.driver = cast("asyncpg.Connection", Looking(await self._taken(), self._taken_again))
                return self
            self.connection, self.driver = await begin(self._engine)
            try:
                await self._tell_who_acts()
                await self._hold_to_seen_shops()
            except BaseException:
                await self._leave(usable=False)
                raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lost = self.driver.is_closed()
        # A look that was cancelled may go on at the server, and no rollback waits for its end.
        goes_on = self._looking and isinstance(error, asyncio.CancelledError)
        await self._leave(usable=sqlstate(error) != READ_ONLY and not goes_on)
        if isinstance(error, Exception):
            # A statement failed because its connection died, the disk is full, or others were in its way: not the use
            # case's trouble.
            trouble = trouble_in(error) if isinstance(error, asyncpg.PostgresError) else None
            if lost and trouble is None:
                trouble = DatabaseUnavailable("The connection to the database was lost. It is tried again.")
            if trouble is not None:
                raise trouble from error

    async def commit(self) -> None:
        if self._looking:
            raise RuntimeError("Who only looks has nothing to commit.")
        actor = who_acts()
        async with database_trouble():
            await self.events.write()
            await enqueue(self.driver, self._nudges)
            with actor.telling() if actor is not None else nullcontext() as deed:
                if actor is not None and deed is not None:
                    await write_deed(self.driver, actor, deed)
                # The server answers so, and without an error, where a statement failed and nobody said so.
                if await self.driver.execute("COMMIT") != "COMMIT":
                    raise RuntimeError("The transaction was rolled back: a statement in it had failed.")

    async def _taken(self) -> asyncpg.Connection:
        self.connection = await self._engine.connect()
        return await raw_connection(self.connection)

    async def _taken_again(self) -> asyncpg.Connection:
        await self._leave(usable=False)
        return await self._taken()

    async def _tell_who_acts(self) -> None:
        """For the triggers of the audit, as long as the transaction lasts."""
        actor = who_acts()
        if actor is not None:
            await self.driver.execute("SELECT set_config('orderbridge.actor', $1, true)", json.dumps(actor.facts))

    async def _hold_to_seen_shops(self) -> None:
        """To rows of these shops, and to reading, as long as the transaction lasts (decision 54)."""
        shops = seen_shops()
        if shops is not None:
            await self.driver.execute(HOLD, ",".join(sorted(shops)))

    async def _leave(self, *, usable: bool) -> None:
        """Give the connection back, rolled back if nothing was committed; one that is of no more use is ended."""
        clean = False
        try:
            if usable and not self.driver.is_closed():
                if self.driver.is_in_transaction():
                    await self.driver.execute("ROLLBACK", timeout=ROLLED_BACK_WITHIN_SECONDS)
                clean = True
        except CONNECTION_TROUBLE:
            """It died meanwhile or was ended by its driver, and the transaction with it."""
        finally:
            # Given back already, where a look has found no other one.
            if not clean and not self.connection.closed:
                await self.connection.invalidate()
            await self.connection.close()

    async def nudge(self, kind: str, key: str) -> None:
        self._nudges.add(Nudge(kind, key))

    @cached_property
    def audit_entries(self) -> PostgresAuditEntries:
        return PostgresAuditEntries(self.driver)

    @cached_property
    def log_entries(self) -> PostgresLogEntries:
        return PostgresLogEntries(self.driver)

    @cached_property
    def awaiting(self) -> PostgresAwaitingWork:
        return PostgresAwaitingWork(self.driver)

    @cached_property
    def documents(self) -> PostgresDocuments:
        return PostgresDocuments(self.driver)

    @cached_property
    def refunds(self) -> PostgresRefunds:
        return PostgresRefunds(self.driver)

    @cached_property
    def orders_reading(self) -> PostgresOrdersReading:
        return PostgresOrdersReading(self.driver)

    @cached_property
    def gift_cards(self) -> PostgresGiftCards:
        return PostgresGiftCards(self.driver)

    @cached_property
    def documents_reading(self) -> PostgresDocumentsReading:
        return PostgresDocumentsReading(self.driver)

    @cached_property
    def activities(self) -> PostgresActivities:
        return PostgresActivities(self.driver)

    @cached_property
    def privacy(self) -> PostgresPrivacy:
        return PostgresPrivacy(self.driver)

    @cached_property
    def retention(self) -> PostgresRetention:
        return PostgresRetention(self.driver)

    @cached_property
    def subscriptions(self) -> PostgresSubscriptions:
        return PostgresSubscriptions(self.driver)

    @cached_property
    def webhook_endpoints(self) -> PostgresWebhookEndpoints:
        return PostgresWebhookEndpoints(self.driver)

    @cached_property
    def webhook_deliveries(self) -> PostgresWebhookDeliveries:
        return PostgresWebhookDeliveries(self.driver)

    @cached_property
    def write_backs(self) -> PostgresWriteBacks:
        return PostgresWriteBacks(self.driver)

    @cached_property
    def shipments(self) -> PostgresShipments:
        return PostgresShipments(self.driver)

    @cached_property
    def payouts(self) -> PostgresPayouts:
        return PostgresPayouts(self.driver)

    @cached_property
    def stock(self) -> PostgresStock:
        return PostgresStock(self.driver)

    @cached_property
    def skipped_records(self) -> PostgresSkippedRecords:
        return PostgresSkippedRecords(self.driver)

    @cached_property
    def due_work(self) -> PostgresDueWork:
        return PostgresDueWork(self.driver)

    @cached_property
    def events(self) -> PostgresEvents:
        return PostgresEvents(self.driver)

    @cached_property
    def inbox(self) -> PostgresInbox:
        return PostgresInbox(self.driver)

    @cached_property
    def runs(self) -> PostgresRuns:
        return PostgresRuns(self.driver)

    @cached_property
    def schedules(self) -> PostgresSchedules:
        return PostgresSchedules(self.driver)

    @cached_property
    def api_keys(self) -> PostgresApiKeys:
        return PostgresApiKeys(self.driver)

    @cached_property
    def console_users(self) -> PostgresConsoleUsers:
        return PostgresConsoleUsers(self.driver)

    @cached_property
    def idempotency(self) -> PostgresIdempotency:
        return PostgresIdempotency(self.driver)

    @cached_property
    def shops(self) -> PostgresShops:
        return PostgresShops(self.driver)

    @cached_property
    def completeness(self) -> PostgresCompleteness:
        return PostgresCompleteness(self.driver)

    @cached_property
    def configurations(self) -> PostgresConfigurations:
        return PostgresConfigurations(self.driver)

    @cached_property
    def order_facts(self) -> PostgresOrderFacts:
        return PostgresOrderFacts(self.driver)

    @cached_property
    def orders(self) -> PostgresOrders:
        return PostgresOrders(self.driver)

    @cached_property
    def orders_to_import(self) -> PostgresOrdersToImport:
        return PostgresOrdersToImport(self.driver)

    @cached_property
    def store_state(self) -> PostgresStoreState:
        return PostgresStoreState(self.driver)

    @cached_property
    def mapping_tables(self) -> PostgresMappingTables:
        return PostgresMappingTables(self.driver)

    @cached_property
    def mapping_rows(self) -> PostgresMappingRows:
        return PostgresMappingRows(self.driver, self._ids)

    @cached_property
    def exchanges(self) -> PostgresExchanges:
        return PostgresExchanges(self.driver)

    @cached_property
    def links(self) -> PostgresLinks:
        return PostgresLinks(self.driver)

    @cached_property
    def customers(self) -> PostgresCustomers:
        return PostgresCustomers(self.driver)

    @cached_property
    def items(self) -> PostgresItems:
        return PostgresItems(self.driver)

    @cached_property
    def products(self) -> PostgresProducts:
        return PostgresProducts(self.driver)

    @cached_property
    def catalogs(self) -> PostgresCatalogs:
        return PostgresCatalogs(self.driver)

    @cached_property
    def stores(self) -> PostgresStores:
        return PostgresStores(self.driver)


def unit_of_work_factory(engine: AsyncEngine, ids: IdFactory | None = None) -> Callable[[], PostgresUnitOfWork]:
    """A factory of units of work on this engine."""
    return lambda: PostgresUnitOfWork(engine, ids)
