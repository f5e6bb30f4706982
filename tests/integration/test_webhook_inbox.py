"""P17 and A12–A23: a webhook is verified, kept durably, then answered; a repeat stores nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from app.ports.errors import Unavailable
from app.services.receive_webhook import Receipt, ReceiveWebhook
from tests.machinery import DOMAIN, OLD_SECRET, STORE, Machinery, connect, delivery, door, machinery, sealed, until


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


@pytest.fixture
async def receive(house: Machinery) -> AsyncIterator[ReceiveWebhook]:
    async with door(house.url) as made:
        yield made


async def test_a_webhook_is_stored_with_its_headers_and_its_exact_bytes(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    """D1."""
    body = b'{"id": 5501,  "note": "\\u0000 and \xff bytes that are no text"}'

    assert await receive(delivery(body, webhook_id="w-1", triggered_at="2026-01-15T10:00:00Z")) is Receipt.STORED

    [row] = await house.fetch("SELECT * FROM webhook_inbox")
    assert (row["store_id"], row["webhook_id"], row["topic"], row["state"]) == (
        STORE,
        "w-1",
        "orders/updated",
        "waiting",
    )
    assert (row["event_id"], row["api_version"]) == ("event-1", "2026-10")
    assert row["triggered_at"] == "2026-01-15T10:00:00Z"
    assert row["body"] == body


async def test_a_second_delivery_of_the_same_webhook_stores_nothing(house: Machinery, receive: ReceiveWebhook) -> None:
    await receive(delivery(b"first", webhook_id="w-1"))

    assert await receive(delivery(b"second", webhook_id="w-1")) is Receipt.DUPLICATE
    assert await house.value("SELECT body FROM webhook_inbox") == b"first"


async def test_fifty_deliveries_at_once_of_the_same_webhook_store_one_row(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    async with door(house.url) as other_process:
        doors = [receive, other_process] * 25
        receipts = await asyncio.gather(*(each(delivery(webhook_id="w-1")) for each in doors))

    assert sorted(receipts) == [Receipt.DUPLICATE] * 49 + [Receipt.STORED]
    assert await house.inbox() == [("w-1", "waiting")]


async def test_two_topics_of_one_event_are_two_webhooks(house: Machinery, receive: ReceiveWebhook) -> None:
    """A13: a topic is never swallowed because another one told of the same event, event-1 here as everywhere."""
    for topic in ("orders/create", "orders/paid"):
        assert await receive(delivery(webhook_id=f"w-{topic}", topic=topic)) is Receipt.STORED

    assert len(await house.inbox("waiting")) == 2


async def test_thousands_at_once_are_all_stored(house: Machinery, receive: ReceiveWebhook) -> None:
    receipts = await asyncio.gather(*(receive(delivery(webhook_id=f"w-{number}")) for number in range(3000)))

    assert set(receipts) == {Receipt.STORED}
    assert await house.value("SELECT count(*) FROM webhook_inbox") == 3000


async def test_a_wrong_signature_and_an_unknown_store_are_refused_alike(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    for stranger in (
        delivery(secret=b"another"),
        delivery(domain="other.myshopify.com"),
        delivery(domain="evil.example"),
        delivery(secret=b""),
    ):
        assert await receive(stranger) is Receipt.REFUSED
    assert await house.inbox() == []


async def test_an_empty_secret_signs_nothing(house: Machinery, receive: ReceiveWebhook) -> None:
    await house.do("UPDATE stores SET credentials = NULL")

    assert await receive(delivery(secret=b"")) is Receipt.REFUSED


async def test_both_secrets_are_good_while_one_is_being_replaced(house: Machinery, receive: ReceiveWebhook) -> None:
    await house.do(
        "UPDATE stores SET previous_webhook_secret = $1, previous_webhook_secret_until = now() + interval '1 day'",
        sealed(OLD_SECRET),
    )

    with capture_logs() as logs:
        assert await receive(delivery()) is Receipt.STORED
        told_of_the_present_one = list(logs)
        assert await receive(delivery(secret=OLD_SECRET)) is Receipt.STORED

    assert told_of_the_present_one == []
    assert [(told["event"], told["store_id"]) for told in logs] == [("webhook_signed_with_former_secret", STORE)]


async def test_the_secret_before_is_no_good_after_its_time(house: Machinery, receive: ReceiveWebhook) -> None:
    await house.do(
        "UPDATE stores SET previous_webhook_secret = $1, previous_webhook_secret_until = now() - interval '1 s'",
        sealed(OLD_SECRET),
    )

    assert await receive(delivery(secret=OLD_SECRET)) is Receipt.REFUSED


async def test_a_secret_set_a_moment_ago_is_good_although_the_old_one_was_remembered(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    assert await receive(delivery()) is Receipt.STORED
    await house.do("UPDATE stores SET credentials = $1", sealed(b"k4n4ri anew"))

    async def accepted() -> bool:
        return await receive(delivery(secret=b"k4n4ri anew")) is Receipt.STORED

    await until(accepted)


@pytest.mark.parametrize(("days", "receipt"), [(89, Receipt.STORED), (91, Receipt.REFUSED)])
async def test_a_deleted_store_is_heard_for_ninety_days(
    house: Machinery, receive: ReceiveWebhook, days: int, receipt: Receipt
) -> None:
    await house.do("UPDATE stores SET deleted_at = now() - $1 * interval '1 day'", days)

    assert await receive(delivery()) is receipt


async def test_the_domain_may_be_written_in_capitals(house: Machinery, receive: ReceiveWebhook) -> None:
    assert await receive(delivery(domain=DOMAIN.upper())) is Receipt.STORED


async def test_deliveries_without_an_id_are_told_apart_by_topic_and_body(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    def anonymous(body: bytes) -> object:
        one = delivery(body)
        return type(one)(
            domain=one.domain,
            signature=one.signature,
            topic=one.topic,
            webhook_id=None,
            event_id=None,
            api_version=None,
            triggered_at=None,
            body=body,
        )

    receipts = [await receive(anonymous(body)) for body in (b"a", b"a", b"b")]  # type: ignore[arg-type]

    assert receipts == [Receipt.STORED, Receipt.DUPLICATE, Receipt.STORED]


async def test_a_row_that_fails_does_not_fail_its_neighbours(house: Machinery, receive: ReceiveWebhook) -> None:
    await house.do("ALTER TABLE webhook_inbox ADD CONSTRAINT no_poison CHECK (webhook_id <> 'poison')")

    receipts = await asyncio.gather(
        *(receive(delivery(webhook_id=each)) for each in ("w-1", "poison", "w-2", "w-3")), return_exceptions=True
    )

    assert [receipt is Receipt.STORED for receipt in receipts] == [True, False, True, True]


async def test_a_loser_takes_over_when_the_winner_rolls_back(house: Machinery, receive: ReceiveWebhook) -> None:
    winner = await connect(house.url)
    transaction = winner.transaction()
    await transaction.start()
    await winner.execute(
        "INSERT INTO webhook_inbox (store_id, webhook_id, topic, body) VALUES ($1, 'w-1', 't', 'x')", STORE
    )
    loser = asyncio.create_task(receive(delivery(webhook_id="w-1")))

    async def waits() -> bool:
        return bool(await winner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    await until(waits)
    await transaction.rollback()

    assert await loser is Receipt.STORED
    await winner.close()


async def test_a_database_that_keeps_us_waiting_is_told_within_four_seconds(
    house: Machinery, receive: ReceiveWebhook
) -> None:
    blocker = await connect(house.url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("LOCK TABLE webhook_inbox IN ACCESS EXCLUSIVE MODE")
    try:
        async with asyncio.timeout(4):
            with pytest.raises(Unavailable):
                await receive(delivery())
    finally:
        await transaction.rollback()
        await blocker.close()
    assert await receive(delivery(webhook_id="afterwards")) is Receipt.STORED


async def test_a_database_that_is_not_there_is_unavailable() -> None:
    async with door("postgresql://nobody@127.0.0.1:1/none") as receive:
        with pytest.raises(Unavailable):
            await receive(delivery())
