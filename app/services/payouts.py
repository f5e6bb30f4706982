"""Payouts and disputes: the task ``sync_payouts`` that reads them, and reading what was kept (P75, PRD-35).

The latest come first, and the walk goes on until nothing older can have changed: so no payout is ever passed over
because another one with a higher number came earlier (PRD-36). Nothing is booked from them.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from app.domain.access import Access
from app.domain.identifiers import ShopifyId
from app.domain.payouts import PAID, Payout, difference
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, NotFound, StoreRefused
from app.ports.paging import Page, PageRequest
from app.ports.payout_gateway import PayoutGateway
from app.ports.repositories.payouts import (
    ListedDispute,
    ListedPayout,
    MatchedTransaction,
    PayoutFilter,
    Settled,
    WithoutPayouts,
)
from app.ports.store_gateway import StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.tasks import RunContext


class _Numbered(Protocol):
    @property
    def shopify_id(self) -> ShopifyId: ...


One = TypeVar("One", bound=_Numbered)


class SyncPayouts:
    """The task. Running it again, or at once, changes nothing that is so already."""

    def __init__(self, gateway: PayoutGateway, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock

    async def __call__(self, run: RunContext) -> None:
        """``counts``: ``payouts`` and ``disputes`` looked at, ``changed``, payouts that ``differ``, parts ``skipped``
        for want of a scope or an account. Raises the store's troubles.
        """
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
        if configuration is None:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        for name in ("payouts", "disputes", "changed", "differ", "skipped"):
            await run.count(name, 0)
        refusals = []
        for part in (self._payouts, self._disputes):
            try:
                await part(run, configuration.store)
            except StoreRefused as refusal:
                refusals.append(refusal)
                await run.count("skipped")
                await run.error(
                    resource_type="store", id=configuration.store.domain, code=refusal.code, detail=refusal.detail
                )
        first = refusals[0] if refusals else None
        async with self._uow() as uow:
            await uow.payouts.note_access(
                run.store_id,
                code=first.code if first else None,
                detail=" ".join(each.detail for each in refusals) or None,
                now=self._clock.now(),
            )
            await uow.commit()

    async def _payouts(self, run: RunContext, store: StoreRef) -> None:
        async with self._uow() as uow:
            known = await uow.payouts.settled_payouts(store.id)
        async for page in _until_settled(self._gateway.payouts(store), known):
            for payout in page:
                if run.cancelled:
                    return
                await self._keep(run, store, payout)

    async def _keep(self, run: RunContext, store: StoreRef, payout: Payout) -> None:
        behind = await self._gateway.transactions(store, payout.shopify_id)
        async with self._uow() as uow:
            news = await uow.payouts.keep_payout(store.id, payout, behind, now=self._clock.now())
            await through(Act.PAYOUT_NOTE, uow.commit())
        await run.count("payouts")
        await run.progress(run.kept.done + 1)
        await run.count("changed", int(news))
        short = difference(payout, behind)
        if short and payout.status == PAID:
            await run.count("differ")
            words = f"It pays {payout.net} {payout.currency}, which is {short} more than the movements behind it."
            await run.error(resource_type="payout", id=payout.shopify_id, code="payout_differs", detail=words)

    async def _disputes(self, run: RunContext, store: StoreRef) -> None:
        async with self._uow() as uow:
            known = await uow.payouts.settled_disputes(store.id)
        async for page in _until_settled(self._gateway.disputes(store), known):
            async with self._uow() as uow:
                news = await uow.payouts.keep_disputes(store.id, page, now=self._clock.now())
                await uow.commit()
            await run.count("disputes", len(page))
            await run.count("changed", news)


async def _until_settled(pages: AsyncIterator[Sequence[One]], known: Settled) -> AsyncIterator[Sequence[One]]:
    """What is new or may have changed, page by page, until a page holds nothing of it and nothing known is open."""
    left = set(known.open)
    async for page in pages:
        unsettled = [each for each in page if each.shopify_id not in known.settled]
        left -= {each.shopify_id for each in page}
        if unsettled:
            yield unsettled
        elif not left:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutsFound:
    """A page, and the shops that can list none."""

    page: Page[ListedPayout]
    without: Sequence[WithoutPayouts]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputesFound:
    """A page, and the shops that can list none."""

    page: Page[ListedDispute]
    without: Sequence[WithoutPayouts]


class ReadPayouts:
    """Payouts and disputes for whoever may see a shop of their store."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    async def page(self, access: Access, wanted: PayoutFilter, request: PageRequest) -> PayoutsFound:
        seen = replace(wanted, shop_ids=access.shops)
        async with self._uow() as uow:
            return PayoutsFound(page=await uow.payouts.page(seen, request), without=await uow.payouts.without(seen))

    async def one(self, access: Access, payout: str) -> ListedPayout:
        """Raises ``NotFound``."""
        async with self._uow() as uow:
            found = await uow.payouts.page(PayoutFilter(shop_ids=access.shops, id=payout), PageRequest(limit=1))
        if not found.rows:
            raise NotFound("There is no such payout.")
        return found.rows[0]

    async def transactions(self, access: Access, payout: str, request: PageRequest) -> Page[MatchedTransaction]:
        """Raises ``NotFound``."""
        await self.one(access, payout)
        async with self._uow() as uow:
            return await uow.payouts.transactions(payout, request, shop_ids=access.shops)

    async def disputes(self, access: Access, wanted: PayoutFilter, request: PageRequest) -> DisputesFound:
        seen = replace(wanted, shop_ids=access.shops)
        async with self._uow() as uow:
            return DisputesFound(
                page=await uow.payouts.disputes(seen, request), without=await uow.payouts.without(seen)
            )
