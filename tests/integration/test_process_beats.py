"""Cues of the installation itself: nobody works, clocks differ, every webhook of a store is signed wrongly.

A20, F7, peers 50.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from app.adapters.clock import SharedClock
from app.adapters.postgres.process_beats import ProcessBeats, Role, Signatures
from app.domain.activities import Cue
from app.services.read_activities import ListedActivity, ReadActivities
from app.services.receive_webhook import Receipt
from tests.machinery import DOMAIN, EVERYBODY, SECRET, STORE, Machinery, delivery, door, machinery

LONG_AGO = datetime(2026, 1, 15, 10, tzinfo=UTC)


@dataclass(slots=True)
class Shifted:
    """A clock that is ``seconds`` ahead of the database's."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)


@dataclass(slots=True, kw_only=True)
class Watched:
    """A process, and the cues that its installation has."""

    house: Machinery
    clock: Shifted
    shared: SharedClock
    signatures: Signatures
    ahead_of_stores: timedelta | None = None

    def process(self) -> ProcessBeats:
        return ProcessBeats(
            self.house.unit_of_work,
            self.clock,
            self.shared,
            process="host:1",
            ahead_of_stores=lambda: self.ahead_of_stores,
            signatures=self.signatures,
        )

    async def cue(self, cue: Cue) -> ListedActivity:
        listed = await ReadActivities(self.house.unit_of_work, self.house.clock)(EVERYBODY, shop="web")
        return next(each for each in listed if each.cue is cue)

    async def is_open(self, cue: Cue) -> bool:
        return bool((await self.cue(cue)).count)


@pytest.fixture
async def watched(database_url: str) -> AsyncIterator[Watched]:
    async with machinery(database_url) as house:
        yield Watched(house=house, clock=Shifted(), shared=SharedClock(Shifted(600)), signatures=Signatures())


@pytest.mark.parametrize(("role", "works"), [("worker", True), ("api", False)])
async def test_where_no_worker_is_heard_of_for_a_minute_a_cue_says_since_when(
    watched: Watched, role: Role, works: bool
) -> None:
    await watched.process().beat(role)
    while_heard = await watched.is_open(Cue.NO_WORKER)
    await watched.house.do("UPDATE process_beats SET beat_at = $1", LONG_AGO)

    cue = await watched.cue(Cue.NO_WORKER)

    assert while_heard is not works
    assert (cue.count, cue.list_url, cue.oldest_at == LONG_AGO) == (1, "/v1/shops/web", works)


@pytest.mark.parametrize("of", ["database", "stores"])
async def test_a_clock_half_a_minute_off_is_told_once_and_shown_until_it_is_right(watched: Watched, of: str) -> None:
    process = watched.process()
    await process.beat("worker")
    right = await watched.is_open(Cue.CLOCKS_DIFFER)

    watched.clock.seconds, watched.ahead_of_stores = (31, None) if of == "database" else (0, timedelta(seconds=-31))
    with capture_logs() as logs:
        for _ in range(2):
            await process.beat("worker")
    wrong = await watched.is_open(Cue.CLOCKS_DIFFER)
    watched.clock.seconds, watched.ahead_of_stores = 29, timedelta(seconds=-29)
    await process.beat("worker")

    assert (right, wrong, await watched.is_open(Cue.CLOCKS_DIFFER)) == (False, True, False)
    [told] = logs
    assert (told["event"], told["of"], abs(told["seconds"])) == ("clocks_differ", of, 31)


async def test_a_process_whose_machine_is_ten_minutes_ahead_goes_by_the_database_from_its_first_beat_on(
    watched: Watched,
) -> None:
    """C9."""
    before = watched.shared.now()

    await watched.process().beat("worker")

    database = await watched.house.value("SELECT clock_timestamp()")
    assert before > database
    assert abs(watched.shared.now() - database) < timedelta(seconds=5)


async def test_a_store_whose_webhooks_are_all_signed_wrongly_has_a_cue_until_one_is_right(watched: Watched) -> None:
    process, body = watched.process(), b'{"id": 1}'
    async with door(watched.house.url, watched.signatures) as receive:
        for _ in range(3):
            assert await receive(delivery(body, secret=b"another")) is Receipt.REFUSED
        await receive(delivery(body, secret=b"another", domain="unknown.myshopify.com"))
        await process.beat("api")
        at_once = await watched.is_open(Cue.WEBHOOKS_REFUSED)
        await watched.house.do("UPDATE refused_webhooks SET since = now() - interval '11 minutes'")
        after_a_while = await watched.cue(Cue.WEBHOOKS_REFUSED)

        await receive(delivery(body, secret=b"another"))
        await receive(delivery(body, secret=SECRET, domain=DOMAIN))
        await process.beat("api")

    assert (at_once, after_a_while.count) == (False, 3)
    assert not await watched.is_open(Cue.WEBHOOKS_REFUSED)
    assert await watched.house.value("SELECT count(*) FROM refused_webhooks WHERE store_id = $1", STORE) == 0


async def test_how_webhooks_were_signed_is_told_by_the_next_beat_if_the_database_did_not_take_this_one(
    watched: Watched,
) -> None:
    watched.signatures.refused(STORE)
    await watched.house.do("ALTER TABLE process_beats RENAME TO away")
    with pytest.raises(asyncpg.UndefinedTableError):
        await watched.process().beat("api")
    await watched.house.do("ALTER TABLE away RENAME TO process_beats")

    await watched.process().beat("api")

    assert await watched.house.value("SELECT refused FROM refused_webhooks WHERE store_id = $1", STORE) == 1


async def test_no_number_of_webhooks_signed_wrongly_keeps_a_process_from_being_heard_of(watched: Watched) -> None:
    """A20."""
    watched.signatures.refused(STORE)
    await watched.process().beat("api")
    await watched.house.do("UPDATE refused_webhooks SET refused = 2147483647")

    watched.signatures.refused(STORE)
    await watched.process().beat("worker")

    assert await watched.house.value("SELECT role FROM process_beats") == "worker"
