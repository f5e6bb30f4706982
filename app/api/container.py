"""What the composition root hands to the HTTP surface: ports for its conventions, services for its routes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from app.api.kept_connections import KeptConnections
from app.api.limits import CallLimits
from app.ports.clock import Clock, IdFactory
from app.ports.keyring import Keyring
from app.ports.unit_of_work import UnitOfWorkFactory

Service = TypeVar("Service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """``services`` is keyed by class; a route asks for the class it needs."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock
    ids: IdFactory
    keyring: Keyring
    signing_key: bytes = field(repr=False)
    """Signs cursors; the same in every process of an installation."""
    unready: Callable[[], Awaitable[Sequence[str]]]
    """What keeps this process from serving, in words; empty = ready."""
    services: Mapping[type, object]
    metrics: Callable[[], Awaitable[bytes]] | None = None
    """What ``/metrics`` answers; None = there is no such page."""
    metrics_need_key: bool = False
    kept_connections: KeptConnections = field(default_factory=KeptConnections)
    """For requests whose answer is kept after work that takes connections itself."""
    limits: CallLimits = field(default_factory=CallLimits)
    """Without a limit, unless the composition root says one."""

    def service(self, kind: type[Service]) -> Service:
        """The service of this class."""
        return cast("Service", self.services[kind])
