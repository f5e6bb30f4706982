"""P17: webhooks become wanted orders, once each, in any order, whatever else is in the inbox."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.postgres.database import create_engine
from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.token_vault import PostgresTokenVault
from app.ports.signals import Channel
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.receive_webhook import ReceiveWebhook
from tests.machinery import DOMAIN, STORE, WEB, Machinery, connect, delivery, door, machinery, order_payload

NAMING = json.dumps({"shop_domain": DOMAIN, "myshopify_domain": DOMAIN}).encode()
"""Of this store, as a webhook about the app or a person says."""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


@pytest.fixture
async def receive(house: Machinery) -> AsyncIterator[ReceiveWebhook]:
    async with door(house.url) as made:
        yield made


def dispatcher(house: Machinery) -> DispatchWebhooks:
    return DispatchWebhooks(house.unit_of_work, house.clock, house.ids)


async def wanted(house: Machinery) -> list[tuple[str, int, bool]]:
    """Order, how often wanted, whether it is due within a second (a burst is let settle)."""
    rows = await house.fetch(
        "SELECT shopify_id, wanted, coalesce(due_at < now() + interval '1 second', false) AS due"
        " FROM orders_to_import ORDER BY shopify_id"
    )
    return [(row["shopify_id"], row["wanted"], row["due"]) for row in rows]


async def test_a_webhook_makes_its_order_wanted_and_nudges_the_store(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(order_payload(5501, updated_at="2026-01-15T10:00:00Z"), webhook_id="w-1"))

    assert await dispatcher(house)() == 1

    assert await wanted(house) == [("5501", 1, True)]
    assert await house.inbox() == [("w-1", "handled")]
    assert await house.value("SELECT source FROM orders_to_import") == "webhook"
    assert [row["dedupe_key"] for row in await house.fetch("SELECT dedupe_key FROM pgqueuer")] == [
        f"orders_to_import:{STORE}"
    ]


async def test_a_late_webhook_of_a_forgotten_buyers_order_is_looked_at_and_not_kept(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    """S14, S17."""
    await house.do(f"INSERT INTO forgotten_orders (store_id, shopify_id) VALUES ('{STORE}', '5501')")
    await receive(delivery(order_payload(5501, email="kim@example.com"), webhook_id="w-1"))
    await receive(delivery(order_payload(5502, email="robin@example.com"), webhook_id="w-2"))

    await dispatcher(house)()

    assert [order for order, *_ in await wanted(house)] == ["5501", "5502"]
    kept = await house.fetch("SELECT webhook_id FROM webhook_inbox WHERE body <> ''")
    assert [row["webhook_id"] for row in kept] == ["w-2"]


async def test_many_webhooks_of_an_order_are_one_wish_of_a_batch(house: Machinery, receive: ReceiveWebhook) -> None:
    """A13."""
    for _ in range(5):
        await receive(delivery(order_payload(5501)))
    await receive(delivery(order_payload(5502)))

    assert await dispatcher(house)() == 6
    assert await wanted(house) == [("5501", 1, True), ("5502", 1, True)]


async def test_a_later_webhook_raises_what_is_wanted(house: Machinery, receive: ReceiveWebhook) -> None:
    for _ in range(2):
        await receive(delivery(order_payload(5501)))
        await dispatcher(house)()

    assert await wanted(house) == [("5501", 2, True)]


async def test_a_failed_or_unclaimed_order_is_due_again_when_it_changes(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    await receive(delivery(order_payload(5501)))
    await dispatcher(house)()
    await house.do("UPDATE orders_to_import SET due_at = NULL, parked_at = now(), unclaimed_at = now(), attempts = 5")

    await receive(delivery(order_payload(5501)))
    await dispatcher(house)()

    [row] = await house.fetch("SELECT due_at, parked_at, unclaimed_at, attempts FROM orders_to_import")
    assert row["due_at"] is not None
    assert (row["parked_at"], row["unclaimed_at"], row["attempts"]) == (None, None, 0)


@pytest.mark.parametrize(("updated_at", "wakes"), [("2026-01-15T10:00:00Z", False), ("2026-01-15T10:00:01Z", True)])
async def test_an_order_left_out_wakes_only_for_a_newer_change(
    house: Machinery, receive: ReceiveWebhook, updated_at: str, wakes: bool
) -> None:
    await receive(delivery(order_payload(5501, updated_at="2026-01-15T10:00:00Z")))
    await dispatcher(house)()
    await house.do("UPDATE orders_to_import SET due_at = NULL, left_out_at = now()")

    await receive(delivery(order_payload(5501, updated_at=updated_at)))
    await dispatcher(house)()

    assert await wanted(house) == [("5501", 2 if wakes else 1, wakes)]


async def test_unreadable_bodies_are_parked_and_hold_up_nobody(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(b"\xff\x00 not json", webhook_id="w-1"))
    await receive(delivery(b"[" * 100_000, webhook_id="w-2"))
    await receive(delivery(b'{"id": null}', webhook_id="w-3"))
    await receive(delivery(b'{"id": ' + b"9" * 5000 + b"}", webhook_id="w-4"))
    await receive(delivery(order_payload(5501), webhook_id="w-5"))

    await dispatcher(house)()

    assert await house.inbox("parked") == [(f"w-{number}", "parked") for number in (1, 2, 3, 4)]
    assert await wanted(house) == [("5501", 1, True)]
    assert await house.value("SELECT count(*) FROM webhook_inbox WHERE state = 'parked' AND detail IS NULL") == 0


async def test_topics_that_nothing_acts_on_are_kept_and_unknown_ones_say_so(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    """A24."""
    for number, topic in enumerate(("inventory_levels/update", "brand/new", "")):
        await receive(delivery(b"not even json", topic=topic, webhook_id=f"w-{number}"))

    await dispatcher(house)()

    told = await house.fetch("SELECT state, split_part(detail, ' ', 1) AS why FROM webhook_inbox ORDER BY webhook_id")
    assert [(row["state"], row["why"]) for row in told] == [
        ("kept", "No"),
        ("kept", "unknown_topic:"),
        ("kept", "unknown_topic:"),
    ]
    assert await wanted(house) == []


async def test_a_request_about_a_person_becomes_work_even_of_a_deleted_store(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    for number, topic in enumerate(("shop/redact", "orders/updated")):
        await receive(delivery(NAMING, topic=topic, webhook_id=f"w-{number}"))
    await house.do("UPDATE stores SET deleted_at = now()")
    async with house.unit_of_work() as uow:
        await uow.stores.delete(STORE, now=house.clock.now())
        await uow.commit()
    await dispatcher(house)()

    told = await house.fetch("SELECT kind, state, webhook_id FROM privacy_requests")
    assert [tuple(row) for row in told] == [("shop_redact", "waiting", "w-0")]
    assert "privacy:" + STORE in [row["dedupe_key"] for row in await house.fetch("SELECT dedupe_key FROM pgqueuer")]


async def test_a_request_about_a_person_that_cannot_be_read_waits_for_a_person(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    await receive(delivery(b"not even json", topic="customers/redact"))

    await dispatcher(house)()

    assert await house.value("SELECT state FROM webhook_inbox") == "parked"
    assert await house.value("SELECT count(*) FROM privacy_requests") == 0


async def test_other_scopes_have_scopes_and_subscriptions_looked_at(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(b'{"previous": [], "current": ["read_orders"]}', topic="app/scopes_update"))

    await dispatcher(house)()

    assert await house.value("SELECT subscriptions_checked_at FROM stores") is None
    assert [row["dedupe_key"] for row in await house.fetch("SELECT dedupe_key FROM pgqueuer")] == [
        f"check_subscriptions:{STORE}"
    ]


async def test_a_changed_location_pulls_the_mappings_once_in_each_shop_that_allows_it(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    await house.do("""UPDATE shops SET settings = '{"general": {"allow_background": false}}' WHERE code = 'pos'""")
    for topic in ("locations/update", "locations/deactivate"):
        await receive(delivery(b'{"id": 7}', topic=topic))
        await dispatcher(house)()

    runs = await house.fetch("SELECT task, shop_id, requested_by, state FROM runs")
    assert [tuple(row) for row in runs] == [("pull_mappings", WEB, "webhook", "queued")]


async def test_the_end_of_a_bulk_operation_wakes_whoever_waits_for_one_of_that_store(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    signals = PostgresSignals(house.url)
    await signals.start()
    try:
        with signals.subscribe(Channel.BULK_OPERATION_ENDED, STORE) as ended:
            await asyncio.wait_for(signals.connected.wait(), 10)
            await ended.wait(0)
            await receive(delivery(b'{"status": "completed"}', topic="bulk_operations/finish", webhook_id="w-1"))
            await dispatcher(house)()
            async with asyncio.timeout(10):
                await ended.wait(20)
    finally:
        await signals.stop()
    assert await house.inbox() == [("w-1", "handled")]


async def test_names_that_no_database_takes_do_not_harm(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(b'{"id": 5501, "name": "\\u0000#1\\ud800"}', webhook_id="w-1"))

    await dispatcher(house)()

    assert await wanted(house) == [("5501", 1, True)]


async def test_two_dispatchers_share_the_work_and_double_none(house: Machinery, receive: ReceiveWebhook) -> None:
    await asyncio.gather(*(receive(delivery(order_payload(5000 + number % 40))) for number in range(400)))

    done = await asyncio.gather(*(dispatcher(house)(50) for _ in range(16)))

    assert sum(done) == 400
    assert await house.inbox("waiting") == []
    assert len(await wanted(house)) == 40


async def test_what_another_dispatcher_has_locked_is_left_to_it(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(webhook_id="w-1"))
    other = await connect(house.url)
    transaction = other.transaction()
    await transaction.start()
    await other.fetch("SELECT 1 FROM webhook_inbox FOR UPDATE")

    assert await dispatcher(house)() == 0
    await other.close()
    assert await dispatcher(house)() == 1


async def test_a_webhook_that_always_fails_is_parked_after_five_attempts_and_its_neighbours_go_on(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    """A25."""
    await house.do("ALTER TABLE orders_to_import ADD CONSTRAINT no_poison CHECK (shopify_id <> '666')")
    await receive(delivery(order_payload(666), webhook_id="w-0"))
    await receive(delivery(order_payload(5501), webhook_id="w-1"))
    dispatch = dispatcher(house)

    for _ in range(6):
        await dispatch()

    assert await house.inbox() == [("w-0", "parked"), ("w-1", "handled")]
    assert await wanted(house) == [("5501", 1, True)]


@pytest.mark.parametrize(
    ("topic", "names"),
    [
        ("app/uninstalled", "myshopify_domain"),
        ("customers/redact", "shop_domain"),
        ("shop/redact", "shop_domain"),
    ],
)
async def test_an_end_that_is_said_of_another_store_ends_nothing_here(
    house: Machinery, receive: ReceiveWebhook, topic: str, names: str
) -> None:
    """A21: signed with the app's one secret, and sent on in the name of another of its stores."""
    for domain in ("second.myshopify.com", DOMAIN):
        body = json.dumps({names: domain}).encode()
        await receive(delivery(body, topic=topic, webhook_id=f"w-{domain}", triggered_at="2099-01-15T10:00:00Z"))

        await dispatcher(house)()

        ended = await house.value("SELECT count(*) FROM stores WHERE subscriptions_checked_at IS NULL")
        asked = await house.value("SELECT count(*) FROM privacy_requests")
        assert ended + asked == (domain == DOMAIN)
    assert await house.inbox() == [(f"w-{DOMAIN}", "handled"), ("w-second.myshopify.com", "parked")]


