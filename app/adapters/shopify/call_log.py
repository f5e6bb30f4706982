"""The log line and the span of one call: operation, status, cost, time, request id. Never a body, secret or person."""

import re
import time
from typing import Final

from structlog.typing import FilteringBoundLogger

from app.adapters.shopify.wire import WireAnswer
from app.ports.store_gateway import StoreRef
from app.ports.tracing import NO_SPANS, Fact, Spans

_COST: Final = re.compile(rb'"(requested|actual)QueryCost"\s*:\s*(\d+)')
_COST_TAIL: Final = 2000
"""Bytes at the end of an answer where Shopify states its cost."""


class CallLog:
    def __init__(
        self,
        log: FilteringBoundLogger,
        *,
        store: StoreRef,
        operation: str,
        attempt: int,
        writes: bool = False,
        spans: Spans = NO_SPANS,
    ) -> None:
        self._log = log.bind(store_id=store.id, operation=operation, attempt=attempt)
        self._spans = spans
        self._facts: dict[str, Fact] = {
            "store_id": store.id,
            "operation": operation,
            "attempt": attempt,
            "writes": writes,
        }
        self._began = time.perf_counter()

    def answered(self, wire: WireAnswer) -> None:
        costs = {name.decode(): int(points) for name, points in _COST.findall(wire.body[-_COST_TAIL:])}
        self._log.info(
            "shopify_call",
            status=wire.status,
            requested_cost=costs.get("requested"),
            actual_cost=costs.get("actual"),
            request_id=wire.headers.get("x-request-id"),
            answer_bytes=len(wire.body),
            ms=self._ms(),
        )
        points = costs.get("actual", costs.get("requested", 0))
        self._done(failed=False, status=wire.status, points=points)

    def failed(self, failure: str) -> None:
        self._log.warning("shopify_call_failed", failure=failure, ms=self._ms())
        self._done(failed=True)

    def _done(self, *, failed: bool, **facts: Fact) -> None:
        seconds = time.perf_counter() - self._began
        self._spans.done("shopify call", seconds=seconds, failed=failed, **self._facts, **facts)

    def _ms(self) -> int:
        return round((time.perf_counter() - self._began) * 1000)
