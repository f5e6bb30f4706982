"""Webhook endpoints and their deliveries on the wire. A secret is in the answer that makes it and nowhere else."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Flag, Instant, Line, RequestBody, ShopCode, Whole
from app.domain.webhook_deliveries import Attempt, DeliveryState, DisabledReason
from app.ports.repositories.webhook_endpoints import Delivery
from app.services.webhook_endpoints import EndpointWish, Replay, ShownEndpoint

ENDPOINT_ID = "whe_01kf0ccccccccccccccccccccc"
TYPES = "Event types, families as `sales_document.*`; empty = all."
SHOPS = "Codes of the shops whose events are sent; null = all, those made later included."
Url = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
EventTypeName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.([a-z_]+|\*)$", max_length=100)]


class WebhookEndpointGiven(RequestBody):
    """Where events are to be sent."""

    url: Annotated[
        Url, Field(description="https and a public address.", examples=["https://erp.example.com/orderbridge"])
    ]
    description: Annotated[Line, Field(description="What it is for.", examples=["ERP, production"])] = ""
    types: Annotated[
        list[EventTypeName], Field(max_length=50, description=TYPES, examples=[["sales_document.*", "run.failed"]])
    ] = []  # noqa: RUF012 - pydantic copies it
    shops: Annotated[list[ShopCode] | None, Field(max_length=1000, description=SHOPS, examples=[None])] = None
    enabled: Annotated[Flag, Field(description="Whether anything is sent; enabling goes on where it stopped.")] = True


class WebhookEndpointShown(AnswerBody):
    """A webhook endpoint without its secret."""

    id: str = Field(description="Our id of the endpoint.", examples=[ENDPOINT_ID])
    url: str = Field(description="Where events are sent.", examples=["https://erp.example.com/orderbridge"])
    description: str = Field(description="What it is for.", examples=["ERP, production"])
    types: list[str] = Field(description=TYPES, examples=[["sales_document.*"]])
    shops: list[str] | None = Field(description=SHOPS, examples=[["web"]])
    enabled: bool = Field(description="Whether anything is sent.", examples=[True])
    disabled_at: Instant | None = Field(description="Since when nothing is; null = it is enabled.")
    disabled_reason: DisabledReason | None = Field(
        description="`on_request`; `gone`: it answered 410; `failing`: nothing got through for five days.",
        examples=[None],
    )
    failing_since: Instant | None = Field(description="The first failure since something got through; null = well.")
    created_at: Instant = Field(description="When it was made.")
    updated_at: Instant = Field(description="When something of this changed.")


class NewWebhookEndpoint(WebhookEndpointShown):
    """An endpoint with its new secret: this is the only time it is shown."""

    secret: str = Field(description="Verifies `webhook-signature`, by Standard Webhooks.", examples=["whsec_…"])


class SecretRotation(RequestBody):
    """How the secret is replaced."""

    old_secret_hours: Annotated[
        Whole, Field(ge=0, le=168, description="How long those before it sign as well, after the new one.")
    ] = 24


class ReplayWanted(RequestBody):
    """From where on events are sent again."""

    from_position: Annotated[Whole, Field(ge=1, description="Of the first event to be sent again.", examples=[4711])]


class ReplayShown(AnswerBody):
    """What is sent again: all events of interest from one position to another."""

    from_position: int = Field(description="The first position.", examples=[4711])
    to_position: int = Field(description="The last one given when it was asked for; later ones follow anyway.")


class WebhookTestShown(AnswerBody):
    """What came of a test."""

    delivered: bool = Field(description="Whether the endpoint answered 2xx.", examples=[True])
    status: int | None = Field(description="Its answer; null = there was none.", examples=[200])
    code: str = Field(
        description="`delivered`, `refused`, `redirected` (never followed), or why there was no answer: `timeout`,"
        " `connect_timeout`, `connection_refused`, `connection_lost`, `tls_failed`, `address_refused`,"
        " `answer_unreadable`.",
        examples=["delivered"],
    )
    detail: str = Field(description="The first words of the answer, or a sentence about what went wrong.")
    ms: int = Field(description="How long it took.", examples=[87])


class PastAttemptShown(AnswerBody):
    """One attempt of a delivery."""

    at: Instant = Field(description="When it began.")
    ms: int = Field(description="How long it took.", examples=[87])
    status: int | None = Field(description="The endpoint's answer; null = there was none.", examples=[500])
    code: str = Field(description="What it came to; see the test of an endpoint.", examples=["refused"])
    detail: str = Field(description="The first words of the answer, or what went wrong.", examples=["try later"])


class DeliveryShown(AnswerBody):
    """An event for this endpoint."""

    event_id: str = Field(
        description="The event, which is also `webhook-id`.", examples=["evt_01kf0ccccccccccccccccccccc"]
    )
    position: int = Field(description="Its place in the feed.", examples=[4711])
    type: str = Field(description="What happened.", examples=["sales_document.released"])
    state: DeliveryState = Field(
        description="`pending` (still to be tried), `delivered`, `failed` (not tried any more).", examples=["pending"]
    )
    attempts: int = Field(description="How many were begun.", examples=[1])
    next_attempt_at: Instant | None = Field(description="When it is tried next; null = not any more.")
    delivered_at: Instant | None = Field(description="When it got through; null = it did not.")
    created_at: Instant = Field(description="When it came up for delivery.")
    history: list[PastAttemptShown] = Field(description="What the latest attempts came to, in their order.")


WebhookEndpointList = ListOf[WebhookEndpointShown]
DeliveryList = ListOf[DeliveryShown]


def wish_of(given: WebhookEndpointGiven) -> EndpointWish:
    """What is asked for."""
    return EndpointWish(
        url=given.url,
        description=given.description,
        types=tuple(given.types),
        shops=None if given.shops is None else tuple(sorted(set(given.shops))),
        enabled=given.enabled,
    )


def given_of(wish: EndpointWish) -> dict[str, object]:
    """What a merge patch is applied to."""
    return {
        "url": wish.url,
        "description": wish.description,
        "types": list(wish.types),
        "shops": None if wish.shops is None else list(wish.shops),
        "enabled": wish.enabled,
    }


def endpoint_shown(shown: ShownEndpoint) -> WebhookEndpointShown:
    """An endpoint as everybody sees it."""
    return WebhookEndpointShown.model_validate(_fields(shown))


def new_endpoint_shown(shown: ShownEndpoint) -> NewWebhookEndpoint:
    """An endpoint as whoever made its secret sees it, once."""
    return NewWebhookEndpoint.model_validate({**_fields(shown), "secret": shown.secret})


def _fields(shown: ShownEndpoint) -> dict[str, object]:
    made = shown.endpoint
    return {
        "id": made.id,
        **given_of(shown.wish),
        "disabled_at": made.disabled_at,
        "disabled_reason": made.disabled_reason,
        "failing_since": made.failing_since,
        "created_at": made.created_at,
        "updated_at": made.updated_at,
    }


def replay_shown(replay: Replay) -> ReplayShown:
    """What is sent again."""
    return ReplayShown(from_position=replay.from_position, to_position=replay.to_position)


def test_shown(attempt: Attempt) -> WebhookTestShown:
    """What came of a test."""
    return WebhookTestShown(
        delivered=attempt.delivered,
        status=attempt.status,
        code=attempt.code,
        detail=attempt.detail,
        ms=round(attempt.seconds * 1000),
    )


def delivery_shown(delivery: Delivery) -> DeliveryShown:
    """A delivery with its attempts."""
    return DeliveryShown(
        event_id=delivery.event_id,
        position=delivery.position,
        type=delivery.type,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at,
        delivered_at=delivery.delivered_at,
        created_at=delivery.created_at,
        history=[
            PastAttemptShown(at=past.at, ms=past.ms, status=past.status, code=past.code, detail=past.detail)
            for past in delivery.history
        ],
    )
