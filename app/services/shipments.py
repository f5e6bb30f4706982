"""Shipments as the ERP posts, reads and corrects them (P60). Sending them is in ``send_shipments``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import blake2b

from app.domain.access import Access
from app.domain.identifiers import OrderId, ShipmentId, ShopifyId, order_line_id
from app.domain.shipments import ParcelTracking, Shipment, ShipmentLine, ShipmentState
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, FieldError, InvalidInput, NotFound
from app.ports.job_queue import NudgeKind
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.shipments import (
    NewShipment,
    OrderMeant,
    OrderOfShipment,
    ShipmentFilter,
    StoredShipment,
)
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedLine:
    """A line as it was posted: one of the first four says what was shipped. ``location_code`` empty = the blank one,
    None = not said.
    """

    document_line_no: int | None = None
    order_line_id: str | None = None
    shopify_line_id: ShopifyId | None = None
    item_no: str | None = None
    variant_code: str | None = None
    quantity: int
    location_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedShipment:
    erp_shipment_no: str
    order: OrderMeant
    posting_date: date | None = None
    lines: tuple[PostedLine, ...]
    shipping_agent_code: str | None = None
    tracking: tuple[ParcelTracking, ...] = ()
    notify_customer: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """``created`` False = this very shipment was posted before."""

    shipment: StoredShipment
    created: bool


class Shipments:
    """What the caller may not see does not exist."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: IdFactory) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    async def post(self, access: Access, posted: PostedShipment, *, once: Once[Posted] = AS_OFTEN_AS_ASKED) -> Posted:
        """Keep a shipment to be sent at once. The same body again is the same shipment; another one under its number
        is a ``Conflict``. Raises ``InvalidInput``: ``no_lines``, ``order_unknown``, ``order_ambiguous``.
        """
        if not posted.lines:
            detail = "A shipment has at least one line."
            raise InvalidInput(detail, code="no_lines", errors=[_field("/lines", "no_lines", detail)])
        async with self._uow() as uow:
            await once.begin(uow)
            done = await self._kept(uow, access, posted)
            await once.answered(uow, done)
            await uow.commit()
        return done

    async def _kept(self, uow: UnitOfWork, access: Access, posted: PostedShipment) -> Posted:
        fingerprint = _fingerprint(posted)
        before = await uow.shipments.by_number(posted.erp_shipment_no)
        if before is None:
            order = await self._order(uow, access, posted.order)
            new = NewShipment(
                id=ShipmentId(self._ids.new("shp")),
                store_id=order.store_id,
                shop_id=order.shop_id,
                order_id=order.id,
                shipment=await _shipment(uow, order, posted),
                fingerprint=fingerprint,
            )
            created = await uow.shipments.add(new, now=self._clock.now())
            before = await uow.shipments.by_number(posted.erp_shipment_no)
            assert before is not None
            if created:
                await uow.nudge(NudgeKind.SHIPMENTS, order.store_id)
                return Posted(shipment=before, created=True)
        if before.fingerprint != fingerprint or not access.sees(before.shop_id):
            facts = {"shipment_id": before.id} if access.sees(before.shop_id) else {}
            raise Conflict(
                f"Another shipment was posted under the number {posted.erp_shipment_no!r}. Give this one its own.",
                code="shipment_no_taken",
                facts=facts,
            )
        return Posted(shipment=before, created=False)

    async def _order(self, uow: UnitOfWork, access: Access, meant: OrderMeant) -> OrderOfShipment:
        order = await uow.shipments.order_meant(meant)
        if order is None or not access.sees(order.shop_id):
            detail = "There is no such order here, or none that this key may see. Import it first, or correct the name."
            raise InvalidInput(detail, code="order_unknown", errors=[_field(_pointer(meant), "order_unknown", detail)])
        if order.alike > 1:
            detail = f"The shop has more than one order named {meant.order_name!r}. Name it by its id."
            raise InvalidInput(
                detail, code="order_ambiguous", errors=[_field("/order_name", "order_ambiguous", detail)]
            )
        return order

    async def page(self, access: Access, wanted: ShipmentFilter, request: PageRequest) -> Page[StoredShipment]:
        """In the order in which they were posted."""
        async with self._uow() as uow:
            return await uow.shipments.page(replace(wanted, shop_ids=access.shops), request)

    async def one(self, access: Access, shipment: ShipmentId) -> StoredShipment:
        """A shipment; raises ``NotFound``."""
        async with self._uow() as uow:
            return _found(await uow.shipments.one(shipment, shop_ids=access.shops))

    async def retry(
        self, access: Access, shipment: ShipmentId, *, once: Once[StoredShipment] = AS_OFTEN_AS_ASKED
    ) -> StoredShipment:
        """Try what was not sent again at once. Raises ``Conflict`` when all of it was sent."""
        async with self._uow() as uow:
            await once.begin(uow)
            held = _found(await uow.shipments.locked(shipment, shop_ids=access.shops))
            if held.state is ShipmentState.SYNCHRONISED and not held.tracking_changed:
                raise Conflict(
                    "All of this shipment was sent. What is pending, partially sent, failed or skipped can be retried.",
                    facts={"state": held.state.value, "allowed": ["pending", "partially", "failed", "skipped"]},
                )
            now = self._clock.now()
            await uow.shipments.try_again(shipment, now=now)
            await uow.nudge(NudgeKind.SHIPMENTS, held.store_id)
            again = _found(await uow.shipments.one(shipment, shop_ids=None))
            await once.answered(uow, again)
            await uow.commit()
        return again

    async def give_tracking(
        self,
        access: Access,
        shipment: ShipmentId,
        tracking: Sequence[ParcelTracking],
        *,
        notify_customer: bool | None,
        expected: Expected = ANY_VERSION,
    ) -> StoredShipment:
        """Replace the tracking; what was sent already is corrected at the store. The same again changes nothing."""
        async with self._uow() as uow:
            held = _found(await uow.shipments.locked(shipment, shop_ids=access.shops))
            expected.check(held.version)
            same = tuple(tracking) == held.shipment.tracking and notify_customer == held.shipment.notify_customer
            if same:
                return held
            await uow.shipments.give_tracking(
                shipment, tracking, notify_customer=notify_customer, now=self._clock.now()
            )
            await uow.nudge(NudgeKind.SHIPMENTS, held.store_id)
            given = _found(await uow.shipments.one(shipment, shop_ids=None))
            await uow.commit()
        return given


