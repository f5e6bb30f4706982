"""Spans around the work of a process: put on here, so that services need not know that somebody looks."""

import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, TypeVar

from app.ports.job_queue import NudgeKind
from app.ports.tracing import NO_SPANS, Spans

Given = TypeVar("Given")
Result = TypeVar("Result")
Application = Callable[[Any, Any, Any], Awaitable[None]]
"""As ASGI calls it; its own types would load the framework into workers."""

NAMES = {
    NudgeKind.ORDERS_TO_IMPORT: "import orders",
    NudgeKind.DOCUMENTS: "make documents",
    NudgeKind.WRITE_BACK: "write numbers back",
    NudgeKind.RUN: "run",
    NudgeKind.WEBHOOK_DELIVERIES: "deliver webhooks",
    NudgeKind.CHECK_SUBSCRIPTIONS: "check subscriptions",
}
KEYS = {NudgeKind.DOCUMENTS: "shop_id", NudgeKind.RUN: "run_id", NudgeKind.WEBHOOK_DELIVERIES: "endpoint_id"}


def traced_job(
    spans: Spans, kind: NudgeKind, work: Callable[[str], Awaitable[None]]
) -> Callable[[str], Awaitable[None]]:
    """A job within a span of its own."""
    if spans is NO_SPANS:
        return work
    name, key_name = NAMES.get(kind, kind.value.replace("_", " ")), KEYS.get(kind, "store_id")

    async def traced(key: str) -> None:
        with spans.open(name, **{key_name: key}):
            await work(key)

    return traced


def traced_batch(spans: Spans, name: str, work: Callable[[int], Awaitable[int]]) -> Callable[[int], Awaitable[int]]:
    """A loop's piece of work, told of only if there was any: most looks find nothing."""
    if spans is NO_SPANS:
        return work

    async def traced(limit: int) -> int:
        began = time.perf_counter()
        number = await work(limit)
        if number:
            spans.done(name, seconds=time.perf_counter() - began, number=number)
        return number

    return traced


def traced_call(
    spans: Spans, name: str, work: Callable[[Given], Awaitable[Result]]
) -> Callable[[Given], Awaitable[Result]]:
    """A call within a span."""
    if spans is NO_SPANS:
        return work

    async def traced(given: Given) -> Result:
        with spans.open(name):
            return await work(given)

    return traced


def resources_of(paths: Iterable[str]) -> frozenset[str]:
    """What requests may be named by: the fixed beginnings of the addresses that there are."""
    parts = [path.partition("{")[0].rstrip("/").split("/") for path in paths]
    return frozenset("/".join(each[:depth]) for each in parts for depth in (2, 3)) - {""}


def traced_requests(spans: Spans, app: Application, resources: Collection[str]) -> Application:
    """Requests within spans named by method and resource. Addresses hold numbers of customers and stay out; those that
    there are not hold whatever somebody typed.
    """
    if spans is NO_SPANS:
        return app

    async def traced(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        with spans.open(f"{scope['method']} {_resource(scope['path'], resources)}"):
            await app(scope, receive, send)

    return traced


def _resource(path: str, resources: Collection[str]) -> str:
    parts = path.split("/")
    named = ("/".join(parts[:depth]) for depth in (3, 2))
    return next((each for each in named if each in resources), "elsewhere")
