"""The proof of completeness: a shop's days compared with the store, for whoever asks and once a day by itself.

The store is asked by one listing of what changed since the first of the days: whatever was made or refunded on them is
in it. What is missing or differs is read again; what differs even then is kept for the operator.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from app.domain.access import Access
from app.domain.completeness import (
    Compared,
    CopySum,
    DayCompared,
    DifferenceKind,
    OrderSum,
    Queued,
    ShopTerms,
    compared,
)
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.order_reach import ALL_ORDERS, REACH
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, FieldError, InvalidInput, NotFound
from app.ports.repositories.completeness import KeptDay
from app.ports.repositories.configuration import ShopConfiguration, StoreConfiguration
from app.ports.repositories.orders_to_import import WantedBy, WantedOrder
from app.ports.sight import seeing
from app.ports.store_gateway import OrderListing, StoreGateway
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.order_tasks import ImportOrdersTask
from app.services.tasks import RunContext

MOST_DAYS = 31
MOST_ORDERS = 25_000
LOOKED_UP_AT_ONCE = 1_000
CHECKED_BACK = timedelta(days=7)
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopDays:
    """A shop's days as they compare; ``currency`` None = the store has not told its own yet."""

    shop: str
    time_zone: str
    currency: str | None
    days: Sequence[DayCompared]


class CompareDays:
    """Asks the store once; what is here is looked at as often as one likes."""

    def __init__(self, uow: UnitOfWorkFactory, gateway: StoreGateway, clock: Clock) -> None:
        self._uow = uow
        self._gateway = gateway
        self._clock = clock

    async def at_store(
        self, configuration: StoreConfiguration, zone: tzinfo, first: date, last: date
    ) -> dict[ShopifyId, OrderSum]:
        """Every order of the days, and every older one that may have been refunded on them."""
        start, end = _bounds(zone, first, last)
        found: dict[ShopifyId, OrderSum] = {}
        listing = OrderListing(updated_since=start, created_to=end)
        async for page in self._gateway.order_sums(configuration.store, listing):
            found.update({each.shopify_id: each for each in page})
            if len(found) > MOST_ORDERS:
                raise _refused("from", f"More than {MOST_ORDERS} orders changed since then. Ask for later days.")
        return found

    async def __call__(
        self,
        configuration: StoreConfiguration,
        shop: ShopConfiguration,
        there: dict[ShopifyId, OrderSum],
        *,
        first: date,
        last: date,
    ) -> Sequence[DayCompared]:
        store = configuration.store.id
        start, end = _bounds(shop.time_zone, first, last)
        async with self._uow() as uow:
            sweeps = await uow.store_state.sweeps(store)
            copies: dict[ShopifyId, CopySum] = dict(await uow.completeness.copies_made(shop.id, since=start, until=end))
            queued: dict[ShopifyId, Queued] = {}
            ids = list(there)
            for begin in range(0, len(ids), LOOKED_UP_AT_ONCE):
                some = ids[begin : begin + LOOKED_UP_AT_ONCE]
                copies.update(await uow.completeness.copies(store, some))
                queued.update(await uow.completeness.queued(store, some))
        sees_all = configuration.granted_scopes is None or ALL_ORDERS in configuration.granted_scopes
        terms = ShopTerms(
            shop=shop.id,
            zone=shop.time_zone,
            start_date=shop.settings.general.start_date,
            connected_at=sweeps.connected_at,
            listed=sweeps.listed_at is not None,
            seen_from=None if sees_all else self._clock.now() - REACH,
        )
        return compared(_days(first, last), Compared(there=there, copies=copies, queued=queued), terms)


class ReadCompleteness:
    def __init__(self, uow: UnitOfWorkFactory, compare: CompareDays) -> None:
        self._uow = uow
        self._compare = compare

    async def __call__(self, access: Access, code: str, *, first: date, last: date) -> ShopDays:
        """Compares now, at most 31 days. Raises ``NotFound``, ``InvalidInput`` and the store's troubles."""
        if last < first:
            raise _refused("to", "The last day must not be before the first.")
        if (last - first).days >= MOST_DAYS:
            raise _refused("to", f"At most {MOST_DAYS} days at a time.")
        async with self._uow() as uow:
            of = await uow.runs.shop(code, access.shops)
            configuration = None if of is None else await uow.configurations.of_store(of.store_id)
        shop = configuration.shop(of.id) if configuration is not None and of is not None else None
        if configuration is None or shop is None:
            raise NotFound("There is no such shop, or none that this key may see.")
        if configuration.access_revoked:
            raise AccessRevoked(configuration.why_it_stands_still)
        there = await self._compare.at_store(configuration, shop.time_zone, first, last)
        # An order of another shop of the store is not missing.
        with seeing(None):
            days = await self._compare(configuration, shop, there, first=first, last=last)
        return ShopDays(shop=code, time_zone=str(shop.time_zone), currency=shop.local_currency, days=days)


