"""Tasks, schedules, runs, the feed and the cues over HTTP, as the contract says."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.adapters.postgres.signals import PostgresSignals
from app.adapters.postgres.ulid import Ulids
from app.domain.activities import Cue
from app.domain.events import EventType
from app.jobs.recurrence import ApschedulerRecurrence
from app.services.publish_events import PublishEvents
from app.services.read_activities import ReadActivities
from app.services.read_events import ReadEvents
from app.services.run_task import RunTask
from app.services.runs import CancelRun, ReadRuns, StartRun
from app.services.schedules import Schedules
from app.services.tasks import TASKS, AvailableTasks, RunContext, TaskName
from tests.erp_surface import RisingClock, Surface, surface
from tests.machinery import RealClock
from tests.stored_documents import POS, WEB, an_order


async def nothing(context: RunContext) -> None:
    await context.count("imported", 3)


RUNNERS = dict.fromkeys((TaskName.IMPORT_ORDERS, TaskName.CREATE_DOCUMENTS, TaskName.CHECK_SUBSCRIPTIONS), nothing)


@pytest.fixture
async def erp(database_url: str) -> AsyncIterator[Surface]:
    signals = PostgresSignals(database_url)
    await signals.start()

    def services(uow: Any, clock: RisingClock) -> dict[type, object]:
        return {
            StartRun: StartRun(uow, clock, Ulids(), RUNNERS),
            ReadRuns: ReadRuns(uow, signals),
            CancelRun: CancelRun(uow, clock),
            Schedules: Schedules(uow, clock, ApschedulerRecurrence(), RUNNERS),
            AvailableTasks: AvailableTasks(frozenset(RUNNERS)),
            ReadEvents: ReadEvents(uow, signals),
            ReadActivities: ReadActivities(uow, clock),
        }

    async with surface(database_url, services) as found:
        yield found
    await signals.stop()


RUNS = "/v1/shops/web/tasks/import_orders/runs"


async def test_the_filters_of_a_shop_may_be_asked_of_a_run_as_they_are_shown(erp: Surface) -> None:
    shown = {"channel": {"in": None, "not_in": ["pos"]}, "total": {"min": None, "max": "100.00"}, "test": None}

    answer = await erp.client.post(RUNS, json={"filters": shown})

    assert answer.status_code == 202, answer.text


async def test_the_tasks_are_listed_with_what_can_run_now(erp: Surface) -> None:
    tasks = {task["task"]: task for task in (await erp.get("/v1/tasks"))["data"]}

    assert list(tasks) == [name.value for name in TASKS]
    assert tasks["import_orders"]["available"] is True
    assert tasks["sync_prices"]["available"] is False
    assert "tags" in tasks["import_orders"]["filters"]
    assert [each["name"] for each in tasks["push_shipments"]["parameters"]] == ["posting_date_from", "posting_date_to"]


async def test_a_run_is_queued_with_202_and_an_equal_one_answered_with_200(erp: Surface) -> None:
    body = {"parameters": {"updated_since": "2026-01-15T00:00:00Z"}, "filters": {"test": False}}

    first = await erp.client.post(RUNS, json=body)
    second = await erp.client.post(RUNS, json=body)

    assert (first.status_code, second.status_code) == (202, 200)
    run = first.json()
    assert first.headers["location"] == f"/v1/runs/{run['id']}"
    assert second.json()["id"] == run["id"]
    assert (run["state"], run["progress"], run["counts"], run["errors"]) == (
        "queued",
        {"done": 0, "total": None},
        {},
        [],
    )
    assert (await erp.get(f"/v1/runs/{run['id']}"))["parameters"] == body["parameters"]


async def test_a_run_needs_no_body_and_is_done_by_a_worker(erp: Surface) -> None:
    started = await erp.client.post(RUNS)
    run = started.json()["id"]
    await RunTask(erp.rows, RealClock(), RUNNERS, worker="w")(run)

    done = await erp.get(f"/v1/runs/{run}", wait=5)

    assert (done["state"], done["counts"]) == ("succeeded", {"imported": 3})


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/shops/web/tasks/sync_images/runs", 409, "task_not_available"),
        ("/v1/shops/web/tasks/make_coffee/runs", 404, "not_found"),
        ("/v1/shops/nowhere/tasks/import_orders/runs", 404, "not_found"),
        ("/v1/shops/web/mappings/pull", 409, "task_not_available"),
    ],
)
async def test_what_cannot_run_says_why(erp: Surface, path: str, status: int, code: str) -> None:
    answer = await erp.client.post(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_wrong_parameters_are_named(erp: Surface) -> None:
    filters = {"nope": 1, "name": {"not_in": [""]}}
    answer = await erp.client.post(RUNS, json={"parameters": {"created_to": "soon"}, "filters": filters})

    assert answer.status_code == 422
    wrong = {error["pointer"] for error in answer.json()["errors"]}
    assert wrong == {"/parameters/created_to", "/filters/nope", "/filters/name"}


async def test_a_key_makes_a_request_safe_to_repeat(erp: Surface) -> None:
    headers = {"Idempotency-Key": "k-1"}

    answers = [await erp.client.post(RUNS, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replayed"] == "true"


async def test_a_run_that_could_find_nothing_is_refused_with_both_ends(erp: Surface) -> None:
    body = {
        "parameters": {"created_from": "2026-01-02T00:00:00Z", "created_to": "2026-01-02T00:30:00+01:00"},
        "filters": {"total": {"min": "1.01", "max": "1"}, "tags": {"contains": ["a"], "not_contains": ["A"]}},
    }
    answer = await erp.client.post(RUNS, json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/filters/total/min",
        "/filters/total/max",
        "/filters/tags/contains",
        "/filters/tags/not_contains",
        "/parameters/created_from",
        "/parameters/created_to",
    ]


async def test_runs_are_listed_newest_first_by_filters_and_pages(erp: Surface) -> None:
    ids = [
        (await erp.client.post(f"/v1/shops/{shop}/tasks/{task}/runs")).json()["id"]
        for shop, task in (("web", "import_orders"), ("pos", "import_orders"), ("web", "create_documents"))
    ]

    async def listed(**filters: Any) -> list[str]:
        return [run["id"] for run in (await erp.get("/v1/runs", **filters))["data"]]

    assert await listed() == ids[::-1]
    assert await listed(shop="web") == [ids[2], ids[0]]
    assert await listed(task="import_orders", state="queued") == [ids[1], ids[0]]
    page = await erp.get("/v1/runs", limit=2)
    assert [run["id"] for run in page["data"]] == ids[:0:-1]
    rest = await erp.get("/v1/runs", limit=2, cursor=page["next_cursor"])
    assert ([run["id"] for run in rest["data"]], rest["next_cursor"]) == ([ids[0]], None)


async def test_a_queued_run_can_be_cancelled(erp: Surface) -> None:
    run = (await erp.client.post(RUNS)).json()["id"]

    assert (await erp.client.post(f"/v1/runs/{run}/cancel")).json()["state"] == "cancelled"


async def test_runs_of_other_shops_do_not_exist_for_a_limited_key(erp: Surface) -> None:
    run = (await erp.client.post(RUNS)).json()["id"]
    limited = await erp.key(shops=[POS])

    assert (await erp.client.get(f"/v1/runs/{run}", headers=limited)).status_code == 404
    assert (await erp.client.post(f"/v1/runs/{run}/cancel", headers=limited)).status_code == 404
    assert (await erp.client.get("/v1/runs", headers=limited)).json()["data"] == []
    assert (await erp.client.post(RUNS, headers=limited)).status_code == 404
    assert (await erp.client.get("/v1/shops/web/schedules/import_orders", headers=limited)).status_code == 404


SCHEDULE = "/v1/shops/web/schedules/import_orders"


async def test_a_schedule_is_off_until_it_is_put(erp: Surface) -> None:
    before = await erp.get(SCHEDULE)
    assert (before["enabled"], before["every_minutes"], before["cron"]) == (False, None, None)

    put = await erp.client.put(SCHEDULE, json={"enabled": True, "cron": "0 6 * * 1-5"})

    assert put.status_code == 200
    assert (put.json()["cron"], put.headers["etag"]) == ("0 6 * * 1-5", '"1"')
    assert await erp.get(SCHEDULE) == put.json()


async def test_a_schedule_is_guarded_and_checked(erp: Surface) -> None:
    await erp.client.put(SCHEDULE, json={"enabled": True, "every_minutes": 5})

    stale = await erp.client.put(SCHEDULE, json={"enabled": False}, headers={"If-Match": '"7"'})
    wrong = await erp.client.put(SCHEDULE, json={"enabled": True, "cron": "every day"})
    unknown = await erp.client.put(SCHEDULE, json={"enabled": True, "every_minute": 5})

    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/cron")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/every_minute")


async def happened(erp: Surface, *types: EventType, shop: Any = WEB) -> None:
    async with erp.rows() as uow:
        for type_ in types:
            await uow.events.append(type_, shop, "order", "ord_1", 2)
        await uow.commit()
    await PublishEvents(erp.rows)()


async def test_the_feed_tells_what_happened_and_where_to_go_on(erp: Surface) -> None:
    await happened(erp, EventType.ORDER_IMPORTED, EventType.ORDER_UPDATED, EventType.ORDER_CANCELLED)

    page = await erp.get("/v1/events", limit=2)

    assert [(event["position"], event["type"]) for event in page["data"]] == [
        (1, "order.imported"),
        (2, "order.updated"),
    ]
    assert page["data"][0]["resource"] == {"type": "order", "id": "ord_1", "version": 2, "url": "/v1/orders/ord_1"}
    assert (page["data"][0]["shop"], page["next_position"], page["has_more"]) == ("web", 2, True)
    rest = await erp.get("/v1/events", after=2, types="order.cancelled,sales_document.*")
    assert ([event["position"] for event in rest["data"]], rest["next_position"], rest["has_more"]) == ([3], 3, False)


async def test_the_feed_refuses_what_it_does_not_know_and_says_what_is_gone(erp: Surface) -> None:
    await happened(erp, EventType.ORDER_IMPORTED)
    unknown = await erp.client.get("/v1/events", params={"types": "order.exploded"})
    async with erp.rows() as uow:
        await uow.driver.execute("UPDATE event_positions SET purged = 5, last = 9")
        await uow.commit()
    gone = await erp.client.get("/v1/events", params={"after": 3})
    never_given = await erp.client.get("/v1/events", params={"after": 10})

    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "types")
    assert (never_given.status_code, never_given.json()["code"]) == (400, "position_unknown")
    assert (gone.status_code, gone.json()["code"], gone.json()["oldest_position"]) == (410, "position_expired", 6)


async def test_a_limited_key_sees_the_events_of_its_shops(erp: Surface) -> None:
    await happened(erp, EventType.ORDER_IMPORTED)
    await happened(erp, EventType.ORDER_UPDATED, shop=POS)

    answer = await erp.client.get("/v1/events", headers=await erp.key(shops=[POS]))

    assert [event["shop"] for event in answer.json()["data"]] == ["pos"]


async def test_every_cue_of_every_shop_is_shown_with_the_list_behind_it(erp: Surface) -> None:
    async with erp.rows() as uow:
        await an_order(uow.driver, state="unprocessed")
        await uow.driver.execute("UPDATE stores SET access_revoked_at = now()")
        await uow.commit()

    cues = (await erp.get("/v1/activities"))["data"]

    assert len(cues) == 2 * len(Cue)
    counts = {(cue["shop"], cue["cue"]): cue["count"] for cue in cues}
    assert counts["web", "unprocessed_orders"] == 1
    assert counts["pos", "unprocessed_orders"] == 0
    assert counts["pos", "access_revoked"] == 1
    only = (await erp.get("/v1/activities", shop="pos"))["data"]
    assert {cue["shop"] for cue in only} == {"pos"}
    [conflicts] = [cue for cue in only if cue["cue"] == "orders_in_conflict"]
    assert conflicts["list_url"] == "/v1/orders?shop=pos&in_conflict=true"
    assert conflicts["oldest_at"] is None
