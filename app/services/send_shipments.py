"""Send the shipments of a store that are due: claim, send each, write how it ended and what is announced (P60).

What one shipment and the store say to each other is in ``shipment_sending``. Faults are tried again by themselves with
growing pauses; what does not fit, or what the store refuses, waits for a person or a change of the order.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import assert_never

import structlog

from app.domain.events import EventType
from app.domain.identifiers import StoreId
from app.domain.outgoing import OUTGOING_NOT_ALLOWED, SCOPE_MISSING
from app.domain.shipments import ShipmentState
from app.domain.shipping_agents import ShippingAgent
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, ConnectorError, DatabaseUnavailable, Unavailable
from app.ports.repositories.configuration import StoreConfiguration
from app.ports.repositories.events import NewEvent
from app.ports.repositories.shipments import ShipmentClaim, ShipmentEnd
from app.ports.shipment_gateway import ShipmentGateway
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.services.noted_shipments import SentNow, note_sent
from app.services.patience import BACK_OFF_OF_SENDING, HELD_FOR, MAX_ATTEMPTS, pause_after, pause_in_trouble
from app.services.shipment_sending import LEASE, ClaimLost, Outcome, PutOff, ShipmentSending, StoreTrouble
from app.services.waking import want_closed, want_read_settled

BATCH = 8
"""Sent side by side, each of another order."""
HEARTBEAT_SECONDS = 15.0
ANNOUNCED = {
    ShipmentState.SYNCHRONISED: EventType.SHIPMENT_SYNCHRONISED,
    ShipmentState.PARTIALLY: EventType.SHIPMENT_PARTIALLY,
    ShipmentState.FAILED: EventType.SHIPMENT_FAILED,
}

BROKE_OFF = "broke_off"
NO_SCOPE = PutOff(
    code=SCOPE_MISSING,
    detail="The app was granted no scope for recording fulfilments at the store. Grant it"
    " write_merchant_managed_fulfillment_orders (for a fulfilment service: write_assigned_fulfillment_orders).",
    held=True,
)
NOT_ALLOWED = PutOff(code=OUTGOING_NOT_ALLOWED.code, detail=OUTGOING_NOT_ALLOWED.detail, held=True)

log = structlog.get_logger(__name__)


class SendShipments:
    """Works until nothing of the store is due. May run in many processes at once."""

    def __init__(self, *, gateway: ShipmentGateway, uow: UnitOfWorkFactory, clock: Clock, worker: str) -> None:
        self._gateway = gateway
        self._uow = uow
        self._clock = clock
        self._worker = worker

    async def __call__(self, store: StoreId) -> None:
        """Raises ``AccessRevoked`` or ``Unavailable`` for trouble of the whole store."""
        while True:
            async with self._uow() as uow:
                configuration = await uow.configurations.of_store(store)
                if configuration is None or configuration.access_revoked:
                    return
                claims = await uow.shipments.claim(
                    store, by=self._worker, limit=BATCH, lease=LEASE, now=self._clock.now()
                )
                await through(Act.SHIPMENT_CLAIM, uow.commit())
            if not claims:
                return
            await self._send(configuration, claims)

    async def _send(self, configuration: StoreConfiguration, claims: Sequence[ShipmentClaim]) -> None:
        try:
            async with self._held(claims):
                may_ship = await self._gateway.may_ship(configuration.store)
                outcomes = await asyncio.gather(
                    *(self._isolated(configuration, claim, may_ship=may_ship) for claim in claims),
                    return_exceptions=True,
                )
        except TimeoutError:
            log.warning("shipment_claims_lost", shipments=len(claims))
            return
        except (Unavailable, AccessRevoked) as trouble:
            await self._give_back(claims, trouble)
            raise
        except asyncio.CancelledError:
            with suppress(ConnectorError, TimeoutError):
                async with asyncio.timeout(2), self._uow() as uow:
                    await uow.shipments.release(claims, due_at=self._clock.now(), idle_only=True)
                    await uow.commit()
            raise
        for each in outcomes:
            if isinstance(each, StoreTrouble):
                raise each.error
            if isinstance(each, BaseException):
                raise each

    async def _isolated(
        self, configuration: StoreConfiguration, claim: ShipmentClaim, *, may_ship: bool
    ) -> StoreTrouble | None:
        """One shipment, whose trouble must not cost its neighbours."""
        sending = await self._sending(configuration, claim)
        outcome: Outcome
        if sending is None:
            outcome = ClaimLost()
        elif not sending.allowed:
            outcome = NOT_ALLOWED
        elif not may_ship:
            outcome = NO_SCOPE
        else:
            try:
                outcome = await sending()
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.exception("shipment_broke_off", shipment_id=claim.id, attempts=claim.attempts)
                outcome = _after_breaking_off(claim, sending, error)
        match outcome:
            case ShipmentEnd():
                await self._finish(configuration.store.id, outcome, sending.sent if sending else None)
            case PutOff():
                assert sending is not None
                await self._put_off(configuration.store.id, claim, sending, outcome)
            case StoreTrouble(error=trouble):
                await self._give_back([claim], trouble)
                return outcome
            case ClaimLost():
                log.warning("shipment_taken_over", shipment_id=claim.id)
            case _:
                assert_never(outcome)
        return None

    async def _sending(self, configuration: StoreConfiguration, claim: ShipmentClaim) -> ShipmentSending | None:
        shop = configuration.shop(claim.shop_id)
        if shop is None:
            return None
        code, agent = claim.shipment.shipping_agent_code, None
        if code:
            async with self._uow() as uow:
                kept = await uow.mapping_tables.shipping_agents.find(None, (code,))
            agent = kept.value if kept else ShippingAgent(code=code)
        return ShipmentSending(
            gateway=self._gateway,
            uow=self._uow,
            clock=self._clock,
            store=configuration.store,
            shop=shop,
            agent=agent,
            claim=claim,
        )

    async def _put_off(self, store: StoreId, claim: ShipmentClaim, sending: ShipmentSending, why: PutOff) -> None:
        now = self._clock.now()
        pause = HELD_FOR if why.held else pause_after(claim.attempts, BACK_OFF_OF_SENDING)
        log.warning("shipment_put_off", shipment_id=claim.id, code=why.code, detail=why.detail)
        end = ShipmentEnd(
            claim=claim,
            results=tuple(sending.results),
            state=ShipmentState.PENDING,
            reason=why.code,
            reason_detail=why.detail,
            tracking_changed=claim.tracking_changed,
            due_at=why.due_at or now + pause,
            attempted=not why.held,
        )
        await self._finish(store, end)

    async def _finish(self, store: StoreId, end: ShipmentEnd, sent: SentNow | None = None) -> None:
        """With what our copy takes over of it; where it can take nothing over, the order is read."""
        claim, now = end.claim, self._clock.now()
        if sent is not None and sent.recorded:
            async with self._uow() as uow:
                # The order is locked first, then the shipment, as everywhere.
                if await note_sent(uow, claim.order_id, sent, now=now):
                    await self._end(uow, end, now=now)
                    return
        async with self._uow() as uow:
            if _is_news(end) and any(result.quantity_sent for result in end.results):
                await want_read_settled(uow, store, claim.order_shopify_id, now=now)
            if end.state is ShipmentState.SYNCHRONISED:
                await want_closed(uow, [claim.order_id], now=now)
            await self._end(uow, end, now=now)

    async def _end(self, uow: UnitOfWork, end: ShipmentEnd, *, now: datetime) -> None:
        version, type_ = await uow.shipments.finish(end, now=now), ANNOUNCED.get(end.state)
        if version is not None and type_ is not None and _is_news(end):
            event = NewEvent(
                type=type_,
                shop_id=end.claim.shop_id,
                resource_type="shipment",
                resource_id=end.claim.id,
                version=version,
            )
            await uow.events.append_many([event])
        await through(Act.SHIPMENT_FINISH, uow.commit())

    async def _give_back(self, claims: Sequence[ShipmentClaim], trouble: Unavailable | AccessRevoked) -> None:
        """What was ended meanwhile is nobody's claim any more and stays as it is."""
        log.warning("shipments_put_off", code=trouble.code, detail=trouble.detail, shipments=len(claims))
        async with self._uow() as uow:
            await uow.shipments.release(
                claims, due_at=self._clock.now() + pause_in_trouble(trouble), reason=trouble.code
            )
            await uow.commit()

    @asynccontextmanager
    async def _held(self, claims: Sequence[ShipmentClaim]) -> AsyncIterator[None]:
        """Keep claims alive, however long throttling takes. Raises ``TimeoutError`` when that failed for so long that
        somebody else may begin.
        """
        async with asyncio.timeout(LEASE.total_seconds()) as lease:
            heart = asyncio.create_task(self._beat(claims, lease))
            try:
                yield
            finally:
                heart.cancel()
                await asyncio.gather(heart, return_exceptions=True)

    async def _beat(self, claims: Sequence[ShipmentClaim], lease: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            began = loop.time()
            try:
                async with self._uow() as uow:
                    await uow.shipments.extend(claims, lease=LEASE, now=self._clock.now())
                    await uow.commit()
            except Exception as error:  # noqa: BLE001 - the next beat may do
                log.warning("claims_not_extended", error=type(error).__name__)
            else:
                lease.reschedule(began + LEASE.total_seconds())


def _is_news(end: ShipmentEnd) -> bool:
    return (end.state, end.results) != (end.claim.state, end.claim.results)


def _after_breaking_off(claim: ShipmentClaim, sending: ShipmentSending, error: Exception) -> Outcome:
    """Trouble that nobody foresaw: tried again a few times, then left for a person (A25)."""
    detail = f"Sending it broke off ({type(error).__name__}); the log has it under the shipment's id."
    if claim.attempts < MAX_ATTEMPTS:
        return PutOff(code=BROKE_OFF, detail=detail)
    sent = any(result.quantity_sent for result in sending.results)
    return ShipmentEnd(
        claim=claim,
        results=tuple(sending.results),
        state=ShipmentState.PARTIALLY if sent else ShipmentState.FAILED,
        reason=BROKE_OFF,
        reason_detail=detail,
        tracking_changed=claim.tracking_changed,
    )
