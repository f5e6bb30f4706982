"""``/v1/webhook-endpoints``: where the ERP is told events, and what became of telling them."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from app.api.answers import answer, no_content
from app.api.auth import WebhooksRead, WebhooksWrite
from app.api.dependencies import service
from app.api.etag import ExpectedVersion
from app.api.idempotency import Repeat
from app.api.merge_patch import Patch, merged
from app.api.pagination import PagingOf
from app.api.problems import ApiProblem
from app.api.routing import resource_router
from app.api.schemas.webhook_endpoints import (
    ENDPOINT_ID,
    DeliveryList,
    NewWebhookEndpoint,
    ReplayShown,
    ReplayWanted,
    SecretRotation,
    WebhookEndpointGiven,
    WebhookEndpointList,
    WebhookEndpointShown,
    WebhookTestShown,
    delivery_shown,
    endpoint_shown,
    given_of,
    new_endpoint_shown,
    replay_shown,
    test_shown,
    wish_of,
)
from app.api.validation import validated
from app.domain.identifiers import WebhookEndpointId
from app.domain.webhook_deliveries import DeliveryState
from app.ports.repositories.webhook_endpoints import EndpointFilter
from app.services.read_events import PositionExpired
from app.services.webhook_endpoints import EndpointWish, ShownEndpoint, WebhookEndpoints

router = resource_router("webhook-endpoints")

TheEndpoint = Annotated[
    WebhookEndpointId, Path(max_length=100, description="Our id of the endpoint.", examples=[ENDPOINT_ID])
]
Endpoints = Annotated[WebhookEndpoints, Depends(service(WebhookEndpoints))]


def _address(shown: ShownEndpoint) -> str:
    return f"/v1/webhook-endpoints/{shown.endpoint.id}"


def _single(shown: ShownEndpoint) -> Response:
    return answer(endpoint_shown(shown), version=shown.endpoint.version)


def _with_secret(shown: ShownEndpoint, *, status: int) -> Response:
    location = _address(shown) if status == 201 else None
    return answer(new_endpoint_shown(shown), status=status, version=shown.endpoint.version, location=location)


@router.get("/webhook-endpoints", response_model=WebhookEndpointList, summary="List webhook endpoints")
async def list_webhook_endpoints(
    access: WebhooksRead,
    paging: PagingOf,
    endpoints: Endpoints,
    shop: Annotated[str | None, Query(max_length=100, description="Only those that are told its events.")] = None,
    failing: Annotated[
        bool | None, Query(description="Only those that a person should look at: failing for ten minutes, or given up.")
    ] = None,
) -> Response:
    """By id; a key that is limited to shops sees the endpoints that are limited to some of them."""
    wanted = EndpointFilter(shop=shop, failing=bool(failing))
    return paging.answer(
        WebhookEndpointList, await endpoints.page(paging.request, wanted, access=access), endpoint_shown
    )


@router.post(
    "/webhook-endpoints", response_model=NewWebhookEndpoint, status_code=201, summary="Make a webhook endpoint"
)
async def create_webhook_endpoint(
    body: WebhookEndpointGiven, access: WebhooksWrite, repeat: Repeat, endpoints: Endpoints
) -> Response:
    """It is told what happens from now on. The answer shows its secret once.

    Deliveries follow Standard Webhooks: `webhook-id` is the event's id, the same on every attempt; the body is the
    event as `GET /v1/events` shows it. 2xx is taken as received; anything else is tried again for about three days,
    410 disables the endpoint. Events may arrive more than once and in any order: go by `position` and the resource's
    `version`.
    """
    return await repeat.answer(
        lambda once: endpoints.create(wish_of(body), access=access, once=once),
        lambda shown: _with_secret(shown, status=201),
    )


@router.get("/webhook-endpoints/{endpoint_id}", response_model=WebhookEndpointShown, summary="Read a webhook endpoint")
async def get_webhook_endpoint(endpoint_id: TheEndpoint, access: WebhooksRead, endpoints: Endpoints) -> Response:
    """The endpoint without its secret."""
    return _single(await endpoints.get(endpoint_id, access=access))


@router.patch(
    "/webhook-endpoints/{endpoint_id}", response_model=WebhookEndpointShown, summary="Change a webhook endpoint"
)
async def update_webhook_endpoint(
    endpoint_id: TheEndpoint, patch: Patch, access: WebhooksWrite, expected: ExpectedVersion, endpoints: Endpoints
) -> Response:
    """JSON merge patch. Enabling goes on where it stopped: what happened meanwhile is sent."""

    def decide(present: EndpointWish) -> EndpointWish:
        return wish_of(validated(WebhookEndpointGiven, merged(given_of(present), patch)))

    return _single(await endpoints.change(endpoint_id, decide, access=access, expected=expected))


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, summary="Delete a webhook endpoint")
async def delete_webhook_endpoint(
    endpoint_id: TheEndpoint, access: WebhooksWrite, expected: ExpectedVersion, endpoints: Endpoints
) -> Response:
    """With its deliveries; nothing more is sent."""
    await endpoints.delete(endpoint_id, access=access, expected=expected)
    return no_content()


@router.post(
    "/webhook-endpoints/{endpoint_id}/test", response_model=WebhookTestShown, summary="Try a webhook endpoint out"
)
async def try_webhook_endpoint(
    endpoint_id: TheEndpoint, access: WebhooksWrite, repeat: Repeat, endpoints: Endpoints
) -> Response:
    """Sends a signed `webhook_endpoint.test` now, enabled or not, and tells what came back within 15 seconds."""
    return await repeat.answer(
        lambda once: endpoints.test(endpoint_id, access=access, once=once),
        lambda attempt: answer(test_shown(attempt), tagged=True),
    )


@router.post(
    "/webhook-endpoints/{endpoint_id}/rotate-secret",
    response_model=NewWebhookEndpoint,
    summary="Replace the secret of a webhook endpoint",
)
async def rotate_webhook_secret(
    endpoint_id: TheEndpoint,
    access: WebhooksWrite,
    repeat: Repeat,
    endpoints: Endpoints,
    body: SecretRotation | None = None,
) -> Response:
    """The answer shows the new secret once. It signs first; the one before signs too for `old_secret_hours`."""
    hours = (body or SecretRotation()).old_secret_hours
    return await repeat.answer(
        lambda once: endpoints.rotate_secret(
            endpoint_id, old_secret_for=timedelta(hours=hours), access=access, once=once
        ),
        lambda shown: _with_secret(shown, status=200),
    )


@router.post(
    "/webhook-endpoints/{endpoint_id}/replay",
    response_model=ReplayShown,
    status_code=202,
    responses={410: {}},
    summary="Send events again",
)
async def replay_webhook_deliveries(
    endpoint_id: TheEndpoint, body: ReplayWanted, access: WebhooksWrite, repeat: Repeat, endpoints: Endpoints
) -> Response:
    """Everything of interest from this event on is delivered again, with the ids of the first time.

    Events are kept 90 days; a position that is older is a 410 `position_expired`.
    """
    try:
        return await repeat.answer(
            lambda once: endpoints.replay(endpoint_id, from_position=body.from_position, access=access, once=once),
            lambda replay: answer(
                replay_shown(replay),
                status=202,
                location=f"/v1/webhook-endpoints/{endpoint_id}/deliveries",
                tagged=True,
            ),
        )
    except PositionExpired as expired:
        raise ApiProblem(410, expired.code, expired.detail, facts=expired.facts) from None


@router.get("/webhook-endpoints/{endpoint_id}/deliveries", response_model=DeliveryList, summary="List deliveries")
async def list_webhook_deliveries(
    endpoint_id: TheEndpoint,
    access: WebhooksRead,
    paging: PagingOf,
    endpoints: Endpoints,
    state: Annotated[DeliveryState | None, Query(description="Only in this state.")] = None,
) -> Response:
    """What became of each event, the latest first; kept 30 days after the last attempt."""
    found = await endpoints.deliveries(endpoint_id, paging.request, state=state, access=access)
    return paging.answer(DeliveryList, found, delivery_shown)
