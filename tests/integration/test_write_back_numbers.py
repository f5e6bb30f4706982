"""The ERP's number as an attribute of the store's order: written once, beside all others, no news to us (P35, P43)."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from app.domain.erp_number import ERP_NUMBER_KEY
from app.domain.identifiers import DocumentId, ShopifyId
from app.domain.orders import Attribute
from app.ports.errors import ScopeMissing, Unavailable
from app.ports.job_queue import NudgeKind
from app.ports.store_gateway import StoreRef
from app.ports.store_writer import StoreWriter
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.document_actions import UnlinkDocuments
from app.services.write_back_orders import WriteBackCounts, WriteBackOrders
from tests.integration.world import CREDENTIALS, EVERYBODY, Json, World, an_order

GIFT = {"key": "gift", "value": "yes"}
ENGRAVING = {"key": "engraving", "value": "For Anna"}
NUMBER = {"key": ERP_NUMBER_KEY, "value": "ERP-1"}
READING = [
    "read_orders",
    "read_customers",
    "read_products",
    "read_locations",
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
]
SETTLED = {"seconds": 7}
"""After which a second is over and what happened in it is looked at once more."""


class OddWriter:
    """The way to the store, on which something happens before or after an order is written to."""

    def __init__(self, world: World) -> None:
        self._writer = cast("Any", world.gateway)
        self.before: Any = None
        self.after: Any = None

    async def replace_attributes(self, store: StoreRef, order: ShopifyId, attributes: Sequence[Attribute]) -> datetime:
        if self.before:
            await self.before()
        changed_at: datetime = await self._writer.replace_attributes(store, order, attributes)
        if self.after:
            await self.after(changed_at)
        return changed_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


def numbers(world: World, *, writer: object = None, worker: str = "worker") -> WriteBackOrders:
    way = cast("StoreWriter", writer or world.gateway)
    return WriteBackOrders(
        writer=way, actions=world.gateway.order_actions, uow=world.uow, clock=world.clock, worker=worker
    )


async def write(world: World, **options: Any) -> WriteBackCounts:
    return await numbers(world, **options)(world.store_id)


async def documented(world: World, **fields: Any) -> None:
    """An order with a released document, long settled at the store."""
    await world.store.has(an_order(1001, **fields))
    await world.imports(1001)


async def acknowledge(world: World, no: str = "ERP-1", *, order: str = "#1001") -> None:
    document = (await world.documents_of(order))[-1]
    await world.actions.acknowledge(
        EVERYBODY, DocumentId(document["id"]), erp_document_no=no, version=document["version"]
    )


async def acknowledged(world: World, no: str = "ERP-1", **fields: Any) -> None:
    await documented(world, **fields)
    await acknowledge(world, no)


async def at_store(world: World, order: int = 1001) -> Json:
    answer = await world.store.doors.get(f"/control/{world.store.domain}/state?kinds=orders")
    [found] = [each for each in answer.json()["orders"] if each["legacyResourceId"] == str(order)]
    return cast("Json", found)


async def attributes(world: World) -> list[Json]:
    return [{"key": each["key"], "value": each["value"]} for each in (await at_store(world))["customAttributes"]]


async def announced(world: World, order: int = 1001, **told: Any) -> None:
    """The store's webhook about the order as it stands there arrives and is dispatched."""
    state = await at_store(world, order)
    body = {"id": order, "name": f"#{order}", "updated_at": state["updatedAt"]} | told
    await world.do(
        "INSERT INTO webhook_inbox (store_id, webhook_id, topic, body) VALUES ($1, $2, 'orders/updated', $3)",
        world.store_id,
        world.ids.new("hook"),
        json.dumps(body).encode(),
    )
    await DispatchWebhooks(world.uow, world.clock, world.ids)()


async def waiting(world: World, *columns: str) -> list[tuple[Any, ...]]:
    wanted = ", ".join(columns) or "order_id"
    return [tuple(row) for row in await world.fetch(f"SELECT {wanted} FROM number_write_backs")]


async def writes(world: World) -> int:
    return len(await world.store.calls("OrderAttributesUpdate"))


async def settle(world: World) -> None:
    world.clock.pass_by(**SETTLED)
    await write(world)


# What is written, and when.


async def test_the_erps_number_is_written_beside_all_other_attributes(world: World) -> None:
    await acknowledged(world, customAttributes=[GIFT, ENGRAVING])

    assert await write(world) == WriteBackCounts(written=1)

    assert await attributes(world) == [GIFT, ENGRAVING, NUMBER]
    assert (await world.order())["body"]["attributes"] == [GIFT, ENGRAVING, NUMBER]


