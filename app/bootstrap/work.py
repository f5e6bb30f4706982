"""The services that do the work of both the HTTP surface and the workers."""

from dataclasses import dataclass

from app.bootstrap.catalog_work import catalog_runners
from app.bootstrap.customer_work import customer_runners
from app.bootstrap.product_work import product_runners
from app.bootstrap.stock_work import StockWork, stock_work
from app.bootstrap.world import World
from app.services.act_on_order import ActOnOrder
from app.services.backfill import Backfill
from app.services.completeness import CheckCompleteness, CompareDays
from app.services.connection_test import ConnectionTest
from app.services.import_orders import ImportOrders
from app.services.list_orders import ListOrders
from app.services.make_documents import MakeDocuments
from app.services.order_amendments import AmendDocument
from app.services.order_decisions import OrderDecisions
from app.services.order_tasks import CreateDocumentsTask, ImportOrdersTask
from app.services.payouts import SyncPayouts
from app.services.pull_mappings import PullMappings
from app.services.purge_expired import PurgeExpired
from app.services.push_shipments import PushShipments
from app.services.reconcile_orders import ReconcileOrders
from app.services.refund_documents import RefundDocuments
from app.services.send_shipments import SendShipments
from app.services.tasks import TaskName, TaskRunners
from app.services.webhook_subscriptions import WebhookSubscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The services that do the work of both the HTTP surface and the workers."""

    decisions: OrderDecisions
    import_orders: ImportOrders
    make_documents: MakeDocuments
    subscriptions: WebhookSubscriptions
    compare_days: CompareDays
    send_shipments: SendShipments
    stock: StockWork
    runners: TaskRunners


def work_of(world: World) -> Work:
    uow, clock = world.uow, world.clock
    decisions = OrderDecisions(world.ids, world.contact)
    import_orders = ImportOrders(
        gateway=world.gateway, uow=uow, decisions=decisions, clock=clock, ids=world.ids, worker=world.worker_name
    )
    make_documents = MakeDocuments(
        uow, decisions, RefundDocuments(world.ids), AmendDocument(uow, decisions, clock, world.ids), clock
    )
    list_orders = ListOrders(world.gateway, uow, clock)
    subscriptions = WebhookSubscriptions(uow, world.gateway, clock, list_orders, public_url=world.settings.public_url)
    send_shipments = SendShipments(gateway=world.shipping, uow=uow, clock=clock, worker=world.worker_name)
    compare_days = CompareDays(uow, world.gateway, clock)
    stock = stock_work(world)
    import_task = _import_task(world, list_orders, import_orders, make_documents)
    return Work(
        decisions=decisions,
        import_orders=import_orders,
        make_documents=make_documents,
        subscriptions=subscriptions,
        compare_days=compare_days,
        send_shipments=send_shipments,
        stock=stock,
        runners={
            **stock.runners,
            **_beside_orders(world),
            TaskName.IMPORT_ORDERS: import_task,
            TaskName.CREATE_DOCUMENTS: CreateDocumentsTask(make_documents),
            TaskName.PUSH_SHIPMENTS: PushShipments(uow, clock, send_shipments),
            TaskName.PULL_MAPPINGS: PullMappings(world.store_values, uow, clock).run,
            TaskName.CHECK_SUBSCRIPTIONS: subscriptions.run,
            TaskName.RECONCILE_ORDERS: ReconcileOrders(uow, clock, list_orders, import_task),
            TaskName.CHECK_COMPLETENESS: CheckCompleteness(uow, clock, compare_days, import_task),
            TaskName.TEST_CONNECTION: ConnectionTest(uow, world.gateway, clock, subscriptions).run,
            TaskName.PURGE_EXPIRED: PurgeExpired(uow, clock).run,
            TaskName.ACT_ON_ORDER: ActOnOrder(world.order_actions, world.writer, uow, clock).run,
        },
    )


def _beside_orders(world: World) -> TaskRunners:
    """What is exchanged with a store besides its orders and its stock."""
    return {
        **product_runners(world),
        **customer_runners(world),
        **catalog_runners(world),
        TaskName.SYNC_PAYOUTS: SyncPayouts(world.payouts, world.uow, world.clock),
    }


def _import_task(
    world: World, list_orders: ListOrders, import_orders: ImportOrders, make_documents: MakeDocuments
) -> ImportOrdersTask:
    return ImportOrdersTask(
        gateway=world.gateway,
        uow=world.uow,
        clock=world.clock,
        list_orders=list_orders,
        import_orders=import_orders,
        make_documents=make_documents,
        backfill=Backfill(
            bulk=world.bulk_orders,
            uow=world.uow,
            list_orders=list_orders,
            import_orders=import_orders,
            signals=world.signals,
        ),
    )
