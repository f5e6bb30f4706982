"""Who acts in the code that runs now, and what they asked for: what the audit tells of a change (P81, S27).

Set where somebody comes in (the surface, the command line), read where a transaction begins. What the service does by
itself has nobody.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What kind of caller somebody is; ``orderbridge`` is the service itself."""

    KEY = "key"
    USER = "user"
    COMMAND_LINE = "command_line"
    ORDERBRIDGE = "orderbridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was asked for, told with the first commit even where no audited table was changed."""

    resource: str
    resource_id: str | None
    shop: str | None
    """The code of the shop in the address."""


@dataclass(slots=True, kw_only=True)
class Actor:
    """Somebody, for the length of one request."""

    kind: ActorKind
    id: str | None
    name: str
    operation: str | None = None
    deed: Deed | None = None
    """None once it is told, or where it is not to be."""

    @contextmanager
    def telling(self) -> Iterator[Deed | None]:
        """What this commit is to tell of: nothing where another one does, be it under way. After a failure it is to be
        told anew.
        """
        deed, self.deed = self.deed, None
        try:
            yield deed
        except BaseException:
            self.deed = deed
            raise

    @property
    def facts(self) -> Mapping[str, str | None]:
        """What an entry says of them."""
        return {"kind": self.kind.value, "id": self.id, "name": self.name, "operation": self.operation}


_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


def who_acts() -> Actor | None:
    """Whoever acts in this task, if anybody."""
    return _acting.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything in the block, and the tasks it starts, is done by this actor."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)
