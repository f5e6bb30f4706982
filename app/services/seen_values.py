"""Leaving a row for what imported orders name and nobody could map yet (P04, 2.12).

A transaction of its own, behind that of the orders: who maps a value holds its row and then wakes orders, so rows must
not be waited for while orders are held. Lost with its process, it is made up for when the next order names the value.
"""

from collections.abc import Iterable

import structlog

from app.domain.identifiers import ShopId
from app.domain.orders import Order
from app.domain.seen_values import SeenValues, unknown_values
from app.ports.clock import Clock
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.unit_of_work import UnitOfWorkFactory

log = structlog.get_logger(__name__)


async def leave_rows(
    orders: Iterable[tuple[Order, ShopConfiguration]], *, uow: UnitOfWorkFactory, clock: Clock
) -> None:
    """One statement for any number of orders, none when they name nothing new. Never raises: the orders are written."""
    found: dict[ShopId, SeenValues] = {}
    for order, shop in orders:
        unknown = unknown_values(order, shop.mappings)
        if unknown:
            found[shop.id] = found.get(shop.id, SeenValues()) | unknown
    if not found:
        return
    try:
        async with uow() as work:
            await work.mapping_rows.keep_seen(found, now=clock.now())
            await work.commit()
    except Exception as error:  # noqa: BLE001 - the next order that names them leaves the rows
        log.warning("seen_values_not_kept", error=type(error).__name__)
