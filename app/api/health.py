"""Is the process alive, can it serve, how is it doing: for whoever runs it. Nothing here is about a person."""

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import PlainTextResponse, Response

from app.api.answers import answer
from app.api.auth import authenticate, container_of
from app.api.problems import ApiProblem
from app.api.routing import operation_id
from app.api.schemas.types import AnswerBody
from app.domain.access import Scope

router = APIRouter(tags=["health"], generate_unique_id_function=operation_id)


class Health(AnswerBody):
    """How it is."""

    status: str = Field(description="`ok`.", examples=["ok"])


@router.get("/livez", response_model=Health, summary="Is the process alive?")
async def get_liveness() -> Response:
    """Says yes as long as the process answers; asks nobody else, so that a lost database restarts nothing."""
    return answer(Health(status="ok"))


@router.get("/readyz", response_model=Health, summary="Can it serve?")
async def get_readiness(request: Request) -> Response:
    """Says yes when the database answers and its schema is the one this release needs; workers do not count."""
    if reasons := await container_of(request).unready():
        raise ApiProblem(503, "not_ready", " ".join(reasons), retryable=True, headers={"Retry-After": "1"})
    return answer(Health(status="ok"))


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={401: {}, 403: {}, 404: {}},
    summary="Figures for Prometheus",
)
async def get_metrics(request: Request) -> Response:
    """Depths and ages of queues, points of stores, outcomes of the last hour, cues, times of Shopify's door.

    What it tells and who may read it: `ORDERBRIDGE_METRICS` is `open` (the default), `key` (a key with `logs:read`) or
    `off` (404).
    """
    container = container_of(request)
    if container.metrics is None:
        raise ApiProblem(404, "not_found", "There is nothing here.")
    if container.metrics_need_key and not (await authenticate(request)).may(Scope.LOGS_READ):
        detail = f"This key lacks the scope {Scope.LOGS_READ}."
        raise ApiProblem(403, "scope_missing", detail, facts={"missing_scopes": [Scope.LOGS_READ.value]})
    return Response(await container.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
