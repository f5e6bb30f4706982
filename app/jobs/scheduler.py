"""The recurring schedules on APScheduler, in the one process that leads. A tick only makes work due."""

import asyncio
import logging
from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from app.jobs.recurrence import trigger_of
from app.ports.errors import Unavailable
from app.ports.repositories.schedules import ActiveSchedule
from app.ports.signals import Channel, Signals
from app.services.schedules import ScheduleTicks

LEADERSHIP = "orderbridge.schedules"
REREAD_SECONDS = 5.0

log = logging.getLogger(__name__)


class SchedulerOfTasks:
    """Runs until cancelled: holds a trigger per active schedule, and makes up at once for what was missed."""

    def __init__(self, ticks: ScheduleTicks, signals: Signals) -> None:
        self._ticks = ticks
        self._signals = signals
        self._held: dict[str, ActiveSchedule] = {}
        self._missed: set[str] = set()

    async def __call__(self) -> None:
        scheduler = AsyncIOScheduler(timezone="UTC")
        self._held.clear()
        scheduler.start()
        try:
            with self._signals.subscribe(Channel.SCHEDULES_CHANGED) as changed:
                while True:
                    await self._follow(scheduler)
                    await changed.wait(REREAD_SECONDS)
        finally:
            scheduler.shutdown(wait=False)

    async def _follow(self, scheduler: AsyncIOScheduler) -> None:
        """Bring the triggers in line with the schedules as they stand."""
        try:
            wanted = {_name(active): active for active in await self._ticks.active()}
        except Unavailable:
            return
        for name in self._held.keys() - wanted.keys():
            scheduler.remove_job(name)
            del self._held[name]
        for name, active in wanted.items():
            if self._held.get(name) == active:
                continue
            self._held[name] = active
            scheduler.add_job(
                self._ticker(name),
                trigger_of(
                    every_minutes=active.schedule.every_minutes,
                    cron=active.schedule.cron,
                    time_zone=active.shop.time_zone,
                    counted_from=active.schedule.counted_from,
                ),
                id=name,
                replace_existing=True,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
            self._missed.add(name)
        for name in list(self._missed):
            await self._tick(name)
        await self._wake()

    async def _wake(self) -> None:
        """What webhooks announced to tasks. Trouble is over by the next time, or in the log again."""
        try:
            await self._ticks.wake()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("woken schedules could not be made due; it is tried again")

    def _ticker(self, name: str) -> Callable[[], object]:
        async def tick() -> None:
            await self._tick(name)

        return tick

    async def _tick(self, name: str) -> None:
        active = self._held.get(name)
        self._missed.discard(name)
        if active is None:
            return
        try:
            run = await self._ticks.tick(active)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("schedule could not be made due; it is tried again", extra={"schedule": name})
            self._missed.add(name)
        else:
            if run is not None:
                log.info("schedule is due", extra={"schedule": name, "run_id": run})


def _name(active: ActiveSchedule) -> str:
    return f"{active.shop.id}:{active.schedule.task}"
