"""One claimed shipment and the store: look, fit, ask for one fulfilment after the other, and know what came of each.

Fulfilments have no key by which they could be asked for twice (B6). So each is written down before it is asked for and
again when its outcome is known; one whose outcome is not known is looked for among the order's fulfilments first, and
asked for anew only when it cannot turn up any more. Knows neither whose turn it is nor how often it is tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from app.domain.identifiers import ShopifyId
from app.domain.shipment_fitting import Fitting, Part, Wanted, fit
from app.domain.shipment_sights import SeenFulfilment, ShippingSeen
from app.domain.shipment_traces import left_open, open_at, recognised
from app.domain.shipments import NotSent, ShipmentLine, ShipmentState, reason_of, state_of
from app.domain.shipping_agents import ShippingAgent
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, ScopeMissing, StoreRefused, StoreUnavailable, Unavailable
from app.ports.repositories.configuration import ShopConfiguration
from app.ports.repositories.shipments import Sending, SendingState, ShipmentClaim, ShipmentEnd
from app.ports.shipment_gateway import (
    FulfilmentPart,
    FulfilmentTracking,
    NewFulfilment,
    ShipmentGateway,
)
from app.ports.store_gateway import OrderNotThere, OrderUnreadable, StoreRef
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.noted_shipments import SentNow
from app.services.shipment_facts import OrderLines, locations_of, tracking_of

LEASE = timedelta(minutes=1)
"""Longer than any request can take, so that nobody looks for its effect before it has one."""
MOST_LOOKS = 3
"""In one attempt: a refusal may come of a fulfilment order that changed right after it was looked at."""
UNSETTLED_FOR = timedelta(minutes=1)
"""A request that was lost may take effect for so long. Until then it is looked for, but not asked for anew."""


OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """It is not the end, and not the store as a whole: tried again, at ``due_at`` if that is known by now."""

    code: str
    detail: str
    due_at: datetime | None = None
    held: bool = False
    """For a setting or a scope; nothing was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTrouble:
    """Not the shipment's: its claim is to be given back."""

    error: Unavailable | AccessRevoked


@dataclass(frozen=True, slots=True)
class ClaimLost:
    """Somebody else has the shipment now."""


Outcome = ShipmentEnd | PutOff | StoreTrouble | ClaimLost
_Stop = PutOff | ClaimLost


