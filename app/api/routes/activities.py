"""``/v1/activities``: the operator's cues."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import RunsRead
from app.api.dependencies import service
from app.api.routing import resource_router
from app.api.schemas.events import ActivityList, activity_shown
from app.services.read_activities import ReadActivities

router = resource_router("activities")


@router.get("/activities", response_model=ActivityList, summary="What waits for whom")
async def list_activities(
    access: RunsRead,
    activities: Annotated[ReadActivities, Depends(service(ReadActivities))],
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
) -> Response:
    """Every cue of every shop, with how much, since when and where the rows are; those without anything too."""
    found = await activities(access, shop=shop)
    return answer(ActivityList(data=[activity_shown(activity) for activity in found], next_cursor=None))
