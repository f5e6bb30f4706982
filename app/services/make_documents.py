"""Make the documents of orders we already hold: those whose missing piece appeared, those of a run, the one asked for.

Nothing is read from the store here. Decisions and writing are those of the import (``app.services.order_decisions``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from app.domain.identifiers import OrderId, ShopId, StoreId
from app.domain.order_record import OrderState
from app.domain.orders import Order
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import ConnectorError
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.orders import KnownOrder
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.held_orders import blocked_events, candidate_of, is_news, saved_decision
from app.services.order_amendments import AmendDocument
from app.services.order_decisions import OrderDecisions
from app.services.refund_documents import RefundDocuments, RefundedOrder

BATCH = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakingCounts:
    """What came of orders; ``failed`` are those that met a failure nobody foresaw. ``by_others``: more was due at the
    end, that perhaps somebody else was making.
    """

    documents: int = 0
    blocked: int = 0
    failed: tuple[OrderId, ...] = ()
    by_others: bool = False

    def __add__(self, other: "MakingCounts") -> "MakingCounts":
        return MakingCounts(
            documents=self.documents + other.documents,
            blocked=self.blocked + other.blocked,
            failed=self.failed + other.failed,
            by_others=self.by_others or other.by_others,
        )


class MakeDocuments:
    """Every batch is one transaction; one that fails is made order by order, so that one bad order fails alone."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        decisions: OrderDecisions,
        refunds: RefundDocuments,
        amend: AmendDocument,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._decisions = decisions
        self._refunds = refunds
        self._amend = amend
        self._clock = clock

    async def due(self, shop: ShopId) -> MakingCounts:
        """Try the orders of a shop again for which something they waited for has appeared (P33)."""
        counts = MakingCounts()
        while True:
            now = self._clock.now()
            async with self._uow().looking() as uow:
                if not await uow.orders.any_due(shop, now=now):
                    return counts
            async with self._uow() as uow:
                ids = await uow.orders.take_due(shop, limit=BATCH, now=now)
                if not ids:
                    return replace(counts, by_others=True)
                try:
                    counts += await self._make(uow, ids, always=False)
                    await through(Act.DOCUMENTS_MAKE, uow.commit())
                    continue
                except ConnectorError:
                    raise
                except Exception as error:  # noqa: BLE001 - one bad order must not cost its neighbours
                    log.warning("making_documents_failed", orders=len(ids), error=type(error).__name__)
            counts += await self._one_by_one(ids, always=False)

    async def all(self, shop: ShopId, *, wanted: Callable[[Order], bool]) -> MakingCounts:
        """Try every order of a shop that has no document yet and is ``wanted``, whatever the automatic setting says."""
        counts, after = await self._refunds_of(shop), None
        while True:
            async with self._uow() as uow:
                page = await uow.orders.undocumented(shop, after=after, limit=BATCH)
            if not page:
                return counts
            after = page[-1][0]
            ids = [each for each, order in page if wanted(order)]
            try:
                counts += await self._make_and_commit(ids, always=True)
            except ConnectorError:
                raise
            except Exception as error:  # noqa: BLE001 - as above
                log.warning("making_documents_failed", orders=len(ids), error=type(error).__name__)
                counts += await self._one_by_one(ids, always=True)

    async def _refunds_of(self, shop: ShopId) -> MakingCounts:
        """Refunds that stand open although the shop documents them by itself: it did not when they came."""
        counts, after = MakingCounts(), None
        while True:
            async with self._uow() as uow:
                ids = await uow.refunds.with_open(shop, after=after, limit=BATCH)
            if not ids:
                return counts
            after = ids[-1]
            counts += await self._one_by_one(ids, always=False)

    async def _one_by_one(self, ids: Sequence[OrderId], *, always: bool) -> MakingCounts:
        counts = MakingCounts()
        for each in ids:
            try:
                counts += await self._make_and_commit([each], always=always)
            except ConnectorError:
                raise
            except Exception:
                log.exception("making_document_failed", order_id=each)
                counts += MakingCounts(failed=(each,))
                async with self._uow() as uow:
                    await uow.orders.clear_due(each)
                    await uow.commit()
        return counts

    async def _make_and_commit(self, ids: Sequence[OrderId], *, always: bool) -> MakingCounts:
        async with self._uow() as uow:
            if not always:
                for each in ids:
                    await uow.orders.clear_due(each)
            counts = await self._make(uow, ids, always=always)
            await through(Act.DOCUMENTS_MAKE, uow.commit())
        return counts

    async def _make(self, uow: UnitOfWork, ids: Sequence[OrderId], *, always: bool) -> MakingCounts:
        now = self._clock.now()
        held = await uow.orders.locked(ids)
        shops = await self._shops(uow, [known for known, _ in held.values()])
        candidates = [
            candidate_of(known, order, shops[known.shop_id], make=always)
            for known, order in held.values()
            if known.shop_id in shops and known.state is not OrderState.PROCESSED and not known.documents_on_request
        ]
        decisions = await self._decisions.decide(uow, candidates, now=now)
        news = [decision for decision in decisions if is_news(held[decision.id][0], decision)]
        changed = [saved_decision(held[decision.id][0], decision, now=now) for decision in news]
        await uow.orders.save(changed, now=now)
        blocked = [event for saved in changed for event in blocked_events(held[saved.id][0], saved)]
        await uow.events.append_many([*blocked, *(event for decision in decisions for event in decision.events)])
        mappings = {decision.id: decision.mapping for decision in decisions}
        refunded = [
            RefundedOrder(
                id=known.id, shop=shops[known.shop_id], order=order, mapping=mappings.get(known.id, known.mapping)
            )
            for known, order in held.values()
            if known.shop_id in shops
        ]
        for each in refunded:
            await self._amend.where_wanted(uow, held[each.id][0], each.order, each.shop, now=now)
        credited = await self._refunds.settle(uow, refunded, now=now)
        return MakingCounts(
            documents=sum(decision.document_id is not None for decision in decisions) + credited,
            blocked=sum(decision.state is OrderState.BLOCKED for decision in decisions),
        )

    async def _shops(self, uow: UnitOfWork, orders: Sequence[KnownOrder]) -> dict[ShopId, ShopConfiguration]:
        stores: set[StoreId] = {order.store_id for order in orders}
        found: dict[ShopId, ShopConfiguration] = {}
        for store in sorted(stores):
            configuration = await uow.configurations.of_store(store)
            found |= {shop.id: shop for shop in configuration.shops} if configuration else {}
        return found
