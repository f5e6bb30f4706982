"""One use case, one transaction, one explicit commit (decision 6)."""

from types import TracebackType
from typing import Protocol, Self

from app.ports.repositories.awaiting import AwaitingWork
from app.ports.repositories.documents import Documents
from app.ports.repositories.events import Events


class UnitOfWork(Protocol):
    """A transaction with the repositories that live in it. Left without ``commit()`` it never happened."""

    @property
    def awaiting(self) -> AwaitingWork: ...

    @property
    def documents(self) -> Documents: ...

    @property
    def events(self) -> Events: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None:
        """Make everything durable, with the nudges that were asked for; to be called once, last."""
        ...

    async def nudge(self, kind: str, key: str) -> None:
        """Have a worker look at some due work soon after the commit (decision 5). A lost nudge costs seconds, not work."""
        ...


class UnitOfWorkFactory(Protocol):
    def __call__(self) -> UnitOfWork: ...
