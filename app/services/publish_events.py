"""Give events their positions: gapless, rising, by one publisher at a time, so that no reader ever misses one (C7)."""

from app.failpoints import Act, through
from app.ports.job_queue import NudgeKind
from app.ports.unit_of_work import UnitOfWorkFactory

MOST_AT_ONCE = 1_000


class PublishEvents:
    """May be called in every process: whoever finds another one publishing does nothing."""

    def __init__(self, unit_of_work: UnitOfWorkFactory) -> None:
        self._unit_of_work = unit_of_work

    async def __call__(self, limit: int = MOST_AT_ONCE) -> int:
        """The number of events that are visible now and were not before; ``limit`` = there may be more."""
        async with self._unit_of_work() as uow:
            published = await uow.events.give_positions(limit)
            if published:
                for endpoint in await uow.webhook_endpoints.listening():
                    await uow.nudge(NudgeKind.WEBHOOK_DELIVERIES, endpoint)
                await through(Act.EVENTS_PUBLISH, uow.commit())
        return published