async def test_of_a_removal_the_store_is_asked_and_not_the_webhook_believed(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    """A21, A27: the signature does not cover the topic."""
    await receive(delivery(NAMING, topic="app/uninstalled", triggered_at="2099-01-15T10:00:00Z"))

    await dispatcher(house)()

    assert await house.inbox("handled") != []
    assert await house.value("SELECT access_revoked_at FROM stores") is None
    assert await house.value("SELECT subscriptions_checked_at FROM stores") is None
    nudges = [row["dedupe_key"] for row in await house.fetch("SELECT dedupe_key FROM pgqueuer")]
    assert nudges == [f"check_subscriptions:{STORE}"]


@pytest.mark.parametrize(("told", "reason"), [(True, "app_uninstalled"), (False, "Refused.")])
async def test_a_store_that_refuses_us_stops_and_says_whether_the_app_was_removed(
    house: Machinery, receive: ReceiveWebhook, reason: str, *, told: bool
) -> None:
    """A27."""
    await receive(delivery(NAMING, topic="app/uninstalled", triggered_at="2099-01-15T10:00:00Z"))
    if not told:
        await house.do("UPDATE stores SET credentials_set_at = now() + interval '1 second'")
    engine = create_engine(house.url)

    vault = PostgresTokenVault(engine, keyring=AesGcmKeyring([bytes(32)]), clock=house.clock)
    await vault.access_revoked(STORE, "Refused.")

    await engine.dispose()
    assert await house.value("SELECT access_revoked_reason FROM stores") == reason
    events = await house.fetch("SELECT type, shop_id FROM events ORDER BY shop_id")
    assert [(row["type"], row["shop_id"]) for row in events] == [
        ("store.access_revoked", "sho_pos"),
        ("store.access_revoked", "sho_web"),
    ]


@pytest.mark.parametrize(
    ("topic", "field"),
    [
        ("customers/redact", {"orders_requested": [], "customer": {"id": 1}, "data_request": {"id": 2}}),
        ("customers/data_request", {"orders_to_redact": [], "customer": {"id": 1}}),
        ("shop/redact", {"orders_to_redact": [], "customer": {"id": 1}}),
        ("shop/redact", {"customer": {"id": 1}}),
    ],
    ids=["data_as_redact", "redact_as_data", "redact_as_shop", "person_as_shop"],
)
async def test_what_is_asked_about_a_person_is_not_taken_for_something_else_that_is_asked(
    house: Machinery, receive: ReceiveWebhook, topic: str, field: dict[str, object]
) -> None:
    """A21: a signed body that is sent on under another topic."""
    await receive(delivery(json.dumps({"shop_domain": DOMAIN, **field}).encode(), topic=topic))

    await dispatcher(house)()

    assert await house.value("SELECT state || ': ' || detail FROM webhook_inbox") == (
        "parked: The body is that of another topic."
    )
    assert await house.value("SELECT count(*) FROM privacy_requests") == 0


@pytest.mark.parametrize("topic", ["app/uninstalled", "shop/redact"])
async def test_a_webhook_of_an_order_that_is_sent_on_as_an_end_ends_nothing(
    house: Machinery, receive: ReceiveWebhook, topic: str
) -> None:
    """A21: the signature does not cover the topic."""
    await receive(delivery(order_payload(5501), topic=topic, triggered_at="2099-01-15T10:00:00Z"))

    await dispatcher(house)()

    assert await house.value("SELECT state FROM webhook_inbox") == "parked"
    assert await house.value("SELECT access_revoked_at FROM stores") is None
    assert await house.value("SELECT count(*) FROM privacy_requests") == 0


async def test_a_late_webhook_of_a_deleted_store_makes_no_work(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(order_payload(5501), webhook_id="w-1"))
    await house.do("UPDATE stores SET deleted_at = now()")

    await dispatcher(house)()

    assert await house.inbox() == [("w-1", "kept")]
    assert await wanted(house) == []


async def test_what_is_dated_in_the_future_is_stored_once_dealt_with_and_flagged(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    """A20."""
    future = (house.clock.now() + timedelta(minutes=6)).isoformat()
    soon = (house.clock.now() + timedelta(minutes=4)).isoformat()
    order = order_payload(5501, updated_at="2026-01-15T10:00:00Z")
    for _ in range(2):
        await receive(delivery(order, webhook_id="w-1", triggered_at=future))
    await receive(delivery(order_payload(5502), webhook_id="w-2", triggered_at=soon))

    await dispatcher(house)()

    assert [number for number, _, _ in await wanted(house)] == ["5501", "5502"]
    details = await house.fetch("SELECT webhook_id, state, detail FROM webhook_inbox ORDER BY 1")
    assert [(row["webhook_id"], row["state"]) for row in details] == [("w-1", "handled"), ("w-2", "handled")]
    assert details[0]["detail"].endswith("seconds in the future.")
    assert details[1]["detail"] is None
