"""What a person does about an order that its document no longer shows: mark it as resolved (P42)."""

from app.domain.access import Access
from app.domain.documents.documented import documented, snapshot
from app.domain.events import EventType
from app.domain.identifiers import OrderId, ShopId, StoreId
from app.domain.orders import Order
from app.domain.shop_settings import ShopSettings
from app.domain.snapshots import Snapshot
from app.ports.clock import Clock
from app.ports.errors import Conflict, NotFound
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.read_orders import OrderView, order_view
from app.services.waking import want_closed


class ResolveConflict:
    """The difference was dealt with outside: from now on the order is compared with the state it is in now."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    async def __call__(
        self,
        access: Access,
        order_id: OrderId,
        *,
        note: str | None = None,
        expected: Expected = ANY_VERSION,
        once: Once[OrderView] = AS_OFTEN_AS_ASKED,
    ) -> OrderView:
        """Only a new difference raises a conflict again (P42); what changed of documented refunds is settled as well.
        Raises ``Conflict`` when there is nothing to resolve.
        """
        async with self._uow() as uow:
            await once.begin(uow)
            found = (await uow.orders.locked([order_id])).get(order_id)
            if found is None or not access.sees(found[0].shop_id):
                raise NotFound("There is no such order, or none that this key may see.")
            known, order = found
            expected.check(known.version)
            settled = await uow.refunds.settle(order_id, now=self._clock.now())
            if known.conflict is None and not settled:
                raise Conflict("The order is not in conflict.", facts={"state": known.state.value, "allowed": []})
            booked = (await uow.documents.booked([order_id])).get(order_id)
            if booked is not None:
                settings = await _settings(uow, known.store_id, known.shop_id)
                await uow.documents.settle(booked.document.id, state_of(order, settings))
            version = await uow.orders.resolve(order_id, note=note, now=self._clock.now())
            if known.conflict is not None:
                await uow.events.append(EventType.ORDER_CONFLICT_RESOLVED, known.shop_id, "order", order_id, version)
            await want_closed(uow, [order_id], now=self._clock.now())
            view = await order_view(uow, access, order_id)
            await once.answered(uow, view)
            await uow.commit()
        return view


def state_of(order: Order, settings: ShopSettings) -> Snapshot:
    """The state of an order as a document made of it now would be judged by later."""
    process = settings.refunds.process
    return snapshot(order, documented(order, process=process, handling=settings.orders.currency_handling), process)


async def _settings(uow: UnitOfWork, store_id: StoreId, shop_id: ShopId) -> ShopSettings:
    configuration = await uow.configurations.of_store(store_id)
    shop = configuration.shop(shop_id) if configuration else None
    if shop is None:
        raise NotFound("There is no such order, or none that this key may see.")
    return shop.settings
