"""``/v1/events``: the change feed."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import EventsRead
from app.api.dependencies import service
from app.api.problems import ApiProblem
from app.api.routing import resource_router
from app.api.schemas.events import EventPage, event_shown
from app.services.read_events import PositionExpired, ReadEvents

router = resource_router("events")

LARGEST_PAGE = 250


@router.get("/events", response_model=EventPage, responses={410: {}}, summary="Read the change feed")
async def list_events(
    access: EventsRead,
    events: Annotated[ReadEvents, Depends(service(ReadEvents))],
    after: Annotated[
        int, Query(ge=0, le=2**53, description="`next_position` of the last reading; 0 = from the start.")
    ] = 0,
    types: Annotated[
        str | None,
        Query(
            max_length=1000,
            description="Only these types, separated by commas; a family as `sales_document.*`.",
            examples=["order.imported,sales_document.*"],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Events a page.")] = 50,
    wait: Annotated[float, Query(ge=0, le=25, description="Wait so many seconds for an event when there is none.")] = 0,
) -> Response:
    """Facts in the order of their positions; a reader that goes on from `next_position` misses none.

    Events tell what has a new version, not the content: read the resource. They are kept 90 days; a position that is
    older is a 410 `position_expired`.
    """
    wanted = [] if types is None else [kind.strip() for kind in types.split(",") if kind.strip()]
    try:
        page = await events(access, after=after, types=wanted, limit=limit, wait=wait)
    except PositionExpired as expired:
        raise ApiProblem(410, expired.code, expired.detail, facts=expired.facts) from None
    return answer(
        EventPage(
            data=[event_shown(event) for event in page.events],
            next_position=page.next_position,
            has_more=page.has_more,
        )
    )
