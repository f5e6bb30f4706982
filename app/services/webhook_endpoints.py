"""Webhook endpoints: made, read, changed, tried out, given new secrets, gone back in the feed (P90)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.access import Access
from app.domain.identifiers import ShopId, WebhookEndpointId
from app.domain.webhook_deliveries import MOST_SECRETS, Attempt, DeliveryState, DisabledReason
from app.ports.clock import Clock, IdFactory
from app.ports.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from app.ports.job_queue import NudgeKind
from app.ports.keyring import Keyring
from app.ports.once import AS_OFTEN_AS_ASKED, Once
from app.ports.paging import Page, PageRequest
from app.ports.repositories.webhook_endpoints import Delivery, EndpointFilter, WebhookEndpoint
from app.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.ports.versions import ANY_VERSION, Expected
from app.ports.webhook_sender import WebhookSender
from app.services.api_keys import shop_ids_of
from app.services.read_events import PositionExpired, check_types
from app.services.webhook_bodies import test_body
from app.services.webhook_secrets import new_secret, open_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointWish:
    """What an endpoint is to be; ``shops`` by code, None = all."""

    url: str
    description: str = ""
    types: tuple[str, ...] = ()
    shops: tuple[str, ...] | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEndpoint:
    """An endpoint with the codes of its shops; ``secret`` only when it was just made."""

    endpoint: WebhookEndpoint
    shops: tuple[str, ...] | None
    secret: str | None = field(default=None, repr=False)

    @property
    def wish(self) -> EndpointWish:
        made = self.endpoint
        return EndpointWish(
            url=made.url, description=made.description, types=made.types, shops=self.shops, enabled=made.enabled
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """From which event to which everything of interest is sent again."""

    from_position: int
    to_position: int


class WebhookEndpoints:
    """The use cases of ``/v1/webhook-endpoints``. A key limited to shops sees those limited to some of them."""

    def __init__(
        self, *, uow: UnitOfWorkFactory, clock: Clock, ids: IdFactory, keyring: Keyring, sender: WebhookSender
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._keyring = keyring
        self._sender = sender

    async def create(
        self, wish: EndpointWish, *, access: Access, once: Once[ShownEndpoint] = AS_OFTEN_AS_ASKED
    ) -> ShownEndpoint:
        """An endpoint that is told what happens from now on, with its secret, which is shown this once."""
        await self._check(wish)
        now = self._clock.now()
        endpoint_id = WebhookEndpointId(self._ids.new("whe"))
        async with self._uow() as uow:
            await once.begin(uow)
            endpoint = WebhookEndpoint(
                id=endpoint_id,
                url=wish.url,
                description=wish.description,
                types=wish.types,
                shop_ids=await _shops(uow, wish, access),
                enabled=wish.enabled,
                disabled_at=None if wish.enabled else now,
                disabled_reason=None if wish.enabled else DisabledReason.ON_REQUEST,
                position=(await uow.events.feed_range()).last,
                failing_since=None,
                paused_until=None,
                delivered_at=None,
                version=1,
                created_at=now,
                updated_at=now,
            )
            secret = new_secret(self._keyring, self._ids, endpoint_id, now=now)
            await uow.webhook_endpoints.add(endpoint)
            await uow.webhook_endpoints.add_secret(endpoint_id, secret.sealed, others_until=now, most=MOST_SECRETS)
            shown = ShownEndpoint(endpoint=endpoint, shops=wish.shops, secret=secret.shown)
            await once.answered(uow, shown)
            await uow.commit()
        return shown

    async def page(self, request: PageRequest, wanted: EndpointFilter, *, access: Access) -> Page[ShownEndpoint]:
        within = None if access.shops is None else sorted(access.shops)
        async with self._uow() as uow:
            page = await uow.webhook_endpoints.page(request, wanted, within=within, now=self._clock.now())
            shown = [await _shown(uow, endpoint) for endpoint in page.rows]
        return Page(rows=shown, next_after=page.next_after)

    async def get(self, endpoint: WebhookEndpointId, *, access: Access) -> ShownEndpoint:
        async with self._uow() as uow:
            return await _shown(uow, _visible(await uow.webhook_endpoints.find(endpoint), access))

    async def change(
        self,
        endpoint: WebhookEndpointId,
        decide: Callable[[EndpointWish], EndpointWish],
        *,
        access: Access,
        expected: Expected = ANY_VERSION,
    ) -> ShownEndpoint:
        """Enabling goes on where it stopped: what happened meanwhile is delivered, and what failed is forgotten."""
        before = await self.get(endpoint, access=access)
        expected.check(before.endpoint.version)
        wish = decide(before.wish)
        if wish == before.wish:
            return before
        # Looked up before the transaction, which holds only if nobody changed the endpoint meanwhile.
        await self._check(wish)
        now = self._clock.now()
        async with self._uow() as uow:
            present = _visible(await uow.webhook_endpoints.locked(endpoint), access)
            Expected(versions=frozenset({before.endpoint.version})).check(present.version)
            after = replace(
                _switched(present, enabled=wish.enabled, now=now),
                url=wish.url,
                description=wish.description,
                types=wish.types,
                shop_ids=await _shops(uow, wish, access),
                version=present.version + 1,
                updated_at=now,
            )
            await uow.webhook_endpoints.save(after)
            if after.enabled:
                await uow.nudge(NudgeKind.WEBHOOK_DELIVERIES, endpoint)
            await uow.commit()
        return ShownEndpoint(endpoint=after, shops=wish.shops)

    async def delete(self, endpoint: WebhookEndpointId, *, access: Access, expected: Expected = ANY_VERSION) -> None:
        """With its secrets and deliveries; nothing more is sent."""
        async with self._uow() as uow:
            present = _visible(await uow.webhook_endpoints.locked(endpoint), access)
            expected.check(present.version)
            await uow.webhook_endpoints.delete(endpoint)
            await uow.commit()

    async def rotate_secret(
        self,
        endpoint: WebhookEndpointId,
        *,
        old_secret_for: timedelta,
        access: Access,
        once: Once[ShownEndpoint] = AS_OFTEN_AS_ASKED,
    ) -> ShownEndpoint:
        """A new secret that signs first; those before it sign too, for a while."""
        now = self._clock.now()
        async with self._uow() as uow:
            await once.begin(uow)
            present = _visible(await uow.webhook_endpoints.locked(endpoint), access)
            secret = new_secret(self._keyring, self._ids, endpoint, now=now)
            await uow.webhook_endpoints.add_secret(
                endpoint, secret.sealed, others_until=now + old_secret_for, most=MOST_SECRETS
            )
            shown = replace(await _shown(uow, present), secret=secret.shown)
            await once.answered(uow, shown)
            await uow.commit()
        return shown

    async def test(
        self, endpoint: WebhookEndpointId, *, access: Access, once: Once[Attempt] = AS_OFTEN_AS_ASKED
    ) -> Attempt:
        """Send a signed test now, enabled or not, and tell what came back. Sent again, it is another test."""
        now = self._clock.now()
        async with self._uow() as uow:
            await once.begin(uow)
            present = _visible(await uow.webhook_endpoints.find(endpoint), access)
            sealed = await uow.webhook_endpoints.secrets(endpoint, now=now)
        message_id = self._ids.new("tst")
        attempt = await self._sender.send(
            present.url,
            test_body(message_id, endpoint=endpoint, version=present.version, now=now),
            message_id=message_id,
            secrets=[open_secret(self._keyring, endpoint, each) for each in sealed],
            now=now,
        )
        async with self._uow() as uow:
            await once.begin(uow)
            await once.answered(uow, attempt)
            await uow.commit()
        return attempt

    async def replay(
        self,
        endpoint: WebhookEndpointId,
        *,
        from_position: int,
        access: Access,
        once: Once[Replay] = AS_OFTEN_AS_ASKED,
    ) -> Replay:
        """Have everything of interest from this event on delivered again, with the ids of the first time."""
        async with self._uow() as uow:
            await once.begin(uow)
            present = _visible(await uow.webhook_endpoints.locked(endpoint), access)
            if not present.enabled:
                raise Conflict(
                    "The endpoint is disabled. Enable it first: it goes on where it stopped.",
                    facts={"state": "disabled", "allowed": ["enabled"]},
                )
            feed = await uow.events.feed_range()
            _check_position(from_position, first=feed.purged + 1, last=feed.last)
            await uow.webhook_endpoints.save(replace(present, position=min(present.position, from_position - 1)))
            await uow.nudge(NudgeKind.WEBHOOK_DELIVERIES, endpoint)
            replay = Replay(from_position=from_position, to_position=feed.last)
            await once.answered(uow, replay)
            await uow.commit()
        return replay

    async def deliveries(
        self, endpoint: WebhookEndpointId, request: PageRequest, *, state: DeliveryState | None, access: Access
    ) -> Page[Delivery]:
        """What became of each event, the latest first."""
        async with self._uow() as uow:
            present = _visible(await uow.webhook_endpoints.find(endpoint), access)
            return await uow.webhook_deliveries.page(present.id, request, state=state)

    async def _check(self, wish: EndpointWish) -> None:
        check_types(wish.types, pointer="/types")
        if refused := await self._sender.refusal(wish.url):
            error = FieldError(pointer="/url", code="url_refused", detail=refused)
            raise InvalidInput(refused, errors=[error], code="url_refused")


def _switched(endpoint: WebhookEndpoint, *, enabled: bool, now: datetime) -> WebhookEndpoint:
    if enabled == endpoint.enabled:
        return endpoint
    return replace(
        endpoint,
        enabled=enabled,
        disabled_at=None if enabled else now,
        disabled_reason=None if enabled else DisabledReason.ON_REQUEST,
        failing_since=None,
        paused_until=None,
    )


def _check_position(wanted: int, *, first: int, last: int) -> None:
    if wanted < first:
        raise PositionExpired(f"Events before position {first} are no longer kept.", facts={"oldest_position": first})
    if wanted > last:
        detail = f"The feed ends at position {last}."
        errors = [FieldError(pointer="/from_position", code="position_unknown", detail=detail)]
        raise InvalidInput(detail, errors=errors, code="position_unknown")


async def _shops(uow: UnitOfWork, wish: EndpointWish, access: Access) -> tuple[ShopId, ...] | None:
    if wish.shops is None:
        if access.shops is not None:
            raise Forbidden("A key limited to shops must name the endpoint's shops.", code="exceeds_own_rights")
        return None
    return tuple(await shop_ids_of(uow, wish.shops, access))


async def _shown(uow: UnitOfWork, endpoint: WebhookEndpoint) -> ShownEndpoint:
    shops = None if endpoint.shop_ids is None else tuple(await uow.api_keys.shop_codes(endpoint.shop_ids))
    return ShownEndpoint(endpoint=endpoint, shops=shops)


def _visible(endpoint: WebhookEndpoint | None, access: Access) -> WebhookEndpoint:
    hidden = access.shops is not None and (
        endpoint is None or endpoint.shop_ids is None or not access.shops.issuperset(endpoint.shop_ids)
    )
    if endpoint is None or hidden:
        raise NotFound("There is no such webhook endpoint.")
    return endpoint
