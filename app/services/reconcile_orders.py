"""The task ``reconcile_orders``: sweeps over what changed lately, for whatever no webhook and no run has told (A15).

A sweep reaches back over time that was listed before, because Shopify's search may show a change late. What our copies
hold already is recognised by its change time and not read again, so an hour without news costs a page of the listing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ports.clock import Clock
from app.ports.repositories.store_state import Sweeps
from app.ports.store_gateway import OrderListing
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.list_orders import ListOrders
from app.services.order_tasks import ImportOrdersTask
from app.services.tasks import RunContext

REACH = timedelta(days=1)
WIDE_REACH = timedelta(days=7)
WIDE_EVERY = timedelta(days=1)
SWEPT_LATELY = timedelta(minutes=30)
"""Another shop of the store has had it swept: its orders are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What a sweep lists. ``moves_cursor`` False = what is older than the connection is left to whoever asks for it."""

    listing: OrderListing
    wide: bool
    moves_cursor: bool


class ReconcileOrders:
    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, list_orders: ListOrders, import_orders: ImportOrdersTask
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._list = list_orders
        self._orders = import_orders

    async def __call__(self, run: RunContext) -> None:
        """``counts`` are those of ``import_orders``, and ``found``: orders that nobody had told us of yet."""
        started = self._clock.now()
        async with self._uow() as uow:
            sweeps = await uow.store_state.sweeps(run.store_id)
        await run.count("found", 0)
        if run.by_schedule and sweeps.swept_at is not None and started - sweeps.swept_at < SWEPT_LATELY:
            await run.count("swept_lately")
            return
        configuration = await self._orders.begin(run)
        sweep = sweep_of(sweeps, now=started, asked=not run.by_schedule)
        # Nobody had the chance to see an order open that was made and closed since the last sweep.
        counts = await self._list(configuration.store, sweep.listing, run=run.run_id, closed_from=sweeps.connected_at)
        await run.count("listed", counts.listed)
        await run.count("unchanged", counts.unchanged)
        await run.count("found", counts.wanted)
        async with self._uow() as uow:
            await uow.store_state.swept(run.store_id, at=started, wide=sweep.wide)
            if sweep.moves_cursor and counts.latest_change is not None:
                await uow.store_state.set_orders_listed_at(run.store_id, counts.latest_change)
            await uow.commit()
        await self._orders.import_wanted(run)


def sweep_of(sweeps: Sweeps, *, now: datetime, asked: bool) -> Sweep:
    """Where the next sweep begins: a day before what complete listings have seen, once a day a week before it.

    While nothing was ever listed, a person who asks gets the first run's open orders (1.03). A schedule goes back to
    the connection of the store and no further: what is older comes in when somebody asks for it, never by itself.
    """
    wide = sweeps.swept_widely_at is None or now - sweeps.swept_widely_at >= WIDE_EVERY
    reach = WIDE_REACH if wide else REACH
    if sweeps.listed_at is not None:
        return Sweep(listing=OrderListing(updated_since=sweeps.listed_at - reach), wide=wide, moves_cursor=True)
    if asked:
        return Sweep(listing=OrderListing(open_only=True), wide=wide, moves_cursor=True)
    since = (sweeps.swept_at or sweeps.connected_at) - reach
    listing = OrderListing(updated_since=max(since, sweeps.connected_at))
    return Sweep(listing=listing, wide=wide, moves_cursor=False)