async def _shipment(uow: UnitOfWork, order: OrderOfShipment, posted: PostedShipment) -> Shipment:
    by_document = {}
    if order.document_id is not None and any(line.document_line_no is not None for line in posted.lines):
        by_document = dict(await uow.shipments.document_lines(order.document_id))
    return Shipment(
        erp_shipment_no=posted.erp_shipment_no,
        posting_date=posted.posting_date,
        lines=tuple(_line(order.id, line, by_document) for line in posted.lines),
        shipping_agent_code=posted.shipping_agent_code,
        tracking=posted.tracking,
        notify_customer=posted.notify_customer,
    )


def _line(order: OrderId, line: PostedLine, by_document: dict[int, ShopifyId]) -> ShipmentLine:
    line_id = line.shopify_line_id
    if line.document_line_no is not None:
        line_id = by_document.get(line.document_line_no)
    elif line.order_line_id is not None:
        shopify_id = ShopifyId(line.order_line_id.rsplit("_", 1)[-1])
        line_id = shopify_id if line.order_line_id == order_line_id(order, shopify_id) else None
    return ShipmentLine(
        line_id=line_id,
        item_no=line.item_no,
        variant_code=line.variant_code,
        quantity=line.quantity,
        location_code=line.location_code,
    )


def _fingerprint(posted: PostedShipment) -> str:
    said = json.dumps(_given(asdict(posted)), sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _given(value: object) -> object:
    """Without what was not given, so that a field added later does not change what an old body said."""
    if isinstance(value, Mapping):
        return {name: _given(each) for name, each in value.items() if each is not None}
    return [_given(each) for each in value] if isinstance(value, (list, tuple)) else value


def _pointer(meant: OrderMeant) -> str:
    named = ("order_id", "document_id", "order_name", "shopify_order_id")
    return f"/{next((name for name in named if getattr(meant, name) is not None), 'order_id')}"


def _field(pointer: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, detail=detail)


def _found(shipment: StoredShipment | None) -> StoredShipment:
    if shipment is None:
        raise NotFound("There is no such shipment, or none that this key may see.")
    return shipment
