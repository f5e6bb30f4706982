"""Planted faults: what shall go wrong, for which operations, how often.

Knows how to choose the faults of one call; carrying them out is the HTTP layer's matter.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = dict[str, Any]


class FaultKind(StrEnum):
    RATE_LIMITED = "rate_limited"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    UNAUTHORIZED = "unauthorized"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    CUT_JSON = "cut_json"
    PARTIAL_DATA = "partial_data"
    USER_ERRORS = "user_errors"
    STALE_PAGE = "stale_page"
    REPEATED_PAGE = "repeated_page"
    LATENCY = "latency"
    ANSWER = "answer"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault; times counts down, None means for ever."""

    kind: FaultKind
    operations: frozenset[str] = frozenset()
    times: int | None = 1
    skip: int = 0
    options: Values = field(default_factory=dict)

    def as_answer(self) -> Values:
        return {
            "kind": self.kind.value,
            "operation": sorted(self.operations),
            "times": self.times,
            "skip": self.skip,
            **self.options,
        }


class FaultError(ValueError):
    """The description of a fault cannot be understood."""


def parse_fault(given: Values) -> Fault:
    options = dict(given)
    try:
        kind = FaultKind(options.pop("kind", ""))
    except ValueError as error:
        known = ", ".join(kind.value for kind in FaultKind)
        raise FaultError(f"kind must be one of {known}") from error
    operation = options.pop("operation", None)
    names = [operation] if isinstance(operation, str) else operation or []
    times = options.pop("times", 1)
    if times is not None and (not isinstance(times, int) or times < 1):
        raise FaultError("times must be a positive number, or null for every time")
    skip = options.pop("skip", 0)
    if kind is FaultKind.USER_ERRORS and not options.get("mutation"):
        raise FaultError("a fault of kind user_errors names its mutation")
    return Fault(kind=kind, operations=frozenset(names), times=times, skip=skip, options=options)


class FaultPlan:
    """The faults that still wait in one store."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def waiting(self) -> list[Fault]:
        return list(self._faults)

    def take(self, operation: str) -> list[Fault]:
        """The faults of this call: latencies, and the first of every other kind that fits."""
        taken: list[Fault] = []
        for fault in list(self._faults):
            if fault.operations and operation not in fault.operations:
                continue
            if any(other.kind is fault.kind for other in taken):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            taken.append(fault)
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
        return taken
