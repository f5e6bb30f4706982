"""Privacy requests: told to whoever runs the shop, answered from what is held, carried out in one transaction (P83).

In a sentence: a person is found by the store's customer id, the orders named and, for guests, e-mail and phone; every
personal column of what is found is emptied; and a tombstone keeps later readings from bringing it back. A store is
forgotten when it refuses us: it is asked, as whether a webhook of the app's removal came proves nothing (decision 56).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from app.domain.access import Access
from app.domain.identifiers import ShopId, StoreId
from app.domain.privacy import (
    COLLECTED_WITHIN,
    LOOKED_AT_AGAIN_AFTER,
    STORE_ASKED_AGAIN_AFTER,
    Person,
    PrivacyKind,
    PrivacyState,
)
from app.ports.clock import Clock
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import AccessRevoked, Conflict, NotFound, ScopeMissing, StoreRefused, Unavailable
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.privacy import PrivacyRequest, Traces
from app.ports.store_gateway import StoreGateway
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

UNCOLLECTED = "{} documents of this person are not acknowledged by the ERP yet; it is done when they are, or on {}."
INSTALLED = "The store lets us in: the app is installed there; nothing was deleted."
UNCLEAR = "It is not clear yet whether the app is removed from the store: it is asked again daily, and done by {}."


class _Door(StrEnum):
    """What a store said to being asked."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class PrivacyRequests:
    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, contact: ContactNormaliser, gateway: StoreGateway) -> None:
        self._uow = uow
        self._clock = clock
        self._contact = contact
        self._gateway = gateway

    async def page(self, access: Access, request: PageRequest) -> Page[PrivacyRequest]:
        async with self._uow() as uow:
            return await uow.privacy.page(access.shops, request)

    async def one(self, access: Access, request: str) -> PrivacyRequest:
        async with self._uow() as uow:
            return await _there(uow, request, access.shops)

    async def export(self, access: Access, request: str) -> Mapping[str, Sequence[Any]]:
        """What is held about the person now, by table; refused for a request that is not for that."""
        async with self._uow() as uow:
            asked = await _there(uow, request, access.shops)
            if asked.kind is not PrivacyKind.DATA_REQUEST:
                detail = "Only a data_request is answered with what is held; this one asks to forget it."
                raise Conflict(detail, code="invalid_state")
            traces = await self._traces(uow, asked.store_id, asked.person)
            return await uow.privacy.export(asked.store_id, asked.person, traces)

    async def carry_out(
        self, access: Access, request: str, *, once: Once[PrivacyRequest] = AS_OFTEN_AS_ASKED
    ) -> PrivacyRequest:
        """Now, whatever it waits for. Raises NotFound, Conflict for one that does not wait any more."""
        async with self._uow() as uow:
            # A repeat is answered before the store is asked once more, and when its shops are gone.
            await once.begin(uow)
            asked = await _there(uow, request, access.shops)
        door = await self._asked(asked)
        async with self._uow() as uow:
            await once.begin(uow)
            asked = await _there(uow, request, access.shops, locked=True)
            if asked.state is not PrivacyState.WAITING:
                raise Conflict(f"The request is {asked.state} already.", code="invalid_state")
            await self._carry_out(uow, asked, door, waits=False)
            # Without the caller's shops: those of a store that was forgotten are not there any more.
            done = await _there(uow, request, None)
            await once.answered(uow, done)
            await uow.commit()
        return done

    async def due(self, store: str) -> int:
        """Carry out what is due of a store, one request after the other; how many came to their end."""
        done = 0
        while True:
            async with self._uow() as uow:
                next_one = await uow.privacy.locked_due(StoreId(store), now=self._clock.now())
            if next_one is None:
                return done
            # Nobody is asked within a transaction (I5): the store's answer may take its time.
            door = await self._asked(next_one)
            async with self._uow() as uow:
                request = await uow.privacy.locked_due(StoreId(store), now=self._clock.now())
                if request is None or request.id != next_one.id:
                    # Another worker has it.
                    return done
                done += await self._carry_out(uow, request, door, waits=True)
                await uow.commit()

    async def _asked(self, request: PrivacyRequest) -> _Door:
        """Whether the store lets us in, where that decides. It notes by itself that it does not."""
        if request.kind is not PrivacyKind.SHOP_REDACT:
            return _Door.UNKNOWN
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(request.store_id)
        if configuration is None:
            # Deleted here: there is nothing to ask with.
            return _Door.CLOSED
        try:
            await self._gateway.describe(configuration.store)
        except AccessRevoked:
            return _Door.CLOSED
        except ScopeMissing:
            return _Door.OPEN
        except (Unavailable, StoreRefused):
            return _Door.UNKNOWN
        return _Door.OPEN

    async def _carry_out(self, uow: UnitOfWork, request: PrivacyRequest, door: _Door, *, waits: bool) -> bool:
        """Whether it came to its end; one that ``waits`` does so while the books need the person, or until it is clear
        that the app is removed from the store.
        """
        match request.kind:
            case PrivacyKind.DATA_REQUEST:
                # The answer is read at the time it is asked for; nothing of it is kept beside what is held.
                detail = "What is held can be read at …/export, to be handed to the person by whoever owns the shop."
                await self._finish(uow, request, detail, {}, keep_person=True)
                return True
            case PrivacyKind.CUSTOMER_REDACT:
                return await self._forget(uow, request, waits=waits)
            case PrivacyKind.SHOP_REDACT:
                return await self._forget_store(uow, request, door, waits=waits)
            case _:
                assert_never(request.kind)

    async def _forget(self, uow: UnitOfWork, request: PrivacyRequest, *, waits: bool) -> bool:
        await uow.privacy.hold_imports(request.store_id, request.person.orders)
        traces = await self._traces(uow, request.store_id, request.person)
        now = self._clock.now()
        last = request.received_at + COLLECTED_WITHIN
        waiting = await uow.privacy.uncollected(traces.orders) if waits else 0
        if waiting and now < last:
            until = min(now + LOOKED_AT_AGAIN_AFTER, last)
            await uow.privacy.put_off(request.id, until=until, detail=UNCOLLECTED.format(waiting, last.date()))
            return False
        counts = await uow.privacy.forget(request.store_id, request.person, traces)
        kept = ", ".join(traces.erp_customer_nos)
        detail = f"Left alone, because they are the ERP's own: customers {kept}." if kept else ""
        await self._finish(uow, request, detail, counts, keep_person=False)
        return True

    async def _forget_store(self, uow: UnitOfWork, request: PrivacyRequest, door: _Door, *, waits: bool) -> bool:
        now = self._clock.now()
        if door is _Door.OPEN:
            await uow.privacy.finish(
                request.id, PrivacyState.SKIPPED, detail=INSTALLED, counts={}, keep_person=False, now=now
            )
            return True
        last = request.received_at + COLLECTED_WITHIN
        if waits and now < last and await self._is_unclear(uow, request, door):
            until = min(now + STORE_ASKED_AGAIN_AFTER, last)
            await uow.privacy.put_off(request.id, until=until, detail=UNCLEAR.format(last.date()))
            return False
        counts = await uow.privacy.forget_store(request.store_id)
        await uow.stores.delete(request.store_id, now=self._clock.now())
        await self._finish(uow, request, "", counts, keep_person=False)
        return True

    async def _is_unclear(self, uow: UnitOfWork, request: PrivacyRequest, door: _Door) -> bool:
        """Also where somebody is just connecting the store again, and has not come to the end of it."""
        return door is _Door.UNKNOWN or await uow.privacy.credentials_given(request.store_id, since=request.received_at)

    async def _traces(self, uow: UnitOfWork, store: StoreId, person: Person) -> Traces:
        email_key = self._contact.email_key(person.email) or ""
        phone_key = self._contact.phone_key(person.phone, "") or ""
        return await uow.privacy.traces(store, person, email_key=email_key, phone_key=phone_key)

    async def _finish(
        self, uow: UnitOfWork, request: PrivacyRequest, detail: str, counts: Mapping[str, int], *, keep_person: bool
    ) -> None:
        now: datetime = self._clock.now()
        await uow.privacy.finish(
            request.id, PrivacyState.DONE, detail=detail, counts=counts, keep_person=keep_person, now=now
        )


async def _there(
    uow: UnitOfWork, request: str, shops: Collection[ShopId] | None, *, locked: bool = False
) -> PrivacyRequest:
    found = await uow.privacy.one(request, shops, locked=locked)
    if found is None:
        raise NotFound("There is no such privacy request.")
    return found
