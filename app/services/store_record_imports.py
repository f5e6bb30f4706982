"""Taking in store customers and companies that no order came with: found, created, linked, updated by the rules of
orders (P23, CUS-56 … CUS-63, COM-20 … COM-29).

A batch is one transaction; when something in it is odd, its records are taken in one by one, so that one costs no other
(CUS-59, COM-21). What cannot be taken in is kept with its reason and tried again by each run (CUS-60).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from app.domain import awaited
from app.domain.chosen_customers import LinkKind
from app.domain.identifiers import ShopId, ShopifyId
from app.domain.order_record import OrderMapping
from app.domain.orders import Order
from app.domain.problems import ProblemCode
from app.domain.shop_settings import ImportRange
from app.domain.store_records import without_defaults
from app.failpoints import Act, through
from app.ports.clock import Clock, IdFactory
from app.ports.contact_normaliser import ContactNormaliser
from app.ports.errors import ConnectorError
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.customers import CustomerKeys
from app.ports.repositories.exchanges import ExchangeError, ExchangeKind
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.customer_updates import CustomerUpdates
from app.services.master_data import brought_by_customer
from app.services.order_customers import Buyer, ChosenCustomers, OrderCustomers
from app.services.tasks import RunContext
from app.services.waking import wake

OVERLAP = timedelta(minutes=5)
"""How far each listing reaches back before the last change that was listed."""
NOBODY = frozenset({ProblemCode.CUSTOMER_MISSING, ProblemCode.COMPANY_MISSING})
"""Not every subscriber to a newsletter is somebody to the ERP: this is counted, and wrong with nobody (JOB-31)."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the store tells of one record: an order for each customer that it may be. ``refusal`` = it cannot be."""

    record: ShopifyId
    orders: Sequence[Order] = ()
    read_at: datetime | None = None
    refusal: ExchangeError | None = None


@dataclass(slots=True, kw_only=True)
class Taken:
    """What became of records, for the run's counts."""

    counts: dict[str, int] = field(default_factory=dict)
    errors: dict[ShopifyId, ExchangeError] = field(default_factory=dict)

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def add(self, other: "Taken") -> None:
        for name, number in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + number
        self.errors |= other.errors


class StoreRecordImports:
    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: IdFactory, contact: ContactNormaliser) -> None:
        self._uow = uow
        self._clock = clock
        self._customers = OrderCustomers(ids, contact)
        self._updates = CustomerUpdates(contact)

    async def take(self, run: RunContext, shop: ShopConfiguration, kind: ExchangeKind, told: Sequence[Told]) -> None:
        """Take these in, and say in the run what became of them."""
        taken = await self._isolated(shop, kind, told)
        for name, number in taken.counts.items():
            await run.count(name, number)
        for record, error in taken.errors.items():
            await run.error(resource_type=kind.value, id=record, code=error.code, detail=error.detail)

    async def _isolated(self, shop: ShopConfiguration, kind: ExchangeKind, told: Sequence[Told]) -> Taken:
        try:
            return await self._together(shop, kind, told)
        except ConnectorError:
            raise
        except Exception as error:
            if len(told) == 1:
                log.exception("store_record_not_taken_in", kind=kind, record=told[0].record)
                detail = f"Taking it in broke off ({type(error).__name__})."
                return await self._refused(
                    shop.id, kind, told[0].record, ExchangeError(code="import_failed", detail=detail)
                )
        taken = Taken()
        for each in told:
            taken.add(await self._isolated(shop, kind, [each]))
        return taken

    async def _refused(self, shop: ShopId, kind: ExchangeKind, record: ShopifyId, error: ExchangeError) -> Taken:
        async with self._uow() as uow:
            taken = Taken()
            await self._note(uow, shop, kind, record, error, taken, now=self._clock.now())
            await uow.commit()
        return taken

    async def _together(self, shop: ShopConfiguration, kind: ExchangeKind, told: Sequence[Told]) -> Taken:
        taken, now = Taken(), self._clock.now()
        buyers = [(each.record, self._buyer(shop, order, each.read_at)) for each in told for order in each.orders]
        async with self._uow() as uow:
            chosen = await self._choose(uow, shop.id, [buyer for _, buyer in buyers])
            await self._customers.write(uow, chosen, now=now)
            # A default customer stays as it is; that it is one, only the shop's own settings say.
            own = [replace(buyer, shop=shop) for _, buyer in buyers]
            await self._updates.apply(uow, zip(own, chosen, strict=True), now=now)
            await wake(uow, _brought(shop.id, chosen), shop=None)
            refusals = {each.record: each.refusal for each in told if each.refusal is not None}
            for (record, _), each in zip(buyers, chosen, strict=True):
                refusals |= _judged(record, each, taken)
            for record, refusal in refusals.items():
                await self._note(uow, shop.id, kind, record, refusal, taken, now=now)
            await uow.exchanges.mended(shop.id, kind, [each.record for each in told if each.record not in refusals])
            await through(Act.RECORD_TAKE, uow.commit())
        return taken

    async def _choose(self, uow: UnitOfWork, shop: ShopId, buyers: Sequence[Buyer]) -> Sequence[ChosenCustomers]:
        """Once more when somebody is to be created: what others created before us is found only then."""
        chosen = await self._customers.choose(uow, shop, buyers)
        creating = [buyer for buyer, each in zip(buyers, chosen.customers, strict=True) if each.created]
        if creating:
            await self._customers.wait_for_others(uow, creating)
            chosen = await self._customers.choose(uow, shop, buyers, before=chosen)
        return chosen.customers

    def _buyer(self, shop: ShopConfiguration, order: Order, read_at: datetime | None) -> Buyer:
        """Only where all are taken in may somebody be created without an order."""
        wanted = shop.settings.companies.import_ if order.b2b else shop.settings.customers.import_
        return self._customers.buyer(
            order,
            shop=replace(shop, settings=without_defaults(shop.settings)),
            mapping=OrderMapping(),
            may_create=None if wanted is ImportRange.ALL else False,
            read_at=read_at,
        )

    async def _note(
        self,
        uow: UnitOfWork,
        shop: ShopId,
        kind: ExchangeKind,
        record: ShopifyId,
        error: ExchangeError,
        taken: Taken,
        *,
        now: datetime,
    ) -> None:
        await uow.exchanges.failed(shop, kind, record, error, sent=None, finished=True, now=now)
        taken.count("failed")
        taken.errors[record] = error


def _judged(record: ShopifyId, chosen: ChosenCustomers, taken: Taken) -> Mapping[ShopifyId, ExchangeError]:
    problems = [each for each in chosen.choice.problems if each.code not in NOBODY]
    if problems:
        return {record: ExchangeError(code=problems[0].code.value, detail=problems[0].detail)}
    if chosen.choice.problems:
        taken.count("unmapped")
    elif chosen.created:
        taken.count("created")
    else:
        taken.count("linked" if chosen.links else "known")
    return {}


def _brought(shop: ShopId, chosen: Sequence[ChosenCustomers]) -> set[str]:
    """What orders may have waited for."""
    facts: set[str] = set()
    for each in chosen:
        for row in each.created:
            keys = CustomerKeys(email=row.email_key, phone=row.phone_key, address=row.address_key)
            facts |= brought_by_customer(None, keys)
        for link in each.links:
            if link.kind is LinkKind.STORE_CUSTOMER:
                facts.add(awaited.store_customer_link(shop, ShopifyId(link.shopify_id)))
            elif link.kind is LinkKind.COMPANY:
                facts.add(awaited.company_link(shop, ShopifyId(link.shopify_id)))
    return facts
