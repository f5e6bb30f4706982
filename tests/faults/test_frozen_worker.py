"""A worker that is stopped in the middle of its work, and wakes when another one has done it, doubles nothing.

A11, C8: the paused process keeps its connections, its claims and the store's answer, and knows nothing of the time.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.clients import StoreDesk
from tests.acceptance.database import rows
from tests.acceptance.processes import until
from tests.faults.house import PAST_ALL_LEASES, FaultyHouse
from tests.faults.nemesis import REST_SECONDS, SHOPS, Scene, scene
from tests.faults.story import FIRST_ORDER

SLOW_SECONDS = 8.0
"""Of the answer on which the worker waits when it is stopped."""
WORK = {
    "OrdersWhole": "orders_to_import",
    "OrderAttributesUpdate": "number_write_backs",
    "FulfilmentCreate": "shipments",
    "OrderMarkAsPaid": "runs",
}
"""What is asked of the store, and the table in which the worker's claim stands meanwhile."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def stage() -> Iterator[Scene]:
    with scene(workers=2, shops=SHOPS[:1]) as made:
        yield made


def holder(house: FaultyHouse, table: str) -> int | None:
    """The process that has claimed something there."""
    held = rows(house, f"SELECT claimed_by FROM {table} WHERE claimed_by IS NOT NULL")
    return int(held[0]["claimed_by"].rpartition(":")[2]) if held else None


def executed(desk: StoreDesk, operation: str) -> int:
    return sum(call["operation"] == operation and call["executed"] for call in desk.calls())


def freeze_in_the_middle(stage: Scene, operation: str) -> int:
    """Stops the worker that has just asked this of the store; returns when the store has done it."""
    [account] = stage.accounts
    before = executed(account.desk, operation)
    account.desk.fault(kind="latency", operation=operation, seconds=SLOW_SECONDS)
    # An ERP may wait for what the worker does, so somebody else has to look.
    with ThreadPoolExecutor(1) as erp:
        turns = [erp.submit(stage.step)]

        def is_asked() -> bool:
            if turns[-1].done():
                turns[-1].result()
                turns.append(erp.submit(stage.step))
            return not account.desk.faults()

        until(is_asked, what=f"{operation} is asked", seconds=REST_SECONDS)
        pid = until(lambda: holder(stage.house, WORK[operation]), what="a worker has claimed the work")
        os.kill(pid, signal.SIGSTOP)
        until(lambda: executed(account.desk, operation) > before, what="the store has answered", seconds=60)
    return pid


@pytest.mark.parametrize("operation", WORK)
def test_a_worker_frozen_past_its_lease_wakes_to_find_its_work_done(stage: Scene, operation: str) -> None:
    [account], number = stage.accounts, FIRST_ORDER + stage.orders
    stage.buy(1)

    pid = freeze_in_the_middle(stage, operation)
    try:
        account.desk.change_order(str(number), note="changed meanwhile")
        stage.house.put_clock_forward(PAST_ALL_LEASES)
        until(stage.at_rest, what="another worker has done it", seconds=REST_SECONDS)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert stage.settled() == []
    [order] = [each for each in account.erp.every("/v1/orders", shop=account.shop) if each["name"] == f"#{number}"]
    assert order["note"] == "changed meanwhile"
    assert stage.house.kills == 0
