"""OpenTelemetry, loaded only where its own ``OTEL_…`` variables ask for it; spans of ours, and their ids in the log.

Needs the extra ``telemetry``. Which exporter, where to, how much: all is in the standard variables, and none is ours.
"""

import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.types import EventDict, WrappedLogger

from app import __version__
from app.ports.tracing import NO_SPANS, Fact, Spans

_ASKING: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NAME: Final = "orderbridge"

log = structlog.get_logger(__name__)


def traces_are_wanted(environment: Mapping[str, str]) -> bool:
    """Whether an endpoint for traces is given and they are not switched off."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower()
    return not off and exporter == "otlp" and any(environment.get(name) for name in _ASKING)


class Tracing:
    """The tracing of one process, ``process`` by name; ``spans`` are no-ops when nobody asked for them."""

    def __init__(self, *, process: str, exporter: object | None = None) -> None:
        self.spans: Spans = NO_SPANS
        self._provider: Any = None
        if exporter is None and not traces_are_wanted(os.environ):
            return
        try:
            self._start(process, exporter)
        except ImportError:
            log.warning("traces_not_sent", detail="OTEL_… asks for traces; install orderbridge[telemetry] for them.")

    def _start(self, process: str, exporter: Any) -> None:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - loaded only when it is asked for
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

            exporter = OTLPSpanExporter()
        # What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say wins over these.
        names = {"service.name": NAME, "service.version": __version__, "service.instance.id": process}
        given = Resource.create().attributes if os.environ.get("OTEL_SERVICE_NAME") else {}
        self._provider = TracerProvider(resource=Resource.create({**names, **given}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self.spans = OpenTelemetrySpans(self._provider.get_tracer(NAME, __version__))

    def stop(self) -> None:
        """Send what is left, for a few seconds at most; blocks, so call it from a thread."""
        if self._provider is not None:
            self._provider.force_flush(3_000)
            self._provider.shutdown()


class OpenTelemetrySpans:
    def __init__(self, tracer: Any) -> None:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - see above

        self._tracer = tracer
        self._error = StatusCode.ERROR

    def open(self, name: str, **facts: Fact) -> AbstractContextManager[object]:
        # Exceptions carry texts we did not write: their type is enough, and the log has the rest, redacted.
        return _Open(self._tracer, name, facts, self._error)

    def done(self, name: str, *, seconds: float, failed: bool = False, **facts: Fact) -> None:
        now = time.time_ns()
        span = self._tracer.start_span(name, attributes=_named(facts), start_time=now - round(seconds * 1e9))
        if failed:
            span.set_status(self._error)
        span.end(now)


class _Open(AbstractContextManager[object]):
    """One span around a piece of work."""

    def __init__(self, tracer: Any, name: str, facts: Mapping[str, Fact], error: Any) -> None:
        self._within = tracer.start_as_current_span(
            name, attributes=_named(facts), record_exception=False, set_status_on_exception=False
        )
        self._error = error
        self._span: Any = None

    def __enter__(self) -> object:
        self._span = self._within.__enter__()
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._span.set_status(self._error)
            self._span.set_attribute("error.type", kind.__name__)
        self._within.__exit__(kind, error, trace)


def _named(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {f"{NAME}.{name}": value for name, value in facts.items()}


def with_trace_ids(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """For the log: the trace and span that a line was written in."""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415 - only where traces are sent

    context = get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"], entry["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return entry
