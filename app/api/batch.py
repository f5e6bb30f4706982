"""Batches: up to 250 items, each its own transaction and its own result in a 207."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, Field

from app.api.openapi_schemas import X_MODEL
from app.api.problems import ApiProblem, ProblemDetails, problem_body, problem_of, request_id_of
from app.api.schemas.types import AnswerBody
from app.api.validation import validated
from app.ports.errors import ConnectorError, FieldError

MOST_ITEMS = 250
AT_ONCE = 4
"""So many items of one batch are under way at a time: each mostly waits for the database."""

Item = TypeVar("Item", bound=BaseModel)


class BatchResult(AnswerBody):
    """What became of one item."""

    status: int = Field(description="The status this item alone would have had.", examples=[200])
    no: str | None = Field(description="Which item it was, as far as that could be read.", examples=["C100"])
    problem: ProblemDetails | None = Field(description="Why it was not done; null when it was.")


class BatchAnswer(AnswerBody):
    """The results, in the order of the items."""

    results: list[BatchResult] = Field(description="One a sent item.")


def items_of(body: Any) -> list[Any]:
    """The items of a batch; each is validated on its own."""
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list) or set(body) != {"items"} or not 1 <= len(items) <= MOST_ITEMS:
        error = FieldError(pointer="/items", code="wrong_value", detail=f"A list of 1 to {MOST_ITEMS} items.")
        raise ApiProblem(422, "invalid_input", f'Send {{"items": […]}} with 1 to {MOST_ITEMS} items.', errors=[error])
    return items


async def each_item(
    request: Request,
    items: list[Any],
    model: type[Item],
    put: Callable[[Item], Awaitable[tuple[int, str]]],
    *,
    named: str = "no",
) -> BatchAnswer:
    """Put the items one by one; ``put`` answers status and number. Trouble of the whole service ends the batch."""
    done = await results_of(request, items, model, put, named=named)
    return BatchAnswer.model_construct(
        results=[BatchResult.model_construct(status=each.status, no=each.name, problem=each.problem) for each in done]
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item, before it is shaped."""

    status: int
    name: str | None
    problem: ProblemDetails | None = None


async def results_of(
    request: Request,
    items: list[Any],
    model: type[Item],
    do: Callable[[Item], Awaitable[tuple[int, str]]],
    *,
    named: str,
    numbered: str | None = None,
) -> list[Result]:
    """Do something with each item; ``do`` answers status and name. ``named``: the field by which a refused one is
    named. Items that are the same keep their order: those of one name, or of one value in the field ``numbered``.
    """
    results: dict[int, Result] = {}
    lanes: dict[object, list[int]] = {}
    for place, item in enumerate(items):
        lanes.setdefault(_named(item, numbered or named) or place, []).append(place)
    waiting = iter(lanes.values())

    async def work() -> None:
        for lane in waiting:
            for place in lane:
                results[place] = await _one(request, items[place], model, do, named)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(lanes))):
                group.create_task(work())
    except ExceptionGroup as trouble:
        raise trouble.exceptions[0] from None
    return [results[place] for place in range(len(items))]


async def _one(
    request: Request, item: Any, model: type[Item], do: Callable[[Item], Awaitable[tuple[int, str]]], named: str
) -> Result:
    name = _named(item, named)
    try:
        return Result(*await do(validated(model, item)))
    except ApiProblem as problem:
        refusal = problem
    except ConnectorError as error:
        refusal = problem_of(error)
        if refusal.status_code >= 500:
            raise
    details = ProblemDetails.model_validate(problem_body(refusal, request_id_of(request)))
    return Result(refusal.status_code, name, details)


def _named(item: Any, field: str) -> str | None:
    given = item.get(field) if isinstance(item, dict) else None
    return given[:100] if isinstance(given, str) else None


def batch_body(item: type[BaseModel]) -> dict[str, Any]:
    """The documentation of a batch: items are validated one by one, so the framework does not see their model."""
    items = {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ITEMS,
        "items": {X_MODEL: item.__name__},
        "description": "Each is validated, and succeeds or fails, for itself.",
    }
    body = {"type": "object", "required": ["items"], "additionalProperties": False, "properties": {"items": items}}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}
