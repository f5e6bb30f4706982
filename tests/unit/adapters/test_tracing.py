"""Traces: asked for by the standard variables alone, nested, their ids in the log, and no texts of others in them."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.adapters.telemetry.tracing import Tracing, traces_are_wanted, with_trace_ids
from app.bootstrap.tracing import resources_of, traced_batch, traced_job, traced_requests
from app.ports.job_queue import NudgeKind
from app.ports.tracing import NO_SPANS


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Iterator[Tracing]:
    made = Tracing(process="host:1", exporter=exporter)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
    ids=["nothing", "only-a-name", "endpoint", "traces-endpoint", "switched-off", "no-exporter"],
)
def test_traces_are_sent_when_the_standard_variables_ask_for_them(environment: dict[str, str], wanted: bool) -> None:
    assert traces_are_wanted(environment) is wanted


async def test_what_nobody_traces_is_called_as_it_is() -> None:
    async def work(_: str) -> None: ...
    async def batch(_: int) -> int:
        return 0

    async def app(*_: object) -> None: ...

    assert traced_job(NO_SPANS, NudgeKind.RUN, work) is work
    assert traced_batch(NO_SPANS, "publish events", batch) is batch
    assert traced_requests(NO_SPANS, app, ()) is app


async def test_a_call_stands_within_its_job_and_a_failure_is_named_by_its_kind_only(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    async def work(_: str) -> None:
        tracing.spans.done("shopify call", seconds=0.25, operation="Orders", points=12)
        raise ValueError("anna@example.com lives in Delft")

    with pytest.raises(ValueError, match="anna"):
        await traced_job(tracing.spans, NudgeKind.ORDERS_TO_IMPORT, work)("sto_1")
    tracing.stop()

    call, job = exporter.get_finished_spans()
    assert (call.name, job.name) == ("shopify call", "import orders")
    assert call.parent is not None and call.parent.span_id == job.context.span_id  # noqa: PT018 - narrowing
    assert call.attributes == {"orderbridge.operation": "Orders", "orderbridge.points": 12}
    assert (call.end_time or 0) - (call.start_time or 0) == 250_000_000
    assert job.attributes == {"orderbridge.store_id": "sto_1", "error.type": "ValueError"}
    assert (job.status.is_ok, job.status.description, job.events) == (False, None, ())


async def test_looks_that_find_nothing_leave_no_span(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    found = iter([0, 3])

    async def batch(_: int) -> int:
        return next(found)

    traced = traced_batch(tracing.spans, "publish events", batch)
    assert [await traced(9), await traced(9)] == [0, 3]
    tracing.stop()

    assert [span.name for span in exporter.get_finished_spans()] == ["publish events"]


async def test_a_request_is_named_by_its_resource_never_by_a_number(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    async def app(*_: object) -> None: ...

    resources = resources_of(["/livez", "/v1/customers/{no}", "/v1/customers", "/v1/{no}", "/console"])
    for path in ("/v1/customers/C100", "/v1/Jansen", "/console/Jansen", "/livez", "/Jansen", "/"):
        scope = {"type": "http", "method": "GET", "path": path}
        await traced_requests(tracing.spans, app, resources)(scope, None, None)
    tracing.stop()

    assert [span.name.removeprefix("GET ") for span in exporter.get_finished_spans()] == [
        "/v1/customers",
        "/v1",
        "/console",
        "/livez",
        "elsewhere",
        "elsewhere",
    ]


def test_log_lines_carry_the_trace_they_were_written_in(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    with tracing.spans.open("run"):
        within = with_trace_ids(None, "info", {"event": "within"})
    outside = with_trace_ids(None, "info", {"event": "outside"})
    tracing.stop()

    [span] = exporter.get_finished_spans()
    assert within == {
        "event": "within",
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
    }
    assert outside == {"event": "outside"}
