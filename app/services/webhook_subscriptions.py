"""Webhook subscriptions as they should be and as they are: shown, and brought in line (P03, P17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.access import Access
from app.domain.identifiers import ShopifyId, StoreId
from app.domain.webhook_topics import ORDER_TOPICS, granted
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, NotFound, StoreRefused
from app.ports.repositories.subscriptions import SubscriptionNeeds
from app.ports.store_access import why_it_stands_still
from app.ports.store_gateway import StoreGateway, WebhookSubscription
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.tasks import RunContext

PATH = "/webhooks/shopify"


class SubscriptionState(StrEnum):
    OK = "ok"
    MISSING = "missing"
    FOREIGN = "foreign"
    """It leads elsewhere, or is for something we do not ask for: shown, and only removed when it leads to us."""
    NOT_GRANTED = "not_granted"
    """Wanted, but no granted scope allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionStatus:
    topic: str
    shopify_id: ShopifyId | None
    uri: str | None
    state: SubscriptionState


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSubscriptions:
    """What a check changed; ``refused`` in the store's words, by topic."""

    created: int
    deleted: int
    refused: Sequence[tuple[str, str]]


class WebhookSubscriptions:
    """``public_url`` is where the store reaches us; without it no subscription is wanted."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, gateway: StoreGateway, clock: Clock, *, public_url: str | None
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._clock = clock
        self._uri = None if public_url is None else public_url.rstrip("/") + PATH

    async def status(self, access: Access, shop: str) -> Sequence[SubscriptionStatus]:
        """Every wanted topic and every subscription there is, by topic. Asks the store."""
        async with self._unit_of_work() as uow:
            of = await uow.runs.shop(shop, access.shops)
            needs = None if of is None else await uow.subscriptions.needs(of.store_id)
        if needs is None:
            raise NotFound("There is no such shop, or none that this key may see.")
        _check_access(needs)
        return self._compared(needs, await self._gateway.webhook_subscriptions(needs.store))

    async def check(self, store: StoreId) -> CheckedSubscriptions:
        """Create what is missing, delete ours that is not wanted; then they are not due any more.

        What the store refuses is reported and does not keep the others from being made. Raises the store's troubles.
        """
        async with self._unit_of_work() as uow:
            needs = await uow.subscriptions.needs(store)
        result = CheckedSubscriptions(created=0, deleted=0, refused=())
        if needs is None:
            return result
        _check_access(needs)
        if self._uri is not None:
            result = await self._brought_in_line(needs)
        async with self._unit_of_work() as uow:
            await uow.subscriptions.checked(store, at=self._clock.now())
            await uow.commit()
        return result

    async def __call__(self, store: str) -> None:
        """As a nudge asks for it."""
        await self.check(StoreId(store))

    async def run(self, context: RunContext) -> None:
        """As the task ``check_subscriptions``."""
        checked = await self.check(context.store_id)
        await context.count("created", checked.created)
        await context.count("deleted", checked.deleted)
        for topic, words in checked.refused:
            await context.error(resource_type="webhook_subscription", id=topic, code="store_refused", detail=words)

    async def _brought_in_line(self, needs: SubscriptionNeeds) -> CheckedSubscriptions:
        assert self._uri is not None
        there = await self._gateway.webhook_subscriptions(needs.store)
        states = self._compared(needs, there)
        wanted = set(_wanted(needs))
        created = deleted = 0
        refused: list[tuple[str, str]] = []
        for status in states:
            ours_but_unwanted = status.uri == self._uri and status.state is SubscriptionState.FOREIGN
            try:
                if status.state is SubscriptionState.MISSING:
                    await self._gateway.create_webhook_subscription(needs.store, status.topic, self._uri)
                    created += 1
                elif ours_but_unwanted and status.shopify_id is not None and _may_go(status.topic, wanted):
                    await self._gateway.delete_webhook_subscription(needs.store, status.shopify_id)
                    deleted += 1
            except StoreRefused as refusal:
                refused.append((status.topic, refusal.detail))
        return CheckedSubscriptions(created=created, deleted=deleted, refused=refused)

    def _compared(self, needs: SubscriptionNeeds, there: Sequence[WebhookSubscription]) -> Sequence[SubscriptionStatus]:
        wanted = _wanted(needs) if self._uri is not None else ()
        allowed = {topic for topic in wanted if _granted(needs, topic)}
        found: list[SubscriptionStatus] = []
        satisfied: set[str] = set()
        for each in sorted(there, key=lambda subscription: (subscription.topic, subscription.shopify_id)):
            # A second one for the same topic and address would deliver everything twice.
            fine = each.uri == self._uri and each.topic in wanted and each.topic not in satisfied
            if fine:
                satisfied.add(each.topic)
            found.append(
                SubscriptionStatus(
                    topic=each.topic,
                    shopify_id=each.shopify_id,
                    uri=each.uri,
                    state=SubscriptionState.OK if fine else SubscriptionState.FOREIGN,
                )
            )
        for topic in set(wanted) - satisfied:
            state = SubscriptionState.MISSING if topic in allowed else SubscriptionState.NOT_GRANTED
            found.append(SubscriptionStatus(topic=topic, shopify_id=None, uri=None, state=state))
        return sorted(found, key=lambda status: (status.topic, status.shopify_id or ""))


def _wanted(needs: SubscriptionNeeds) -> tuple[str, ...]:
    """Whatever the settings ask for; that the app is removed we always want to hear."""
    return (*(ORDER_TOPICS if needs.order_webhooks else ()), "app/uninstalled")


def _granted(needs: SubscriptionNeeds, topic: str) -> bool:
    if topic == "app/uninstalled" or needs.granted_scopes is None:
        return True
    return granted(topic, frozenset(needs.granted_scopes))


def _may_go(topic: str, wanted: set[str]) -> bool:
    """Doubles of wanted topics, and order topics that no shop wants; never what another feature may have made."""
    return topic in wanted or topic in ORDER_TOPICS


def _check_access(needs: SubscriptionNeeds) -> None:
    if needs.access_revoked:
        raise AccessRevoked(why_it_stands_still(needs.access_revoked_reason))
