"""Reading the change feed: by position, by type, and waiting for more without holding a connection."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.access import Access
from app.domain.events import EventType
from app.ports.errors import ConnectorError, FieldError, InvalidInput
from app.ports.repositories.events import FeedEvent
from app.ports.signals import Channel, Signals
from app.ports.unit_of_work import UnitOfWorkFactory

LONGEST_WAIT = 25.0
POLL_SECONDS = 5.0
"""Signals are hints: so often the truth is looked at without one."""


class PositionExpired(ConnectorError):
    """The events after this position are no longer all kept."""

    code = "position_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """``next_position`` is where the next reading goes on, whether or not something was found."""

    events: Sequence[FeedEvent]
    next_position: int
    has_more: bool


class ReadEvents:
    def __init__(self, unit_of_work: UnitOfWorkFactory, signals: Signals) -> None:
        self._unit_of_work = unit_of_work
        self._signals = signals

    async def __call__(
        self, access: Access, *, after: int, types: Collection[str] = (), limit: int = 50, wait: float = 0.0
    ) -> FeedPage:
        """Events after a position, at once when there are some, else as soon as there are within ``wait`` seconds.

        Position 0 begins with the oldest kept event. Raises ``PositionExpired``, ``InvalidInput`` for an unknown type
        and for a position that was never given: of another installation, or of before a backup was restored.
        """
        check_types(types)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(wait, LONGEST_WAIT)
        with self._signals.subscribe(Channel.EVENTS_POSITIONED) as positioned:
            while True:
                page = await self._read(access, after=after, types=types, limit=limit)
                remaining = deadline - loop.time()
                if page.events or remaining <= 0 or self._signals.ending:
                    return page
                # What was read and is of no interest need not be read again.
                after = page.next_position
                await positioned.wait(min(remaining, POLL_SECONDS))

    async def _read(self, access: Access, *, after: int, types: Collection[str], limit: int) -> FeedPage:
        async with self._unit_of_work() as uow:
            kept = await uow.events.feed_range()
            if 0 < after < kept.purged:
                raise PositionExpired(
                    f"Events up to position {kept.purged} are no longer kept. Compare your data, then go on there.",
                    facts={"oldest_position": kept.purged + 1},
                )
            if after > kept.last:
                detail = f"The feed ends at position {kept.last}: this one was not given here. Begin again at 0."
                errors = [FieldError(pointer="after", code="position_unknown", detail=detail)]
                raise InvalidInput(detail, errors=errors, code="position_unknown")
            found = await uow.events.page(after=after, upto=kept.last, types=types, shops=access.shops, limit=limit + 1)
        events = found[:limit]
        if len(found) > limit:
            return FeedPage(events=events, next_position=events[-1].position, has_more=True)
        return FeedPage(events=events, next_position=max(after, kept.last), has_more=False)


def check_types(types: Collection[str], *, pointer: str = "types") -> None:
    """Raises ``InvalidInput`` that names what is neither an event type nor a family of them."""
    families = {f"{kind.split('.', 1)[0]}.*" for kind in EventType}
    unknown = [kind for kind in types if kind not in families and kind not in set(EventType)]
    if unknown:
        errors = [
            FieldError(pointer=pointer, code="not_one_of", detail=f"There is no event type {kind[:60]!r}.")
            for kind in unknown[:10]
        ]
        raise InvalidInput(errors[0].detail, errors=errors, code="invalid_parameter")
