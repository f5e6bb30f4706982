"""The adapters of one process, as the services know them."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from app.adapters.clock import SharedClock, ShiftedClock, SystemClock
from app.adapters.contact import ContactKeys
from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.pictures.fetching import HttpPictures
from app.adapters.postgres.call_journal import CallJournal
from app.adapters.postgres.database import create_engine, single_statements
from app.adapters.postgres.points_bucket import PostgresPointsBucket
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.adapters.postgres.ulid import Ulids
from app.adapters.postgres.unit_of_work import unit_of_work_factory
from app.adapters.postgres.webhook_inbox import door_pool
from app.adapters.shopify.gateway import ShopifyGateway
from app.adapters.telemetry.redaction import redacted_text
from app.adapters.telemetry.tracing import Tracing
from app.adapters.webhooks_out.sending import HttpWebhookSender
from app.jobs.recurrence import ApschedulerRecurrence
from app.ports.bulk_orders import BulkOrders
from app.ports.catalog_gateway import CatalogGateway
from app.ports.clock import Clock, IdFactory
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import ConnectorError
from app.ports.keyring import Keyring
from app.ports.order_actions import OrderActionGateway
from app.ports.payout_gateway import PayoutGateway
from app.ports.picture_gateway import PictureGateway
from app.ports.picture_source import PictureSource
from app.ports.product_gateway import ProductGateway
from app.ports.recurrence import Recurrence
from app.ports.shipment_gateway import ShipmentGateway
from app.ports.stock_gateway import StockGateway
from app.ports.store_access import AppInstaller
from app.ports.store_companies import StoreCompanies
from app.ports.store_customers import StoreCustomers
from app.ports.store_gateway import StoreGateway
from app.ports.store_values import StoreValues
from app.ports.store_writer import StoreWriter
from app.ports.tracing import Spans
from app.ports.unit_of_work import UnitOfWorkFactory
from app.ports.webhook_sender import WebhookSender
from app.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The adapters of one process, as the services know them."""

    settings: Settings
    url: str
    engine: AsyncEngine
    pool: asyncpg.Pool
    uow: UnitOfWorkFactory
    clocks: "Clocks"
    ids: IdFactory
    contact: ContactNormaliser
    keyring: Keyring
    vault: PostgresTokenVault
    shopify: ShopifyGateway
    shipping: ShipmentGateway
    products: ProductGateway
    payouts: PayoutGateway
    stock: StockGateway
    webhook_sender: WebhookSender
    picture_source: PictureSource
    signals: PostgresSignals
    recurrence: Recurrence
    worker_name: str
    spans: Spans

    @property
    def clock(self) -> Clock:
        return self.clocks.all_go_by

    # What the platform offers, as the ports that services name.

    @property
    def gateway(self) -> StoreGateway:
        return self.shopify

    @property
    def writer(self) -> StoreWriter:
        return self.shopify

    @property
    def store_values(self) -> StoreValues:
        return self.shopify.values

    @property
    def store_customers(self) -> StoreCustomers:
        return self.shopify.customers

    @property
    def store_companies(self) -> StoreCompanies:
        return self.shopify.companies

    @property
    def catalogs(self) -> CatalogGateway:
        return self.shopify.catalogs

    @property
    def pictures(self) -> PictureGateway:
        return self.shopify.pictures

    @property
    def order_actions(self) -> OrderActionGateway:
        return self.shopify.order_actions

    @property
    def bulk_orders(self) -> BulkOrders:
        return self.shopify.bulk

    @property
    def installer(self) -> AppInstaller:
        return self.shopify.installer


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Of one process; where faults are looked for, the outer two can go wrong."""

    machine: Clock
    shared: SharedClock
    all_go_by: Clock


@asynccontextmanager
async def opened_world(settings: Settings, url: str) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        engine = create_engine(url)
        stack.push_async_callback(engine.dispose)
        pool = await door_pool(url)
        stack.push_async_callback(pool.close)
        clocks, keyring = await _clocks(settings, engine), AesGcmKeyring(settings.keys)
        uow, clock = unit_of_work_factory(engine), clocks.all_go_by
        vault = PostgresTokenVault(engine, keyring=keyring, clock=clock)
        worker_name = f"{socket.gethostname()}:{os.getpid()}"
        tracing = Tracing(process=worker_name)
        stack.push_async_callback(asyncio.to_thread, tracing.stop)
        journal = await stack.enter_async_context(aclosing(CallJournal(uow, clock, Ulids(), tracing.spans)))
        gateway = _gateway(settings, vault=vault, engine=engine, clock=clock, spans=journal)
        stack.push_async_callback(gateway.aclose)
        sender = await stack.enter_async_context(aclosing(_webhook_sender(settings, tracing.spans)))
        pictures = await stack.enter_async_context(aclosing(HttpPictures(sender.connections, sender.refusal)))
        yield World(
            settings=settings,
            url=url,
            engine=engine,
            pool=pool,
            uow=uow,
            clocks=clocks,
            ids=Ulids(),
            contact=ContactKeys(),
            keyring=keyring,
            vault=vault,
            shopify=gateway,
            shipping=gateway.shipping,
            products=gateway.products,
            payouts=gateway.payouts,
            stock=gateway.stock,
            webhook_sender=sender,
            picture_source=pictures,
            signals=PostgresSignals(url),
            recurrence=ApschedulerRecurrence(),
            worker_name=worker_name,
            spans=tracing.spans,
        )


def _gateway(
    settings: Settings, *, vault: PostgresTokenVault, engine: AsyncEngine, clock: Clock, spans: Spans
) -> ShopifyGateway:
    """The way to the stores, whose calls are told to ``spans``."""
    bucket = PostgresPointsBucket(engine)
    gateway = ShopifyGateway(vault=vault, bucket=bucket, clock=clock, url=settings.shopify_url)
    gateway.transport.spans = spans
    return gateway


async def _clocks(settings: Settings, engine: AsyncEngine) -> Clocks:
    """The database is heard before anything goes by its time; where it is away, the first beat is early enough."""
    machine, shared = SystemClock(), SharedClock(SystemClock())
    with suppress(ConnectorError):
        asked = shared.ticks()
        async with single_statements(engine) as driver:
            shared.hear(await driver.fetchval("SELECT clock_timestamp()"), asked=asked)
    if settings.failpoints is None:
        return Clocks(machine=machine, shared=shared, all_go_by=shared)
    wrong = settings.failpoints / "clock"
    return Clocks(machine=ShiftedClock(machine, wrong), shared=shared, all_go_by=ShiftedClock(shared, wrong))


def _webhook_sender(settings: Settings, spans: Spans) -> HttpWebhookSender:
    """Where Shopify reaches us is no place for a webhook endpoint."""
    own = urlsplit(settings.public_url or "").hostname
    return HttpWebhookSender(
        private=settings.allow_private_endpoints, own_hosts={own} if own else (), redact=redacted_text, spans=spans
    )
