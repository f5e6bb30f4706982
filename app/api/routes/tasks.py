"""``/v1/tasks`` and starting them: the recurring tasks, and runs by hand."""

import dataclasses
from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import RunsRead, RunsWrite
from app.api.dependencies import VisibleShop, service
from app.api.idempotency import Repeat
from app.api.routing import resource_router
from app.api.schemas.runs import RunBody, RunShown, TaskList, run_shown, task_shown
from app.domain.shop_settings import OrderFilters
from app.services.runs import StartedRun, StartRun
from app.services.tasks import DEFAULT_EVERY_MINUTES, TASKS, AvailableTasks

router = resource_router("tasks")

TaskWord = Annotated[str, Path(description="The task.", max_length=100, examples=["import_orders"])]
EQUAL_RUN: dict[int | str, dict[str, Any]] = {200: {"description": "An equal run was queued or running: this is it."}}
Starting = Annotated[StartRun, Depends(service(StartRun))]


@router.get("/tasks", response_model=TaskList, summary="List the tasks")
async def list_tasks(_: RunsRead, available: Annotated[AvailableTasks, Depends(service(AvailableTasks))]) -> Response:
    """Every recurring task with what it does and may be asked, those that this release cannot run included."""
    filters = [entry.name for entry in dataclasses.fields(OrderFilters)]
    shown = [
        task_shown(task, filters, DEFAULT_EVERY_MINUTES.get(task.name), available=task.name in available.names)
        for task in TASKS.values()
    ]
    return answer(TaskList(data=shown, next_cursor=None))


@router.post(
    "/shops/{shop}/tasks/{task}/runs",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Run a task now",
)
async def start_run(
    access: RunsWrite, start: Starting, repeat: Repeat, shop: VisibleShop, task: TaskWord, body: RunBody | None = None
) -> Response:
    """Queues a run and answers at once: read it at `Location`, with `wait` if you like.

    An equal one that is queued or running is answered instead, with 200.
    """
    wanted = body or RunBody()
    return await repeat.answer(
        lambda once: start(access, shop.code, task, filters=wanted.filters, parameters=wanted.parameters, once=once),
        started_answer,
    )


@router.post(
    "/shops/{shop}/connection-test",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Test the connection to the store",
)
async def start_connection_test(access: RunsWrite, start: Starting, repeat: Repeat, shop: VisibleShop) -> Response:
    """Starts `test_connection`. The run's `errors` say what stands in the way and what to do; its `problem`, when it
    failed, why the store is not reached. The shop then tells the store's plan, currency and granted scopes.
    """
    return await repeat.answer(lambda once: start(access, shop.code, "test_connection", once=once), started_answer)


@router.post(
    "/shops/{shop}/webhook-subscriptions/repair",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Repair the webhook subscriptions",
)
async def repair_webhook_subscriptions(
    access: RunsWrite, start: Starting, repeat: Repeat, shop: VisibleShop
) -> Response:
    """Starts `check_subscriptions`: creates what is missing and removes ours that is not wanted."""
    return await repeat.answer(lambda once: start(access, shop.code, "check_subscriptions", once=once), started_answer)


@router.post(
    "/shops/{shop}/mappings/pull",
    status_code=202,
    response_model=RunShown,
    responses=EQUAL_RUN,
    summary="Pull what can be mapped",
)
async def pull_mappings(access: RunsWrite, start: Starting, repeat: Repeat, shop: VisibleShop) -> Response:
    """Starts `pull_mappings`: reads from the store what can be mapped."""
    return await repeat.answer(lambda once: start(access, shop.code, "pull_mappings", once=once), started_answer)


def started_answer(started: StartedRun) -> Response:
    """202 for a new run, 200 for an equal one that was there."""
    return answer(
        run_shown(started.run), status=202 if started.new else 200, location=f"/v1/runs/{started.run.id}", tagged=True
    )
