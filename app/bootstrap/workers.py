"""What a worker process works with."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.adapters.postgres.job_runner import PostgresJobQueue
from app.adapters.postgres.leadership import PostgresLeadership
from app.bootstrap.tracing import traced_batch, traced_job
from app.bootstrap.work import Work
from app.bootstrap.world import World
from app.domain.identifiers import StoreId
from app.jobs.worker import WorkerParts
from app.ports.job_queue import NudgeKind
from app.services.deliver_webhooks import DeliverWebhooks
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.nudge_due_work import NudgeDueWork
from app.services.privacy import PrivacyRequests
from app.services.publish_events import PublishEvents
from app.services.run_task import RunTask
from app.services.schedules import ScheduleTicks
from app.services.write_back_orders import WriteBackOrders


def worker_parts(world: World, work: Work) -> WorkerParts:
    uow, clock, spans = world.uow, world.clock, world.spans
    return WorkerParts(
        dispatch=traced_batch(spans, "dispatch webhooks", DispatchWebhooks(uow, clock, world.ids)),
        publish=traced_batch(spans, "publish events", PublishEvents(uow)),
        nudge_due_work=NudgeDueWork(uow, clock),
        ticks=ScheduleTicks(uow, clock, world.ids, world.recurrence, work.runners),
        work={kind: traced_job(spans, kind, work) for kind, work in _jobs(world, work).items()},
        left={NudgeKind.ORDERS_TO_IMPORT: lambda store: work.import_orders.left(StoreId(store))},
        queue=PostgresJobQueue(world.url),
        leadership=PostgresLeadership(world.url),
        signals=world.signals,
    )


def _jobs(world: World, work: Work) -> Mapping[NudgeKind, Callable[[str], Awaitable[None]]]:
    uow, clock = world.uow, world.clock
    return {
        NudgeKind.ORDERS_TO_IMPORT: _only(work.import_orders),
        NudgeKind.DOCUMENTS: _only(work.make_documents.due),
        NudgeKind.RUN: RunTask(uow, clock, work.runners, worker=world.worker_name),
        NudgeKind.WRITE_BACK: _only(
            WriteBackOrders(
                writer=world.writer, actions=world.order_actions, uow=uow, clock=clock, worker=world.worker_name
            )
        ),
        NudgeKind.WEBHOOK_DELIVERIES: _only(
            DeliverWebhooks(
                sender=world.webhook_sender,
                uow=uow,
                clock=clock,
                keyring=world.keyring,
                worker=world.worker_name,
            )
        ),
        NudgeKind.SHIPMENTS: _only(work.send_shipments),
        NudgeKind.STOCK: _only(work.stock.send),
        NudgeKind.PRIVACY: _only(PrivacyRequests(uow, clock, world.contact, world.gateway).due),
        NudgeKind.CHECK_SUBSCRIPTIONS: _only(work.subscriptions.check),
    }


def _only(work: Callable[[Any], Awaitable[object]]) -> Callable[[str], Awaitable[None]]:
    """Work called with a nudge's key, whose answer nobody waits for."""

    async def called(key: str) -> None:
        await work(key)

    return called
