"""One use case, one transaction, one explicit commit (decision 6)."""

from types import TracebackType
from typing import Protocol, Self

from app.ports.repositories.activities import Activities
from app.ports.repositories.api_keys import ApiKeys
from app.ports.repositories.audit_entries import AuditEntries
from app.ports.repositories.awaiting import AwaitingWork
from app.ports.repositories.catalogs import Catalogs
from app.ports.repositories.completeness import Completeness
from app.ports.repositories.configuration import Configurations
from app.ports.repositories.console_users import ConsoleUsers
from app.ports.repositories.customers import Customers
from app.ports.repositories.documents import Documents
from app.ports.repositories.documents_reading import DocumentsReading
from app.ports.repositories.due_work import DueWork
from app.ports.repositories.events import Events
from app.ports.repositories.exchanges import Exchanges
from app.ports.repositories.gift_cards import GiftCards
from app.ports.repositories.idempotency import Idempotency
from app.ports.repositories.inbox import Inbox
from app.ports.repositories.items import Items
from app.ports.repositories.links import Links
from app.ports.repositories.log_entries import LogEntries
from app.ports.repositories.mapping_rows import MappingRows
from app.ports.repositories.mapping_tables import MappingTables
from app.ports.repositories.order_facts import OrderFacts
from app.ports.repositories.orders import Orders
from app.ports.repositories.orders_reading import OrdersReading
from app.ports.repositories.orders_to_import import OrdersToImport
from app.ports.repositories.payouts import Payouts
from app.ports.repositories.privacy import Privacy
from app.ports.repositories.products import Products
from app.ports.repositories.refunds import Refunds
from app.ports.repositories.retention import Retention
from app.ports.repositories.runs import Runs
from app.ports.repositories.schedules import Schedules
from app.ports.repositories.shipments import Shipments
from app.ports.repositories.shops import Shops
from app.ports.repositories.skipped_records import SkippedRecords
from app.ports.repositories.stock import Stock
from app.ports.repositories.store_state import StoreState
from app.ports.repositories.stores import Stores
from app.ports.repositories.subscriptions import Subscriptions
from app.ports.repositories.webhook_endpoints import WebhookDeliveries, WebhookEndpoints
from app.ports.repositories.write_backs import WriteBacks


class UnitOfWork(Protocol):
    """A transaction with the repositories that live in it. Left without ``commit()`` it never happened."""

    @property
    def audit_entries(self) -> AuditEntries: ...

    @property
    def log_entries(self) -> LogEntries: ...

    @property
    def awaiting(self) -> AwaitingWork: ...

    @property
    def documents(self) -> Documents: ...

    @property
    def refunds(self) -> Refunds: ...

    @property
    def orders_reading(self) -> OrdersReading: ...

    @property
    def documents_reading(self) -> DocumentsReading: ...

    @property
    def activities(self) -> Activities: ...

    @property
    def privacy(self) -> Privacy: ...

    @property
    def retention(self) -> Retention: ...

    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def webhook_endpoints(self) -> WebhookEndpoints: ...

    @property
    def webhook_deliveries(self) -> WebhookDeliveries: ...

    @property
    def write_backs(self) -> WriteBacks: ...

    @property
    def shipments(self) -> Shipments: ...

    @property
    def payouts(self) -> Payouts: ...

    @property
    def stock(self) -> Stock: ...

    @property
    def skipped_records(self) -> SkippedRecords: ...

    @property
    def due_work(self) -> DueWork: ...

    @property
    def events(self) -> Events: ...

    @property
    def inbox(self) -> Inbox: ...

    @property
    def orders_to_import(self) -> OrdersToImport: ...

    @property
    def console_users(self) -> ConsoleUsers: ...

    @property
    def runs(self) -> Runs: ...

    @property
    def schedules(self) -> Schedules: ...

    @property
    def api_keys(self) -> ApiKeys: ...

    @property
    def idempotency(self) -> Idempotency: ...

    @property
    def shops(self) -> Shops: ...

    @property
    def completeness(self) -> Completeness: ...

    @property
    def configurations(self) -> Configurations: ...

    @property
    def order_facts(self) -> OrderFacts: ...

    @property
    def orders(self) -> Orders: ...

    @property
    def gift_cards(self) -> GiftCards: ...

    @property
    def store_state(self) -> StoreState: ...

    @property
    def mapping_tables(self) -> MappingTables: ...

    @property
    def mapping_rows(self) -> MappingRows: ...

    @property
    def links(self) -> Links: ...

    @property
    def exchanges(self) -> Exchanges: ...

    @property
    def customers(self) -> Customers: ...

    @property
    def items(self) -> Items: ...

    @property
    def products(self) -> Products: ...

    @property
    def catalogs(self) -> Catalogs: ...

    @property
    def stores(self) -> Stores: ...

    def looking(self) -> Self:
        """The same, to be entered for looks alone: each for itself, so that nothing is begun and ended. What changes or
        locks something, and ``commit``, is a ``RuntimeError``.
        """
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None:
        """Make everything durable, with the nudges that were asked for; to be called once, last."""
        ...

    async def nudge(self, kind: str, key: str) -> None:
        """Have a worker look at some due work soon after the commit (decision 5).

        A lost nudge costs seconds, not work.
        """
        ...


class UnitOfWorkFactory(Protocol):
    def __call__(self) -> UnitOfWork: ...
