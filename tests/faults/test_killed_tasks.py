"""A worker killed in the middle of each task that exchanges records: the run goes on, and nothing is there twice."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from app.failpoints import Side, point
from tests.acceptance.harness import Simulator, simulated_stores
from tests.acceptance.processes import until
from tests.faults.exchanges import EXCHANGES, opened
from tests.faults.house import FaultyHouse, faulty_house
from tests.picture_shelf import PictureShelf, picture_shelf

SECONDS = 120
ENDED = frozenset({"succeeded", "failed", "cancelled"})

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated_stores() as running:
        yield running


@pytest.fixture(scope="module")
def house(simulator: Simulator) -> Iterator[FaultyHouse]:
    with faulty_house(simulator.url) as made:
        yield made


@pytest.fixture(scope="module")
def shelf() -> Iterator[PictureShelf]:
    with picture_shelf() as made:
        yield made


@pytest.mark.parametrize("side", [Side.BEFORE, pytest.param(Side.AFTER, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("kind", EXCHANGES)
def test_a_task_killed_in_its_middle_goes_on_and_does_nothing_twice(
    house: FaultyHouse, simulator: Simulator, shelf: PictureShelf, kind: str, side: Side
) -> None:
    exchange, code = EXCHANGES[kind], f"{kind.replace(' ', '-')}-{side}"
    [erp] = house.callers()
    account = opened(erp, simulator.desk(f"{code}.myshopify.com"), code, exchange, shelf)
    house.arm(*(point(act, side) for act in exchange.acts))

    run_id = exchange.start(account)
    run: dict[str, Any] = {}

    def ended() -> bool:
        house.keep_up()
        with suppress(httpx.TransportError):
            run.update(erp.send("GET", f"/v1/runs/{run_id}").json())
        return run.get("state") in ENDED

    until(ended, what="the run has ended", seconds=SECONDS)
    house.set_clock(0)
    again = erp.end_of(exchange.start(account))

    assert house.armed() == []
    assert (run["state"], again["state"]) == ("succeeded", "succeeded"), (run, again)
    assert exchange.outcome(account) == exchange.expected
