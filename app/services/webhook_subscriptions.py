"""Webhook subscriptions as they should be and as they are: shown, and brought in line (P03, P17).

Where order subscriptions were missing, what changed since they last stood is listed again, so that nothing which was
never announced is lost (A16).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.domain.access import Access
from app.domain.identifiers import ShopifyId, StoreId
from app.domain.outgoing import OUTGOING_NOT_ALLOWED
from app.domain.webhook_topics import APP_TOPICS, MAPPING_TOPICS, ORDER_TOPICS, TASK_TOPICS, granted
from app.ports.clock import Clock
from app.ports.errors import AccessRevoked, NotFound, StoreRefused
from app.ports.repositories.subscriptions import SubscriptionNeeds
from app.ports.sight import seeing
from app.ports.store_access import why_it_stands_still
from app.ports.store_gateway import OrderListing, StoreGateway, WebhookSubscription
from app.ports.unit_of_work import UnitOfWorkFactory
from app.services.first_contact import described_anew
from app.services.list_orders import ListOrders
from app.services.tasks import RunContext

PATH = "/webhooks/shopify"
AT_ONCE = 8
"""Subscriptions made at the same time, each for ten points of the thousand and more that a store gives."""
GAP_REACH = timedelta(hours=5)
"""Before the last time the subscriptions stood: Shopify repeats a failing delivery for four hours before it gives a
subscription up, so webhooks were lost while it still stood.
"""

log = structlog.get_logger(__name__)


class SubscriptionState(StrEnum):
    OK = "ok"
    MISSING = "missing"
    FOREIGN = "foreign"
    """It leads elsewhere, is for something we do not ask for, or is of another version of Shopify's interface than
    ours: shown, and only removed when it leads to us.
    """
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
    """What a check changed; ``refused`` in the store's words, by topic.

    ``listed_again`` None = nothing can have gone unannounced; else how many orders had, or may have, changed.
    ``held``: the topics that are out of line and were left so, since no shop of the store lets us write to it.
    """

    created: int = 0
    deleted: int = 0
    refused: Sequence[tuple[str, str]] = ()
    held: Sequence[str] = ()
    listed_again: int | None = None


class WebhookSubscriptions:
    """``public_url`` is where the store reaches us; without it no subscription is wanted."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        gateway: StoreGateway,
        clock: Clock,
        list_orders: ListOrders,
        *,
        public_url: str | None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._clock = clock
        self._list_orders = list_orders
        self._uri = None if public_url is None else public_url.rstrip("/") + PATH

    async def status(self, access: Access, shop: str) -> Sequence[SubscriptionStatus]:
        """Every wanted topic and every subscription there is, by topic. Asks the store."""
        async with self._unit_of_work() as uow:
            of = await uow.runs.shop(shop, access.shops)
        if of is None:
            raise NotFound("There is no such shop, or none that this key may see.")
        # What is wanted of a store is what its shops want together.
        with seeing(None):
            return await self.compared(of.store_id)

    @property
    def reachable(self) -> bool:
        """Whether we are told where the store reaches us."""
        return self._uri is not None

    async def compared(self, store: StoreId) -> Sequence[SubscriptionStatus]:
        """The same for whoever may see the store."""
        async with self._unit_of_work() as uow:
            needs = await uow.subscriptions.needs(store)
        if needs is None:
            raise NotFound("There is no such store.")
        _check_access(needs)
        return self._compared(needs, await self._gateway.webhook_subscriptions(needs.store))

    async def check(self, store: StoreId) -> CheckedSubscriptions:
        """Ask for the scopes, delete ours that is not wanted, create what is missing, and fill the gap that a missing
        one left; then they are not due any more.

        What the store refuses is reported and does not keep the others from being made. Raises the store's troubles:
        what is left of the work then stays due.
        """
        started = self._clock.now()
        needs = await self._needs(store)
        if needs is None:
            return CheckedSubscriptions()
        _check_access(needs)
        result = CheckedSubscriptions()
        if self._uri is not None:
            result = await self._brought_in_line(needs)
            if not result.held:
                result = replace(result, listed_again=await self._gap_filled(store))
        async with self._unit_of_work() as uow:
            good = self._uri is not None and needs.order_webhooks and not result.held
            await uow.subscriptions.checked(store, at=started, good=good)
            await uow.commit()
        return result

    async def _needs(self, store: StoreId) -> SubscriptionNeeds | None:
        """With the scopes as the store grants them now."""
        async with self._unit_of_work() as uow:
            configuration = await uow.configurations.of_store(store)
        if configuration is not None and not configuration.access_revoked and configuration.shops:
            await described_anew(configuration, gateway=self._gateway, uow=self._unit_of_work, clock=self._clock)
        async with self._unit_of_work() as uow:
            await uow.subscriptions.begun(store)
            needs = await uow.subscriptions.needs(store)
            if needs is not None and not needs.access_revoked:
                await uow.commit()
        return needs

    async def __call__(self, store: str) -> None:
        """As a nudge asks for it."""
        await self.check(StoreId(store))

    async def run(self, context: RunContext) -> None:
        """As the task ``check_subscriptions``."""
        checked = await self.check(context.store_id)
        await context.count("created", checked.created)
        await context.count("deleted", checked.deleted)
        if checked.listed_again is not None:
            await context.count("listed_again", checked.listed_again)
        for topic, words in checked.refused:
            await context.error(resource_type="webhook_subscription", id=topic, code="store_refused", detail=words)
        for topic in checked.held:
            await context.error(
                resource_type="webhook_subscription",
                id=topic,
                code=OUTGOING_NOT_ALLOWED.code,
                detail=OUTGOING_NOT_ALLOWED.detail,
            )

    async def _brought_in_line(self, needs: SubscriptionNeeds) -> CheckedSubscriptions:
        states = self._compared(needs, await self._gateway.webhook_subscriptions(needs.store))
        missing = [each.topic for each in states if each.state is SubscriptionState.MISSING]
        if set(missing) & set(ORDER_TOPICS):
            # Noted first: once they are made nobody would see that they had been missing.
            async with self._unit_of_work() as uow:
                await uow.subscriptions.missed(needs.store.id)
                await uow.commit()
        refused: list[tuple[str, str]] = []
        deleted = 0
        wanted = _wanted(needs)
        unwanted = [
            each
            for each in states
            if each.uri == self._uri and each.state is SubscriptionState.FOREIGN and _may_go(each.topic, wanted)
        ]
        if not needs.allow_outgoing:
            return CheckedSubscriptions(held=sorted({*missing, *(each.topic for each in unwanted)}))
        # First away, then new: Shopify takes an address for a topic only once.
        for status in unwanted:
            deleted += await self._deleted(needs, status, refused)
        created = await self._all_created(needs, missing, refused)
        if refused:
            # Another process may have checked at the same time: what stands is as good as made.
            again = self._compared(needs, await self._gateway.webhook_subscriptions(needs.store))
            standing = {each.topic for each in again if each.state is SubscriptionState.OK}
            refused = [each for each in refused if each[0] not in standing]
        return CheckedSubscriptions(created=created, deleted=deleted, refused=refused)

    async def _deleted(
        self, needs: SubscriptionNeeds, status: SubscriptionStatus, refused: list[tuple[str, str]]
    ) -> bool:
        assert status.shopify_id is not None, "it stands at the store"
        try:
            await self._gateway.delete_webhook_subscription(needs.store, status.shopify_id)
        except StoreRefused as refusal:
            refused.append((status.topic, refusal.detail))
            return False
        return True

    async def _all_created(
        self, needs: SubscriptionNeeds, missing: Sequence[str], refused: list[tuple[str, str]]
    ) -> int:
        """Several at a time, those of orders first. Once one finds the store in trouble, no more are begun; those that
        were are seen to their end.
        """
        topics = sorted(missing, key=lambda topic: topic not in ORDER_TOPICS)
        created = 0
        for start in range(0, len(topics), AT_ONCE):
            together = (self._created(needs, topic, refused) for topic in topics[start : start + AT_ONCE])
            made = await asyncio.gather(*together, return_exceptions=True)
            if troubles := [each for each in made if isinstance(each, BaseException)]:
                raise troubles[0]
            created += sum(each is True for each in made)
        refused.sort()
        return created

    async def _created(self, needs: SubscriptionNeeds, topic: str, refused: list[tuple[str, str]]) -> bool:
        assert self._uri is not None, "without an address nothing is wanted"
        try:
            await self._gateway.create_webhook_subscription(needs.store, topic, self._uri)
        except StoreRefused as refusal:
            refused.append((topic, refusal.detail))
            return False
        return True

    async def _gap_filled(self, store: StoreId) -> int | None:
        """List what changed while subscriptions were missing, now that they stand; None = there was no such time.

        Orders that were made and closed meanwhile are taken, too: nobody had the chance to see them open.
        """
        async with self._unit_of_work() as uow:
            needs = await uow.subscriptions.needs(store)
        if needs is None or needs.missed_since is None:
            return None
        since: datetime = needs.missed_since
        counts = await self._list_orders(
            needs.store, OrderListing(updated_since=since - GAP_REACH), closed_from=needs.connected_at
        )
        async with self._unit_of_work() as uow:
            await uow.subscriptions.caught_up(store, since)
            await uow.commit()
        log.info("unannounced_changes_listed", store_id=store, since=since.isoformat(), orders=counts.wanted)
        return counts.wanted

    def _compared(self, needs: SubscriptionNeeds, there: Sequence[WebhookSubscription]) -> Sequence[SubscriptionStatus]:
        wanted = _wanted(needs) if self._uri is not None else ()
        allowed = {topic for topic in wanted if _granted(needs, topic)}
        found: list[SubscriptionStatus] = []
        satisfied: set[str] = set()
        for each in sorted(there, key=lambda subscription: (subscription.topic, subscription.shopify_id)):
            # A second one for the same topic and address would deliver everything twice.
            ours = each.uri == self._uri and not each.outdated
            fine = ours and each.topic in wanted and each.topic not in satisfied
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
    """Whatever the settings ask for; what concerns the app itself and what can be mapped we always want to hear."""
    tasks = (topic for task in sorted(needs.tasks) for topic in TASK_TOPICS[task])
    return (*(ORDER_TOPICS if needs.order_webhooks else ()), *tasks, *MAPPING_TOPICS, *APP_TOPICS)


def _granted(needs: SubscriptionNeeds, topic: str) -> bool:
    return needs.granted_scopes is None or granted(topic, frozenset(needs.granted_scopes))


def _may_go(topic: str, wanted: Sequence[str]) -> bool:
    """Doubles of wanted topics, and those of orders and tasks that no shop wants; never what others may have made."""
    return topic in wanted or topic in ORDER_TOPICS or any(topic in topics for topics in TASK_TOPICS.values())


def _check_access(needs: SubscriptionNeeds) -> None:
    if needs.access_revoked:
        raise AccessRevoked(why_it_stands_still(needs.access_revoked_reason))
