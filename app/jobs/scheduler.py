"""The recurring schedules, in the one process that leads. A tick only makes work due.

When something is due is asked of the house's clock again and again, and nothing is waited for by it: a clock that is
put forward or back is noticed a second later.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from app.ports.errors import Unavailable
from app.ports.repositories.schedules import ActiveSchedule
from app.ports.signals import Channel, Signals
from app.services.schedules import ScheduleTicks

LEADERSHIP = "orderbridge.schedules"
LOOK_SECONDS = 1.0
LOOKS = 5
"""Until the schedules are read again, if nobody says that they have changed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    active: ActiveSchedule
    due_at: datetime | None
    """Until when there is nothing to do for it; None = it is yet to be ticked."""


class SchedulerOfTasks:
    """Runs until cancelled: ticks each active schedule when it is due, and makes up at once for what was missed."""

    def __init__(self, ticks: ScheduleTicks, signals: Signals) -> None:
        self._ticks = ticks
        self._signals = signals
        self._held: dict[str, _Held] = {}
        self._looked_at: datetime | None = None
        """None = never, as far as this leader knows."""

    async def __call__(self) -> None:
        self._held.clear()
        self._looked_at = None
        with self._signals.subscribe(Channel.SCHEDULES_CHANGED) as changed:
            while True:
                await self.follow()
                for _ in range(LOOKS):
                    await self.look()
                    if await changed.wait(LOOK_SECONDS):
                        break

    async def follow(self) -> None:
        """Bring what is held in line with the schedules as they stand; one that has changed is yet to be ticked."""
        try:
            wanted = {_name(active): active for active in await self._ticks.active()}
        except Unavailable:
            return
        self._held = {name: self._kept(name, active) for name, active in wanted.items()}
        await self._wake()

    def _kept(self, name: str, active: ActiveSchedule) -> _Held:
        known = self._held.get(name)
        return known if known is not None and known.active == active else _Held(active=active, due_at=None)

    async def look(self) -> None:
        """Tick what is due now; all of it where the clock was set back, or may have been before this process led."""
        now, before = self._ticks.now(), self._looked_at
        went_back = before is None or now < before
        if went_back and not await self._forgotten():
            return
        self._looked_at = now
        for name, held in list(self._held.items()):
            if went_back or held.due_at is None or held.due_at <= now:
                due_at = self._ticks.next_due(held.active, after=now) if await self._tick(name, held.active) else None
                self._held[name] = _Held(active=held.active, due_at=due_at)

    async def _forgotten(self) -> bool:
        try:
            await self._ticks.forget_what_is_to_come()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("due times that are to come again could not be forgotten; it is tried again")
            return False
        return True

    async def _wake(self) -> None:
        """What webhooks announced to tasks. Trouble is over by the next time, or in the log again."""
        try:
            await self._ticks.wake()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("woken schedules could not be made due; it is tried again")

    async def _tick(self, name: str, active: ActiveSchedule) -> bool:
        try:
            run = await self._ticks.tick(active)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("schedule could not be made due; it is tried again", extra={"schedule": name})
            return False
        if run is not None:
            log.info("schedule is due", extra={"schedule": name, "run_id": run})
        return True


def _name(active: ActiveSchedule) -> str:
    return f"{active.shop.id}:{active.schedule.task}"
