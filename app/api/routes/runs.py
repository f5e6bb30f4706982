"""``/v1/runs``: what tasks came to."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from app.api.answers import answer
from app.api.auth import RunsRead, RunsWrite
from app.api.dependencies import service
from app.api.idempotency import Repeat
from app.api.pagination import PagingOf
from app.api.routing import resource_router
from app.api.schemas.runs import RunList, RunShown, run_shown
from app.ports.repositories.runs import RunFilter, RunState
from app.services.runs import CancelRun, ReadRuns
from app.services.tasks import TaskName

router = resource_router("runs")

TheRun = Annotated[
    str, Path(description="Our id of the run.", max_length=100, examples=["run_01kf0ccccccccccccccccccccc"])
]
Reading = Annotated[ReadRuns, Depends(service(ReadRuns))]


@router.get("/runs", response_model=RunList, summary="List runs")
async def list_runs(
    access: RunsRead,
    runs: Reading,
    page: PagingOf,
    shop: Annotated[str | None, Query(max_length=100, description="Only of the shop with this code.")] = None,
    task: Annotated[TaskName | None, Query(description="Only of this task.")] = None,
    state: Annotated[RunState | None, Query(description="Only in this state.")] = None,
) -> Response:
    """Runs, the newest first; kept 90 days."""
    found = await runs.page(access, RunFilter(shop=shop, task=task, state=state), page.request)
    return page.answer(RunList, found, run_shown)


@router.get("/runs/{run_id}", response_model=RunShown, summary="Read a run")
async def get_run(
    access: RunsRead,
    runs: Reading,
    run_id: TheRun,
    wait: Annotated[
        float, Query(ge=0, le=25, description="Answer not before the run has ended, or after so many seconds.")
    ] = 0,
) -> Response:
    """A run as it is, or as it is when it has ended."""
    return answer(run_shown(await runs.get(access, run_id, wait=wait)), tagged=True)


@router.post("/runs/{run_id}/cancel", response_model=RunShown, summary="Cancel a run")
async def cancel_run(
    access: RunsWrite, cancel: Annotated[CancelRun, Depends(service(CancelRun))], repeat: Repeat, run_id: TheRun
) -> Response:
    """A queued run is cancelled at once; a running one ends at its next convenient point. What is done stays done."""
    return await repeat.answer(
        lambda once: cancel(access, run_id, once), lambda run: answer(run_shown(run), tagged=True)
    )