class ShipmentSending:
    """Used for one attempt. What was sent and is known stands in ``results``, also when the attempt stops half-way."""

    def __init__(
        self,
        *,
        gateway: ShipmentGateway,
        uow: UnitOfWorkFactory,
        clock: Clock,
        store: StoreRef,
        shop: ShopConfiguration,
        agent: ShippingAgent | None,
        claim: ShipmentClaim,
    ) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock
        self._store = store
        self._shop = shop
        self._claim = claim
        self._tracking = tracking_of(claim.shipment, agent)
        self._sendings = {sending.no: sending for sending in claim.sendings}
        self.results = list(claim.results)
        self.sent: SentNow | None = None

    async def __call__(self) -> Outcome:
        try:
            return await self._attempt()
        except ScopeMissing as missing:
            return PutOff(code=missing.code, detail=missing.detail, held=True)
        except (Unavailable, AccessRevoked) as trouble:
            return StoreTrouble(error=trouble)

    @property
    def allowed(self) -> bool:
        """Whether the shop lets anything be written to the store."""
        return self._shop.settings.general.allow_outgoing

    @property
    def _lost(self) -> Sequence[Sending]:
        return [each for each in self._sendings.values() if each.state is SendingState.BEGUN]

    async def _attempt(self) -> Outcome:
        opened: str | None = None
        fulfilments: Sequence[SeenFulfilment] = ()
        looks = MOST_LOOKS if self._left() or self._lost or self._in_doubt else 0
        while looks:
            looks -= 1
            sight = await self._gateway.look_at_shipping(
                self._store, self._claim.order_shopify_id, with_fulfilments=bool(self._lost or self._in_doubt)
            )
            match sight:
                case ShippingSeen():
                    fulfilments = sight.fulfilments or fulfilments
                case OrderNotThere():
                    return self._not_at_store()
                case OrderUnreadable(code=code, detail=detail):
                    return PutOff(code=code, detail=detail)
                case _:
                    assert_never(sight)
            if opened == open_at(sight.fulfilment_orders):
                break
            after = await self._find_lost(fulfilments) or await self._send(sight)
            if isinstance(after, PutOff | ClaimLost):
                return after
            opened = after
            if not self._refused:
                break
        refused = await self._tell_tracking(fulfilments)
        return refused if isinstance(refused, PutOff | ClaimLost) else self._end(opened, refused)

    @property
    def _in_doubt(self) -> bool:
        """Whether the last attempt ended without an answer."""
        return self._claim.reason == OUTCOME_UNKNOWN

    @property
    def _refused(self) -> bool:
        """Whether the store refused something of what was asked for last."""
        return any(result.reason is NotSent.REFUSED_BY_SHOPIFY for result in self.results)

    def _left(self) -> list[tuple[int, ShipmentLine, int]]:
        """The lines of which something is still to be sent, with how much."""
        lines = self._claim.shipment.lines
        return [
            (index, line, line.quantity - result.quantity_sent)
            for index, (line, result) in enumerate(zip(lines, self.results, strict=True))
            if line.quantity > result.quantity_sent
        ]

    async def _find_lost(self, fulfilments: Sequence[SeenFulfilment]) -> _Stop | None:
        """What became of requests whose answers were lost."""
        known = set(self._claim.known_fulfilments)
        for sending in self._lost:
            found = recognised(
                fulfilments,
                parts=sending.parts,
                tracking_numbers=sending.tracking.numbers if sending.tracking else (),
                begun_at=sending.begun_at,
                looked_at=sending.looked_at,
                known=known,
            )
            settled_at = (sending.ended_at or sending.begun_at) + UNSETTLED_FOR
            if found is not None:
                known.add(found.shopify_id)
                stop = await self._note_recorded(sending, found.shopify_id)
            elif self._clock.now() < settled_at:
                detail = "An answer of Shopify's was lost. Whether it recorded the fulfilment is looked up once more."
                return PutOff(code=OUTCOME_UNKNOWN, detail=detail, due_at=settled_at)
            else:
                stop = await self._note(sending, SendingState.VOID)
            if stop is not None:
                return stop
        return None

    async def _send(self, seen: ShippingSeen) -> _Stop | str:
        """Send what fits; the digest of what is open after it."""
        async with self._uow() as uow:
            lines = OrderLines(await uow.shipments.lines_of(self._claim.order_id))
        known = {line.line_id for fo in seen.fulfilment_orders for line in fo.lines}
        wanted = [
            Wanted(
                index=index,
                line_ids=lines.of(line, known=known),
                quantity=left,
                location_code=line.location_code,
            )
            for index, line, left in self._left()
        ]
        fitting = fit(
            wanted,
            seen.fulfilment_orders,
            locations=locations_of(self._shop),
            own_service=self._shop.settings.fulfilment.service_name,
        )
        for each in wanted:
            misfit = fitting.misfits.get(each.index)
            self.results[each.index] = replace(
                self.results[each.index],
                reason=misfit.reason if misfit else None,
                reason_detail=misfit.detail if misfit else None,
            )
        refused = await self._accept(fitting)
        accepted = set(fitting.to_accept) - set(refused)
        sent = self.sent = SentNow(seen=seen, accepted=accepted)
        for parts in fitting.fulfilments:
            allowed = tuple(part for part in parts if part.fulfilment_order_id not in refused)
            stop = await self._ask_for(allowed, sent) if allowed else None
            if stop is not None:
                return stop
        return open_at(left_open(seen.fulfilment_orders, sent.parts, accepted=accepted))

    async def _accept(self, fitting: Fitting) -> Mapping[ShopifyId, str]:
        """Accept requests to our own service; those that were refused, with the store's words."""
        refused: dict[ShopifyId, str] = {}
        for order in fitting.to_accept:
            try:
                await self._gateway.accept_request(self._store, order)
            except ScopeMissing:
                raise
            except StoreRefused as refusal:
                refused[order] = refusal.detail
        for parts in fitting.fulfilments:
            for part in parts:
                if part.fulfilment_order_id in refused:
                    self._refuse([part], refused[part.fulfilment_order_id])
        return refused

    async def _ask_for(self, parts: tuple[Part, ...], sent: SentNow) -> _Stop | None:
        """Ask for one fulfilment; what was refused of it is noted in the results."""
        now = self._clock.now()
        sending = Sending(
            no=max(self._sendings, default=0) + 1,
            parts=parts,
            tracking=self._tracking,
            state=SendingState.BEGUN,
            begun_at=now,
            looked_at=sent.seen.looked_at,
        )
        async with self._uow() as uow:
            if not await uow.shipments.begin(self._claim, sending, store=self._store.id, until=now + LEASE):
                return ClaimLost()
            await through(Act.SHIPMENT_BEGIN, uow.commit())
        self._sendings[sending.no] = sending
        try:
            recorded = await through(Act.SHIPMENT_SEND, self._gateway.create_fulfilment(self._store, self._new(parts)))
        except StoreRefused as refusal:
            stop = await self._note(sending, SendingState.VOID)
            if isinstance(refusal, ScopeMissing):
                raise
            self._refuse(parts, refusal.detail)
            return stop
        except (Unavailable, AccessRevoked) as trouble:
            if isinstance(trouble, StoreUnavailable) and not trouble.outcome_known:
                return await self._note(sending, SendingState.BEGUN) or _unknown(trouble)
            await self._note(sending, SendingState.VOID)
            raise
        sent.parts.extend(parts)
        sent.recorded.append(recorded)
        return await self._note_recorded(sending, recorded.shopify_id)

    def _new(self, parts: Sequence[Part]) -> NewFulfilment:
        return NewFulfilment(
            parts=[
                FulfilmentPart(
                    fulfilment_order_id=part.fulfilment_order_id,
                    fulfilment_order_line_id=part.fulfilment_order_line_id,
                    quantity=part.quantity,
                )
                for part in parts
            ],
            tracking=self._tracking,
            notify_customer=self._notify,
        )

    @property
    def _notify(self) -> bool:
        own = self._claim.shipment.notify_customer
        return self._shop.settings.fulfilment.notify_customer if own is None else own

    async def _note_recorded(self, sending: Sending, fulfilment: ShopifyId) -> _Stop | None:
        for part in sending.parts:
            for share in part.shares:
                before = self.results[share.index]
                self.results[share.index] = replace(
                    before,
                    quantity_sent=before.quantity_sent + share.quantity,
                    fulfilments=tuple(dict.fromkeys((*before.fulfilments, fulfilment))),
                )
        return await self._note(replace(sending, fulfilment_id=fulfilment), SendingState.RECORDED)

    async def _note(self, sending: Sending, state: SendingState) -> _Stop | None:
        now = self._clock.now()
        noted = replace(sending, state=state, ended_at=now)
        self._sendings[sending.no] = noted
        async with self._uow() as uow:
            held = await uow.shipments.end(self._claim, noted, self.results, now=now)
            await through(Act.SHIPMENT_NOTE, uow.commit())
        return None if held else ClaimLost()

    async def _tell_tracking(self, fulfilments: Sequence[SeenFulfilment]) -> _Stop | str | None:
        """Tell the store tracking that was given after something was sent; its words when it would not have it."""
        shown = {each.shopify_id: set(each.tracking_numbers) for each in fulfilments}
        wanted = self._tracking or FulfilmentTracking()
        for sending in list(self._sendings.values()):
            if sending.state is not SendingState.RECORDED or sending.tracking == self._tracking:
                continue
            assert sending.fulfilment_id is not None
            if shown.get(sending.fulfilment_id) != set(wanted.numbers):
                try:
                    await self._gateway.update_tracking(
                        self._store, sending.fulfilment_id, wanted, notify_customer=self._notify
                    )
                except ScopeMissing:
                    raise
                except StoreRefused as refusal:
                    return refusal.detail
                except StoreUnavailable as trouble:
                    if trouble.outcome_known:
                        raise
                    return _unknown(trouble)
            await self._note_told(replace(sending, tracking=self._tracking))
        return None

    async def _note_told(self, told: Sending) -> None:
        self._sendings[told.no] = told
        async with self._uow() as uow:
            await uow.shipments.told(self._claim, told, now=self._clock.now())
            await uow.commit()

    def _refuse(self, parts: Sequence[Part], words: str) -> None:
        for index in {share.index for part in parts for share in part.shares}:
            self.results[index] = replace(self.results[index], reason=NotSent.REFUSED_BY_SHOPIFY, reason_detail=words)

    def _not_at_store(self) -> ShipmentEnd:
        words = "Shopify knows no such order that this app may read."
        for index, _, _ in self._left():
            self.results[index] = replace(self.results[index], reason=NotSent.REFUSED_BY_SHOPIFY, reason_detail=words)
        return self._end(None, None)

    def _end(self, opened: str | None, tracking_refused: str | None) -> ShipmentEnd:
        state = state_of(self._claim.shipment.lines, self.results)
        telling = None if state is ShipmentState.SYNCHRONISED else reason_of(self.results)
        reason: str | None = telling.reason if telling else None
        detail = telling.reason_detail if telling else None
        if tracking_refused is not None:
            reason, detail = NotSent.REFUSED_BY_SHOPIFY, f"The new tracking was refused: {tracking_refused}"
        return ShipmentEnd(
            claim=self._claim,
            results=tuple(self.results),
            state=state,
            reason=reason,
            reason_detail=detail,
            tracking_changed=tracking_refused is not None,
            seen=opened,
        )


def _unknown(trouble: StoreUnavailable) -> PutOff:
    return PutOff(code=OUTCOME_UNKNOWN, detail=trouble.detail)