async def test_attributes_that_the_store_changed_since_the_import_are_kept_as_they_are_there(world: World) -> None:
    await acknowledged(world, customAttributes=[GIFT])
    await world.store.change(1001, customAttributes=[ENGRAVING, {"key": "gift", "value": "no"}])

    await write(world)

    assert await attributes(world) == [ENGRAVING, {"key": "gift", "value": "no"}, NUMBER]


async def test_nothing_is_written_before_the_erp_has_given_its_number(world: World) -> None:
    await documented(world)

    assert await write(world) == WriteBackCounts()
    assert await writes(world) == 0


async def test_acknowledging_wakes_a_worker_once_it_is_committed(world: World) -> None:
    await acknowledged(world)

    assert await world.take_nudges(NudgeKind.WRITE_BACK) == [world.store_id]


@pytest.mark.long
async def test_a_shop_that_writes_no_numbers_back_makes_no_work(world: World) -> None:
    await world.set(orders={"write_document_number": False})
    await acknowledged(world)

    assert await waiting(world) == []


@pytest.mark.long
async def test_work_that_waits_is_forgotten_when_the_setting_is_switched_off(world: World) -> None:
    await acknowledged(world)
    await world.set(orders={"write_document_number": False})

    await write(world)

    assert (await waiting(world), await writes(world)) == ([], 0)


@pytest.mark.long
async def test_an_order_that_says_the_number_already_is_not_written_to(world: World) -> None:
    await acknowledged(world, customAttributes=[NUMBER])

    assert await write(world) == WriteBackCounts(in_line=1)
    assert (await waiting(world), await writes(world)) == ([], 0)


async def test_the_work_is_done_once_the_order_was_seen_with_its_number(world: World) -> None:
    await acknowledged(world)
    await write(world)
    await settle(world)

    assert (await waiting(world), await writes(world)) == ([], 1)


async def test_acknowledging_waits_for_nobody_who_holds_the_order(world: World) -> None:
    """Whoever takes a document back locks the order first, then the document: waiting here would be a circle."""
    await documented(world)
    async with world.uow() as uow:
        await uow.documents.lock_order(await world.order_id(), shop_ids=None)
        async with asyncio.timeout(5):
            await acknowledge(world)

    assert len(await waiting(world)) == 1


@pytest.mark.long
async def test_two_workers_at_once_write_an_order_once(world: World) -> None:
    await acknowledged(world)

    await asyncio.gather(write(world, worker="one"), write(world, worker="two"))

    assert await writes(world) == 1


@pytest.mark.long
async def test_many_orders_are_looked_at_together(world: World) -> None:
    await world.store.has(*(an_order(number) for number in range(1001, 1009)))
    await world.imports(*range(1001, 1009))
    for number in range(1001, 1009):
        await acknowledge(world, f"ERP-{number}", order=f"#{number}")
    await world.store.forget_calls()

    assert await write(world) == WriteBackCounts(written=8)

    [looked] = await world.store.calls("OrderGlances")
    assert (looked["requestedQueryCost"], await writes(world)) == (7, 8)


# A number that is no longer true.


async def test_the_number_is_taken_off_when_the_erp_deleted_its_document(world: World) -> None:
    await acknowledged(world, customAttributes=[GIFT])
    await write(world)
    document = await world.document_of()
    await world.actions.cancel(EVERYBODY, DocumentId(document["id"]), reason="Entered twice", erp_deleted=True)

    await write(world)

    assert await attributes(world) == [GIFT]


async def test_an_order_let_go_of_its_document_says_no_number_until_it_has_another(world: World) -> None:
    await acknowledged(world)
    await write(world)
    await UnlinkDocuments(world.uow, world.clock)(EVERYBODY, await world.order_id())
    await write(world)
    assert await attributes(world) == []

    await world.requests.create_document(EVERYBODY, await world.order_id())
    await acknowledge(world, "ERP-2")
    await write(world)
    assert await attributes(world) == [{"key": ERP_NUMBER_KEY, "value": "ERP-2"}]


@pytest.mark.long
async def test_what_somebody_else_wrote_in_its_place_is_not_taken_off(world: World) -> None:
    other = {"key": ERP_NUMBER_KEY, "value": "by hand"}
    await acknowledged(world)
    await world.store.change(1001, customAttributes=[other])
    document = await world.document_of()
    await world.actions.cancel(EVERYBODY, DocumentId(document["id"]), reason="Entered twice", erp_deleted=True)

    await write(world)

    assert (await attributes(world), await writes(world)) == ([other], 0)


