"""Importing orders: whole or not at all, once, and never by two workers at a time (P14, decisions 3 and 4)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.ports.errors import AccessRevoked, Unavailable
from app.ports.repositories.orders_to_import import DuePage
from app.services.import_orders import BATCH, LEASE, LINGER, ready_at
from tests.integration.shipping import hears
from tests.integration.world import HeldReading, World, a_line, an_order

PAST = {"processedAt": "2026-01-15T09:00:00Z", "createdAt": "2026-01-15T09:00:00Z"}
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
UNFORESEEN = {"processedAt": "9999-12-31T23:59:59Z", "createdAt": "9999-12-31T23:59:59Z"}
"""A day that is past all calendars in the shop's time zone: making the document breaks off as nobody foresaw."""


async def test_an_order_is_imported_and_documented(world: World) -> None:
    await world.store.has(an_order(1001))

    counts = await world.imports(1001)

    assert (counts.imported, counts.documents) == (1, 1)
    document = await world.document_of("#1001")
    assert (document["number"], document["totals"]["charged_by_shopify"]) == ("SO-000001", "10.00")
    assert await world.queue() == []
    assert await world.events() == ["order.imported", "sales_document.created", "sales_document.released"]


async def test_reading_an_unchanged_order_again_writes_nothing_and_announces_nothing(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.imports(1001)
    before, told = await world.order(), await world.events()

    counts = await world.imports(1001)

    assert (counts.imported, counts.unchanged) == (0, 1)
    assert await world.events() == told
    after = await world.order()
    assert {name for name in after if after[name] != before[name]} == {"read_at"}
    assert await world.value("SELECT count(*) FROM order_captures") == 1


@pytest.mark.long
async def test_what_is_due_waits_a_moment_for_what_is_coming_and_is_read_with_it(world: World) -> None:
    await world.store.has(an_order(1001), an_order(1002))
    await world.wants(1001, 1002)
    coming = world.clock.now() + LINGER
    await world.do("UPDATE orders_to_import SET due_at = $1 WHERE shopify_id = '1002'", coming)

    counts = await world.process().import_orders(world.store_id)

    assert (counts.imported, len(await world.store.calls("OrdersWhole"))) == (2, 1)


@pytest.mark.parametrize(
    ("number", "first", "last", "ready"),
    [
        (1, 0.4, 0.4, 0.4),
        (2, 0.1, 0.4, 0.4),
        (49, -0.8, 0.4, 0.2),
        (BATCH, -0.8, 0.4, -0.8),
        (3, -60, -59, -59),
    ],
    ids=["one", "more coming", "waited long enough", "a full page", "all of it due"],
)
def test_a_page_of_orders_is_read_when_it_is_full_or_nothing_more_comes_but_within_a_second(
    number: int, first: float, last: float, ready: float
) -> None:
    page = DuePage(first_at=NOW + timedelta(seconds=first), last_at=NOW + timedelta(seconds=last), number=number)

    assert ready_at(page) == NOW + timedelta(seconds=ready)


async def test_a_later_change_time_alone_is_no_change(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.imports(1001)
    told = await world.events()

    await world.store.change(1001, updatedAt="2026-01-15T10:00:00Z")
    counts = await world.imports(1001)

    assert counts.unchanged == 1
    assert (await world.events(), (await world.order())["version"]) == (told, 1)
    assert (await world.order())["store_updated_at"].hour == 10


async def test_a_changed_order_gets_one_version_more_and_keeps_its_document(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.imports(1001)

    await world.store.change(1001, note="Ring twice")
    await world.imports(1001)

    row = await world.order()
    assert (row["version"], row["body"]["note"], row["state"]) == (2, "Ring twice", "processed")
    assert (await world.events())[-1] == "order.updated"
    assert len(await world.documents_of()) == 1


async def test_a_cancelled_order_is_announced_as_cancelled_once(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.imports(1001)

    await world.store.change(1001, cancelledAt="2026-01-16T09:00:00Z", cancelReason="CUSTOMER")
    await world.imports(1001)
    await world.store.change(1001, note="Sorry")
    await world.imports(1001)

    assert (await world.events()).count("order.cancelled") == 1


async def test_an_order_wanted_while_it_is_read_stays_and_is_read_again(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.wants(1001)
    held = HeldReading(world.gateway)
    importing = asyncio.create_task(world.process(gateway=held).import_orders(world.store_id))
    await held.has_read.wait()

    await world.store.change(1001, note="changed meanwhile")
    await world.wants(1001)
    held.let_go.set()
    counts = await importing

    assert counts.imported == 2
    assert (await world.order())["body"]["note"] == "changed meanwhile"
    assert await world.queue() == []


async def test_two_workers_never_take_the_same_order(world: World) -> None:
    await world.store.has(*(an_order(number) for number in range(1001, 1121)))
    await world.wants(*range(1001, 1121))

    counts = await asyncio.gather(*(world.process(name).import_orders(world.store_id) for name in ("one", "two")))

    assert sum(each.imported for each in counts) == 120
    assert sum(each.unchanged for each in counts) == 0
    numbers = await world.fetch("SELECT number FROM sales_documents ORDER BY number")
    assert [row["number"] for row in numbers] == [f"SO-{number:06}" for number in range(1, 121)]


async def test_an_expired_claim_is_taken_over_and_the_late_writer_drops_its_result(world: World) -> None:
    """A11."""
    await world.store.has(an_order(1001))
    await world.wants(1001)
    held = HeldReading(world.gateway)
    late = asyncio.create_task(world.process("late", gateway=held).import_orders(world.store_id))
    await held.has_read.wait()

    world.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    await world.store.change(1001, note="newer")
    heir = HeldReading(world.gateway)
    taken_over = asyncio.create_task(world.process("heir", gateway=heir).import_orders(world.store_id))
    await heir.has_read.wait()
    held.let_go.set()
    dropped = await late

    assert (dropped.imported, dropped.unchanged, dropped.failed) == (0, 0, 0)
    assert await world.orders() == []
    heir.let_go.set()
    assert (await taken_over).imported == 1
    assert (await world.order())["body"]["note"] == "newer"
    assert (await world.events()).count("order.imported") == 1


async def test_an_older_reading_never_overwrites_a_newer_one(world: World) -> None:
    """A14."""
    await world.store.has(an_order(1001, note="new"))
    await world.imports(1001)
    # As if somebody had read a later state than what the store's replica answers now.
    await world.do("UPDATE orders SET store_updated_at = store_updated_at + interval '1 second', body_hash = ''")
    before = await world.order()

    counts = await world.imports(1001)

    assert (counts.imported, await world.order()) == (0, before)
    assert await world.queue() == []


async def test_a_clock_that_goes_ahead_takes_no_reading_for_later_than_its_second(world: World) -> None:
    """What else happens in the second of a reading is announced with the change time that the copy has."""
    world.clock.pass_by(hours=1)
    changed_at = f"{datetime.now(UTC) + timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ}"
    await world.store.has(an_order(1001, updatedAt=changed_at))
    await world.imports(1001)

    await hears(world, "orders/updated", {"id": 1001, "updated_at": changed_at})

    assert await world.queue() == [("1001",)]


async def test_one_bad_order_fails_alone_and_its_neighbours_go_on(world: World) -> None:
    await world.store.has(*(an_order(number) for number in range(1001, 1006)), an_order(6666, **UNFORESEEN))

    counts = await world.imports(*range(1001, 1006), 6666)

    assert (counts.imported, counts.failed) == (5, 1)
    assert await world.orders() == [f"#{number}" for number in range(1001, 1006)]
    row = await world.row_of(6666)
    assert (row["error_code"], row["attempts"], row["parked_at"]) == ("import_failed", 1, None)


async def test_an_order_that_others_are_in_the_way_of_is_written_again(world: World) -> None:
    """C4."""
    await world.do("CREATE SEQUENCE met")
    await world.do(
        "CREATE FUNCTION in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('met') < 3 THEN RAISE EXCEPTION 'in a circle' USING ERRCODE = 'deadlock_detected'; END IF;"
        " RETURN new; END $$"
    )
    await world.do("CREATE TRIGGER busy BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION in_the_way()")
    await world.store.has(an_order())

    counts = await world.imports(1001)

    assert (counts.imported, counts.failed) == (1, 0)
    assert len(await world.documents_of()) == 1


async def test_an_absurd_amount_parks_its_order_alone_and_says_what_to_do(world: World) -> None:
    absurd = a_line(7, price="100000000000000000000.00")
    await world.store.has(an_order(1001, lineItems=[absurd]), an_order(1002))

    await world.imports(1001, 1002)

    [(_, code, detail, parked)] = await world.queue("error_code", "error_detail", "parked_at IS NOT NULL")
    assert (code, parked) == ("amount_too_large", True)
    assert detail.startswith("The unit price of line 7 is 1.000E+20.")
    assert await world.is_documented("#1002")


async def test_an_order_that_keeps_failing_is_parked_after_five_attempts(world: World) -> None:
    await world.store.has(an_order(6666, **UNFORESEEN))
    await world.wants(6666)
    pauses = []
    await world.process().import_orders(world.store_id)
    while (row := await world.row_of(6666))["due_at"]:
        pauses.append(round((row["due_at"] - world.clock.now()).total_seconds(), -1))
        world.clock.pass_by(minutes=31)
        await world.process().import_orders(world.store_id)

    assert pauses == [10, 60, 300, 1800]
    assert (row["attempts"], row["due_at"]) == (5, None)
    assert row["parked_at"] is not None
    assert await world.orders() == []
    world.clock.pass_by(days=1)
    assert (await world.process().import_orders(world.store_id)).failed == 0


async def test_a_parked_order_is_tried_again_when_it_changes(world: World) -> None:
    await world.store.has(an_order(6666, **UNFORESEEN))
    await world.wants(6666)
    await world.do("UPDATE orders_to_import SET attempts = 4")
    await world.process().import_orders(world.store_id)
    assert (await world.row_of(6666))["parked_at"] is not None

    await world.store.change(6666, **PAST)
    await world.imports(6666)

    assert await world.queue() == []
    assert await world.is_documented("#6666")


async def test_an_order_whose_workers_died_is_tried_alone_and_at_last_parked(world: World) -> None:
    """A25: attempts are counted before the work, so that an order that kills its workers cannot do so for ever."""
    await world.store.has(an_order(1001), an_order(6666))
    await world.wants(1001, 6666)
    await world.do("UPDATE orders_to_import SET attempts = 2 WHERE shopify_id = '6666'")

    await world.process().import_orders(world.store_id)
    reads = [call["variables"]["ids"] for call in await world.store.calls("OrdersWhole")]
    assert reads == [["gid://shopify/Order/1001"], ["gid://shopify/Order/6666"]]

    await world.wants(6666)
    await world.do("UPDATE orders_to_import SET attempts = 5 WHERE shopify_id = '6666'")
    await world.process().import_orders(world.store_id)
    row = await world.row_of(6666)
    assert (row["error_code"], row["parked_at"] is None) == ("import_crashed", False)
    assert (await world.process().import_orders(world.store_id)).failed == 0


async def test_an_order_parked_for_deaths_is_tried_alone_twice_more_and_then_left_to_a_person(world: World) -> None:
    """A25: the deaths may have had another cause; what is innocent comes in by itself."""
    await world.store.has(an_order(1001), an_order(6666))
    await world.wants(1001, 6666)
    await world.do("UPDATE orders_to_import SET attempts = 5")
    for _ in range(2):
        await world.process().import_orders(world.store_id)
    assert len(await world.queue("parked_at")) == 2

    pauses = []
    while (row := await world.row_of(6666))["due_at"]:
        pauses.append(round((row["due_at"] - world.clock.now()).total_seconds(), -1))
        # Another worker dies with it.
        await world.do("UPDATE orders_to_import SET attempts = attempts + 1 WHERE shopify_id = '6666'")
        world.clock.pass_by(hours=6, seconds=1)
        await world.process().import_orders(world.store_id)

    assert pauses == [1200, 21_600]
    assert (row["attempts"], row["parked_at"] is None) == (10, False)
    assert row["error_detail"] == "7 workers ended while they imported it."
    assert await world.orders() == ["#1001"]


@pytest.mark.parametrize("kind", ["server_error", "throttled", "rate_limited", "cut_json"])
async def test_trouble_of_the_store_puts_orders_off_and_counts_no_attempt(world: World, kind: str) -> None:
    await world.store.has(an_order(1001), an_order(1002))
    await world.store.fails(kind, operation="OrdersWhole", times=None)

    with pytest.raises(Unavailable):
        await world.imports(1001, 1002)

    rows = await world.queue("attempts", "claimed_by", "error_code", "due_at > now()")
    assert rows == [("1001", 0, None, None, True), ("1002", 0, None, None, True)]
    await world.store.mends()
    world.clock.pass_by(minutes=5)
    assert (await world.process().import_orders(world.store_id)).imported == 2


async def test_an_order_of_which_a_part_is_missing_is_not_imported_in_part(world: World) -> None:
    """B4."""
    await world.store.has(an_order(1001), an_order(1002))
    await world.store.fails("partial_data", operation="OrdersWhole", path=["nodes", 1, "lineItems"])

    counts = await world.imports(1001, 1002)

    assert (counts.imported, counts.failed) == (1, 1)
    assert len(await world.orders()) == 1
    world.clock.pass_by(minutes=1)
    assert (await world.process().import_orders(world.store_id)).imported == 1


async def test_a_store_that_refuses_us_is_worked_on_no_more_until_a_person_acts(world: World) -> None:
    """B10."""
    await world.store.has(an_order(1001))
    await world.store.fails("unauthorized", times=None)

    with pytest.raises(AccessRevoked):
        await world.imports(1001)

    assert await world.value("SELECT access_revoked_at IS NOT NULL FROM stores")
    assert "store.access_revoked" in await world.events()
    await world.store.mends()
    world.clock.pass_by(minutes=1)
    assert (await world.process().import_orders(world.store_id)).imported == 0
    assert await world.queue("attempts") == [("1001", 0)]


async def test_an_order_deleted_at_the_store_leaves_the_queue_and_keeps_its_copy(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.imports(1001)
    await world.store.loses(1001)

    await world.imports(1001)

    assert await world.queue() == []
    assert await world.orders() == ["#1001"]


async def test_a_worker_that_is_stopped_gives_its_orders_back(world: World) -> None:
    await world.store.has(an_order(1001))
    await world.wants(1001)
    held = HeldReading(world.gateway)
    importing = asyncio.create_task(world.process(gateway=held).import_orders(world.store_id))
    await held.has_read.wait()

    importing.cancel()
    await asyncio.gather(importing, return_exceptions=True)

    assert await world.queue("attempts", "claimed_by") == [("1001", 0, None)]


async def test_announcements_and_imports_at_the_same_time_never_wait_in_a_circle(world: World) -> None:
    """C4."""
    numbers = range(1001, 1061)
    await world.store.has(*(an_order(number) for number in numbers))
    # So that the order of their rows is not the order of their Shopify ids.
    for order in reversed(numbers):
        await world.wants(order)

    async def announce() -> None:
        for _ in range(40):
            await world.wants(*numbers)

    counts, *_ = await asyncio.gather(world.process("one").import_orders(world.store_id), announce(), announce())
    rest = await world.process("two").import_orders(world.store_id)

    assert (counts.failed, rest.failed) == (0, 0)
    assert len(await world.orders()) == 60


async def test_an_order_due_in_a_moment_is_read_with_one_that_is_due_now(world: World) -> None:
    await world.store.has(an_order(1001), an_order(1002))
    await world.wants(1001, 1002)
    await world.do(
        "UPDATE orders_to_import SET due_at = due_at + interval '200 milliseconds' WHERE shopify_id = '1002'"
    )
    await world.store.forget_calls()

    await world.process().import_orders(world.store_id)

    assert await world.queue() == []
    assert len(await world.store.calls("OrdersWhole")) == 1
