"""People who sign in to the console, and where they are signed in. Of passwords and sessions only hashes are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.console_roles import ConsoleRole
from app.ports.paging import Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleUser:
    id: str
    name: str
    role: ConsoleRole
    password_hash: str = field(repr=False)
    created_at: datetime
    enabled: bool = True
    """False = switched off: signs in nowhere until switched on again."""
    signed_in_at: datetime | None = None
    """When this person last signed in."""

    @property
    def decides(self) -> bool:
        """Whether this is an admin who can sign in."""
        return self.enabled and self.role is ConsoleRole.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSession:
    token_hash: bytes = field(repr=False)
    user: ConsoleUser
    created_at: datetime
    seen_at: datetime
    """When it was last used, to within minutes."""


class ConsoleUsers(Protocol):
    async def by_name(self, name: str, *, locked: bool = False) -> ConsoleUser | None:
        """``locked``: who stays as told until this transaction ends."""
        ...

    async def all(self) -> Sequence[ConsoleUser]:
        """Everybody, by name."""
        ...

    async def page(self, request: PageRequest) -> Page[ConsoleUser]:
        """By name."""
        ...

    async def hold_rights(self) -> None:
        """Nobody else changes what anybody may do before this transaction ends; taken before any user is locked."""
        ...

    async def admins(self) -> Sequence[str]:
        """The ids of those who can sign in, in their order."""
        ...

    async def add(self, user: ConsoleUser) -> bool:
        """False if somebody has the name."""
        ...

    async def set_password(self, user: str, password_hash: str) -> None:
        """Ends every session of the user."""
        ...

    async def set_rights(self, user: str, role: ConsoleRole, *, enabled: bool) -> None:
        """Ends every session of the user."""
        ...

    async def remove(self, user: str) -> None:
        """With every session."""
        ...

    async def open_session(self, token_hash: bytes, user: ConsoleUser, *, now: datetime) -> bool:
        """Notes the sign-in, too. False if the user has another password by now, is switched off or gone."""
        ...

    async def session(self, token_hash: bytes) -> ConsoleSession | None: ...

    async def seen(self, token_hash: bytes, at: datetime) -> None: ...

    async def close_session(self, token_hash: bytes) -> None: ...

    async def close_sessions(self, user: str) -> None:
        """Every one of the user."""
        ...

    async def purge(self, *, seen_before: datetime, created_before: datetime) -> None:
        """Delete sessions that were not used since, or are older."""
        ...
