"""Reading one order again because somebody asked, and waiting until that is done (the reading is ``import_orders``)."""

import asyncio
from datetime import datetime, timedelta

from app.domain.identifiers import ShopifyId, StoreId
from app.ports.errors import Conflict
from app.ports.job_queue import NudgeKind
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory

PATIENCE = timedelta(seconds=10)
POLL_SECONDS = 0.1


async def want_read(uow: UnitOfWork, store: StoreId, order: ShopifyId, *, now: datetime) -> None:
    """Have the order read once this transaction is committed."""
    await uow.orders_to_import.want(store, [WantedOrder(shopify_id=order)], by=WantedBy.REQUEST, now=now)
    await uow.nudge(NudgeKind.ORDERS_TO_IMPORT, store)


async def is_read(
    uow: UnitOfWorkFactory,
    store: StoreId,
    order: ShopifyId,
    *,
    read_before: datetime,
    patience: timedelta = PATIENCE,
) -> bool:
    """Whether a wanted order was read within so long.

    Raises ``Conflict`` when it failed: ``not_at_store`` when the store knows it no more, ``scope_missing``, …
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience.total_seconds()
    while loop.time() < deadline:
        await asyncio.sleep(POLL_SECONDS)
        async with uow() as work:
            still = await work.orders_to_import.still_wanted(store, order)
            copy = (await work.orders_to_import.held_copies(store, [order])).get(order)
        if still is None:
            if copy is not None and copy.read_at == read_before:
                # Done, and nothing was read: what is told of an order that is there is at least the time of it.
                raise _not_there(order, read_before)
            return True
        if still.error_code is not None:
            raise Conflict(still.error_detail or "The order could not be read.", code=still.error_code, retryable=True)
    return False


def _not_there(order: ShopifyId, read_at: datetime) -> Conflict:
    return Conflict(
        f"Shopify knows no order {order} that this app may read: it was deleted there, or is too old for the app's "
        f"scopes. The copy of {read_at.isoformat(timespec='seconds')} stays as it is, and a person can still make its "
        "document.",
        code="not_at_store",
    )
