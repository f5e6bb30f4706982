"""The task ``push_shipments``: send what is due of a shop now, and end when all of it is sent or has its reason."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from app.domain.identifiers import ShipmentId, ShopId
from app.domain.shipments import ShipmentState
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, Unavailable
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.send_shipments import SendShipments
from app.services.tasks import RunContext

POLL_SECONDS = 0.1
COUNTED = tuple(state.value for state in ShipmentState)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posted:
    """Which posting days a run is about."""

    shop: ShopId
    posted_from: date | None
    posted_to: date | None


class PushShipments:
    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, send: SendShipments) -> None:
        self._uow = uow
        self._clock = clock
        self._send = send

    async def __call__(self, run: RunContext) -> None:
        """``counts``: shipments by the state they are in after it. What waits for its next attempt is tried at once;
        what Shopify refused or what did not fit is not (that is ``retry``). Raises ``AccessRevoked``.
        """
        of = _Posted(
            shop=run.shop_id,
            posted_from=_day(run.parameters.get("posting_date_from")),
            posted_to=_day(run.parameters.get("posting_date_to")),
        )
        async with self._uow() as uow:
            await uow.shipments.pull_forward(
                of.shop, posted_from=of.posted_from, posted_to=of.posted_to, now=self._clock.now()
            )
            await uow.commit()
        known: set[ShipmentId] = set()
        try:
            while not run.cancelled and (left := await self._open(run, of)):
                known |= set(left)
                await run.progress(len(known) - len(left), len(known))
                try:
                    await self._send(run.store_id)
                except Unavailable as trouble:
                    # The shipments are put off with the reason, which the run tells.
                    log.info("shipments_put_off", run_id=run.run_id, code=trouble.code)
                await asyncio.sleep(POLL_SECONDS)
            await run.progress(len(known), len(known))
        finally:
            await self._report(run, known)

    async def _open(self, run: RunContext, of: _Posted) -> Sequence[ShipmentId]:
        """Those that are due or being sent by somebody. Raises ``AccessRevoked`` when there is no way to the store."""
        async with self._uow() as uow:
            configuration = await uow.configurations.of_store(run.store_id)
            if configuration is None:
                raise AccessRevoked("The store was deleted.")
            if configuration.access_revoked:
                raise AccessRevoked(configuration.why_it_stands_still)
            return await uow.shipments.open_of(
                of.shop, posted_from=of.posted_from, posted_to=of.posted_to, now=self._clock.now()
            )

    async def _report(self, run: RunContext, known: set[ShipmentId]) -> None:
        for name in COUNTED:
            await run.count(name, 0)
        async with self._uow() as uow:
            shipments = await uow.shipments.some(known)
        for each in shipments:
            await run.count(each.state.value)
            if each.state is not ShipmentState.SYNCHRONISED:
                detail = f"Shipment {each.shipment.erp_shipment_no}: {each.reason_detail or each.reason or each.state}"
                await run.error(resource_type="shipment", id=each.id, code=each.reason or each.state, detail=detail)


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
