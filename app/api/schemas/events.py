"""Events and cues on the wire."""

from pydantic import Field

from app.api.schemas.types import AnswerBody, Instant
from app.domain.activities import Cue
from app.ports.repositories.events import FeedEvent
from app.services.read_activities import ListedActivity


class EventResource(AnswerBody):
    """What an event is about."""

    type: str = Field(examples=["order"], description="What it is; the list may grow.")
    id: str = Field(examples=["ord_01kf0ccccccccccccccccccccc"], description="Its id.")
    version: int = Field(examples=[3], description="Its version at the time; it may have a later one by now.")
    url: str | None = Field(examples=["/v1/orders/ord_01kf0ccccccccccccccccccccc"], description="Where to read it.")


class EventShown(AnswerBody):
    """A fact: something has a new version."""

    id: str = Field(examples=["evt_01kf0ccccccccccccccccccccc"], description="Our id of the event.")
    position: int = Field(examples=[4711], description="Its place in the feed: rising, without gaps for all shops.")
    type: str = Field(examples=["order.imported"], description="What happened; the list may grow.")
    occurred_at: Instant = Field(description="When.")
    shop: str = Field(examples=["web"], description="The shop's code.")
    resource: EventResource = Field(description="What it is about.")


class EventPage(AnswerBody):
    """A piece of the feed."""

    data: list[EventShown] = Field(description="Events by position.")
    next_position: int = Field(
        examples=[4711], description="Give it as `after` the next time, even if `data` is empty."
    )
    has_more: bool = Field(examples=[False], description="Whether more is there already.")


class ActivityShown(AnswerBody):
    """A cue of a shop."""

    cue: Cue = Field(examples=["orders_in_conflict"], description="What waits; the list may grow.")
    shop: str = Field(examples=["web"], description="The shop's code.")
    count: int = Field(examples=[3], description="How much of it.")
    oldest_at: Instant | None = Field(description="Since when the oldest waits; null when nothing does.")
    list_url: str = Field(examples=["/v1/orders?shop=web&in_conflict=true"], description="Where the rows are.")


class ActivityList(AnswerBody):
    """Every cue of every shop, those without anything too."""

    data: list[ActivityShown] = Field(description="By shop.")
    next_cursor: None = Field(description="Always null: the list is short.")


def event_shown(event: FeedEvent) -> EventShown:
    """An event of the feed. Resources without a page of their own have no address; a customer's goes by its number as
    soon as there is one.
    """
    return EventShown(
        id=event.id,
        position=event.position,
        type=event.type,
        occurred_at=event.occurred_at,
        shop=event.shop,
        resource=EventResource(
            type=event.resource_type,
            id=event.resource_id,
            version=event.resource_version,
            url=event.url,
        ),
    )


def activity_shown(activity: ListedActivity) -> ActivityShown:
    """A cue with the list behind it."""
    return ActivityShown(
        cue=activity.cue,
        shop=activity.shop,
        count=activity.count,
        oldest_at=activity.oldest_at,
        list_url=activity.list_url,
    )
