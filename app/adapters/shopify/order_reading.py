"""Reading orders whole: many per call, each list to its end, and an order that changed meanwhile from its start again.

An order comes back complete, or as unreadable, or as not there; never a part as the whole (P14, B4).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeGuard

import msgspec

from app.adapters.shopify.answers.orders import OrderAnswer, PurchasingCompany
from app.adapters.shopify.catalogue import FEW_ORDERS, MANY_ORDERS, ORDERS_WHOLE
from app.adapters.shopify.company_reading import SCOPES_OF_COMPANIES, add_companies
from app.adapters.shopify.document import Flags
from app.adapters.shopify.envelope import ACCESS_DENIED, ErrorEntry
from app.adapters.shopify.gift_card_reading import add_gift_cards
from app.adapters.shopify.node_reading import NodeOutcome, read_nodes
from app.adapters.shopify.order_draft import OrderDraft
from app.adapters.shopify.order_parts import add_refunds, add_scoped_parts, attempt, fill_lists, unexpected
from app.adapters.shopify.page_reading import NOT_ALLOWED, OrderMoved, PageReader, PartUnreadable, unreadable
from app.adapters.shopify.scopes import GrantedScopes, missing_words
from app.adapters.shopify.translators.orders import Untranslatable, order_of
from app.adapters.shopify.transport import ShopifyTransport
from app.adapters.shopify.writing import order_gid
from app.domain.amount_limits import too_large
from app.domain.identifiers import ShopifyId
from app.ports.errors import ScopeMissing
from app.ports.store_gateway import OrderNotThere, OrderRead, OrderReading, OrderUnreadable, StoreRef

READINGS: Final = 4
"""How often an order that changes while it is read is begun, before it is left for later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalPart:
    """A part of the order's own document that is included only where its scope is granted; else it is unknown."""

    name: str
    scope: str
    flag: str
    field: str

    def is_denied_by(self, error: ErrorEntry) -> bool:
        """Whether the error says that the store denies this part."""
        path = error.path or []
        return error.code == ACCESS_DENIED and len(path) > 2 and path[2] == self.field


OPTIONAL_PARTS: Final = (
    OptionalPart(name="payment_terms", scope="read_payment_terms", flag="paymentTerms", field="paymentTerms"),
    OptionalPart(name="staff", scope="read_users", flag="staff", field="staffMember"),
)

CUSTOMER: Final = OptionalPart(name="customer", scope="read_customers", flag="", field="customer")
"""Asked for always, since a consumer's order is nothing without it; a company's is told all the same."""

_DECODER: Final = msgspec.json.Decoder(OrderAnswer)


@dataclass(frozen=True, slots=True)
class OrderReader:
    transport: ShopifyTransport
    scopes: GrantedScopes

    async def read(self, store: StoreRef, ids: Sequence[ShopifyId]) -> list[OrderReading]:
        """Each order asked for, exactly once, in the order asked. Raises ``ScopeMissing`` with all that is missing."""
        try:
            readings = await self._read_all(store, ids)
        except ScopeMissing as denied:
            raise await self.scopes.explained(store, denied) from denied
        if not any(_is_denied(each) for each in readings):
            return readings
        lacking = await self.scopes.lacking(store)
        return [_for_want_of(lacking, each) if lacking else each for each in readings]

    async def _read_all(self, store: StoreRef, ids: Sequence[ShopifyId]) -> list[OrderReading]:
        wanted = list(dict.fromkeys(ids))
        readings: dict[ShopifyId, OrderReading] = {each: _not_an_id(each) for each in wanted if not _is_id(each)}
        for _ in range(READINGS):
            waiting = [each for each in wanted if each not in readings]
            for start in range(0, len(waiting), MANY_ORDERS.ids):
                readings |= await self._read_batch(store, waiting[start : start + MANY_ORDERS.ids])
        return [readings.get(each) or _moving(each) for each in wanted]

    async def read_exported(
        self, store: StoreRef, told: Mapping[ShopifyId, bytes | None], *, exported_at: datetime
    ) -> list[OrderReading]:
        """The same of orders that were told already, each with its lists whole: only what else they have is asked for.
        One that was not (None), or has changed since, is read as ever.
        """
        outcomes = {each: NodeOutcome(gid=order_gid(each), raw=raw) for each, raw in told.items() if raw is not None}
        granted = await self.scopes.of(store)
        flags = flags_of(granted)
        readings = await self._completed(store, outcomes, flags, granted, began=lambda: exported_at)
        rest = [each for each in told if each not in readings]
        anew = dict(zip(rest, await self.read(store, rest), strict=True)) if rest else {}
        return [readings.get(each) or anew[each] for each in told]

    async def _read_batch(self, store: StoreRef, ids: Sequence[ShopifyId]) -> dict[ShopifyId, OrderReading]:
        """The readings of these orders; one that moved under our hands is left out."""
        began = self.transport.time.begin()
        size = MANY_ORDERS if len(ids) > FEW_ORDERS.ids else FEW_ORDERS
        gids = [order_gid(each) for each in ids]
        granted = await self.scopes.of(store)
        flags = flags_of(granted)
        outcomes = await read_nodes(self.transport, store, ORDERS_WHOLE, gids, size=size, flags=flags)
        told = dict(zip(ids, outcomes, strict=True))
        return await self._completed(store, told, flags, granted, began=lambda: self.transport.time.of(began))

    async def _completed(
        self,
        store: StoreRef,
        outcomes: Mapping[ShopifyId, NodeOutcome],
        flags: Flags,
        granted: frozenset[str],
        *,
        began: Callable[[], datetime],
    ) -> dict[ShopifyId, OrderReading]:
        """Orders with everything that their own answers do not tell; one that moved meanwhile is left out. When their
        reading ``began`` is asked last.
        """
        begun = [self._begun(store, each, outcome, flags) for each, outcome in outcomes.items()]
        drafts = [each for each in begun if isinstance(each, OrderDraft)]
        for draft in drafts:
            await attempt(draft, partial(fill_lists, draft))
        await add_refunds(self.transport, store, drafts)
        await add_scoped_parts(self.transport, store, drafts, granted)
        await add_companies(self.transport, store, drafts, granted)
        await add_gift_cards(self.transport, store, drafts, granted)
        read_at = began()
        readings = (_reading(each, read_at) for each in begun)
        return {each.shopify_id: reading for each, reading in zip(begun, readings, strict=True) if reading is not None}

    def _begun(
        self, store: StoreRef, identifier: ShopifyId, outcome: NodeOutcome, flags: Flags
    ) -> OrderDraft | OrderNotThere | OrderUnreadable:
        denied = _denied(outcome)
        for part in denied:
            if part is not CUSTOMER:
                self.scopes.deny(store, part.scope)
        grave = tuple(error for error in outcome.errors if not any(part.is_denied_by(error) for part in denied))
        if grave:
            return _told_unreadable(identifier, unreadable(grave))
        if outcome.raw is None:
            return OrderNotThere(shopify_id=identifier)
        try:
            header = _DECODER.decode(outcome.raw)
        except msgspec.DecodeError as exc:
            return _told_unreadable(identifier, unexpected(exc))
        reader = PageReader(transport=self.transport, store=store, updated_at=header.updated_at)
        unknown = {part.name for part in OPTIONAL_PARTS if not flags[part.flag]} | {part.name for part in denied}
        return OrderDraft(shopify_id=identifier, header=header, raw=outcome.raw, reader=reader, unknown=unknown)


