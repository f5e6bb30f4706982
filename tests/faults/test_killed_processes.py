"""A1–A7, C8, C10: processes killed with -9 at the dangerous instants lose nothing and double nothing."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.jobs.processes import WorkerProcesses
from app.services.dispatch_webhooks import DispatchWebhooks
from app.services.receive_webhook import Receipt
from app.services.runs import StartRun
from app.services.tasks import TaskName
from tests.faults.worker_process import work
from tests.machinery import EVERYBODY, Machinery, delivery, door, machinery, order_payload, until

CHECKOUT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.long


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


@asynccontextmanager
async def process(role: str, url: str, *, ahead: int = 0) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.worker_process",
        role,
        url,
        str(ahead),
        stdout=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
    )
    yield child
    if child.returncode is None:
        child.kill()
    await child.wait()
    if child.stdout is not None:
        await child.stdout.read()


async def says(child: asyncio.subprocess.Process, word: str) -> None:
    assert child.stdout is not None
    async with asyncio.timeout(30):
        while (line := await child.stdout.readline()).decode().strip() != word:
            assert line, f"the process ended before it said {word!r}"


async def kill(child: asyncio.subprocess.Process) -> None:
    child.kill()
    await child.wait()


def starter(house: Machinery) -> StartRun:
    return StartRun(house.unit_of_work, house.clock, house.ids, dict.fromkeys(TaskName, work))


async def test_what_was_answered_before_the_kill_is_there_and_its_repeat_is_a_duplicate(house: Machinery) -> None:
    async with process("door", house.url) as child:
        await says(child, "w-2")
        await kill(child)

    assert await house.inbox() == [("w-0", "waiting"), ("w-1", "waiting"), ("w-2", "waiting")]
    async with door(house.url) as receive:
        assert await receive(delivery(webhook_id="w-2")) is Receipt.DUPLICATE
        assert await receive(delivery(webhook_id="w-3")) is Receipt.STORED


@pytest.mark.parametrize(("role", "left"), [("dispatcher_before_commit", 1), ("dispatcher_after_commit", 0)])
async def test_a_dispatcher_killed_around_its_commit_leaves_all_or_nothing(
    house: Machinery, role: str, left: int
) -> None:
    async with door(house.url) as receive:
        await receive(delivery(order_payload(5501), webhook_id="w-1"))
    async with process(role, house.url) as child:
        await says(child, "before commit" if left else "after commit")
        assert len(await house.inbox("waiting")) == left
        await kill(child)

    dispatch = DispatchWebhooks(house.unit_of_work, house.clock, house.ids)

    async def settled() -> bool:
        # The server frees the locks of a dead process as soon as it notices.
        await dispatch()
        return not await house.inbox("waiting")

    await until(settled)
    [row] = await house.fetch("SELECT shopify_id, wanted FROM orders_to_import")
    assert (row["shopify_id"], row["wanted"]) == ("5501", 1)
    assert await house.inbox() == [("w-1", "handled")]


async def test_a_leader_killed_is_followed_within_two_seconds(house: Machinery) -> None:
    async with process("leader", house.url) as first:
        await says(first, "leading")
        async with process("leader", house.url) as second:
            # The second one has started when there are two, and so keeps asking for the lock.
            await until(
                lambda: house.fetch(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() HAVING count(*) >= 3"
                ),
                seconds=30,
            )
            began = time.monotonic()
            await kill(first)
            await says(second, "leading")
            assert time.monotonic() - began < 2


async def test_a_frozen_leader_is_followed_and_finds_itself_deposed_when_it_wakes(house: Machinery) -> None:
    """C8: the lock of a process that is stopped stays held as long as its session lives."""
    async with process("leader", house.url) as first:
        await says(first, "leading")
        async with process("leader", house.url) as second:
            first.send_signal(signal.SIGSTOP)
            await says(second, "leading")
            first.send_signal(signal.SIGCONT)
            await says(first, "no longer leading")
            assert second.returncode is None


async def test_a_run_whose_worker_is_killed_is_done_by_another(house: Machinery) -> None:
    async with process("worker", house.url) as first:
        await says(first, "started")
        run = (await starter(house)(EVERYBODY, "web", "import_orders", parameters={"include_closed": True})).run
        await says(first, "working")
        await kill(first)
    await house.do("UPDATE runs SET parameters = '{}'")

    async with process("worker", house.url):

        async def succeeded() -> bool:
            return bool(await house.fetch("SELECT 1 FROM runs WHERE id = $1 AND state = 'succeeded'", run.id))

        await until(succeeded, seconds=30)
    assert await house.value("SELECT attempts FROM runs") == 2


async def test_three_workers_do_each_run_once_and_tick_each_due_time_once(house: Machinery) -> None:
    """C9, C16b. On machines whose clocks are ten minutes apart."""
    await house.do(
        "INSERT INTO schedules (shop_id, task, enabled, every_minutes, filters, parameters, version, updated_at)"
        " SELECT id, 'import_orders', true, 1, '{}', '{}', 1, now() - interval '5 minutes' FROM shops"
    )
    async with (
        process("worker", house.url) as one,
        process("worker", house.url, ahead=600) as two,
        process("worker", house.url, ahead=-600) as three,
    ):
        for each in (one, two, three):
            await says(each, "started")
        async with door(house.url) as receive:
            await asyncio.gather(*(receive(delivery(order_payload(5000 + number % 50))) for number in range(500)))

        async def all_done() -> bool:
            return (
                not await house.inbox("waiting")
                and not await house.fetch("SELECT 1 FROM orders_to_import WHERE due_at IS NOT NULL")
                and await house.value("SELECT count(*) FROM runs WHERE state = 'succeeded'") >= 2
                and not await house.fetch("SELECT 1 FROM runs WHERE state <> 'succeeded'")
            )

        await until(all_done, seconds=30)
        for each in (one, two, three):
            each.send_signal(signal.SIGTERM)
        codes = [await asyncio.wait_for(each.wait(), 20) for each in (one, two, three)]

    assert codes == [0, 0, 0]
    assert await house.value("SELECT count(*) FROM orders_to_import") == 50
    assert await house.value("SELECT max(attempts) FROM runs") == 1
    keys = await house.fetch("SELECT schedule_key FROM runs WHERE schedule_key IS NOT NULL")
    assert len({row[0] for row in keys}) == len(keys)


async def test_a_worker_survives_the_loss_of_all_its_connections(house: Machinery) -> None:
    """C2."""
    async with process("worker", house.url) as child:
        await says(child, "started")
        await until(lambda: house.fetch("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pgqueuer%'"))
        await house.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with door(house.url) as receive:
            await receive(delivery(order_payload(5501), webhook_id="w-1"))
        run = (await starter(house)(EVERYBODY, "web", "create_documents")).run

        async def works_again() -> bool:
            ended = await house.fetch("SELECT 1 FROM runs WHERE id = $1 AND state = 'succeeded'", run.id)
            return bool(ended) and not await house.inbox("waiting")

        await until(works_again)
        assert child.returncode is None


async def test_a_stopping_worker_gives_its_run_back(house: Machinery) -> None:
    async with process("worker", house.url) as child:
        await says(child, "started")
        await starter(house)(EVERYBODY, "web", "import_orders", parameters={"include_closed": True})
        await says(child, "working")
        child.send_signal(signal.SIGTERM)

        assert await asyncio.wait_for(child.wait(), 20) == 0

    [row] = await house.fetch("SELECT state, attempts FROM runs")
    assert (row["state"], row["attempts"]) == ("queued", 0)


async def test_children_that_die_are_started_again_and_all_end_with_their_parent(house: Machinery) -> None:
    stop = asyncio.Event()
    children = WorkerProcesses([sys.executable, "-c", "import sys; sys.stdin.read()"], 2)
    running = asyncio.create_task(children.run(stop))

    async def two() -> list[int]:
        return children.pids if len(children.pids) == 2 else []

    first = await until(two)
    os.kill(first[0], signal.SIGKILL)

    async def replaced() -> bool:
        return len(children.pids) == 2 and first[0] not in children.pids

    await until(replaced)
    stop.set()
    await asyncio.wait_for(running, 25)
    assert children.pids == []
