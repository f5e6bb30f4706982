"""The mapping tables and what a new entry wakes (P04, P33). One use case for all kinds."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from app.domain import awaited
from app.domain.identifiers import ShopId
from app.domain.mapping_entries import CurrencyMapping, StaffMapping
from app.domain.mappings import (
    CustomerTemplate,
    LocationMapping,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.domain.shipping_agents import ShippingAgent
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, NotFound
from app.ports.once import Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.keyed_records import Kept, Key, KeyedRecords, TextKeyedRecords
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.services.waking import wake

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Put(Generic[Record]):
    """What a PUT did."""

    kept: Kept[Record]
    created: bool


Brings = Callable[[UnitOfWork, ShopId | None, Record], Awaitable[Iterable[str]]]
"""The facts (``app.domain.awaited``) that a new or changed record brings."""


class KeyedTable(Generic[Record]):
    """The records of one kind, by their natural key."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        records: Callable[[UnitOfWork], KeyedRecords[Record]],
        brings: Brings[Record] | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._records = records
        self._brings = brings

    async def page(self, shop: ShopId | None, request: PageRequest, *, under: Key = ()) -> Page[Kept[Record]]:
        async with self._unit_of_work() as uow:
            return await self._records(uow).page(shop, request, under=under)

    async def get(self, shop: ShopId | None, key: Key) -> Kept[Record]:
        async with self._unit_of_work() as uow:
            kept = await self._records(uow).find(shop, key)
        if kept is None:
            raise NotFound("There is no such entry.")
        return kept

    async def put(self, shop: ShopId | None, value: Record, *, expected: Expected = ANY_VERSION) -> Put[Record]:
        """Make or replace; an entry that stays the same keeps its version and wakes nobody."""

        async def given(_: UnitOfWork) -> Record:
            return value

        return await self.put_made(shop, given, expected=expected)

    async def put_made(
        self,
        shop: ShopId | None,
        make: Callable[[UnitOfWork], Awaitable[Record]],
        *,
        expected: Expected = ANY_VERSION,
    ) -> Put[Record]:
        """As ``put``, for a value that must be looked up in the same transaction."""
        async with self._unit_of_work() as uow:
            records = self._records(uow)
            value = await make(uow)
            before = await records.locked(shop, records.natural_key(value))
            expected.check(before.version if before else None)
            if before is not None and before.value == value:
                return Put(kept=before, created=False)
            kept = await records.put(shop, value, now=self._clock.now())
            await self.wake(uow, shop, value)
            await uow.commit()
        return Put(kept=kept, created=before is None)

    async def delete(self, shop: ShopId | None, key: Key, *, expected: Expected = ANY_VERSION) -> None:
        """Deleting what is not there is a 404, so that a mistyped key shows."""
        async with self._unit_of_work() as uow:
            records = self._records(uow)
            before = await records.locked(shop, key)
            if before is None:
                raise NotFound("There is no such entry.")
            expected.check(before.version)
            await records.delete(shop, key)
            await uow.commit()

    async def wake(self, uow: UnitOfWork, shop: ShopId | None, value: Record) -> None:
        """Have what waits for this record tried again."""
        if self._brings is not None:
            await wake(uow, await self._brings(uow, shop, value), shop=shop)


class TextKeyedTable(Generic[Record]):
    """Records whose natural key is free text, addressed by our id."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        ids: IdFactory,
        records: Callable[[UnitOfWork], TextKeyedRecords[Record]],
        brings: Brings[Record] | None = None,
    ) -> None:
        self._table = KeyedTable(unit_of_work, clock, records, brings)
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._records = records

    async def page(self, shop: ShopId, request: PageRequest) -> Page[Kept[Record]]:
        return await self._table.page(shop, request)

    async def get(self, shop: ShopId, entry: str) -> Kept[Record]:
        return await self._table.get(shop, (entry,))

    async def delete(self, shop: ShopId, entry: str, *, expected: Expected = ANY_VERSION) -> None:
        await self._table.delete(shop, (entry,), expected=expected)

    async def post(self, shop: ShopId, value: Record, *, once: Once[Put[Record]]) -> Put[Record]:
        """Make the entry of this natural key, or replace it."""
        async with self._unit_of_work() as uow:
            await once.begin(uow)
            records = self._records(uow)
            before = await records.locked_by_text(shop, value)
            kept = await records.put(shop, value, now=self._clock.now(), new_id=self._ids.new("map"))
            await self._table.wake(uow, shop, value)
            done = Put(kept=kept, created=before is None)
            await once.answered(uow, done)
            await uow.commit()
        return done

    async def put(self, shop: ShopId, entry: str, value: Record, *, expected: Expected = ANY_VERSION) -> Kept[Record]:
        """Replace an entry's values; the text it is about stays."""
        async with self._unit_of_work() as uow:
            records = self._records(uow)
            before = await records.locked(shop, (entry,))
            if before is None:
                raise NotFound("There is no such entry.")
            expected.check(before.version)
            if records.natural_key(before.value) != records.natural_key(value):
                raise Conflict(
                    "The text that an entry is about stays. Post an entry for the new text and delete this one.",
                    code="key_cannot_change",
                )
            kept = await records.put(shop, value, now=self._clock.now(), new_id=entry)
            await self._table.wake(uow, shop, value)
            await uow.commit()
        return kept


class PaymentTermsTable(KeyedTable[PaymentTermsMapping]):
    """Orders name terms by type and name, which are the store's to tell: a code given without them keeps them."""

    async def put(
        self, shop: ShopId | None, value: PaymentTermsMapping, *, expected: Expected = ANY_VERSION
    ) -> Put[PaymentTermsMapping]:
        async def named(uow: UnitOfWork) -> PaymentTermsMapping:
            before = await uow.mapping_tables.payment_terms.locked(shop, (value.terms_id,))
            if before is None:
                return value
            return replace(value, name=value.name or before.value.name, type=value.type or before.value.type)

        return await self.put_made(shop, named, expected=expected)


class MappingTables:
    """All kinds of mappings."""

    def __init__(self, *, unit_of_work: UnitOfWorkFactory, clock: Clock, ids: IdFactory) -> None:
        self.locations: KeyedTable[LocationMapping] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.mapping_tables.locations, _location
        )
        self.shipment_methods: TextKeyedTable[ShipmentMethodMapping] = TextKeyedTable(
            unit_of_work, clock, ids, lambda uow: uow.mapping_tables.shipment_methods, _shipment_method
        )
        self.payment_methods: TextKeyedTable[PaymentMethodMapping] = TextKeyedTable(
            unit_of_work, clock, ids, lambda uow: uow.mapping_tables.payment_methods
        )
        self.payment_terms = PaymentTermsTable(unit_of_work, clock, lambda uow: uow.mapping_tables.payment_terms)
        self.staff: KeyedTable[StaffMapping] = KeyedTable(unit_of_work, clock, lambda uow: uow.mapping_tables.staff)
        self.customer_templates: KeyedTable[CustomerTemplate] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.mapping_tables.customer_templates, _template
        )
        self.tax_areas: KeyedTable[TaxArea] = KeyedTable(unit_of_work, clock, lambda uow: uow.mapping_tables.tax_areas)
        self.currencies: KeyedTable[CurrencyMapping] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.mapping_tables.currencies, _currency
        )
        self.shipping_agents: KeyedTable[ShippingAgent] = KeyedTable(
            unit_of_work, clock, lambda uow: uow.mapping_tables.shipping_agents
        )


async def _location(_: UnitOfWork, shop: ShopId | None, value: LocationMapping) -> Iterable[str]:
    assert shop is not None
    return (awaited.location_mapping(shop, value.location_id),)


async def _shipment_method(_: UnitOfWork, shop: ShopId | None, value: ShipmentMethodMapping) -> Iterable[str]:
    assert shop is not None
    return (awaited.shipment_method_mapping(shop, value.title),)


async def _template(_: UnitOfWork, shop: ShopId | None, value: CustomerTemplate) -> Iterable[str]:
    assert shop is not None
    return (awaited.customer_template(shop, value.country_code),)


async def _currency(_: UnitOfWork, __: ShopId | None, value: CurrencyMapping) -> Iterable[str]:
    return (awaited.currency_mapping(value.iso),)
