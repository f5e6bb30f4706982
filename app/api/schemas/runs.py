"""Tasks, schedules and runs on the wire."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, WithJsonSchema

from app.api.openapi_schemas import X_MODEL
from app.api.pagination import ListOf
from app.api.schemas.types import AnswerBody, Flag, Instant, RequestBody, Whole
from app.ports.repositories.runs import Run, RunState
from app.ports.repositories.schedules import Schedule
from app.services.task_input import MOST_VALUES
from app.services.tasks import TASKS, ParameterKind, TaskDefinition, TaskName

Values = dict[str, Any]
_KINDS: dict[ParameterKind, dict[str, Any]] = {
    ParameterKind.INSTANT: {"type": ["string", "null"], "format": "date-time", "maxLength": 35},
    ParameterKind.DATE: {"type": ["string", "null"], "format": "date", "maxLength": 10},
    ParameterKind.FLAG: {"type": ["boolean", "null"]},
    ParameterKind.SHOPIFY_IDS: {
        "type": ["array", "null"],
        "minItems": 1,
        "maxItems": MOST_VALUES,
        "items": {"type": "string", "pattern": "^[0-9]{1,20}$", "maxLength": 20},
    },
    ParameterKind.ITEM_NOS: {
        "type": ["array", "null"],
        "minItems": 1,
        "maxItems": MOST_VALUES,
        "items": {"type": "string", "maxLength": 255},
    },
}
_PARAMETERS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        each.name: _KINDS[each.kind] | {"description": f"{each.description} Of the task `{task.name}`."}
        for task in TASKS.values()
        for each in task.parameters
    },
}
FiltersGiven = Annotated[Values, WithJsonSchema({X_MODEL: "OrderFilters"})]
"""Read by the use case, which knows what the task takes; told here."""
ParametersGiven = Annotated[Values, WithJsonSchema(_PARAMETERS)]
FILTERS = "Only orders for which all of this holds; see `filters` in GET /v1/tasks."
PARAMETERS = "What the task may be asked; see `parameters` in GET /v1/tasks."
CategoryName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[!-~]+$")]


class TaskParameterShown(AnswerBody):
    """What a task may be asked."""

    name: str = Field(examples=["updated_since"], description="Its name in `parameters`.")
    type: ParameterKind = Field(
        examples=["instant"],
        description="instant: RFC 3339 with an offset; date: YYYY-MM-DD; flag: true or false; shopify_ids: a list.",
    )
    description: str = Field(examples=["List orders changed at or after this instant."], description="Its meaning.")


class TaskShown(AnswerBody):
    """A recurring task."""

    task: TaskName = Field(examples=["import_orders"], description="Its name in addresses.")
    available: bool = Field(
        examples=[True], description="Whether this release can run it; if not, starting it is a 409."
    )
    description: str = Field(examples=["Lists new and changed orders and imports them."], description="What it does.")
    filters: list[str] = Field(examples=[["tags"]], description="Names that `filters` may have.")
    parameters: list[TaskParameterShown] = Field(examples=[[]], description="What `parameters` may have.")
    default_every_minutes: int | None = Field(
        examples=[1440], description="How often it recurs in a shop without a schedule of its own; null = not at all."
    )


class TaskList(AnswerBody):
    """All tasks."""

    data: list[TaskShown] = Field(description="The tasks; the list may grow.")
    next_cursor: None = Field(description="Always null: the list is short.")


class ScheduleBody(RequestBody):
    """When a task recurs. Exactly one of `every_minutes` and `cron` when it is enabled."""

    enabled: Flag = Field(examples=[True], description="Whether it runs by itself.")
    every_minutes: Whole | None = Field(
        default=None, examples=[10], description="1 to 10080; counted from midnight UTC of 1 January 1970."
    )
    cron: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None,
        examples=["0 6 * * 1-5"],
        description="Minute, hour, day, month, weekday (0 and 7 = Sunday) in the shop's time zone; all must hold.",
    )
    filters: FiltersGiven | None = Field(
        default=None, examples=[{"tags": {"contains": ["wholesale"]}}], description=FILTERS
    )
    parameters: ParametersGiven | None = Field(default=None, examples=[{}], description=PARAMETERS)
    category: CategoryName | None = Field(
        default=None,
        examples=["orders:example.myshopify.com"],
        description="One run of a category at a time, whatever the shop; null = the task's own for the store.",
    )


class ScheduleShown(AnswerBody):
    """When a task recurs in a shop."""

    shop: str = Field(examples=["web"], description="The shop's code.")
    task: str = Field(examples=["import_orders"], description="The task.")
    enabled: bool = Field(examples=[True], description="Whether it runs by itself.")
    every_minutes: int | None = Field(examples=[10], description="Its interval; null when it goes by `cron` or never.")
    cron: str | None = Field(
        examples=["0 6 * * 1-5"], description="Its cron expression in the shop's time zone, or null."
    )
    filters: Values = Field(examples=[{}], description=FILTERS)
    parameters: Values = Field(examples=[{}], description=PARAMETERS)
    category: str | None = Field(examples=[None], description="Null = the task's own for the store.")


class RunBody(RequestBody):
    """What a run is about; both may be left out."""

    filters: FiltersGiven | None = Field(default=None, examples=[{"test": False}], description=FILTERS)
    parameters: ParametersGiven | None = Field(
        default=None, examples=[{"updated_since": "2026-01-15T00:00:00Z"}], description=PARAMETERS
    )


class ProgressShown(AnswerBody):
    """How far a run is."""

    done: int = Field(examples=[120], description="So much is done.")
    total: int | None = Field(examples=[250], description="Of so much; null = not known.")


class RunErrorShown(AnswerBody):
    """A record that failed in a run."""

    resource_type: str = Field(examples=["order"], description="What it is.")
    id: str = Field(examples=["5501"], description="Which one: ours, or Shopify's where we have none.")
    code: str = Field(examples=["store_refused"], description="Stable word; the list may grow.")
    detail: str = Field(examples=["The store did not answer in time."], description="The same in a sentence.")


class RunProblemShown(AnswerBody):
    """Why a run could not go on."""

    code: str = Field(examples=["access_revoked"], description="Stable word; the list may grow.")
    detail: str = Field(examples=["The store refuses our credentials."], description="The same in a sentence.")


class RunShown(AnswerBody):
    """One execution of a task."""

    id: str = Field(examples=["run_01kf0ccccccccccccccccccccc"], description="Our id.")
    shop: str = Field(examples=["web"], description="The shop's code.")
    task: str = Field(examples=["import_orders"], description="The task.")
    category: str = Field(examples=["orders:example.myshopify.com"], description="One run of it at a time.")
    state: RunState = Field(
        examples=["succeeded"], description="Records that fail do not fail a run; failed = it could not go on."
    )
    requested_by: str = Field(examples=["schedule"], description="The name of the key, or `schedule`.")
    filters: Values = Field(examples=[{}], description=FILTERS)
    parameters: Values = Field(examples=[{}], description=PARAMETERS)
    progress: ProgressShown = Field(description="How far it is.")
    counts: dict[str, int] = Field(examples=[{"imported": 12}], description="What it came to, by name.")
    errors: list[RunErrorShown] = Field(
        examples=[[]], description="Records that failed; `counts.errors_not_shown` says how many more there were."
    )
    problem: RunProblemShown | None = Field(examples=[None], description="Why it failed; null when it has not.")
    cancel_requested_at: Instant | None = Field(examples=[None], description="When somebody asked it to end.")
    queued_at: Instant = Field(description="When it was asked for.")
    started_at: Instant | None = Field(description="When it first began.")
    finished_at: Instant | None = Field(description="When it ended.")


class RunList(ListOf[RunShown]):
    """Runs, the newest first."""


def task_shown(definition: TaskDefinition, filters: list[str], default: int | None, *, available: bool) -> TaskShown:
    """A task of the registry."""
    return TaskShown(
        task=definition.name,
        available=available,
        description=definition.description,
        filters=filters if definition.takes_filters else [],
        parameters=[
            TaskParameterShown(name=each.name, type=each.kind, description=each.description)
            for each in definition.parameters
        ],
        default_every_minutes=default,
    )


def schedule_shown(shop: str, schedule: Schedule) -> ScheduleShown:
    """A schedule of a shop."""
    return ScheduleShown(
        shop=shop,
        task=schedule.task,
        enabled=schedule.enabled,
        every_minutes=schedule.every_minutes,
        cron=schedule.cron,
        filters=dict(schedule.filters),
        parameters=dict(schedule.parameters),
        category=schedule.category,
    )


def run_shown(run: Run) -> RunShown:
    """A run, whatever its state."""
    return RunShown(
        id=run.id,
        shop=run.shop,
        task=run.task,
        category=run.category,
        state=run.state,
        requested_by=run.requested_by,
        filters=dict(run.filters),
        parameters=dict(run.parameters),
        progress=ProgressShown(done=run.done, total=run.total),
        counts=dict(run.counts),
        errors=[RunErrorShown(**error) for error in run.errors],
        problem=None if run.problem is None else RunProblemShown(**run.problem),
        cancel_requested_at=run.cancel_requested_at,
        queued_at=run.queued_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )
