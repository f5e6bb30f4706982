"""Is the process alive, can it serve: for whoever runs it. No key, no details that a stranger could use."""

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import container_of
from app.api.problems import ApiProblem
from app.api.routing import operation_id
from app.api.schemas.types import AnswerBody

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
