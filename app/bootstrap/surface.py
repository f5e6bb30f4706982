"""What the HTTP surface calls."""

from collections.abc import Sequence

from app.adapters.crypto.keyring import KeyedHash
from app.adapters.crypto.passwords import Argon2Passwords
from app.adapters.telemetry.metrics import Metrics
from app.api.container import Container
from app.api.limits import CallLimits
from app.bootstrap.work import Work
from app.bootstrap.world import World
from app.schema_state import unready
from app.services.api_keys import ApiKeys
from app.services.catalogs import CatalogTable
from app.services.completeness import ReadCompleteness
from app.services.console_users import ConsoleUsers
from app.services.customer_tasks import RequestExport
from app.services.document_actions import DocumentActions, UnlinkDocuments
from app.services.install_app import InstallApp
from app.services.item_images import ItemImagesData
from app.services.item_prices import ItemPrices
from app.services.links import LinkTables
from app.services.mappings import MappingTables
from app.services.master_data import CustomerData, ItemData
from app.services.new_customers import NewCustomers
from app.services.order_action_requests import OrderActionRequests
from app.services.order_amendments import AmendDocument
from app.services.order_conflicts import ResolveConflict
from app.services.order_requests import OrderRequests
from app.services.payouts import ReadPayouts
from app.services.privacy import PrivacyRequests
from app.services.read_activities import ReadActivities
from app.services.read_audit_entries import ReadAuditEntries
from app.services.read_discovered_items import ReadDiscoveredItems
from app.services.read_documents import ReadDocuments
from app.services.read_events import ReadEvents
from app.services.read_gift_cards import ReadGiftCards
from app.services.read_log_entries import ReadLogEntries
from app.services.read_orders import ReadOrders, ReadOrdersToImport
from app.services.read_skipped_records import ReadSkippedRecords
from app.services.refund_documents import RefundDocuments
from app.services.refunds import RefundRequests
from app.services.runs import CancelRun, ReadRuns, StartRun
from app.services.schedules import Schedules
from app.services.shipments import Shipments
from app.services.shops import ShopAdministration
from app.services.tasks import AvailableTasks
from app.services.tell_stock import StockLevels
from app.services.webhook_endpoints import WebhookEndpoints
from app.settings import MetricsAccess

CURSORS = "cursors"


def container_of(world: World, work: Work, metrics: Metrics) -> Container:
    access = world.settings.metrics
    return Container(
        unit_of_work=world.uow,
        clock=world.clock,
        ids=world.ids,
        keyring=world.keyring,
        signing_key=KeyedHash(world.settings.keys).of(b"", context=CURSORS),
        unready=lambda: unready(world.engine),
        services={type(service): service for service in _services(world, work)},
        metrics=None if access is MetricsAccess.OFF else metrics,
        metrics_need_key=access is MetricsAccess.KEY,
        limits=CallLimits(
            requests_per_minute=world.settings.requests_per_minute,
            failed_sign_ins_per_minute=world.settings.failed_sign_ins_per_minute,
        ),
    )


def _services(world: World, work: Work) -> Sequence[object]:
    """What the routes call."""
    uow, clock, ids, runners = world.uow, world.clock, world.ids, work.runners
    return [
        ApiKeys(unit_of_work=uow, clock=clock),
        AvailableTasks(frozenset(runners)),
        CancelRun(uow, clock),
        ConsoleUsers(unit_of_work=uow, clock=clock, ids=ids, passwords=Argon2Passwords()),
        *_master_data(world),
        DocumentActions(uow, clock),
        _install_app(world),
        LinkTables(unit_of_work=uow, clock=clock),
        MappingTables(unit_of_work=uow, clock=clock, ids=ids),
        NewCustomers(unit_of_work=uow, clock=clock, contact=world.contact),
        OrderActionRequests(uow, clock, ids, ReadRuns(uow, world.signals)),
        OrderRequests(uow, work.decisions, clock),
        PrivacyRequests(uow, clock, world.contact, world.gateway),
        *_watching(world),
        ReadCompleteness(uow, work.compare_days),
        ReadDocuments(uow),
        ReadEvents(uow, world.signals),
        ReadGiftCards(uow),
        ReadOrders(uow),
        ReadOrdersToImport(uow),
        ReadPayouts(uow),
        ReadRuns(uow, world.signals),
        Schedules(uow, clock, world.recurrence, runners),
        Shipments(uow, clock, ids),
        ShopAdministration(unit_of_work=uow, clock=clock, ids=ids, keyring=world.keyring),
        RequestExport(uow, clock, ids),
        StartRun(uow, clock, ids, runners),
        StockLevels(uow, clock),
        UnlinkDocuments(uow, clock),
        AmendDocument(uow, work.decisions, clock, ids),
        RefundRequests(uow, RefundDocuments(ids), clock),
        ResolveConflict(uow, clock),
        WebhookEndpoints(uow=uow, clock=clock, ids=ids, keyring=world.keyring, sender=world.webhook_sender),
        work.subscriptions,
    ]


def _watching(world: World) -> Sequence[object]:
    uow = world.uow
    return [ReadActivities(uow, world.clock), ReadAuditEntries(uow), ReadLogEntries(uow), ReadSkippedRecords(uow)]


def _master_data(world: World) -> Sequence[object]:
    uow, clock = world.uow, world.clock
    return [
        CustomerData(unit_of_work=uow, clock=clock, contact=world.contact),
        ItemData(unit_of_work=uow, clock=clock),
        ItemImagesData(uow, clock, world.picture_source),
        ItemPrices(uow, clock),
        CatalogTable(uow, clock),
        ReadDiscoveredItems(uow),
    ]


def _install_app(world: World) -> InstallApp:
    return InstallApp(
        unit_of_work=world.uow,
        clock=world.clock,
        keyring=world.keyring,
        installer=world.installer,
        public_url=world.settings.public_url,
    )
