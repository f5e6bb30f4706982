"""People of the console: made, given a new password, removed, signed in and out. Knows neither cookies nor pages.

Nobody can tell from an answer, or from how long it takes, whether a name exists.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.access import Access
from app.domain.console_roles import ConsoleRole, scopes_of
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, FieldError, InvalidInput, NotFound
from app.ports.passwords import Passwords
from app.ports.repositories.console_users import ConsoleUser
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}", re.ASCII)
LONGEST_PASSWORD = 200
IDLE = timedelta(hours=12)
"""A session that nobody uses for so long is over."""
LONGEST = timedelta(days=7)
"""However much it is used."""
SEEN_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A person with the password that was made; it is told once."""

    user: ConsoleUser
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who a session belongs to."""

    user: ConsoleUser
    access: Access


class ConsoleUsers:
    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock, ids: IdFactory, passwords: Passwords) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._passwords = passwords

    async def create(self, name: str, role: ConsoleRole) -> NewPassword:
        """A person with a generated password. Raises ``InvalidInput``, ``Conflict`` for a name that somebody has."""
        known_as = _name(name)
        password = secrets.token_urlsafe(15)
        user = ConsoleUser(
            id=self._ids.new("usr"),
            name=known_as,
            role=role,
            password_hash=await self._passwords.hashed(password),
            created_at=self._clock.now(),
        )
        async with self._unit_of_work() as uow:
            if not await uow.console_users.add(user):
                raise Conflict(f"There is a user {known_as} already. `orderbridge users list` shows all.")
            await uow.commit()
        return NewPassword(user=user, password=password)

    async def renew_password(self, name: str) -> NewPassword:
        """A new generated password; whoever is signed in with the old one is so no more."""
        password = secrets.token_urlsafe(15)
        kept = await self._passwords.hashed(password)
        async with self._unit_of_work() as uow:
            user = await _known(uow, name)
            await uow.console_users.set_password(user.id, kept)
            await uow.commit()
        return NewPassword(user=user, password=password)

    async def remove(self, name: str) -> None:
        """Ends the person's sessions at once. What was done under the name stays told."""
        async with self._unit_of_work() as uow:
            user = await _known(uow, name)
            await uow.console_users.remove(user.id)
            await uow.commit()

    async def everybody(self) -> Sequence[ConsoleUser]:
        async with self._unit_of_work() as uow:
            return await uow.console_users.all()

    async def sign_in(self, name: str, password: str) -> str | None:
        """The token of a new session; None if name or password is wrong."""
        async with self._unit_of_work() as uow:
            user = await uow.console_users.by_name(name.strip().lower())
        given = password if len(password) <= LONGEST_PASSWORD else ""
        if not await self._passwords.match(given, user.password_hash if user else None) or user is None:
            return None
        token, now = secrets.token_urlsafe(32), self._clock.now()
        async with self._unit_of_work() as uow:
            await uow.console_users.purge(seen_before=now - IDLE, created_before=now - LONGEST)
            await uow.console_users.open_session(_hash(token), user.id, now=now)
            await uow.commit()
        return token

    async def session(self, token: str) -> SignedIn | None:
        """Who a living session belongs to."""
        now = self._clock.now()
        async with self._unit_of_work() as uow:
            found = await uow.console_users.session(_hash(token))
            if found is None or now - found.seen_at > IDLE or now - found.created_at > LONGEST:
                return None
            if now - found.seen_at > SEEN_NOTED_EVERY:
                await uow.console_users.seen(found.token_hash, now)
                await uow.commit()
        user = found.user
        return SignedIn(user=user, access=Access(key_id=user.id, name=user.name, scopes=scopes_of(user.role)))

    async def sign_out(self, token: str) -> None:
        async with self._unit_of_work() as uow:
            await uow.console_users.close_session(_hash(token))
            await uow.commit()


async def _known(uow: UnitOfWork, name: str) -> ConsoleUser:
    user = await uow.console_users.by_name(name.strip().lower())
    if user is None:
        raise NotFound(f"There is no user {name.strip().lower()}. `orderbridge users list` shows all.")
    return user


def _name(name: str) -> str:
    known_as = name.strip().lower()
    if not NAME.fullmatch(known_as):
        detail = (
            "A name has 1 to 63 letters, digits, dots, dashes, underscores or @, and begins with a letter or digit."
        )
        raise InvalidInput(detail, errors=[FieldError(pointer="/name", code="wrong_value", detail=detail)])
    return known_as


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
