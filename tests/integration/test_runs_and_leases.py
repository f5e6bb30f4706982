"""Decision 4: runs are claimed by leases with fencing, one of a category at a time; a dead worker's starts again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.postgres.signals import PostgresSignals
from app.ports.errors import AccessRevoked, Conflict, InvalidInput, NotFound
from app.ports.repositories.runs import ClaimedRun, LeaseLost, Run, RunReport, RunState
from app.services.run_task import MOST_ATTEMPTS, RunTask
from app.services.runs import CancelRun, ReadRuns, StartRun
from app.services.tasks import RunContext, TaskName, TaskRunner
from tests.machinery import EVERYBODY, STORE, WEB, Machinery, machinery, until

SOON = timedelta(seconds=1)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Machinery]:
    async with machinery(database_url) as made:
        yield made


async def nothing(_: RunContext) -> None:
    return


def starter(house: Machinery) -> StartRun:
    runners = dict.fromkeys((TaskName.IMPORT_ORDERS, TaskName.CREATE_DOCUMENTS, TaskName.CHECK_SUBSCRIPTIONS), nothing)
    return StartRun(house.unit_of_work, house.clock, house.ids, runners)


async def queued(house: Machinery, task: str = "import_orders", shop: str = "web", **parameters: Any) -> Run:
    return (await starter(house)(EVERYBODY, shop, task, parameters=parameters)).run


def worker(house: Machinery, runner: TaskRunner, name: str = "one", *, heartbeat: float = 0.05) -> RunTask:
    return RunTask(
        house.unit_of_work,
        house.clock,
        dict.fromkeys(TaskName, runner),
        worker=name,
        heartbeat_seconds=heartbeat,
        lease=SOON,
    )


async def stored(house: Machinery, run: Run) -> Run:
    async with house.unit_of_work() as uow:
        found = await uow.runs.get(run.id)
    assert found is not None
    return found


async def claim(house: Machinery, run: Run, by: str = "one") -> ClaimedRun | None:
    async with house.unit_of_work() as uow:
        claimed = await uow.runs.claim_next(run.id, by=by, lease=SOON, now=house.clock.now())
        if claimed is not None:
            await uow.commit()
    return claimed


async def expire(house: Machinery) -> None:
    await house.do("UPDATE runs SET claimed_until = now() - interval '1 second' WHERE state = 'running'")


async def test_a_run_is_queued_with_its_nudge_and_done_with_its_counts(house: Machinery) -> None:
    async def work(context: RunContext) -> None:
        assert (context.store_id, context.parameters) == (STORE, {"include_closed": True})
        await context.progress(3, 4)
        await context.count("imported", 2)
        await context.count("imported")
        await context.error(resource_type="order", id="5501", code="unreadable", detail="It could not be read.")

    run = await queued(house, include_closed=True)
    assert (run.state, run.category) == (RunState.QUEUED, "orders:first.myshopify.com")
    assert await house.value("SELECT dedupe_key FROM pgqueuer") == f"run:{run.id}"

    await worker(house, work)(run.id)

    done = await stored(house, run)
    assert (done.state, done.done, done.total, done.counts) == (RunState.SUCCEEDED, 3, 4, {"imported": 3})
    assert done.errors == [
        {"resource_type": "order", "id": "5501", "code": "unreadable", "detail": "It could not be read."}
    ]
    assert done.started_at is not None
    assert done.finished_at is not None


async def test_an_equal_run_is_the_same_run_until_it_has_ended(house: Machinery) -> None:
    start = starter(house)
    first = await start(EVERYBODY, "web", "import_orders", parameters={"include_closed": True, "created_to": None})
    equal = await start(EVERYBODY, "web", "import_orders", parameters={"include_closed": True})
    other = await start(EVERYBODY, "web", "import_orders", parameters={"include_closed": False})

    assert (first.new, equal.new, other.new) == (True, False, True)
    assert equal.run.id == first.run.id
    await worker(house, nothing)(first.run.id)
    assert (await start(EVERYBODY, "web", "import_orders", parameters={"include_closed": True})).new


async def test_many_equal_requests_at_once_make_one_run(house: Machinery) -> None:
    started = await asyncio.gather(*(starter(house)(EVERYBODY, "web", "import_orders") for _ in range(12)))

    assert sum(each.new for each in started) == 1
    assert len({each.run.id for each in started}) == 1


async def test_what_may_not_be_asked_is_refused_by_name(house: Machinery) -> None:
    start = starter(house)

    with pytest.raises(InvalidInput) as refused:
        await start(
            EVERYBODY,
            "web",
            "import_orders",
            parameters={"updated_since": "yesterday", "order_shopify_ids": [], "nonsense": 1},
            filters={"tags": {"has": ["x"]}, "colour": "red", "total": {"min": 5}},
        )
    assert {error.pointer for error in refused.value.errors} == {
        "/parameters/updated_since",
        "/parameters/order_shopify_ids",
        "/parameters/nonsense",
        "/filters/tags",
        "/filters/colour",
        "/filters/total",
    }
    with pytest.raises(Conflict) as unavailable:
        await start(EVERYBODY, "web", "sync_images")
    assert unavailable.value.code == "task_not_available"
    with pytest.raises(NotFound):
        await start(EVERYBODY, "web", "make_coffee")
    with pytest.raises(NotFound):
        await start(EVERYBODY, "nowhere", "import_orders")


async def test_one_run_of_a_category_at_a_time_whatever_the_shop(house: Machinery) -> None:
    """C9."""
    first = await queued(house, "import_orders", "web")
    second = await queued(house, "create_documents", "pos")

    claims = await asyncio.gather(*(claim(house, each, by) for each in (first, second) for by in ("a", "b", "c")))

    assert [each.run.id for each in claims if each is not None] == [first.id]
    assert await claim(house, second) is None


async def test_a_run_by_hand_waits_among_those_of_its_schedules_category(house: Machinery) -> None:
    await house.do(
        "INSERT INTO schedules (shop_id, task, enabled, filters, parameters, category, version, updated_at)"
        f" VALUES ('{WEB}', 'import_orders', false, '{{}}', '{{}}', 'nightly', 1, now())"
    )

    own, another = await queued(house, shop="web"), await queued(house, shop="pos")

    assert (own.category, another.category) == ("nightly", "orders:first.myshopify.com")


@pytest.mark.parametrize(
    "instant", ["2026-W03-4T10:00:00Z", "20260115T100000Z", "0001-01-01T00:00:00+14:00", "2026-01-15T10:00:00"]
)
async def test_an_instant_is_asked_for_in_its_one_form(house: Machinery, instant: str) -> None:
    with pytest.raises(InvalidInput):
        await starter(house)(EVERYBODY, "web", "import_orders", parameters={"created_from": instant})


async def test_the_next_of_the_category_is_nudged_when_one_ends(house: Machinery) -> None:
    first, second = await queued(house, "import_orders"), await queued(house, "create_documents")
    await house.do("DELETE FROM pgqueuer")

    await worker(house, nothing)(second.id)

    assert (await stored(house, first)).state is RunState.SUCCEEDED
    assert await house.value("SELECT dedupe_key FROM pgqueuer") == f"run:{second.id}"


async def test_other_categories_do_not_wait(house: Machinery) -> None:
    orders, check = await queued(house, "import_orders"), await queued(house, "check_subscriptions")

    assert await claim(house, orders) is not None
    assert await claim(house, check) is not None


async def test_an_expired_claim_is_taken_over_and_the_late_writer_writes_nothing(house: Machinery) -> None:
    """A11."""
    run = await queued(house)
    late = await claim(house, run, "late")
    assert late is not None
    assert await claim(house, run, "eager") is None
    await expire(house)

    taken = await claim(house, run, "second")

    assert taken is not None
    assert (taken.claim_no, taken.run.attempts) == (late.claim_no + 1, 2)
    async with house.unit_of_work() as uow:
        now = house.clock.now()
        assert not await uow.runs.finish(late, RunState.SUCCEEDED, RunReport(), problem=None, now=now)
        with pytest.raises(LeaseLost):
            await uow.runs.renew(late, RunReport(), lease=SOON, now=now)
        await uow.commit()
    assert (await stored(house, run)).state is RunState.RUNNING


async def test_a_worker_whose_lease_was_taken_is_stopped_in_the_middle(house: Machinery) -> None:
    began, stopped = asyncio.Event(), asyncio.Event()

    async def endless(_: RunContext) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    run = await queued(house)
    slow = asyncio.create_task(worker(house, endless, "slow")(run.id))
    await began.wait()
    await house.do("UPDATE runs SET claim_no = claim_no + 1, claimed_by = 'other'")

    await asyncio.wait_for(slow, 10)

    assert stopped.is_set()
    assert await house.value("SELECT claimed_by FROM runs") == "other"


async def test_a_lease_is_kept_as_long_as_the_work_takes(house: Machinery) -> None:
    run = await queued(house)
    ended = asyncio.Event()

    async def long(context: RunContext) -> None:
        await context.count("steps")
        await ended.wait()

    working = asyncio.create_task(worker(house, long)(run.id))
    first = await until(lambda: house.value("SELECT claimed_until FROM runs"))

    async def renewed() -> bool:
        return bool(await house.value("SELECT claimed_until > $1 AND counts <> '{}' FROM runs", first))

    await until(renewed)
    ended.set()
    await working
    assert (await stored(house, run)).state is RunState.SUCCEEDED


async def test_a_run_whose_worker_always_dies_fails_after_five_attempts(house: Machinery) -> None:
    """A25."""
    run = await queued(house)
    for _ in range(MOST_ATTEMPTS):
        assert await claim(house, run) is not None
        await expire(house)

    await worker(house, nothing)(run.id)

    failed = await stored(house, run)
    assert (failed.state, (failed.problem or {})["code"]) == (RunState.FAILED, "crashed")
    assert [row["type"] for row in await house.fetch("SELECT type FROM events")] == ["run.failed"]


@pytest.mark.parametrize(
    ("error", "code"), [(AccessRevoked("The store refuses us."), "access_revoked"), (ValueError("x"), "internal_error")]
)
async def test_a_run_that_could_not_go_on_has_failed_with_the_reason(
    house: Machinery, error: Exception, code: str
) -> None:
    async def broken(context: RunContext) -> None:
        await context.count("listed", 7)
        raise error

    run = await queued(house)
    await worker(house, broken)(run.id)

    failed = await stored(house, run)
    assert (failed.state, (failed.problem or {})["code"], failed.counts) == (RunState.FAILED, code, {"listed": 7})
    assert await house.value("SELECT count(*) FROM events WHERE type = 'run.failed'") == 1


async def test_a_queued_run_is_cancelled_at_once_and_an_ended_one_not_any_more(house: Machinery) -> None:
    cancel = CancelRun(house.unit_of_work, house.clock)
    run = await queued(house)

    assert (await cancel(EVERYBODY, run.id)).state is RunState.CANCELLED
    assert (await cancel(EVERYBODY, run.id)).state is RunState.CANCELLED
    done = await queued(house)
    await worker(house, nothing)(done.id)
    with pytest.raises(Conflict):
        await cancel(EVERYBODY, done.id)


async def test_a_running_run_ends_at_its_next_convenient_point(house: Machinery) -> None:
    async def patient(context: RunContext) -> None:
        async def cancelled() -> bool:
            return context.cancelled

        await until(cancelled)

    run = await queued(house)
    working = asyncio.create_task(worker(house, patient)(run.id))
    await until(lambda: house.fetch("SELECT 1 FROM runs WHERE state = 'running'"))

    asked = await CancelRun(house.unit_of_work, house.clock)(EVERYBODY, run.id)

    assert asked.cancel_requested_at is not None
    await asyncio.wait_for(working, 10)
    assert (await stored(house, run)).state is RunState.CANCELLED


async def test_a_stopping_process_gives_its_run_back_uncounted(house: Machinery) -> None:
    run = await queued(house)
    working = asyncio.create_task(worker(house, lambda _: asyncio.sleep(3600))(run.id))
    await until(lambda: house.fetch("SELECT 1 FROM runs WHERE state = 'running'"))

    working.cancel()
    await asyncio.gather(working, return_exceptions=True)

    given_back = await stored(house, run)
    assert (given_back.state, given_back.attempts) == (RunState.QUEUED, 0)


async def test_who_waits_for_a_run_is_told_when_it_ends(house: Machinery) -> None:
    signals = PostgresSignals(house.url)
    await signals.start()
    await signals.connected.wait()
    run = await queued(house)
    waiting = asyncio.create_task(ReadRuns(house.unit_of_work, signals).get(EVERYBODY, run.id, wait=25))
    await worker(house, nothing)(run.id)

    assert (await asyncio.wait_for(waiting, 5)).state is RunState.SUCCEEDED
    await signals.stop()