class CheckCompleteness:
    """The task ``check_completeness``. It ends when what it found missing is here, or has its reason."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, compare: CompareDays, import_orders: ImportOrdersTask
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._compare = compare
        self._orders = import_orders

    async def __call__(self, run: RunContext) -> None:
        """``counts``: the days compared, how many differed, the orders to be read again, and the days that still
        differ when that is done; beside those of ``import_orders``.
        """
        configuration = await self._orders.begin(run)
        shop = configuration.shop(run.shop_id)
        if shop is None:
            raise AccessRevoked("The shop was deleted.")
        first, last = await self._range(run, shop)
        there = await self._compare.at_store(configuration, shop.time_zone, first, last)
        days = await self._compare(configuration, shop, there, first=first, last=last)
        await self._keep(shop.id, days)
        wrong = {each.order for day in days for each in day.to_mend}
        await run.count("days", len(days))
        await run.count("days_differing", sum(1 for day in days if day.to_mend))
        await run.count("read_again", len(wrong))
        if wrong:
            await self._want(run, [there[each] for each in sorted(wrong)])
            await self._orders.import_wanted(run)
            days = await self._compare(configuration, shop, there, first=first, last=last)
            await self._keep(shop.id, days)
        await run.count("days_still_differing", sum(1 for day in days if day.to_mend))
        for day in days:
            if day.to_mend:
                await run.error(
                    resource_type="completeness_day", id=day.day.isoformat(), code="days_differ", detail=words(day)
                )

    async def _range(self, run: RunContext, shop: ShopConfiguration) -> tuple[date, date]:
        """The days asked for; else the last seven, reaching back to days that differed, as far as one may ask."""
        today = self._clock.now().astimezone(shop.time_zone).date()
        given = {name: run.parameters.get(name) for name in ("from", "to")}
        last = date.fromisoformat(str(given["to"])) if given["to"] else today - timedelta(days=1)
        if given["from"]:
            first = date.fromisoformat(str(given["from"]))
        else:
            async with self._uow() as uow:
                differing = await uow.completeness.differing(shop.id)
            reachable = [day for day in differing if last - timedelta(days=MOST_DAYS) < day <= last]
            first = min([*reachable, last - CHECKED_BACK + timedelta(days=1)])
        if not 0 <= (last - first).days < MOST_DAYS:
            raise _refused("/parameters/from", f"The days must be 1 to {MOST_DAYS}, the first not after the last.")
        return first, last

    async def _want(self, run: RunContext, orders: Sequence[OrderSum]) -> None:
        """Have them read, although nothing may have announced a change of them."""
        async with self._uow() as uow:
            await uow.orders_to_import.want(
                run.store_id,
                [
                    WantedOrder(shopify_id=each.shopify_id, name=each.name, store_updated_at=each.updated_at)
                    for each in orders
                ],
                by=WantedBy.LISTING,
                now=self._clock.now(),
                run=run.run_id,
            )
            await uow.commit()

    async def _keep(self, shop: ShopId, days: Iterable[DayCompared]) -> None:
        kept = [KeptDay(day=each.day, detail=words(each) if each.to_mend else "") for each in days]
        async with self._uow() as uow:
            await uow.completeness.keep(shop, kept, now=self._clock.now())
            await uow.commit()


_WORDS = {
    DifferenceKind.MISSING: "missing here",
    DifferenceKind.IMPORT_FAILED: "could not be imported",
    DifferenceKind.CHANGED: "of another amount here",
    DifferenceKind.REFUND_MISSING: "with a refund that is missing here",
    DifferenceKind.REFUND_CHANGED: "with a refund of another amount here",
}


def words(day: DayCompared) -> str:
    """What is to be mended on a day, in a sentence that names the orders."""
    parts = []
    for kind, meaning in _WORDS.items():
        names = list(dict.fromkeys(each.name for each in day.to_mend if each.kind is kind))
        if names:
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            parts.append(f"{', '.join(names[:MOST_NAMED])}{more}: {meaning}")
    return "; ".join(parts) + "." if parts else ""


def _bounds(zone: tzinfo, first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of the first day to that of the day after the last."""
    begin, after = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    return begin.astimezone(UTC), after.astimezone(UTC)


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _refused(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, errors=[FieldError(pointer=pointer, code="wrong_value", detail=detail)])
