"""Push events to one webhook endpoint: make new events deliveries, attempt what is due, note what came of it (P90).

At least once: a delivery is claimed with a lease, its attempt counted before it is made, and noted only by whoever
still holds the claim. What is sent is the event of the feed, nothing more. One endpoint a call, so that none waits for
another; order is not promised, the position tells it.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from app.domain.events import EventType
from app.domain.identifiers import WebhookEndpointId
from app.domain.webhook_deliveries import (
    Attempt,
    DeliveryState,
    must_be_disabled,
    next_attempt_at,
)
from app.failpoints import Act, through
from app.ports.clock import Clock
from app.ports.errors import ConnectorError
from app.ports.keyring import Keyring
from app.ports.repositories.events import NewEvent
from app.ports.repositories.webhook_endpoints import DeliveryClaim, DeliveryEnd, PastAttempt, WebhookEndpoint
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.webhook_sender import WebhookSender
from app.services.webhook_bodies import event_body
from app.services.webhook_secrets import open_secret

BATCH = 16
"""Attempted at once: one that hangs holds up fifteen others of its own endpoint for as long, and nobody else."""
FAN_OUT = 500
LEASE = timedelta(seconds=25)
"""An attempt takes 15 seconds at most; the rest is for noting it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    endpoint: WebhookEndpoint
    claims: Sequence[DeliveryClaim]
    secrets: Sequence[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """An attempt that was made, and when; ``claim.event`` None was not worth one."""

    claim: DeliveryClaim
    attempt: Attempt
    at: datetime


class DeliverWebhooks:
    """Works until nothing of the endpoint is due. May run in many processes at once."""

    def __init__(
        self,
        *,
        sender: WebhookSender,
        uow: UnitOfWorkFactory,
        clock: Clock,
        keyring: Keyring,
        worker: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sender = sender
        self._uow = uow
        self._clock = clock
        self._keyring = keyring
        self._worker = worker
        self._chance = chance

    async def __call__(self, endpoint: WebhookEndpointId) -> int:
        """The number of attempts made."""
        number = 0
        while (batch := await self._next(endpoint)) is not None:
            if batch.claims:
                await self._attempt_all(batch)
                number += len(batch.claims)
        return number

    async def _next(self, wanted: WebhookEndpointId) -> _Batch | None:
        """What to attempt now; None = nothing is left to do."""
        now = self._clock.now()
        async with self._uow() as uow:
            endpoint = await uow.webhook_endpoints.locked(wanted)
            if endpoint is None or not endpoint.enabled:
                return None
            fanned_out = await self._fan_out(uow, endpoint, now=now)
            claims: Sequence[DeliveryClaim] = ()
            if endpoint.paused_until is None or endpoint.paused_until <= now:
                claims = await uow.webhook_deliveries.claim(
                    endpoint.id, by=self._worker, limit=BATCH, lease=LEASE, now=now
                )
            sealed = await uow.webhook_endpoints.secrets(endpoint.id, now=now) if claims else ()
            if claims or fanned_out:
                await through(Act.DELIVERY_CLAIM, uow.commit())
        if not claims and fanned_out < FAN_OUT:
            return None
        secrets = [open_secret(self._keyring, wanted, each) for each in sealed]
        return _Batch(endpoint=endpoint, claims=claims, secrets=secrets)

    async def _fan_out(self, uow: UnitOfWork, endpoint: WebhookEndpoint, *, now: datetime) -> int:
        feed = await uow.events.feed_range()
        if feed.last <= endpoint.position:
            return 0
        number, position = await uow.webhook_deliveries.fan_out(endpoint, upto=feed.last, limit=FAN_OUT, now=now)
        await uow.webhook_endpoints.save(replace(endpoint, position=position))
        return number or 1

    async def _attempt_all(self, batch: _Batch) -> None:
        try:
            made = await asyncio.gather(*(self._attempt(batch, claim) for claim in batch.claims))
            await self._note(batch, made)
        except asyncio.CancelledError:
            with suppress(ConnectorError, TimeoutError):
                async with asyncio.timeout(2), self._uow() as uow:
                    await uow.webhook_deliveries.release(batch.endpoint.id, batch.claims, now=self._clock.now())
                    await uow.commit()
            raise

    async def _attempt(self, batch: _Batch, claim: DeliveryClaim) -> _Made:
        """One delivery, whose trouble must not cost its neighbours."""
        at = self._clock.now()
        if claim.event is None:
            gone = Attempt(status=None, code="event_gone", detail="The event is no longer kept.")
            return _Made(claim=claim, attempt=gone, at=at)
        try:
            sending = self._sender.send(
                batch.endpoint.url,
                event_body(claim.event),
                message_id=claim.event.id,
                secrets=batch.secrets,
                now=at,
            )
            attempt = await through(Act.DELIVERY_SEND, sending)
        except Exception as error:
            log.exception("webhook_attempt_failed", endpoint_id=batch.endpoint.id, event_id=claim.event.id)
            detail = f"The attempt broke off ({type(error).__name__})."
            attempt = Attempt(status=None, code="attempt_failed", detail=detail)
        return _Made(claim=claim, attempt=attempt, at=at)

    async def _note(self, batch: _Batch, made: Sequence[_Made]) -> None:
        now = self._clock.now()
        ends = [self._end(each, now=now) for each in made]
        tried = [each.attempt for each in made if each.claim.event is not None]
        async with self._uow() as uow:
            endpoint = await uow.webhook_endpoints.locked(batch.endpoint.id)
            if endpoint is None:
                return
            await uow.webhook_deliveries.finish(endpoint.id, ends, now=now)
            after = _judged(endpoint, tried, now=now)
            if after != endpoint:
                await uow.webhook_endpoints.save(after)
            if endpoint.enabled and not after.enabled:
                await _say_disabled(uow, after)
            await through(Act.DELIVERY_NOTE, uow.commit())
        delivered = sum(attempt.delivered for attempt in tried)
        log.info("webhooks_sent", endpoint_id=endpoint.id, delivered=delivered, failed=len(tried) - delivered)

    def _end(self, made: _Made, *, now: datetime) -> DeliveryEnd:
        attempt = made.attempt
        again_at = None
        if attempt.delivered:
            state = DeliveryState.DELIVERED
        else:
            if made.claim.event is not None:
                again_at = next_attempt_at(made.claim.attempts, attempt, chance=self._chance(), now=now)
            state = DeliveryState.FAILED if again_at is None else DeliveryState.PENDING
        past = PastAttempt(
            at=made.at,
            ms=round(attempt.seconds * 1000),
            status=attempt.status,
            code=attempt.code,
            detail=attempt.detail,
        )
        return DeliveryEnd(claim=made.claim, state=state, again_at=again_at, attempt=past)


def _judged(endpoint: WebhookEndpoint, attempts: Sequence[Attempt], *, now: datetime) -> WebhookEndpoint:
    """The endpoint after these attempts: well, failing, asking for patience, or given up."""
    if not attempts:
        return endpoint
    well = any(attempt.delivered for attempt in attempts)
    failing_since = None if well else endpoint.failing_since or now
    patience = max((each.patience for each in attempts if each.patience), default=None)
    after = replace(
        endpoint,
        failing_since=failing_since,
        paused_until=None if patience is None else now + patience,
        delivered_at=now if well else endpoint.delivered_at,
    )
    reason = must_be_disabled(attempts, failing_since=failing_since or now, now=now)
    if reason is not None and endpoint.enabled:
        after = replace(after, enabled=False, disabled_at=now, disabled_reason=reason)
    if (after.failing_since, after.enabled) != (endpoint.failing_since, endpoint.enabled):
        # What callers see has changed.
        after = replace(after, version=endpoint.version + 1, updated_at=now)
    return after


async def _say_disabled(uow: UnitOfWork, endpoint: WebhookEndpoint) -> None:
    """In every shop whose events it was told; nothing is lost, for the feed has them."""
    log.warning("webhook_endpoint_disabled", endpoint_id=endpoint.id, reason=endpoint.disabled_reason)
    await uow.events.append_many(
        [
            NewEvent(
                type=EventType.WEBHOOK_ENDPOINT_DISABLED,
                shop_id=shop,
                resource_type="webhook_endpoint",
                resource_id=endpoint.id,
                version=endpoint.version,
            )
            for shop in await uow.shops.ids()
            if endpoint.shop_ids is None or shop in endpoint.shop_ids
        ]
    )
