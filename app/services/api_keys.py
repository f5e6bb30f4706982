"""Keys for the programs that call us: made, replaced, ended. Of a secret only the hash is kept (S3, S5)."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.access import Access, Scope
from app.domain.identifiers import ShopId
from app.ports.clock import Clock
from app.ports.errors import Conflict, FieldError, InvalidInput, NotFound
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.api_keys import ApiKey
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.own_rights import check_within

ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
ID_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A key with the codes of its shops; None = all."""

    key: ApiKey
    shops: tuple[str, ...] | None
    secret: str | None = field(default=None, repr=False)
    """The whole key, only when it was just made."""


class ApiKeys:
    """``access`` None stands for whoever runs the installation: the command line."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def create(
        self,
        *,
        name: str,
        scopes: Collection[Scope],
        shops: Sequence[str] | None = None,
        expires_at: datetime | None = None,
        access: Access | None = None,
        once: Once[ShownKey] = AS_OFTEN_AS_ASKED,
    ) -> ShownKey:
        """A new key. Nobody gives rights they do not have themselves."""
        now = self._clock.now()
        if expires_at is not None and expires_at <= now:
            error = FieldError(pointer="/expires_at", code="wrong_value", detail="This is in the past.")
            raise InvalidInput("A key cannot expire before it is made.", errors=[error])
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            shop_ids = None if shops is None else await shop_ids_of(uow, shops, access)
            check_within(access, scopes, shop_ids, of="Such a key")
            key, secret = _new(name, scopes, shop_ids, now, expires_at)
            await uow.api_keys.add(key)
            shown = ShownKey(key=key, shops=None if shops is None else tuple(sorted(set(shops))), secret=secret)
            await once.answered(uow, shown)
            await uow.commit()
        return shown

    async def page(self, request: PageRequest, *, access: Access) -> Page[ShownKey]:
        only = None if access.shops is None else sorted(access.shops)
        async with self._unit_of_work() as uow:
            page = await uow.api_keys.page(request, within=only)
            shown = [await _shown(uow, key) for key in page.rows]
        return Page(rows=shown, next_after=page.next_after)

    async def get(self, key_id: str, *, access: Access) -> ShownKey:
        async with self._unit_of_work() as uow:
            return await _shown(uow, _visible(await uow.api_keys.find(key_id), access))

    async def rotate(
        self, key_id: str, *, old_key_for: timedelta, access: Access, once: Once[ShownKey] = AS_OFTEN_AS_ASKED
    ) -> ShownKey:
        """A new key with the same rights; the old one goes on for a while, so that nothing stops meanwhile."""
        now = self._clock.now()
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            old = await _within(uow, key_id, access)
            if not old.alive(now):
                raise Conflict("This key does not work any more. Make a new one.", facts={"state": "ended"})
            key, secret = _new(old.name, old.scopes, old.shop_ids, now, old.expires_at)
            await uow.api_keys.add(key)
            until = now + old_key_for
            ends = until if old.expires_at is None else min(until, old.expires_at)
            await uow.api_keys.end(old.id, expires_at=ends, revoked_at=None)
            shown = ShownKey(key=key, shops=(await _shown(uow, key)).shops, secret=secret)
            await once.answered(uow, shown)
            await uow.commit()
        return shown

    async def revoke(self, key_id: str, *, access: Access) -> None:
        """End a key at once; ending it twice changes nothing."""
        async with self._unit_of_work() as uow:
            key = await _within(uow, key_id, access)
            if key.revoked_at is None:
                await uow.api_keys.end(key.id, expires_at=key.expires_at, revoked_at=self._clock.now())
                await uow.commit()


def _visible(key: ApiKey | None, access: Access) -> ApiKey:
    if key is None or not (
        access.shops is None or (key.shop_ids is not None and access.shops.issuperset(key.shop_ids))
    ):
        raise NotFound("There is no such key.")
    return key


async def _within(uow: UnitOfWork, key_id: str, access: Access) -> ApiKey:
    """The key, locked, if the caller may decide about it."""
    key = _visible(await uow.api_keys.locked(key_id), access)
    check_within(access, key.scopes, key.shop_ids, of="This key")
    return key


async def _shown(uow: UnitOfWork, key: ApiKey) -> ShownKey:
    return ShownKey(key=key, shops=None if key.shop_ids is None else tuple(await uow.api_keys.shop_codes(key.shop_ids)))


async def shop_ids_of(uow: UnitOfWork, codes: Sequence[str], access: Access | None) -> list[ShopId]:
    """The shops of these codes, of those the caller sees; raises InvalidInput that names each of the others."""
    known = {shop.code: shop.id for shop in await uow.shops.by_codes(codes)}
    errors = [
        FieldError(pointer=f"/shops/{place}", code="unknown_shop", detail=f"There is no shop {code!r}.")
        for place, code in enumerate(codes)
        if code not in known or (access is not None and not access.sees(known[code]))
    ]
    if errors:
        raise InvalidInput(errors[0].detail, errors=errors, code="unknown_shop")
    return sorted(set(known.values()))


def _new(
    name: str, scopes: Collection[Scope], shops: Sequence[ShopId] | None, now: datetime, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    key_id = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        id=key_id,
        name=name,
        secret_hash=hashlib.sha256(secret.encode()).digest(),
        scopes=tuple(sorted(set(scopes))),
        shop_ids=None if shops is None else tuple(shops),
        created_at=now,
        expires_at=expires_at,
        revoked_at=None,
        last_used_at=None,
    )
    return key, f"ob_{key_id}_{secret}"
