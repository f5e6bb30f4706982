"""The operator's cues: every cue of every shop the caller sees, those without anything too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.access import Access
from app.domain.activities import Cue, collected_before, list_of
from app.ports.clock import Clock
from app.ports.errors import NotFound
from app.ports.repositories.activities import Activity
from app.ports.unit_of_work import UnitOfWorkFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedActivity:
    """A cue of a shop and the list behind it; ``oldest_at`` None when there is nothing."""

    cue: Cue
    shop: str
    count: int
    oldest_at: datetime | None
    list_url: str


class ReadActivities:
    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def __call__(self, access: Access, *, shop: str | None = None) -> Sequence[ListedActivity]:
        """By shop, in the order of the cues. Raises ``NotFound`` for a shop that the caller does not see."""
        now = self._clock.now()
        async with self._unit_of_work() as uow:
            shops = await uow.activities.shop_codes(access.shops, shop=shop)
            if shop is not None and not shops:
                raise NotFound("There is no such shop, or none that this key may see.")
            found = await uow.activities.of(access.shops, shop=shop, now=now)
        counted = {(activity.shop, activity.cue): activity for activity in found}
        return [_listed(counted.get((code, cue)), cue, shop=code, now=now) for code in shops for cue in Cue]


def _listed(counted: Activity | None, cue: Cue, *, shop: str, now: datetime) -> ListedActivity:
    return ListedActivity(
        cue=cue,
        shop=shop,
        count=counted.count if counted else 0,
        oldest_at=counted.oldest_at if counted else None,
        list_url=list_of(cue, shop=shop, collected_before=collected_before(now)),
    )
