"""What real processes tell of themselves: a wrong clock is an alarm while it is wrong, and so is work that nobody does.

A20, F7, peers 50.
"""

from collections.abc import Iterator

import pytest

from tests.acceptance.clients import Erp
from tests.acceptance.database import rows
from tests.acceptance.harness import simulated_stores
from tests.acceptance.processes import until
from tests.faults.house import FaultyHouse, faulty_house
from tests.faults.story import open_shop

SHOP = "watched"
SECONDS = 40.0
"""Processes tell of themselves every ten."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def house() -> Iterator[FaultyHouse]:
    with simulated_stores() as simulator, faulty_house(simulator.url) as made:
        open_shop(made.callers()[0], simulator.desk("watched.myshopify.com"), SHOP)
        yield made


def counted(erp: Erp, cue: str) -> int:
    return next(int(each["count"]) for each in erp.get("/v1/activities", shop=SHOP)["data"] if each["cue"] == cue)


def test_a_clock_ten_minutes_off_is_shown_for_each_process_until_it_is_right(house: FaultyHouse) -> None:
    erp = house.callers()[0]
    until(lambda: counted(erp, "clocks_differ") == 0, what="all clocks are right", seconds=SECONDS)

    house.set_clock(600)
    until(lambda: counted(erp, "clocks_differ") == len(house.names), what="both are told of", seconds=SECONDS)
    assert 'clock_ahead_seconds{of="database"' in erp.http.get("/metrics").text

    house.set_clock(0)
    until(lambda: counted(erp, "clocks_differ") == 0, what="all clocks are right again", seconds=SECONDS)


def test_an_installation_whose_worker_died_says_that_nobody_works(house: FaultyHouse) -> None:
    erp = house.callers()[0]
    until(lambda: counted(erp, "no_worker") == 0, what="the worker works", seconds=SECONDS)

    house.kill("worker-0")
    rows(house, "UPDATE process_beats SET beat_at = beat_at - interval '2 minutes' RETURNING process")

    assert counted(erp, "no_worker") == 1
    house.keep_up()
    until(lambda: counted(erp, "no_worker") == 0, what="another one works", seconds=SECONDS)
