"""``/v1/shops/{shop}/schedules``: when tasks recur."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import RunsRead, RunsWrite
from app.api.dependencies import VisibleShop, service
from app.api.etag import ExpectedVersion
from app.api.routing import resource_router
from app.api.schemas.runs import ScheduleBody, ScheduleShown, schedule_shown
from app.services.schedules import NewSchedule, Schedules

router = resource_router("schedules")

TaskWord = Annotated[str, Path(description="The task.", max_length=100, examples=["import_orders"])]
Service = Annotated[Schedules, Depends(service(Schedules))]


@router.get("/shops/{shop}/schedules/{task}", response_model=ScheduleShown, summary="Read a schedule")
async def get_schedule(access: RunsRead, schedules: Service, shop: VisibleShop, task: TaskWord) -> Response:
    """When the task recurs in the shop. One that was never set is off, except for what keeps the house in order."""
    schedule = await schedules.get(access, shop.code, task)
    return answer(schedule_shown(shop.code, schedule), version=schedule.version)


@router.put("/shops/{shop}/schedules/{task}", response_model=ScheduleShown, summary="Set a schedule")
async def put_schedule(
    access: RunsWrite,
    schedules: Service,
    shop: VisibleShop,
    task: TaskWord,
    body: ScheduleBody,
    expected: ExpectedVersion,
) -> Response:
    """Replaces the schedule; it takes effect within seconds. While an equal run is still to end, a tick makes none."""
    wanted = NewSchedule(
        enabled=body.enabled,
        every_minutes=body.every_minutes,
        cron=body.cron,
        filters=given(body.filters),
        parameters=given(body.parameters),
        category=body.category,
    )
    schedule = await schedules.put(access, shop.code, task, wanted, expected)
    return answer(schedule_shown(shop.code, schedule), version=schedule.version)


def given(values: dict[str, object] | None) -> dict[str, object]:
    """Null means not given."""
    return {name: value for name, value in (values or {}).items() if value is not None}