async def test_the_reason_why_a_document_failed_stays_visible_through_our_write(world: World) -> None:
    """Peers 7: the echo of the write-back cleared the error and made the document again."""
    await acknowledged(world)
    await write(world)
    document = await world.document_of()
    await world.actions.cancel(EVERYBODY, DocumentId(document["id"]), reason="Entered twice", erp_deleted=True)
    await write(world)

    await announced(world)
    await settle(world)
    await world.imports(1001)

    assert await world.problems() == ["document_rejected"]
    assert len(await world.documents_of()) == 1


# Our own writes are no news.


async def test_the_announcement_of_our_write_causes_no_reading_and_no_event(world: World) -> None:
    await acknowledged(world)
    events = await world.events()
    await write(world)
    await world.store.forget_calls()

    await announced(world)
    await settle(world)
    await announced(world)

    assert await world.queue() == []
    assert await world.store.calls("OrdersWhole") == []
    assert await world.events() == events


async def test_the_listing_of_our_write_causes_no_reading_and_no_event(world: World) -> None:
    await acknowledged(world)
    await world.run()
    events = await world.events()
    await write(world)
    await world.store.forget_calls()

    run = await world.run()

    assert (run.counts["listed"], run.counts["unchanged"]) == (1, 1)
    assert await world.store.calls("OrdersWhole") == []
    assert await world.events() == events


async def test_an_announcement_that_overtakes_our_note_is_forgotten(world: World) -> None:
    await acknowledged(world)
    writer = OddWriter(world)
    worker = world.process()

    async def overtakes(_: datetime) -> None:
        await announced(world)
        # A worker that looks at once leaves the order alone, since it is being written to.
        await worker.import_orders(world.store_id)

    writer.after = overtakes
    await world.store.forget_calls()

    await write(world, writer=writer)

    assert (await world.queue(), await world.store.calls("OrdersWhole")) == ([], [])


async def test_an_announcement_of_something_unknown_is_not_taken_for_that_of_our_write(world: World) -> None:
    await acknowledged(world)
    writer = OddWriter(world)

    async def two(_: datetime) -> None:
        state = await at_store(world)
        rows = [("orders/updated", {"updated_at": state["updatedAt"]}), ("fulfillment_orders/moved", {})]
        for topic, told in rows:
            body = {"id": 1001, "order_id": 1001} | told
            await world.do(
                "INSERT INTO webhook_inbox (store_id, webhook_id, topic, body) VALUES ($1, $2, $3, $4)",
                world.store_id,
                topic,
                topic,
                json.dumps(body).encode(),
            )
        await DispatchWebhooks(world.uow, world.clock, world.ids)()

    writer.after = two
    await write(world, writer=writer)

    assert await world.queue() == [("1001",)]


async def test_reading_the_order_again_finds_nothing_new_in_our_write(world: World) -> None:
    await acknowledged(world)
    events = await world.events()
    await write(world)

    await world.imports(1001)

    assert await world.events() == events


@pytest.mark.long
async def test_reading_the_order_before_our_write_was_noted_finds_nothing_new(world: World) -> None:
    await acknowledged(world)
    events = await world.events()
    await world.store.change(1001, customAttributes=[NUMBER])

    await world.imports(1001)

    assert await world.events() == events


@pytest.mark.long
async def test_the_copy_changes_its_version_with_what_it_says(world: World) -> None:
    await acknowledged(world)
    before = await world.order()

    await write(world)

    after = await world.order()
    assert after["version"] == before["version"] + 1
    # It was not read again: what it says of the customer is as old as before.
    assert (after["updated_at"], after["read_at"]) == (before["updated_at"], before["read_at"])


# What really changed is seen.


