"""The composition root: the only place that sees services and adapters together.

``open_installation`` wires one process.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app import failpoints
from app.adapters.postgres.figures import PostgresFigures
from app.adapters.postgres.process_beats import ProcessBeats, Signatures
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.unit_of_work import unit_of_work_factory
from app.adapters.postgres.webhook_inbox import PostgresWebhookInbox, PostgresWebhookSecrets
from app.adapters.shopify.endpoints import API_VERSION
from app.adapters.telemetry.logging import configure_logging
from app.adapters.telemetry.metrics import AckTimes, Metrics
from app.adapters.telemetry.tracing import traces_are_wanted, with_trace_ids
from app.api.container import Container
from app.bootstrap.surface import container_of
from app.bootstrap.tracing import Application, traced_call, traced_requests
from app.bootstrap.work import work_of
from app.bootstrap.workers import worker_parts
from app.bootstrap.world import World, opened_world
from app.jobs.worker import WorkerParts
from app.services.receive_webhook import Delivery, Receipt, ReceiveWebhook
from app.settings import LogFormat, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What one process works with."""

    container: Container
    ack_times: AckTimes
    worker: WorkerParts
    receive_webhook: Callable[[Delivery], Awaitable[Receipt]]
    around_requests: Callable[[Application, Collection[str]], Application]
    """With the resources that requests may be named by."""
    webhook_inbox: PostgresWebhookInbox
    signals: PostgresSignals
    beats: ProcessBeats


def set_up_logging(settings: Settings) -> None:
    """Logs as the settings say."""
    json = settings.log_format is LogFormat.JSON or (settings.log_format is LogFormat.AUTO and not os.isatty(2))
    further = [with_trace_ids] if traces_are_wanted(os.environ) else []
    configure_logging(json=json, level=settings.log_level.value, further=further)


@asynccontextmanager
async def open_installation(settings: Settings, url: str) -> AsyncIterator[Installation]:
    """Everything for one process on the database at ``url``; closed at the end of the block."""
    failpoints.arm(settings.failpoints)
    async with opened_world(settings, url) as world:
        work = work_of(world)
        inbox, acks = PostgresWebhookInbox(world.pool), AckTimes()
        figures = PostgresFigures(world.engine, world.clock)
        metrics = Metrics(figures, acks, process=world.worker_name, spoken=API_VERSION)
        signatures = Signatures()
        receive = ReceiveWebhook(PostgresWebhookSecrets(world.pool, world.vault.webhook_secrets), inbox, signatures)
        yield Installation(
            around_requests=lambda app, resources: traced_requests(world.spans, app, resources),
            container=container_of(world, work, metrics),
            ack_times=acks,
            worker=worker_parts(world, work),
            receive_webhook=traced_call(world.spans, "receive webhook", receive),
            webhook_inbox=inbox,
            signals=world.signals,
            beats=_beats(world, signatures),
        )


def _beats(world: World, signatures: Signatures) -> ProcessBeats:
    time = world.shopify.transport.time
    return ProcessBeats(
        unit_of_work_factory(world.engine),
        world.clocks.machine,
        world.clocks.shared,
        process=world.worker_name,
        ahead_of_stores=time.ours_is_ahead_by,
        signatures=signatures,
    )
