"""People of the console: made, given a role or a new password, switched off and on, removed, signed in and out. Knows
neither cookies nor pages.

Nobody can tell from an answer, or from how long it takes, whether a name exists.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.domain.access import Access
from app.domain.console_roles import ConsoleRole, scopes_of
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, FieldError, InvalidInput, NotFound
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.passwords import Passwords
from app.ports.repositories.console_users import ConsoleUser
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.own_rights import check_within

LONGEST_NAME = 63
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
class Changed:
    """A person as they are now; with the password that was made because they may do more than before."""

    user: ConsoleUser
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who a session belongs to."""

    user: ConsoleUser
    access: Access


class ConsoleUsers:
    """``access`` None stands for whoever runs the installation: the command line. Users see all shops, so a caller that
    is limited to some of them sees no user; and nobody makes, changes, signs out or removes a user who may do more.
    """

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock, ids: IdFactory, passwords: Passwords) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._passwords = passwords

    async def create(
        self,
        name: str,
        role: ConsoleRole,
        *,
        access: Access | None = None,
        once: Once[NewPassword] = AS_OFTEN_AS_ASKED,
    ) -> NewPassword:
        """A person with a generated password. Raises ``InvalidInput``, ``Forbidden``, ``Conflict`` for a name that
        somebody has.
        """
        known_as = _name(name)
        _check_role(role, access)
        password, kept = await self._new_password()
        user = ConsoleUser(
            id=self._ids.new("usr"),
            name=known_as,
            role=role,
            password_hash=kept,
            created_at=self._clock.now(),
        )
        made = NewPassword(user=user, password=password)
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            if not await uow.console_users.add(user):
                raise Conflict(f"There is a user {known_as} already.", code="name_taken")
            await once.answered(uow, made)
            await uow.commit()
        return made

    async def renew_password(
        self, name: str, *, access: Access | None = None, once: Once[NewPassword] = AS_OFTEN_AS_ASKED
    ) -> NewPassword:
        """A new generated password; whoever is signed in with the old one is so no more."""
        password, kept = await self._new_password()
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            user = await _within(uow, name, access)
            await uow.console_users.set_password(user.id, kept)
            renewed = NewPassword(user=user, password=password)
            await once.answered(uow, renewed)
            await uow.commit()
        return renewed

    async def change(
        self,
        name: str,
        *,
        role: ConsoleRole | None = None,
        enabled: bool | None = None,
        access: Access | None = None,
    ) -> Changed:
        """Another role, or switched off or on; None = as it is. Any change ends the person's sessions, and who may do
        more than before gets a new password: whoever made the old one may have kept it, and may do less.
        """
        password, kept = await self._new_password()
        async with self._unit_of_work() as uow:
            await uow.console_users.hold_rights()
            user = await _within(uow, name, access)
            now = replace(user, role=role or user.role, enabled=user.enabled if enabled is None else enabled)
            _check_role(now.role, access)
            if now == user:
                return Changed(user=user)
            if access is not None and not now.decides:
                await _check_admin_stays(uow, user)
            await uow.console_users.set_rights(user.id, now.role, enabled=now.enabled)
            rises = not scopes_of(now.role) <= scopes_of(user.role)
            if rises:
                await uow.console_users.set_password(user.id, kept)
            await uow.commit()
        return Changed(user=now, password=password if rises else None)

    async def sign_out_everywhere(self, name: str, *, access: Access) -> None:
        """Ends the person's sessions; name and password go on working."""
        async with self._unit_of_work() as uow:
            user = await _within(uow, name, access)
            await uow.console_users.close_sessions(user.id)
            await uow.commit()

    async def remove(self, name: str, *, access: Access | None = None) -> None:
        """Ends the person's sessions at once. What was done under the name stays told."""
        async with self._unit_of_work() as uow:
            await uow.console_users.hold_rights()
            user = await _within(uow, name, access)
            if access is not None:
                await _check_admin_stays(uow, user)
            await uow.console_users.remove(user.id)
            await uow.commit()

    async def page(self, request: PageRequest, *, access: Access) -> Page[ConsoleUser]:
        if access.shops is not None:
            return Page(rows=[], next_after=None)
        async with self._unit_of_work() as uow:
            return await uow.console_users.page(request)

    async def get(self, name: str, *, access: Access) -> ConsoleUser:
        async with self._unit_of_work() as uow:
            return await _known(uow, name, access)

    async def everybody(self) -> Sequence[ConsoleUser]:
        async with self._unit_of_work() as uow:
            return await uow.console_users.all()

    async def sign_in(self, name: str, password: str) -> str | None:
        """The token of a new session; None if name or password is wrong, or the person is switched off."""
        async with self._unit_of_work() as uow:
            user = await uow.console_users.by_name(name.strip().lower())
        given = password if len(password) <= LONGEST_PASSWORD else ""
        if not await self._passwords.match(given, user.password_hash if user else None) or user is None:
            return None
        token, now = secrets.token_urlsafe(32), self._clock.now()
        async with self._unit_of_work() as uow:
            await uow.console_users.purge(seen_before=now - IDLE, created_before=now - LONGEST)
            # While it was compared the password may have been renewed or the person switched off: then nobody comes in.
            opened = await uow.console_users.open_session(_hash(token), user, now=now)
            await uow.commit()
        return token if opened else None

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

    async def _new_password(self) -> tuple[str, str]:
        """A password, and what is kept of it: made before a transaction begins, as it takes a while."""
        password = secrets.token_urlsafe(15)
        return password, await self._passwords.hashed(password)


async def _known(uow: UnitOfWork, name: str, access: Access | None, *, locked: bool = False) -> ConsoleUser:
    seen = access is None or access.shops is None
    user = await uow.console_users.by_name(name.strip().lower(), locked=locked) if seen else None
    if user is None:
        raise NotFound(f"There is no user {name.strip().lower()}.")
    return user


async def _within(uow: UnitOfWork, name: str, access: Access | None) -> ConsoleUser:
    """The person, locked, if the caller may decide about them."""
    user = await _known(uow, name, access, locked=True)
    check_within(access, scopes_of(user.role), None, of=f"{user.name}, whose role is {user.role},")
    return user


def _check_role(role: ConsoleRole, access: Access | None) -> None:
    check_within(access, scopes_of(role), None, of=f"The role {role}")


async def _check_admin_stays(uow: UnitOfWork, user: ConsoleUser) -> None:
    """Somebody must be able to make the next one; without one only the command line is left."""
    if user.decides and await uow.console_users.admins() == [user.id]:
        detail = f"{user.name} is the only admin who can sign in. Make another user an admin first."
        raise Conflict(detail, code="last_admin")


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
