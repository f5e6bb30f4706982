"""Decision 11 and C7: a reader that goes on from its position misses nothing, whatever commits when."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.adapters.postgres.signals import PostgresSignals
from app.domain.access import Access
from app.domain.events import EventType
from app.ports.errors import InvalidInput
from app.ports.repositories.events import NewEvent
from app.services.publish_events import PublishEvents
from app.services.read_events import FeedPage, PositionExpired, ReadEvents
from tests.machinery import EVERYBODY, POS, WEB, Machinery, connect, machinery, until


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


@pytest.fixture
async def signals(house: Machinery) -> AsyncIterator[PostgresSignals]:
    made = PostgresSignals(house.url)
    await made.start()
    await made.connected.wait()
    yield made
    await made.stop()


@pytest.fixture
def read(house: Machinery, signals: PostgresSignals) -> ReadEvents:
    return ReadEvents(house.unit_of_work, signals)


async def happened(house: Machinery, *ids: str, type: EventType = EventType.ORDER_IMPORTED, shop: str = WEB) -> None:  # noqa: A002
    async with house.unit_of_work() as uow:
        await uow.events.append_many(
            [NewEvent(type=type, shop_id=shop, resource_type="order", resource_id=each, version=1) for each in ids]  # type: ignore[arg-type]
        )
        await uow.commit()


def ids(page: FeedPage) -> list[str]:
    return [event.resource_id for event in page.events]


async def test_an_event_is_visible_once_it_has_a_position(house: Machinery, read: ReadEvents) -> None:
    await happened(house, "a", "b")
    assert ids(await read(EVERYBODY, after=0)) == []

    assert await PublishEvents(house.unit_of_work)() == 2

    page = await read(EVERYBODY, after=0)
    assert [(event.position, event.resource_id, event.shop) for event in page.events] == [
        (1, "a", "web"),
        (2, "b", "web"),
    ]
    assert (page.next_position, page.has_more) == (2, False)


async def test_an_event_that_commits_late_is_not_lost(house: Machinery, read: ReadEvents) -> None:
    publish = PublishEvents(house.unit_of_work)
    slow = house.unit_of_work()
    await slow.__aenter__()
    await slow.events.append(EventType.ORDER_IMPORTED, WEB, "order", "slow", 1)
    await happened(house, "quick")
    await publish()
    first = await read(EVERYBODY, after=0)

    await slow.commit()
    await slow.__aexit__(None, None, None)
    await publish()

    assert ids(first) == ["quick"]
    assert ids(await read(EVERYBODY, after=first.next_position)) == ["slow"]


async def test_positions_are_gapless_under_many_writers_and_publishers(house: Machinery, read: ReadEvents) -> None:
    """E7."""

    async def write(number: int) -> None:
        for each in range(10):
            await happened(house, f"{number}-{each}")

    async def publish() -> int:
        return sum([await PublishEvents(house.unit_of_work)(7) for _ in range(40)])

    await asyncio.gather(*(write(number) for number in range(6)), *(publish() for _ in range(3)))
    while await PublishEvents(house.unit_of_work)():
        pass

    positions = [row[0] for row in await house.fetch("SELECT position FROM events ORDER BY position")]
    assert positions == list(range(1, 61))
    seen: list[str] = []
    after, more = 0, True
    while more:
        page = await read(EVERYBODY, after=after, limit=7)
        seen += ids(page)
        after, more = page.next_position, page.has_more
    assert len(seen) == len(set(seen)) == 60


async def test_readers_that_lose_their_place_see_every_event_in_the_same_order(
    house: Machinery, read: ReadEvents
) -> None:
    """E7: three who poll while others write; two of them crash after what they read and before they noted it."""
    written = asyncio.Event()

    async def write() -> None:
        for number in range(30):
            await happened(house, f"o-{number}")
            await PublishEvents(house.unit_of_work)()
        written.set()

    async def poll(limit: int, *, crashes_at: int) -> list[int]:
        seen: list[int] = []
        noted, rounds, ended = 0, 0, False
        while not ended:
            ended = written.is_set()
            page = await read(EVERYBODY, after=noted, limit=limit)
            seen += [event.position for event in page.events]
            rounds += 1
            if not crashes_at or rounds % crashes_at:
                noted = page.next_position
            ended = ended and noted == 30
        return seen

    _, *readers = await asyncio.gather(write(), poll(4, crashes_at=0), poll(3, crashes_at=3), poll(7, crashes_at=2))

    assert readers[0] == list(range(1, 31))
    for seen in readers:
        # What came again is left out by its position, as a consumer does.
        assert list(dict.fromkeys(seen)) == readers[0]


async def test_a_publisher_that_dies_in_between_leaves_nothing_half_done(house: Machinery) -> None:
    """A8."""
    await happened(house, "a")
    dying = await connect(house.url)
    await dying.execute("BEGIN")
    await dying.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('orderbridge.event_positions', 0))")
    await dying.execute("UPDATE events SET position = 1")

    assert await PublishEvents(house.unit_of_work)() == 0
    dying.terminate()

    async def published() -> int:
        return await PublishEvents(house.unit_of_work)()

    await until(published)
    assert await house.value("SELECT position FROM events") == 1


async def test_types_are_chosen_exactly_or_by_family(house: Machinery, read: ReadEvents) -> None:
    await happened(house, "order", type=EventType.ORDER_IMPORTED)
    await happened(house, "blocked", type=EventType.ORDER_BLOCKED)
    await happened(house, "document", type=EventType.SALES_DOCUMENT_CREATED)
    await PublishEvents(house.unit_of_work)()

    assert ids(await read(EVERYBODY, after=0, types=["order.blocked"])) == ["blocked"]
    assert ids(await read(EVERYBODY, after=0, types=["order.*"])) == ["order", "blocked"]
    assert ids(await read(EVERYBODY, after=0, types=["order.imported", "sales_document.*"])) == ["order", "document"]
    with pytest.raises(InvalidInput):
        await read(EVERYBODY, after=0, types=["order.exploded"])


async def test_a_reader_of_other_types_moves_on_too(house: Machinery, read: ReadEvents) -> None:
    await happened(house, "a", "b")
    await PublishEvents(house.unit_of_work)()

    page = await read(EVERYBODY, after=0, types=["run.failed"])

    assert (ids(page), page.next_position) == ([], 2)


async def test_a_key_of_some_shops_sees_only_theirs(house: Machinery, read: ReadEvents) -> None:
    await happened(house, "web")
    await happened(house, "pos", shop=POS)
    await PublishEvents(house.unit_of_work)()
    limited: Access = replace(EVERYBODY, shops=frozenset({POS}))

    assert ids(await read(limited, after=0)) == ["pos"]


async def test_a_waiting_reader_is_answered_as_soon_as_something_happens(house: Machinery, read: ReadEvents) -> None:
    waiting = asyncio.create_task(read(EVERYBODY, after=0, wait=25))
    await asyncio.sleep(0)
    await happened(house, "a")
    await PublishEvents(house.unit_of_work)()

    async with asyncio.timeout(3):
        assert ids(await waiting) == ["a"]


async def test_readers_that_wait_hold_no_connection(house: Machinery, signals: PostgresSignals) -> None:
    """E13."""
    read = ReadEvents(house.unit_of_work, signals)
    waiting = [asyncio.create_task(read(EVERYBODY, after=0, wait=25)) for _ in range(60)]

    async def all_wait() -> bool:
        return len(signals.waiting) == 60

    await until(all_wait)
    await happened(house, "a")
    await PublishEvents(house.unit_of_work)()

    async with asyncio.timeout(10):
        assert {tuple(ids(page)) for page in await asyncio.gather(*waiting)} == {("a",)}


async def test_nothing_happening_is_an_empty_answer_after_the_wait(read: ReadEvents) -> None:
    page = await read(EVERYBODY, after=0, wait=0.1)

    assert (ids(page), page.next_position, page.has_more) == ([], 0, False)


async def test_who_waits_is_answered_at_once_when_the_process_is_to_end(
    house: Machinery, signals: PostgresSignals
) -> None:
    waiting = asyncio.create_task(ReadEvents(house.unit_of_work, signals)(EVERYBODY, after=0, wait=25))

    async def waits() -> bool:
        return len(signals.waiting) == 1

    await until(waits)
    signals.end_waiting()

    async with asyncio.timeout(5):
        assert ids(await waiting) == []


async def test_a_position_that_is_no_longer_kept_is_said_to_be_so(house: Machinery, read: ReadEvents) -> None:
    """C12."""
    await happened(house, "a", "b", "c")
    await PublishEvents(house.unit_of_work)()
    await house.do("UPDATE events SET occurred_at = now() - interval '91 days' WHERE position < 3")
    async with house.unit_of_work() as uow:
        limit = await uow.driver.fetchval("SELECT now() - interval '90 days'")
        assert await uow.events.purge(before=limit, limit=100) == 2
        await uow.commit()

    with pytest.raises(PositionExpired):
        await read(EVERYBODY, after=1)
    assert ids(await read(EVERYBODY, after=2)) == ["c"]
    assert ids(await read(EVERYBODY, after=0)) == ["c"]


async def test_signals_are_heard_again_after_the_connection_was_lost(
    house: Machinery, signals: PostgresSignals
) -> None:
    read = ReadEvents(house.unit_of_work, signals)
    waiting = asyncio.create_task(read(EVERYBODY, after=0, wait=25))
    await house.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await happened(house, "a")
    await PublishEvents(house.unit_of_work)()

    async with asyncio.timeout(10):
        assert ids(await waiting) == ["a"]
