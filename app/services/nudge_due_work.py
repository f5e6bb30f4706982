"""The sweeper: nudge whatever is due, so that a lost nudge costs a moment and never work (decision 5)."""

from app.ports.clock import Clock
from app.ports.job_queue import NudgeKind
from app.ports.unit_of_work import UnitOfWorkFactory

MOST_AT_ONCE = 1_000


class NudgeDueWork:
    """May be called in every process as often as one likes: a nudge that waits already is not doubled."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def __call__(self) -> int:
        """The number of things found due."""
        async with self._unit_of_work() as uow:
            now = self._clock.now()
            due = await uow.due_work.nudges(now=now, limit=MOST_AT_ONCE)
            runs = await uow.runs.workable(now=now, limit=MOST_AT_ONCE)
            for nudge in due:
                await uow.nudge(nudge.kind, nudge.key)
            for run in runs:
                await uow.nudge(NudgeKind.RUN, run)
            if due or runs:
                await uow.commit()
        return len(due) + len(runs)
