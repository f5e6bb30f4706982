"""The two tasks about orders, as a run executes them: import, and making documents (P10, P12, P30).

A run of ``import_orders`` ends when its work has: listed, and every order it listed imported or given an error, with
their documents made where that is automatic. Other workers may do part of that work; their counts are added up in the
tallies.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from app.domain.identifiers import ShopifyId, StoreId
from app.domain.order_filters import matches
from app.domain.order_reach import out_of_reach
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, ScopeMissing, Unavailable
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.repositories.store_state import RunStanding
from app.ports.store_gateway import OrderListing, StoreGateway
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.backfill import Backfill
from app.services.first_contact import described_anew
from app.services.import_orders import ImportOrders
from app.services.list_orders import ListOrders
from app.services.make_documents import MakeDocuments, MakingCounts
from app.services.tasks import RunContext

POLL_SECONDS = 0.25
COUNTED = ("listed", "imported", "unchanged", "documents", "blocked", "failed")
"""What a run tells of itself, nothings too."""
MOST_TROUBLES = 3
"""How often in a row the store may be found in trouble, with the pause after each, before a run gives up. Its orders
stay due and are imported all the same.
"""
EVER = datetime.min.replace(tzinfo=UTC)
FIRST_CURSOR_REACH = timedelta(days=1)
"""A first listing that finds nothing still sets the cursor, so far back."""


class ImportOrdersTask:
    def __init__(
        self,
        *,
        gateway: StoreGateway,
        uow: UnitOfWorkFactory,
        clock: Clock,
        list_orders: ListOrders,
        import_orders: ImportOrders,
        make_documents: MakeDocuments,
        backfill: Backfill,
    ) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock
        self._list = list_orders
        self._import = import_orders
        self._make = make_documents
        self._backfill = backfill

    async def __call__(self, run: RunContext) -> None:
        configuration = await self.begin(run)
        wanted_ids = run.parameters.get("order_shopify_ids")
        no_news = 0
        if wanted_ids:
            await self._want(run, [ShopifyId(each) for each in wanted_ids])
        else:
            no_news = await self._list_all(run, configuration)
        await self.import_wanted(run, no_news=no_news)

    async def begin(self, run: RunContext) -> StoreConfiguration:
        """What a run about orders begins with: the store as it describes itself now. Raises ``AccessRevoked``."""
        for name in COUNTED:
            await run.count(name, 0)
        return await described_anew(
            await self._configuration(run.store_id), gateway=self._gateway, uow=self._uow, clock=self._clock
        )

    async def import_wanted(self, run: RunContext, *, no_news: int = 0) -> None:
        """Import what the run wants to its end, whoever does it, and make the documents that follow.

        ``no_news`` is how many orders its progress counts beside them.
        """
        standing: RunStanding | None = None
        try:
            standing = await self._import_all(run, no_news)
        finally:
            await self._report(run, standing)
        await self._make_due(run)

    async def _configuration(self, store: StoreId) -> StoreConfiguration:
        """Raises ``AccessRevoked`` when there is no way to the store."""
        async with self._uow().looking() as uow:
            configuration = await uow.configurations.of_store(store)
        if configuration is None or not configuration.shops:
            raise AccessRevoked("The store was deleted.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        return configuration

    async def _want(self, run: RunContext, ids: list[ShopifyId]) -> None:
        async with self._uow() as uow:
            elsewhere = await uow.orders_to_import.claimed_elsewhere(run.store_id, ids, shop=run.shop_id)
            await uow.orders_to_import.want(
                run.store_id,
                [WantedOrder(shopify_id=each) for each in ids if each not in elsewhere],
                by=WantedBy.REQUEST,
                now=self._clock.now(),
                run=run.run_id,
                shop=run.shop_id,
            )
            await uow.commit()
        await run.count("listed", len(ids) - len(elsewhere))
        for order in sorted(elsewhere):
            detail = f"Shopify order {order} is another shop's of this store, which claimed it first, for good."
            await run.error(resource_type="shopify_order", id=order, code="claimed_by_other_shop", detail=detail)

    async def _list_all(self, run: RunContext, configuration: StoreConfiguration) -> int:
        """List from where the last complete listing stood, or from where the run says; then move the cursor on, and try
        what failed. A large range is read by a bulk operation instead; how many of its orders were no news.

        The cursor is a change time that the store told, never our clock (1.05), and reaches back by the overlap.
        """
        started, cursor = self._clock.now(), configuration.orders_listed_at
        shop = configuration.shop(run.shop_id)
        overlap = timedelta(minutes=shop.settings.orders.cursor_overlap_minutes if shop else 5)
        listing = _listing(run.parameters, cursor=cursor, overlap=overlap)
        asked_from = listing.created_from or listing.updated_since
        if hidden := out_of_reach(asked_from, granted=configuration.granted_scopes, now=started):
            store = configuration.store
            await run.error(resource_type="store", id=store.domain, code="orders_out_of_reach", detail=hidden)
        closed_from = EVER if run.parameters.get("include_closed") else None
        no_news, seen = await self._backfill(run, configuration, listing, closed_from=closed_from), None
        if no_news is None:
            counts = await self._list(configuration.store, listing, run=run.run_id, closed_from=closed_from)
            await run.count("listed", counts.listed)
            await run.count("unchanged", counts.unchanged)
            if listing.created_from is None and listing.created_to is None and _reaches(listing, cursor):
                seen = counts.latest_change or cursor or started - FIRST_CURSOR_REACH
        async with self._uow() as uow:
            if seen is not None:
                await uow.store_state.set_orders_listed_at(run.store_id, seen)
            # A listing tells nothing new of what failed; a run of chosen orders is about those alone.
            await uow.orders_to_import.retry_failed(
                run.store_id, run.shop_id, run=run.run_id, now=self._clock.now(), pausing=run.by_schedule
            )
            await uow.commit()
        return no_news or 0

    async def _import_all(self, run: RunContext, no_news: int) -> RunStanding | None:
        """Import until nothing of this run is left, whoever does it; how its orders stand then. None = the run was
        cancelled. Raises when the store stays in trouble, and when the app lacks a scope.
        """
        total = troubles = 0
        while not run.cancelled:
            try:
                await self._import(run.store_id)
            except Unavailable:
                # The orders were put off; the store is asked again when they are due.
                troubles += 1
                if troubles > MOST_TROUBLES:
                    raise
            async with self._uow().looking() as uow:
                standing = await uow.store_state.standing(run.run_id)
            # Somebody else may have found out that the app may not read them.
            if denied := next((each for each in standing.failures if each.code == ScopeMissing.code), None):
                raise ScopeMissing(denied.detail)
            done = no_news + standing.done
            if done > run.kept.done:
                troubles = 0
            total = max(total, done + standing.left)
            await run.progress(done, total)
            if not standing.left:
                return standing
            # Somebody else may have found out that nothing can be read any more.
            await self._configuration(run.store_id)
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def _report(self, run: RunContext, standing: RunStanding | None) -> None:
        """What became of the orders, whoever imported them."""
        if standing is None:
            async with self._uow().looking() as uow:
                standing = await uow.store_state.standing(run.run_id)
        for name, number in standing.tallied.items():
            await run.count(name, number)
        for failure in standing.failures:
            await run.error(
                resource_type=failure.resource_type, id=failure.id, code=failure.code, detail=failure.detail
            )

    async def _make_due(self, run: RunContext) -> None:
        """Make what became due meanwhile, and wait for what others are making."""
        while not run.cancelled:
            made = await self._make.due(run.shop_id)
            await report_made(run, made)
            if not made.by_others:
                return
            await asyncio.sleep(POLL_SECONDS)


class CreateDocumentsTask:
    """Tries every order of the shop that has no document, automatic or not; filters of the run narrow it."""

    def __init__(self, make_documents: MakeDocuments) -> None:
        self._make = make_documents

    async def __call__(self, run: RunContext) -> None:
        filters = run.order_filters
        made = await self._make.all(run.shop_id, wanted=lambda order: matches(order, filters))
        await report_made(run, made)
        await run.count("blocked", made.blocked)


async def report_made(run: RunContext, made: MakingCounts) -> None:
    """Count documents that a run made, and name the orders that failed."""
    await run.count("documents", made.documents)
    for order in made.failed:
        detail = "Its document could not be made for a reason nobody foresaw; the log has it under the order's id."
        await run.error(resource_type="order", id=order, code="document_failed", detail=detail)


def _listing(parameters: Mapping[str, object], *, cursor: datetime | None, overlap: timedelta) -> OrderListing:
    since, first, last = (_instant(parameters.get(name)) for name in ("updated_since", "created_from", "created_to"))
    if since or first or last:
        return OrderListing(updated_since=since, created_from=first, created_to=last)
    if cursor is None:
        return OrderListing(open_only=True)
    return OrderListing(updated_since=cursor - overlap)


def _reaches(listing: OrderListing, cursor: datetime | None) -> bool:
    """Whether the listing began no later than the cursor stands, so that nothing between is passed over."""
    return (
        cursor is None or listing.open_only or (listing.updated_since is not None and listing.updated_since <= cursor)
    )


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
