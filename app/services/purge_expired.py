"""The task ``purge_expired``: deletes what has outlived its keeping, in small transactions, never what is open."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.ports.clock import Clock
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.tasks import RunContext

BATCH = 1_000
WEBHOOKS_KEPT = timedelta(days=30)
IDEMPOTENCY_KEPT = timedelta(days=7)
EVENTS_KEPT = timedelta(days=90)
DELIVERIES_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=90)
JOB_LOG_KEPT = timedelta(days=1)
CALLS_KEPT = timedelta(days=30)
CAPTURES_KEPT = timedelta(days=90)
"""Of orders that changed since: the last capture of an order is kept as long as the order."""
AUDIT_KEPT = timedelta(days=365)
"""The database refuses to delete younger entries."""

Deletion = Callable[[UnitOfWork, datetime], Awaitable[int]]


class PurgeExpired:
    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def run(self, context: RunContext) -> None:
        """Counts what it deleted, by kind."""
        now = self._clock.now()
        kinds: list[tuple[str, timedelta, Deletion]] = [
            ("webhooks", WEBHOOKS_KEPT, lambda uow, at: uow.retention.webhooks(before=at, limit=BATCH)),
            (
                "idempotency_keys",
                IDEMPOTENCY_KEPT,
                lambda uow, at: uow.retention.idempotency_keys(before=at, limit=BATCH),
            ),
            ("events", EVENTS_KEPT, lambda uow, at: uow.events.purge(before=at, limit=BATCH)),
            (
                "webhook_deliveries",
                DELIVERIES_KEPT,
                lambda uow, at: uow.webhook_deliveries.purge(before=at, limit=BATCH),
            ),
            ("runs", RUNS_KEPT, lambda uow, at: uow.retention.runs(before=at, keep=context.run_id, limit=BATCH)),
            ("captures", CAPTURES_KEPT, lambda uow, at: uow.retention.captures(before=at, limit=BATCH)),
            ("store_calls", CALLS_KEPT, lambda uow, at: uow.log_entries.purge(before=at, limit=BATCH)),
            ("audit_entries", AUDIT_KEPT, lambda uow, at: uow.audit_entries.purge(before=at, limit=BATCH)),
            ("job_log", JOB_LOG_KEPT, lambda uow, at: uow.retention.job_log(before=at, limit=BATCH)),
        ]
        for name, kept, delete in kinds:
            deleted = BATCH
            while deleted == BATCH and not context.cancelled:
                async with self._unit_of_work() as uow:
                    deleted = await delete(uow, now - kept)
                    await uow.commit()
                await context.count(name, deleted)
