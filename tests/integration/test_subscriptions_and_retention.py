"""P03, P17: webhook subscriptions are brought in line with the settings; and what is old goes, what is open stays."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.events import EventType
from app.domain.identifiers import RunId, ShopifyId
from app.domain.webhook_topics import APP_TOPICS, MAPPING_TOPICS, ORDER_TOPICS
from app.ports.errors import AccessRevoked, StoreRefused, StoreUnavailable
from app.ports.store_gateway import (
    ListedOrder,
    OrderListing,
    StoreDescription,
    StoreGateway,
    StoreRef,
    WebhookSubscription,
)
from app.services.list_orders import ListOrders
from app.services.nudge_due_work import NudgeDueWork
from app.services.publish_events import PublishEvents
from app.services.purge_expired import PurgeExpired
from app.services.runs import StartRun
from app.services.tasks import RunContext, TaskName
from app.services.webhook_subscriptions import SubscriptionState, WebhookSubscriptions
from tests.machinery import EVERYBODY, POS, STORE, WEB, Machinery, delivery, door, machinery
from tests.stored_documents import an_order

OURS = "https://erp.example/webhooks/shopify"
ALWAYS = {*MAPPING_TOPICS, *APP_TOPICS}
WANTED = {*ORDER_TOPICS, *ALWAYS}
EVERY_SCOPE = frozenset(
    "read_orders read_returns read_fulfillments read_merchant_managed_fulfillment_orders read_locations".split()
)


@dataclass
class Shopify:
    """The store's side of the conversation about subscriptions."""

    there: dict[ShopifyId, WebhookSubscription] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    scopes: Collection[str] = EVERY_SCOPE
    orders: list[ListedOrder] = field(default_factory=list)
    listings: list[OrderListing] = field(default_factory=list)
    listing_fails: bool = False
    made: int = 1000
    breaks_at: str = ""
    """The topic at which the store goes away."""
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens once subscriptions were listed."""

    async def describe(self, _: StoreRef) -> StoreDescription:
        return StoreDescription(
            name="First",
            currency="EUR",
            time_zone="UTC",
            country_code="NL",
            plan="Basic",
            granted_scopes=tuple(sorted(self.scopes)),
            api_version="2026-10",
            supported_api_versions=("2026-10",),
            points_maximum=2000,
            points_restore_rate=100,
        )

    async def list_orders(self, _: StoreRef, listing: OrderListing) -> AsyncIterator[Sequence[ListedOrder]]:
        self.listings.append(listing)
        if self.listing_fails:
            raise StoreUnavailable("Shopify cannot be reached.")
        yield [each for each in self.orders if listing.updated_since and each.updated_at >= listing.updated_since]

    async def webhook_subscriptions(self, _: StoreRef) -> Sequence[WebhookSubscription]:
        listed = list(self.there.values())
        if self.meanwhile is not None:
            await self.meanwhile()
        return listed

    async def create_webhook_subscription(self, _: StoreRef, topic: str, uri: str) -> WebhookSubscription:
        self.asked.append(topic)
        # The others are asked meanwhile.
        await asyncio.sleep(0)
        if topic == self.breaks_at:
            raise StoreUnavailable("Shopify cannot be reached.")
        if topic in self.refuses:
            raise StoreRefused("You cannot create a webhook subscription with this topic.")
        if any((each.topic, each.uri) == (topic, uri) for each in self.there.values()):
            raise StoreRefused("Address for this topic has already been taken")
        self.made += 1
        made = WebhookSubscription(shopify_id=ShopifyId(str(self.made)), topic=topic, uri=uri)
        self.there[made.shopify_id] = made
        return made

    async def delete_webhook_subscription(self, _: StoreRef, subscription: ShopifyId) -> None:
        del self.there[subscription]

    def has(self, topic: str, uri: str = OURS, number: str = "1") -> None:
        self.there[ShopifyId(number)] = WebhookSubscription(shopify_id=ShopifyId(number), topic=topic, uri=uri)

    def loses(self, *topics: str) -> None:
        """These subscriptions end behind our back."""
        self.there = {number: each for number, each in self.there.items() if each.topic not in topics}

    def changes(self, number: int, *, ago: timedelta, **telling: Any) -> None:
        """An order changed so long ago, and nobody was told."""
        at = datetime.now(UTC) - ago
        plain: dict[str, Any] = {"created_at": at, "closed": False}
        self.orders.append(
            ListedOrder(
                shopify_id=ShopifyId(str(number)),
                name=f"#{number}",
                updated_at=at,
                cancelled=False,
                test=False,
                financial_status="paid",
                fulfilment_status="unfulfilled",
                **(plain | telling),
            )
        )

    def ours(self) -> set[str]:
        return {each.topic for each in self.there.values() if each.uri == OURS}


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        await made.do("UPDATE stores SET subscriptions_checked_at = NULL")
        yield made


@pytest.fixture
def shopify() -> Shopify:
    return Shopify()


def subscriptions(
    house: Machinery, shopify: Shopify, *, public_url: str | None = "https://erp.example/"
) -> WebhookSubscriptions:
    gateway: Any = shopify
    reached: StoreGateway = gateway
    list_orders = ListOrders(reached, house.unit_of_work, house.clock)
    return WebhookSubscriptions(house.unit_of_work, reached, house.clock, list_orders, public_url=public_url)


async def due(house: Machinery) -> bool:
    return bool(await house.value("SELECT coalesce(subscriptions_checked_at, '-infinity') = '-infinity' FROM stores"))


async def turn_webhooks(house: Machinery, *, off: str) -> None:
    await house.do("""UPDATE shops SET settings = '{"orders": {"webhooks": false}}' WHERE code LIKE $1""", off)


async def test_what_is_missing_is_created_once(house: Machinery, shopify: Shopify) -> None:
    service = subscriptions(house, shopify)

    assert (await service.check(STORE)).created == len(WANTED)
    assert (await service.check(STORE)).created == 0

    assert shopify.ours() == WANTED
    assert not await due(house)


async def test_one_shop_with_webhooks_on_is_enough_and_none_ends_ours(house: Machinery, shopify: Shopify) -> None:
    service = subscriptions(house, shopify)
    await turn_webhooks(house, off="web")
    await service.check(STORE)
    assert shopify.ours() == WANTED

    await turn_webhooks(house, off="%")
    await service.check(STORE)

    assert shopify.ours() == ALWAYS


async def test_where_nothing_may_go_out_nothing_is_made_or_removed_until_it_may(
    house: Machinery, shopify: Shopify
) -> None:
    """Each topic is told with the reason; the gap is filled once they stand again."""
    service = subscriptions(house, shopify)
    await service.check(STORE)
    await good_since(house, timedelta(days=3))
    shopify.loses("orders/create")
    shopify.has("orders/edited", number="7")
    shopify.changes(5501, ago=timedelta(days=2))
    await house.do("""UPDATE shops SET settings = '{"general": {"allow_outgoing": false}}'""")
    run = RunContext(run_id=RunId("run_1"), task=TaskName.CHECK_SUBSCRIPTIONS, shop_id=WEB, store_id=STORE)

    await service.run(run)

    assert run.kept.counts == {"created": 0, "deleted": 0}
    assert [(each.id, each.code) for each in run.kept.errors] == [
        ("orders/create", "outgoing_not_allowed"),
        ("orders/edited", "outgoing_not_allowed"),
    ]
    assert shopify.ours() == WANTED - {"orders/create"}

    await house.do("UPDATE shops SET settings = '{}' WHERE code = 'web'")
    checked = await service.check(STORE)
    assert (checked.created, checked.deleted, checked.listed_again) == (1, 1, 1)


async def test_topics_of_a_task_are_subscribed_to_while_a_shop_has_it_scheduled_and_takes_them_in(
    house: Machinery, shopify: Shopify
) -> None:
    service, shopify.scopes = subscriptions(house, shopify), {*EVERY_SCOPE, "read_products", "read_customers"}
    await house.do("""UPDATE shops SET settings = '{"items": {"auto_create": true}}' WHERE code = 'pos'""")
    await house.do(
        "INSERT INTO schedules (shop_id, task, enabled, every_minutes, filters, parameters, version, updated_at)"
        " SELECT id, task, true, 60, '{}', '{}', 1, now() FROM shops, unnest($1::text[]) AS task",
        ["sync_products", "sync_customers"],
    )
    await service.check(STORE)
    assert shopify.ours() == WANTED | {"products/create", "products/update"}

    await house.do("UPDATE schedules SET enabled = false WHERE shop_id = $1", POS)
    await service.check(STORE)

    assert shopify.ours() == WANTED


async def test_strangers_subscriptions_and_topics_are_left_alone_and_doubles_go(
    house: Machinery, shopify: Shopify
) -> None:
    shopify.has("orders/updated", "https://other.example/hooks", "1")
    shopify.has("carts/update", OURS, "2")
    shopify.has("orders/updated", OURS, "3")
    shopify.has("orders/updated", OURS, "4")

    checked = await subscriptions(house, shopify).check(STORE)

    assert checked.deleted == 1
    assert {"1", "2", "3"} <= shopify.there.keys()
    assert "4" not in shopify.there


async def test_without_a_public_url_nothing_is_wanted(house: Machinery, shopify: Shopify) -> None:
    await subscriptions(house, shopify, public_url=None).check(STORE)

    assert shopify.there == {}
    assert not await due(house)


async def test_what_no_scope_allows_is_shown_and_not_tried(house: Machinery, shopify: Shopify) -> None:
    shopify.scopes = {"read_orders"}
    service = subscriptions(house, shopify)
    await service.check(STORE)

    states = {each.topic: each.state for each in await service.status(EVERYBODY, "web")}

    assert states["orders/updated"] is SubscriptionState.OK
    assert states["returns/approve"] is SubscriptionState.NOT_GRANTED
    assert "returns/approve" not in shopify.ours()


async def test_what_the_store_refuses_is_told_in_its_words_and_the_others_are_made(
    house: Machinery, shopify: Shopify
) -> None:
    shopify.refuses = frozenset({"returns/approve"})
    context = RunContext(run_id="run_1", task=TaskName.CHECK_SUBSCRIPTIONS, shop_id=WEB, store_id=STORE)  # type: ignore[arg-type]

    await subscriptions(house, shopify).run(context)

    assert context.kept.counts["created"] == len(WANTED) - 1
    assert [(error.id, error.code) for error in context.kept.errors] == [("returns/approve", "store_refused")]


async def test_a_store_that_goes_away_is_asked_no_further_and_what_was_asked_stands(
    house: Machinery, shopify: Shopify
) -> None:
    shopify.breaks_at = "orders/updated"

    with pytest.raises(StoreUnavailable):
        await subscriptions(house, shopify).check(STORE)

    asked = set(shopify.asked)
    assert asked <= set(ORDER_TOPICS)
    assert shopify.ours() == asked - {"orders/updated"}
    assert await due(house)

    shopify.breaks_at = ""
    assert (await subscriptions(house, shopify).check(STORE)).created == len(WANTED - asked) + 1


async def good_since(house: Machinery, ago: timedelta) -> None:
    await house.do("UPDATE stores SET subscriptions_good_at = $1", house.clock.now() - ago)


async def wanted_orders(house: Machinery) -> list[str]:
    return [row[0] for row in await house.fetch("SELECT shopify_id FROM orders_to_import ORDER BY 1")]


async def test_what_changed_while_subscriptions_were_missing_is_listed_again_once(
    house: Machinery, shopify: Shopify
) -> None:
    """A16 and peers 3: two of ours end behind our back; whatever changed since all last stood is looked at."""
    service = subscriptions(house, shopify)
    await service.check(STORE)
    assert shopify.listings == []
    await good_since(house, timedelta(days=3))
    shopify.loses("orders/updated", "orders/create")
    shopify.changes(5501, ago=timedelta(days=2))
    shopify.changes(5502, ago=timedelta(days=9))
    shopify.changes(5503, ago=timedelta(hours=3), closed=True)
    shopify.changes(5504, ago=timedelta(hours=3), closed=True, created_at=datetime(2020, 1, 1, tzinfo=UTC))
    await house.do("UPDATE stores SET created_at = now() - interval '30 days'")

    checked = await service.check(STORE)

    assert (checked.created, checked.listed_again) == (2, 2)
    assert shopify.ours() == WANTED
    assert await wanted_orders(house) == ["5501", "5503"]
    assert (await service.check(STORE)).listed_again is None
    assert len(shopify.listings) == 1


async def test_a_gap_that_could_not_be_listed_stays_open(house: Machinery, shopify: Shopify) -> None:
    service = subscriptions(house, shopify)
    await service.check(STORE)
    await good_since(house, timedelta(days=3))
    shopify.loses("orders/updated")
    shopify.changes(5501, ago=timedelta(days=2))
    shopify.listing_fails = True
    await house.do("UPDATE stores SET subscriptions_checked_at = NULL")

    with pytest.raises(StoreUnavailable):
        await service.check(STORE)
    assert shopify.ours() == WANTED
    assert await due(house)
    shopify.listing_fails = False
    await service.check(STORE)

    assert await wanted_orders(house) == ["5501"]


async def test_a_change_while_they_are_looked_at_has_them_looked_at_again(house: Machinery, shopify: Shopify) -> None:
    service = subscriptions(house, shopify)
    shopify.meanwhile = lambda: house.do("UPDATE stores SET subscriptions_checked_at = NULL")
    await service.check(STORE)
    assert await due(house)

    shopify.meanwhile = None
    await service.check(STORE)
    assert not await due(house)


async def test_what_another_process_made_at_the_same_time_is_no_refusal(house: Machinery, shopify: Shopify) -> None:
    async def another_makes_it() -> None:
        shopify.meanwhile = None
        shopify.has("orders/updated")

    shopify.meanwhile = another_makes_it

    checked = await subscriptions(house, shopify).check(STORE)

    assert checked.refused == []
    assert shopify.ours() == WANTED


async def test_the_time_without_order_webhooks_is_a_gap_when_they_are_turned_on_again(
    house: Machinery, shopify: Shopify
) -> None:
    service = subscriptions(house, shopify)
    await service.check(STORE)
    await good_since(house, timedelta(days=3))
    await turn_webhooks(house, off="%")
    await service.check(STORE)
    shopify.changes(5501, ago=timedelta(days=2))
    await house.do("UPDATE shops SET settings = '{}'")

    assert (await service.check(STORE)).listed_again == 1


async def test_a_missing_subscription_that_tells_of_no_order_leaves_no_gap(house: Machinery, shopify: Shopify) -> None:
    service = subscriptions(house, shopify)
    await service.check(STORE)
    shopify.loses("locations/update")

    assert (await service.check(STORE)).listed_again is None
    assert shopify.listings == []


async def test_a_subscription_of_another_version_is_made_anew(house: Machinery, shopify: Shopify) -> None:
    service = subscriptions(house, shopify)
    await service.check(STORE)
    [(number, old)] = [(number, each) for number, each in shopify.there.items() if each.topic == "orders/updated"]
    shopify.there[number] = replace(old, outdated=True)

    states = {each.state for each in await service.status(EVERYBODY, "web") if each.topic == "orders/updated"}
    checked = await service.check(STORE)

    assert states == {SubscriptionState.FOREIGN, SubscriptionState.MISSING}
    assert (checked.created, checked.deleted, checked.refused) == (1, 1, [])
    assert number not in shopify.there
    assert shopify.ours() == WANTED


async def test_a_scope_granted_lets_go_what_waited_for_it_and_its_topics_are_subscribed_to(
    house: Machinery, shopify: Shopify
) -> None:
    shopify.scopes = {"read_orders"}
    service = subscriptions(house, shopify)
    await service.check(STORE)
    assert "returns/approve" not in shopify.ours()
    await house.do(
        "INSERT INTO orders_to_import (id, store_id, shopify_id, action, source, wanted, due_at, attempts, claim_by_id,"
        " claim_no, error_code, listed_at, updated_at) SELECT 'oti_' || code, $1, code, 'new', 'webhook', 1,"
        " now() + interval '10 minutes', 0, false, 0, code, now(), now()"
        " FROM unnest(ARRAY['scope_missing', 'import_failed']) AS code",
        STORE,
    )

    shopify.scopes = EVERY_SCOPE
    await service.check(STORE)

    assert "returns/approve" in shopify.ours()
    rows = await house.fetch("SELECT shopify_id FROM orders_to_import WHERE due_at <= now()")
    assert [row[0] for row in rows] == ["scope_missing"]


async def test_a_revoked_store_is_not_asked(house: Machinery, shopify: Shopify) -> None:
    await house.do("UPDATE stores SET access_revoked_at = now(), access_revoked_reason = 'The shop is closed.'")

    with pytest.raises(AccessRevoked, match=r"stands still\. The shop is closed\. When that is mended"):
        await subscriptions(house, shopify).check(STORE)
    assert await due(house)


async def test_whatever_is_due_is_nudged_and_nothing_else(house: Machinery) -> None:
    await house.do("UPDATE stores SET subscriptions_checked_at = NULL")
    sweep = NudgeDueWork(house.unit_of_work, house.clock)
    run = await StartRun(house.unit_of_work, house.clock, house.ids, {TaskName.IMPORT_ORDERS: None})(  # type: ignore[dict-item]
        EVERYBODY, "web", "import_orders"
    )
    await house.do(
        "INSERT INTO orders_to_import (id, store_id, shopify_id, action, source, wanted, due_at, attempts, claim_by_id,"
        " claim_no, listed_at, updated_at) SELECT 'oti_' || n, $1, n::text, 'new', 'listing', 1,"
        " now() - interval '1 minute', 0, false, 0, now(), now() FROM generate_series(1, 120) n",
        STORE,
    )
    await house.do("DELETE FROM pgqueuer")

    await sweep()
    await sweep()

    keys = [row[0] for row in await house.fetch("SELECT dedupe_key FROM pgqueuer ORDER BY 1")]
    assert keys == [
        f"check_subscriptions:{STORE}",
        f"orders_to_import:{STORE}",
        f"orders_to_import:{STORE}/2",
        f"orders_to_import:{STORE}/3",
        f"run:{run.run.id}",
    ]


async def test_of_an_orders_captures_the_last_stays_and_earlier_ones_go_after_a_season(house: Machinery) -> None:
    """P81: raw answers hold persons."""
    async with house.unit_of_work() as uow:
        changing, settled = [await an_order(uow.driver) for _ in range(2)]
        await uow.driver.execute("DELETE FROM order_captures")
        for order, days in ((changing, 200), (changing, 100), (changing, 91), (changing, 1), (settled, 400)):
            await uow.driver.execute(
                "INSERT INTO order_captures (order_id, captured_at, digest, body) VALUES ($1, $2, '', '')",
                order,
                house.clock.now() - timedelta(days=days),
            )
        await uow.commit()
    context = RunContext(run_id=RunId("run_1"), task=TaskName.PURGE_EXPIRED, shop_id=WEB, store_id=STORE)

    await PurgeExpired(house.unit_of_work, house.clock).run(context)

    assert context.kept.counts["captures"] == 3
    left = await house.fetch("SELECT order_id, captured_at FROM order_captures ORDER BY captured_at")
    assert [row["order_id"] for row in left] == [settled, changing]


async def test_old_things_go_and_open_ones_stay(house: Machinery) -> None:
    """C12."""
    async with door(house.url) as receive:
        for number in range(4):
            await receive(delivery(webhook_id=f"w-{number}"))
    await house.do("UPDATE webhook_inbox SET state = 'handled' WHERE webhook_id IN ('w-0', 'w-1')")
    await house.do("UPDATE webhook_inbox SET state = 'parked' WHERE webhook_id = 'w-2'")
    await house.do(
        "UPDATE webhook_inbox SET received_at = $1 WHERE webhook_id <> 'w-1'", house.clock.now() - timedelta(days=31)
    )
    async with house.unit_of_work() as uow:
        for _ in range(2):
            await uow.events.append(EventType.ORDER_UPDATED, WEB, "order", "ord_1", 1)
        await uow.commit()
    await PublishEvents(house.unit_of_work)()
    await house.do("UPDATE events SET occurred_at = now() - interval '91 days' WHERE position = 1")
    context = RunContext(run_id="run_1", task=TaskName.PURGE_EXPIRED, shop_id=WEB, store_id=STORE)  # type: ignore[arg-type]

    await PurgeExpired(house.unit_of_work, house.clock).run(context)

    assert [webhook for webhook, _ in await house.inbox()] == ["w-1", "w-2", "w-3"]
    assert (context.kept.counts["webhooks"], context.kept.counts["events"]) == (1, 1)
    assert await house.value("SELECT purged FROM event_positions") == 1
