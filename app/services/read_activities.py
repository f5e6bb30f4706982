"""The operator's cues: every cue of every shop the caller sees, those without anything too."""

from collections.abc import Sequence

from app.domain.access import Access
from app.domain.activities import Cue
from app.ports.clock import Clock
from app.ports.errors import NotFound
from app.ports.repositories.activities import Activity
from app.ports.unit_of_work import UnitOfWorkFactory


class ReadActivities:
    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def __call__(self, access: Access, *, shop: str | None = None) -> Sequence[Activity]:
        """By shop, in the order of the cues. Raises ``NotFound`` for a shop that the caller does not see."""
        async with self._unit_of_work() as uow:
            shops = await uow.activities.shop_codes(access.shops, shop=shop)
            if shop is not None and not shops:
                raise NotFound("There is no such shop, or none that this key may see.")
            found = await uow.activities.of(access.shops, shop=shop, now=self._clock.now())
        counted = {(activity.shop, activity.cue): activity for activity in found}
        return [
            counted.get((code, cue)) or Activity(cue=cue, shop=code, count=0, oldest_at=None)
            for code in shops
            for cue in Cue
        ]
