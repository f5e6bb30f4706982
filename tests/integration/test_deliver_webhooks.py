"""P90: events are pushed to webhook endpoints at least once, signed, by schedule, each endpoint for itself."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from app.adapters.crypto.keyring import AesGcmKeyring
from app.adapters.webhooks_out.sending import HttpWebhookSender
from app.api.schemas.events import event_shown
from app.domain.events import EventType
from app.domain.identifiers import ShopId, WebhookEndpointId
from app.domain.webhook_deliveries import DISABLED_AFTER, MOST_ATTEMPTS, DeliveryState, DisabledReason
from app.ports.errors import Conflict, InvalidInput, NotFound
from app.ports.paging import PageRequest
from app.ports.repositories.events import NewEvent
from app.ports.repositories.webhook_endpoints import Delivery, EndpointFilter
from app.services.deliver_webhooks import LEASE, DeliverWebhooks
from app.services.nudge_due_work import NudgeDueWork
from app.services.publish_events import PublishEvents
from app.services.purge_expired import DELIVERIES_KEPT
from app.services.webhook_endpoints import EndpointWish, ShownEndpoint, WebhookEndpoints
from tests.integration.world import MovableClock
from tests.machinery import EVERYBODY, POS, WEB, Machinery, machinery, until
from tests.webhook_receiver import Received, Receiver, Reply, receiving


@dataclass(slots=True, kw_only=True)
class Push:
    """Endpoints, what happens in the shops, and workers that deliver it."""

    house: Machinery
    clock: MovableClock
    endpoints: WebhookEndpoints
    sender: HttpWebhookSender
    keyring: AesGcmKeyring

    async def endpoint(self, url: str, **wish: Any) -> ShownEndpoint:
        return await self.endpoints.create(EndpointWish(url=url, **wish), access=EVERYBODY)

    async def happen(self, *types: EventType, shop: ShopId = WEB, number: int = 1) -> None:
        """Each so often, with a position."""
        async with self.house.unit_of_work() as uow:
            await uow.events.append_many(
                [
                    NewEvent(type=each, shop_id=shop, resource_type="order", resource_id="ord_1", version=1)
                    for each in types or [EventType.ORDER_IMPORTED] * number
                ]
            )
            await uow.commit()
        await PublishEvents(self.house.unit_of_work)()

    async def deliveries(self, made: ShownEndpoint, state: DeliveryState | None = None) -> Sequence[Delivery]:
        page = await self.endpoints.deliveries(made.endpoint.id, PageRequest(limit=250), state=state, access=EVERYBODY)
        return list(reversed(page.rows))

    async def deliver(self, endpoint: WebhookEndpointId) -> int:
        return await self.worker("worker")(endpoint)

    async def now(self, made: ShownEndpoint) -> ShownEndpoint:
        return await self.endpoints.get(made.endpoint.id, access=EVERYBODY)

    async def change(self, made: ShownEndpoint, **wish: Any) -> ShownEndpoint:
        after = EndpointWish(**{"url": made.endpoint.url, "types": made.endpoint.types, "shops": made.shops} | wish)
        return await self.endpoints.change(made.endpoint.id, lambda _: after, access=EVERYBODY)

    def worker(self, name: str) -> DeliverWebhooks:
        return DeliverWebhooks(
            sender=self.sender,
            uow=self.house.unit_of_work,
            clock=self.clock,
            keyring=self.keyring,
            worker=name,
            chance=lambda: 0.5,
        )


@pytest.fixture
async def push(database_url: str) -> AsyncIterator[Push]:
    async with machinery(database_url) as house:
        clock, keyring = MovableClock(), AesGcmKeyring([b"k" * 32])
        sender = HttpWebhookSender(private=True)
        made = Push(
            house=house,
            clock=clock,
            endpoints=WebhookEndpoints(
                uow=house.unit_of_work, clock=clock, ids=house.ids, keyring=keyring, sender=sender
            ),
            sender=sender,
            keyring=keyring,
        )
        yield made
        await sender.aclose()


@pytest.fixture
def erp() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


async def seen(condition: Callable[[], bool]) -> None:
    async def so() -> bool:
        return condition()

    await until(so)


async def test_what_is_pushed_is_the_event_of_the_feed_signed_with_the_secret_shown_once(
    push: Push, erp: Receiver
) -> None:
    made = await push.endpoint(f"{erp.url}/hooks?store=1")
    await push.happen(EventType.ORDER_IMPORTED)

    assert await push.deliver(made.endpoint.id) == 1

    [received] = erp.received
    async with push.house.unit_of_work() as uow:
        [event] = await uow.events.page(after=0, upto=99, types=(), shops=None, limit=9)
    assert received.path == "/hooks?store=1"
    assert received.content == event_shown(event).model_dump(mode="json")
    assert made.secret is not None
    Webhook(made.secret).verify(received.body, received.headers)
    [delivery] = await push.deliveries(made)
    assert (delivery.event_id, delivery.state, delivery.attempts) == (received.id, DeliveryState.DELIVERED, 1)
    assert [(past.status, past.code) for past in delivery.history] == [(200, "delivered")]


async def test_an_endpoint_is_told_only_the_types_and_shops_it_asked_for_and_only_what_comes(
    push: Push, erp: Receiver
) -> None:
    await push.happen(EventType.ORDER_IMPORTED)
    made = await push.endpoint(erp.url, types=("order.*", "run.failed"), shops=("web",))
    await push.happen(EventType.ORDER_UPDATED, EventType.CUSTOMER_CREATED, EventType.RUN_FAILED)
    await push.happen(EventType.ORDER_UPDATED, shop=POS)

    await push.deliver(made.endpoint.id)

    assert sorted(each.content["type"] for each in erp.received) == ["order.updated", "run.failed"]


async def test_what_failed_is_tried_again_by_the_schedule_under_the_same_id_and_then_left(
    push: Push, erp: Receiver
) -> None:
    """F7."""
    erp.behave = lambda _: Reply(status=500, body=b"out\x00 of order")
    made = await push.endpoint(erp.url)
    await push.happen()
    began, waits = push.clock.now(), []

    while await push.deliver(made.endpoint.id) == 1:
        assert await push.deliver(made.endpoint.id) == 0
        [waiting] = await push.deliveries(made)
        if waiting.next_attempt_at is not None:
            seconds = (waiting.next_attempt_at - push.clock.now()).total_seconds()
            waits.append(round(seconds / 60))
            push.clock.pass_by(seconds=seconds + 0.01)
    [delivery] = await push.deliveries(made)

    assert waits == [0, 5, 30, 120, 300, 600, 840, 1200, 1440]
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == (DeliveryState.FAILED, MOST_ATTEMPTS, None)
    assert delivery.history[0].detail == "out of order"
    assert len(set(erp.ids())) == 1
    assert len({each.headers["webhook-timestamp"] for each in erp.received}) > 5
    assert push.clock.now() - began > timedelta(days=3)
    assert (await push.now(made)).endpoint.failing_since is not None


async def test_an_endpoint_that_fails_for_five_days_is_disabled_and_says_so_in_its_shops(
    push: Push, erp: Receiver
) -> None:
    """F3."""
    erp.behave = lambda _: Reply(status=500)
    made = await push.endpoint(erp.url)
    await push.happen()
    await push.deliver(made.endpoint.id)
    push.clock.pass_by(seconds=DISABLED_AFTER.total_seconds() - 60)
    await push.happen()
    await push.deliver(made.endpoint.id)
    still = await push.now(made)
    push.clock.pass_by(minutes=7)

    await push.deliver(made.endpoint.id)

    given_up = (await push.now(made)).endpoint
    assert (still.endpoint.enabled, given_up.enabled) == (True, False)
    assert given_up.disabled_reason is DisabledReason.FAILING
    assert given_up.version > still.endpoint.version
    told = await push.house.fetch("SELECT shop_id, resource_id FROM events WHERE type = 'webhook_endpoint.disabled'")
    assert sorted(tuple(row) for row in told) == sorted([(POS, made.endpoint.id), (WEB, made.endpoint.id)])


async def test_one_success_in_between_starts_the_five_days_anew(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    for status in (500, 200, 500):
        erp.behave = lambda _, status=status: Reply(status=status)  # type: ignore[misc]
        await push.happen()
        await push.deliver(made.endpoint.id)
        push.clock.pass_by(days=3)
    await push.deliver(made.endpoint.id)

    assert (await push.now(made)).endpoint.enabled


async def test_410_disables_at_once_and_nothing_more_is_sent(push: Push, erp: Receiver) -> None:
    erp.behave = lambda _: Reply(status=410)
    made = await push.endpoint(erp.url)
    await push.happen()
    await push.deliver(made.endpoint.id)
    await push.happen()
    push.clock.pass_by(days=1)

    assert await push.deliver(made.endpoint.id) == 0

    assert (await push.now(made)).endpoint.disabled_reason is DisabledReason.GONE
    assert len(erp.received) == 1


async def test_an_endpoint_enabled_again_goes_on_where_it_stopped(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    off = await push.change(made, enabled=False)
    await push.happen(number=3)
    assert await push.deliver(made.endpoint.id) == 0

    on = await push.change(off, enabled=True)
    await push.deliver(made.endpoint.id)

    assert off.endpoint.disabled_reason is DisabledReason.ON_REQUEST
    assert (on.endpoint.disabled_at, on.endpoint.version) == (None, 3)
    assert len(set(erp.ids())) == 3


async def test_an_endpoint_that_asks_for_patience_is_left_alone_for_an_hour_at_most(push: Push, erp: Receiver) -> None:
    """F3."""
    erp.behave = lambda _: Reply(status=503, headers={"Retry-After": "86400"})
    made = await push.endpoint(erp.url)
    await push.happen()
    await push.deliver(made.endpoint.id)
    await push.happen()

    push.clock.pass_by(minutes=59)
    before = await push.deliver(made.endpoint.id)
    push.clock.pass_by(minutes=2)

    assert (before, await push.deliver(made.endpoint.id)) == (0, 2)


async def test_redirects_are_failures_and_never_followed(push: Push, erp: Receiver) -> None:
    """F2."""
    erp.behave = lambda _: Reply(status=307, headers={"Location": f"{erp.url}/elsewhere"})
    made = await push.endpoint(erp.url)
    await push.happen()

    await push.deliver(made.endpoint.id)

    [delivery] = await push.deliveries(made)
    assert [past.code for past in delivery.history] == ["redirected"]
    assert [each.path for each in erp.received] == ["/"]


async def test_an_endpoint_that_hangs_delays_no_other(push: Push, erp: Receiver) -> None:
    """F1."""
    let_go = threading.Event()
    with receiving() as slow:
        slow.behave = lambda _: Reply(hold=let_go)
        first, second = await push.endpoint(slow.url), await push.endpoint(erp.url)
        await push.happen(number=17)
        hanging = asyncio.ensure_future(push.deliver(first.endpoint.id))
        await seen(lambda: bool(slow.received))

        assert await push.deliver(second.endpoint.id) == 17

        assert not hanging.done()
        let_go.set()
        assert await hanging == 17


async def test_workers_share_the_deliveries_of_an_endpoint_and_none_is_made_twice(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    await push.happen(number=36)

    numbers = await asyncio.gather(*(push.worker(name)(made.endpoint.id) for name in "abc"))

    assert sum(numbers) == 36
    assert len(erp.ids()) == len(set(erp.ids())) == 36


async def test_a_worker_that_died_after_the_answer_costs_a_second_delivery_with_the_same_id(
    push: Push, erp: Receiver
) -> None:
    """A9: nothing is lost; the attempt that was never noted is counted."""
    made = await push.endpoint(erp.url)
    await push.happen()
    async with push.house.unit_of_work() as uow:
        endpoint = await uow.webhook_endpoints.locked(made.endpoint.id)
        assert endpoint is not None
        _, position = await uow.webhook_deliveries.fan_out(endpoint, upto=1, limit=9, now=push.clock.now())
        await uow.webhook_endpoints.save(replace(endpoint, position=position))
        await uow.webhook_deliveries.claim(endpoint.id, by="dead", limit=9, lease=LEASE, now=push.clock.now())
        await uow.commit()
    assert await push.deliver(made.endpoint.id) == 0

    push.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    assert await push.deliver(made.endpoint.id) == 1

    [delivery] = await push.deliveries(made)
    assert (delivery.state, delivery.attempts, len(delivery.history)) == (DeliveryState.DELIVERED, 2, 1)


async def test_a_late_worker_does_not_undo_what_another_has_noted(push: Push, erp: Receiver) -> None:
    let_go = threading.Event()
    calls = iter([Reply(status=500, hold=let_go)])
    erp.behave = lambda _: next(calls, Reply())
    made = await push.endpoint(erp.url)
    await push.happen()
    late = asyncio.ensure_future(push.deliver(made.endpoint.id))
    await seen(lambda: len(erp.received) == 1)
    push.clock.pass_by(seconds=LEASE.total_seconds() + 1)

    await push.worker("other")(made.endpoint.id)
    let_go.set()
    await late

    [delivery] = await push.deliveries(made)
    assert (delivery.state, [past.status for past in delivery.history]) == (DeliveryState.DELIVERED, [200])


async def test_a_worker_that_is_stopped_gives_its_claims_back(push: Push, erp: Receiver) -> None:
    let_go = threading.Event()
    erp.behave = lambda _: Reply(hold=let_go)
    made = await push.endpoint(erp.url)
    await push.happen(number=3)
    stopped = asyncio.ensure_future(push.deliver(made.endpoint.id))
    await seen(lambda: len(erp.received) == 3)

    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    let_go.set()

    assert [each.attempts for each in await push.deliveries(made, DeliveryState.PENDING)] == [0, 0, 0]
    assert await push.deliver(made.endpoint.id) == 3


async def test_replay_delivers_again_what_was_delivered_with_the_ids_of_the_first_time(
    push: Push, erp: Receiver
) -> None:
    made = await push.endpoint(erp.url)
    await push.happen(number=5)
    await push.deliver(made.endpoint.id)
    first = sorted(erp.received, key=lambda each: each.content["position"])

    replay = await push.endpoints.replay(made.endpoint.id, from_position=3, access=EVERYBODY)
    await push.deliver(made.endpoint.id)

    assert (replay.from_position, replay.to_position) == (3, 5)
    again = sorted(erp.received[5:], key=lambda each: each.content["position"])
    assert [(each.id, each.body) for each in again] == [(each.id, each.body) for each in first[2:]]


async def test_replay_refuses_positions_that_were_never_given_and_endpoints_that_are_off(
    push: Push, erp: Receiver
) -> None:
    made = await push.endpoint(erp.url)
    with pytest.raises(InvalidInput):
        await push.endpoints.replay(made.endpoint.id, from_position=1, access=EVERYBODY)
    await push.change(made, enabled=False)
    with pytest.raises(Conflict):
        await push.endpoints.replay(made.endpoint.id, from_position=1, access=EVERYBODY)


async def test_a_new_secret_signs_first_and_the_old_one_for_a_while(push: Push, erp: Receiver) -> None:
    """F4."""
    made = await push.endpoint(erp.url)
    rotated = await push.endpoints.rotate_secret(made.endpoint.id, old_secret_for=timedelta(hours=24), access=EVERYBODY)
    await push.happen()
    await push.deliver(made.endpoint.id)
    push.clock.pass_by(hours=25)
    await push.happen()
    await push.deliver(made.endpoint.id)

    both, alone = erp.received
    assert made.secret != rotated.secret
    assert signers(both, made, rotated) == [rotated.secret, made.secret]
    assert signers(alone, made, rotated) == [rotated.secret]


async def test_never_more_than_three_secrets_sign(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    for _ in range(4):
        push.clock.pass_by(seconds=1)
        await push.endpoints.rotate_secret(made.endpoint.id, old_secret_for=timedelta(hours=24), access=EVERYBODY)
    await push.happen()
    await push.deliver(made.endpoint.id)

    assert len(erp.received[0].headers["webhook-signature"].split(" ")) == 3


def signers(received: Received, *endpoints: ShownEndpoint) -> list[str | None]:
    """The secrets that signed, in the order of the signatures."""
    at = datetime.fromtimestamp(int(received.headers["webhook-timestamp"]), UTC)
    by_signature = {
        Webhook(each.secret or "").sign(received.id, at, received.body.decode()): each.secret for each in endpoints
    }
    return [by_signature[each] for each in received.headers["webhook-signature"].split(" ")]


async def test_secrets_are_sealed_in_the_database(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    assert made.secret is not None
    shown = made.secret.removeprefix("whsec_")

    [stored] = await push.house.fetch("SELECT encode(secret, 'base64') AS it FROM webhook_endpoint_secrets")

    assert shown[:20] not in stored["it"].replace("\n", "")


async def test_a_test_is_sent_at_once_and_tells_what_came_back(push: Push, erp: Receiver) -> None:
    erp.behave = lambda _: Reply(status=401, body=b"who are you?")
    made = await push.endpoint(erp.url, enabled=False)

    attempt = await push.endpoints.test(made.endpoint.id, access=EVERYBODY)

    [received] = erp.received
    assert (attempt.delivered, attempt.status, attempt.detail) == (False, 401, "who are you?")
    assert received.content["type"] == "webhook_endpoint.test"
    assert made.secret is not None
    Webhook(made.secret).verify(received.body, received.headers)


async def test_a_deleted_endpoint_is_sent_nothing_that_was_queued(push: Push, erp: Receiver) -> None:
    """F6."""
    made = await push.endpoint(erp.url)
    await push.happen(number=3)
    await push.endpoints.delete(made.endpoint.id, access=EVERYBODY)

    assert await push.deliver(made.endpoint.id) == 0
    with pytest.raises(NotFound):
        await push.now(made)
    assert erp.received == []


async def test_due_deliveries_and_unread_events_are_nudged_by_the_sweeper(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    sweep = NudgeDueWork(push.house.unit_of_work, push.clock)
    assert await sweep() == 0
    await push.happen()

    async def nudged() -> list[str]:
        async with push.house.unit_of_work() as uow:
            due = await uow.due_work.nudges(now=push.clock.now(), limit=9)
        return [each.key for each in due]

    assert await nudged() == [made.endpoint.id]
    erp.behave = lambda _: Reply(status=500)
    await push.deliver(made.endpoint.id)
    assert await nudged() == []
    push.clock.pass_by(minutes=1)
    assert await nudged() == [made.endpoint.id]


async def test_ended_deliveries_are_kept_a_month_and_open_ones_as_long_as_they_are(push: Push, erp: Receiver) -> None:
    made = await push.endpoint(erp.url)
    await push.happen()
    await push.deliver(made.endpoint.id)
    erp.behave = lambda _: Reply(status=500)
    await push.happen()
    await push.deliver(made.endpoint.id)
    push.clock.pass_by(seconds=DELIVERIES_KEPT.total_seconds() + 1)

    async with push.house.unit_of_work() as uow:
        gone = await uow.webhook_deliveries.purge(before=push.clock.now() - DELIVERIES_KEPT, limit=99)
        await uow.commit()

    assert (gone, [each.position for each in await push.deliveries(made)]) == (1, [2])


async def test_the_list_tells_the_endpoints_of_a_shop_and_those_that_a_person_should_see(
    push: Push, erp: Receiver
) -> None:
    web, everything = await push.endpoint(erp.url, shops=("web",)), await push.endpoint(erp.url)
    pos = await push.endpoint(erp.url, shops=("pos",))
    erp.behave = lambda _: Reply(status=500)
    await push.happen()
    await push.deliver(web.endpoint.id)

    async def listed(**wanted: Any) -> list[WebhookEndpointId]:
        page = await push.endpoints.page(PageRequest(), EndpointFilter(**wanted), access=EVERYBODY)
        return [each.endpoint.id for each in page.rows]

    assert await listed() == [each.endpoint.id for each in (web, everything, pos)]
    assert await listed(shop="pos") == [everything.endpoint.id, pos.endpoint.id]
    assert await listed(failing=True) == []
    push.clock.pass_by(minutes=11)
    assert await listed(failing=True) == [web.endpoint.id]
