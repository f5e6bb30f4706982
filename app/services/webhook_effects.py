"""What webhooks set going besides orders: a look whether we are let in still, other locations, bulk operations, tasks.

Writes within the dispatcher's transaction. Which topic means what is told by ``app.domain.webhook_topics``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from app.domain.announced_records import AnnouncedRecord
from app.domain.identifiers import StoreId
from app.domain.webhook_topics import Wakes
from app.ports.clock import Clock, IdFactory
from app.ports.unit_of_work import UnitOfWork
from app.services.runs import queued_run
from app.services.tasks import BY_WEBHOOK, TASKS, TaskName
from app.services.waking import check_subscriptions
from app.services.woken_tasks import WokenTasks


@dataclass(frozen=True, slots=True)
class StoreNews:
    """What one webhook tells of its store."""

    store: StoreId
    wakes: Wakes
    record: AnnouncedRecord = AnnouncedRecord()
    """What it is about, where that is a record of the store."""


class WebhookEffects:
    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock = clock
        self._ids = ids
        self._tasks = WokenTasks(clock)

    async def __call__(self, uow: UnitOfWork, news: Iterable[StoreNews]) -> None:
        """All of a batch, each kind once per store."""
        kinds: dict[tuple[StoreId, Wakes], list[StoreNews]] = {}
        for each in sorted(news, key=lambda told: (told.store, told.wakes)):
            kinds.setdefault((each.store, each.wakes), []).append(each)
        for together in kinds.values():
            await self._effect(uow, together[0], [each.record for each in together])

    async def _effect(self, uow: UnitOfWork, news: StoreNews, records: Sequence[AnnouncedRecord]) -> None:
        match news.wakes:
            case Wakes.END_OF_ACCESS | Wakes.SCOPES:
                # Shopify signs the body, not the topic: what ends a store's work is the store's refusal (decision 56).
                await check_subscriptions(uow, news.store)
            case Wakes.MAPPINGS:
                await self._pull_mappings(uow, news.store)
            case Wakes.BULK_OPERATION:
                await uow.inbox.bulk_operation_ended(news.store)
            case Wakes.PRODUCTS | Wakes.CUSTOMERS | Wakes.COMPANIES | Wakes.DISPUTES | Wakes.STOCK:
                await self._tasks(uow, news.store, news.wakes, records)
            case Wakes.ORDER | Wakes.PRIVACY | Wakes.NOTHING | Wakes.UNKNOWN:
                return
            case _:
                assert_never(news.wakes)

    async def _pull_mappings(self, uow: UnitOfWork, store: StoreId) -> None:
        """Mapping tables are the shops': each pulls its own, where it allows work that nobody asked for."""
        for shop in await uow.runs.shops_of_store(store):
            if shop.allow_background and shop.reachable:
                await queued_run(
                    uow,
                    shop,
                    TASKS[TaskName.PULL_MAPPINGS],
                    ids=self._ids,
                    now=self._clock.now(),
                    filters={},
                    parameters={},
                    requested_by=BY_WEBHOOK,
                )