async def same_second(world: World, changed_at: datetime, **fields: Any) -> None:
    """Something else happens at the store in the second of our write."""
    state = await at_store(world)
    await world.store.has(state | fields | {"updatedAt": changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")})


CHANGES: dict[str, Json] = {
    "note": {"note": "Please ring twice"},
    "tags": {"tags": ["urgent"]},
    "attributes": {"customAttributes": [NUMBER, GIFT]},
    "cancelled": {"cancelledAt": "2026-01-16T09:00:00Z", "cancelReason": "CUSTOMER"},
    "address": {
        "shippingAddress": {"id": "gid://shopify/MailingAddress/9", "address1": "Elm 1", "countryCodeV2": "NL"}
    },
}


@pytest.mark.parametrize(
    "name", ["note", *(pytest.param(each, marks=pytest.mark.long) for each in CHANGES if each != "note")]
)
async def test_what_happens_in_the_second_of_our_write_is_imported(world: World, name: str) -> None:
    await acknowledged(world)
    writer = OddWriter(world)
    writer.after = lambda changed_at: same_second(world, changed_at, **CHANGES[name])
    await write(world, writer=writer)
    await announced(world)
    assert await world.queue() == []

    await settle(world)

    assert await world.queue() == [("1001",)]
    events = await world.events()
    await world.process().import_orders(world.store_id)
    assert (await world.events())[len(events)] == "order.updated"


async def test_what_happens_between_looking_and_writing_is_imported(world: World) -> None:
    await acknowledged(world)
    writer = OddWriter(world)
    writer.before = lambda: world.store.change(1001, note="Please ring twice")
    await write(world, writer=writer)

    await settle(world)
    await world.process().import_orders(world.store_id)

    assert (await world.order())["body"]["note"] == "Please ring twice"


async def test_what_was_not_imported_before_our_write_is_still_news_after_it(world: World) -> None:
    await acknowledged(world)
    await world.store.change(1001, note="Please ring twice")
    await write(world)

    await announced(world)

    assert await world.queue() == [("1001",)]
    world.clock.pass_by(seconds=1)
    await world.process().import_orders(world.store_id)
    assert (await world.order())["body"]["note"] == "Please ring twice"


@pytest.mark.long
async def test_a_later_change_is_news(world: World) -> None:
    await acknowledged(world)
    await write(world)
    await world.store.change(1001, note="Please ring twice")

    await announced(world)

    assert await world.queue() == [("1001",)]


@pytest.mark.long
async def test_an_attribute_that_somebody_takes_off_is_written_again_and_at_last_left_to_a_person(world: World) -> None:
    await acknowledged(world)
    for _ in range(7):
        await write(world)
        await world.store.change(1001, customAttributes=[])
        world.clock.pass_by(**SETTLED)

    assert await writes(world) == 5
    assert await waiting(world, "error_code", "due_at") == [("number_not_kept", None)]


# Faults.


async def test_a_write_whose_answer_was_lost_is_found_and_not_repeated(world: World) -> None:
    await acknowledged(world, customAttributes=[GIFT])
    events = await world.events()
    await world.store.fails("cut_json", operation="OrderAttributesUpdate")

    assert await write(world) == WriteBackCounts(failed=1)
    [(code, parked)] = await waiting(world, "error_code", "parked_at")
    assert (code, parked) == ("outcome_unknown", None)

    world.clock.pass_by(seconds=11)
    assert await write(world) == WriteBackCounts(in_line=1)
    assert (await waiting(world), await writes(world)) == ([], 1)
    assert await attributes(world) == [GIFT, NUMBER]
    await announced(world)
    await world.process().import_orders(world.store_id)
    assert await world.events() == events


@pytest.mark.long
async def test_a_write_that_never_arrived_is_repeated(world: World) -> None:
    await acknowledged(world)
    await world.store.fails("server_error", operation="OrderAttributesUpdate")
    await write(world)

    world.clock.pass_by(seconds=11)

    assert await write(world) == WriteBackCounts(written=1)
    assert await attributes(world) == [NUMBER]


@pytest.mark.long
async def test_a_worker_that_died_after_its_write_costs_its_lease_and_no_second_write(world: World) -> None:
    await acknowledged(world)
    async with world.uow() as uow:
        await uow.write_backs.claim(
            world.store_id, by="dead", limit=8, lease=timedelta(minutes=2), now=world.clock.now()
        )
        await uow.commit()
    await world.store.change(1001, customAttributes=[NUMBER])

    assert await write(world) == WriteBackCounts()
    world.clock.pass_by(minutes=3)
    assert await write(world) == WriteBackCounts(in_line=1)
    assert await writes(world) == 0


@pytest.mark.long
async def test_a_late_writer_notes_nothing_of_what_was_taken_over(world: World) -> None:
    await acknowledged(world)
    writer = OddWriter(world)

    async def is_overtaken(_: datetime) -> None:
        world.clock.pass_by(minutes=3)
        assert await write(world, worker="other") == WriteBackCounts(in_line=1)

    writer.after = is_overtaken
    before = await world.order()

    await write(world, writer=writer)

    assert (await waiting(world), await writes(world)) == ([], 1)
    assert (await world.order())["store_updated_at"] == before["store_updated_at"]


@pytest.mark.long
async def test_trouble_of_the_store_puts_the_work_off_and_counts_no_attempt(world: World) -> None:
    await acknowledged(world)
    await world.store.fails("throttled", operation="OrderAttributesUpdate", times=None)

    with pytest.raises(Unavailable):
        await write(world)

    assert await waiting(world, "attempts", "error_code", "claimed_by") == [(0, None, None)]
    await world.store.mends()
    world.clock.pass_by(minutes=1)
    assert await write(world) == WriteBackCounts(written=1)


async def test_a_refusal_waits_for_a_person_in_shopifys_words(world: World) -> None:
    await acknowledged(world)
    refusal = [{"field": ["customAttributes"], "message": "Value is too long", "code": None}]
    await world.store.fails(
        "user_errors", operation="OrderAttributesUpdate", mutation="orderUpdate", userErrors=refusal
    )

    assert await write(world) == WriteBackCounts(failed=1)

    [row] = await waiting(world, "error_code", "error_detail", "due_at")
    assert row == ("store_declined", "Value is too long", None)


@pytest.mark.long
async def test_an_order_that_is_gone_waits_for_a_person(world: World) -> None:
    await acknowledged(world)
    await world.store.loses(1001)

    await write(world)

    assert await waiting(world, "error_code", "due_at") == [("not_at_store", None)]


@pytest.mark.long
async def test_an_outage_ends_in_parking_after_five_attempts(world: World) -> None:
    await acknowledged(world)
    await world.store.fails("server_error", operation="OrderAttributesUpdate", times=None)
    for _ in range(6):
        await write(world)
        world.clock.pass_by(minutes=31)

    assert await waiting(world, "attempts", "error_code", "due_at") == [(5, "outcome_unknown", None)]
    assert await writes(world) == 5


async def test_one_bad_order_fails_alone_and_its_neighbours_go_on(world: World) -> None:
    await world.store.has(an_order(1001), an_order(1002))
    await world.imports(1001, 1002)
    await acknowledge(world, "ERP-1", order="#1001")
    await acknowledge(world, "ERP-2", order="#1002")
    writer = OddWriter(world)
    troubles = [ValueError("something nobody foresaw")]

    async def breaks_off_once() -> None:
        if troubles:
            raise troubles.pop()

    writer.before = breaks_off_once

    assert await write(world, writer=writer) == WriteBackCounts(written=1, failed=1)
    assert sorted(await waiting(world, "error_code"), key=str) == [("write_back_failed",), (None,)]


# What may not be written.


async def test_a_shop_that_may_not_write_keeps_the_work_with_the_reason_until_it_may(world: World) -> None:
    await world.set(general={"allow_outgoing": False})
    await acknowledged(world)
    await world.store.forget_calls()

    await write(world)

    [(code, detail, parked)] = await waiting(world, "error_code", "error_detail", "parked_at")
    assert (code, parked) == ("outgoing_not_allowed", None)
    assert "general.allow_outgoing" in detail
    assert await world.store.calls("OrderGlances") == []
    await world.take_nudges(NudgeKind.WRITE_BACK)
    await world.set(general={"allow_outgoing": True})
    assert await world.take_nudges(NudgeKind.WRITE_BACK) == [world.store_id]
    assert await write(world) == WriteBackCounts(written=1)


async def test_a_look_that_the_store_denies_is_taken_again_later_and_closes_no_store(world: World) -> None:
    await acknowledged(world)
    denied = {"message": "Access denied for nodes field.", "extensions": {"code": "ACCESS_DENIED"}}
    await world.store.fails("answer", operation="OrderGlances", status=200, body={"data": None, "errors": [denied]})

    with pytest.raises(ScopeMissing):
        await write(world)

    assert await waiting(world, "attempts", "parked_at") == [(0, None)]
    assert await world.value("SELECT access_revoked_at IS NULL FROM stores")
    world.clock.pass_by(minutes=61)
    assert await write(world) == WriteBackCounts(written=1)


async def test_without_the_scope_the_work_waits_for_it_and_everything_else_goes_on(world: World) -> None:
    await world.store.has(app={"scopes": READING})
    await acknowledged(world)

    await write(world)

    [(code, attempts)] = await waiting(world, "error_code", "attempts")
    assert (code, attempts, await writes(world)) == ("scope_missing", 0, 0)
    assert not await world.is_true("SELECT access_revoked_at IS NOT NULL FROM stores")
    await world.store.has(app={"scopes": [*READING, "write_orders"]})
    world.clock.pass_by(minutes=61)
    assert await write(world) == WriteBackCounts(written=1)


@pytest.mark.long
async def test_new_credentials_let_go_what_waited_for_a_scope(world: World) -> None:
    await world.store.has(app={"scopes": READING})
    await acknowledged(world)
    await write(world)
    await world.take_nudges(NudgeKind.WRITE_BACK)

    await world.shops.put_credentials(world.shop, CREDENTIALS, access=EVERYBODY)

    assert await world.take_nudges(NudgeKind.WRITE_BACK) == [world.store_id]
