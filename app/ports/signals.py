"""Wake-ups between processes: hints that save waiting, never the truth. A missed one costs a poll interval."""

from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self


class Channel(StrEnum):
    WEBHOOKS_ARRIVED = "webhook_inbox"
    EVENTS_WRITTEN = "events_written"
    """They have no position yet."""
    EVENTS_POSITIONED = "events_positioned"
    RUN_ENDED = "run_ended"
    """With the run's id."""
    SCHEDULES_CHANGED = "schedules_changed"
    BULK_OPERATION_ENDED = "bulk_operation_ended"
    """With the store's id: one of its bulk operations is said to have ended. Whoever waits for one looks at it."""


class Subscription(Protocol):
    """What came on one channel since the last look; entered before the first look, so that nothing is missed."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def wait(self, seconds: float) -> bool:
        """Until something came, or for so long; whether something did.

        A reconnect counts as something: anything may have been missed.
        """
        ...


class Signals(Protocol):
    @property
    def ending(self) -> bool:
        """True once this process is to end: whoever waits on behalf of a caller answers now, with what there is."""
        ...

    def subscribe(self, channel: Channel, payload: str | None = None) -> Subscription:
        """Everything on a channel, or only what carries this payload."""
        ...