def flags_of(granted: frozenset[str]) -> Flags:
    """Which optional parts of an order's own document these scopes allow."""
    flags = {part.flag: part.scope in granted for part in OPTIONAL_PARTS}
    return flags | {"companies": not granted.isdisjoint(SCOPES_OF_COMPANIES)}


def _is_denied(reading: OrderReading) -> TypeGuard[OrderUnreadable]:
    return isinstance(reading, OrderUnreadable) and reading.code == NOT_ALLOWED


def _for_want_of(lacking: tuple[tuple[str, ...], ...], reading: OrderReading) -> OrderReading:
    """If it was denied: the order is fine, the app lacks what reading it takes."""
    if not _is_denied(reading):
        return reading
    detail = missing_words(lacking)
    return OrderUnreadable(shopify_id=reading.shopify_id, code=ScopeMissing.code, detail=detail, retryable=True)


def _denied(outcome: NodeOutcome) -> list[OptionalPart]:
    """The parts that the store denies and the order is whole without."""
    parts: tuple[OptionalPart, ...] = OPTIONAL_PARTS
    if any(CUSTOMER.is_denied_by(error) for error in outcome.errors) and _is_of_a_company(outcome.raw):
        parts = (*parts, CUSTOMER)
    return [part for part in parts if any(part.is_denied_by(error) for error in outcome.errors)]


def _is_of_a_company(raw: bytes | None) -> bool:
    try:
        return raw is not None and isinstance(_DECODER.decode(raw).purchasing_entity, PurchasingCompany)
    except msgspec.DecodeError:
        return False


def _reading(begun: OrderDraft | OrderNotThere | OrderUnreadable, read_at: datetime) -> OrderReading | None:
    """What came of an order; None when it moved and must be read again."""
    if not isinstance(begun, OrderDraft):
        return begun
    trouble = begun.trouble
    if isinstance(trouble, OrderMoved):
        return None
    if isinstance(trouble, PartUnreadable):
        return _told_unreadable(begun.shopify_id, trouble)
    try:
        order = order_of(begun.parts())
    except Untranslatable as exc:
        return _told_unreadable(begun.shopify_id, unexpected(exc))
    if (detail := too_large(order)) is not None:
        return OrderUnreadable(shopify_id=begun.shopify_id, code="amount_too_large", detail=detail, retryable=False)
    return OrderRead(order=order, raw=begun.record(), read_at=read_at)


def _told_unreadable(identifier: ShopifyId, trouble: PartUnreadable) -> OrderUnreadable:
    return OrderUnreadable(shopify_id=identifier, code=trouble.code, detail=trouble.detail, retryable=trouble.retryable)


def _moving(identifier: ShopifyId) -> OrderUnreadable:
    detail = f"The order changed each of the {READINGS} times that it was read; it is left for later."
    return OrderUnreadable(shopify_id=identifier, code="changed_while_reading", detail=detail, retryable=True)


def _is_id(identifier: ShopifyId) -> bool:
    return identifier.isascii() and identifier.isdigit()


def _not_an_id(identifier: ShopifyId) -> OrderUnreadable:
    """Shopify would refuse the whole page for it."""
    detail = f"{identifier[:40]!r} is not the number of a Shopify order."
    return OrderUnreadable(shopify_id=identifier, code="invalid_id", detail=detail, retryable=False)
