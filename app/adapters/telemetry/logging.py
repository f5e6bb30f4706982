"""Structured logs: one event with fields a line, JSON for machines or aligned for people, always redacted.

What libraries write through the standard library passes the same way. Knows neither settings nor what is logged.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

import msgspec
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from app.adapters.telemetry.redaction import redacted_entry

CHATTY = {
    # One line per request, statement or tick at their own "info"; ours say the same with meaning.
    "alembic": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "apscheduler": logging.WARNING,
    "sqlalchemy.engine": logging.WARNING,
    "uvicorn.access": logging.WARNING,
}


TRACEBACKS = frozenset({"exception", "stack"})


def configure_logging(
    *, json: bool, level: str, stream: TextIO | None = None, further: Sequence[Processor] = ()
) -> None:
    """Send everything that is logged in this process to ``stream`` (standard error), from ``level`` on.

    ``level`` is a name such as ``info``; ``further`` add fields. May be called again; the last call counts.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        *further,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            # Fields given as ``extra`` to the standard library's loggers, which is what all but a few of ours are.
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_colours,
                # Last before printing, so that nothing can be added behind its back.
                _redact,
                *([_as_json] if json else [_on_one_line, _console(stream or sys.stderr)]),
            ],
        )
    )
    _take_over(handler, level=logging.getLevelNamesMapping()[level.upper()])


def _take_over(handler: logging.Handler, *, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name, quietest in CHATTY.items():
        logging.getLogger(name).setLevel(max(level, quietest))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # They bring handlers of their own, which print what we have not seen.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _redact(_logger: WrappedLogger, _method: str, entry: EventDict) -> Mapping[str, object]:
    # Tracebacks are text by now; they carry the messages of errors we did not write.
    return redacted_entry(entry)


def _as_json(_logger: WrappedLogger, _method: str, entry: EventDict) -> str:
    return msgspec.json.encode(entry).decode()


def _on_one_line(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    # JSON does so by itself; of what is printed plainly only tracebacks have lines.
    return {
        key: value.replace("\n", "\\n") if isinstance(value, str) and key not in TRACEBACKS else value
        for key, value in entry.items()
    }


def _without_colours(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    # uvicorn repeats its messages with terminal codes in them.
    entry.pop("color_message", None)
    return entry


def _console(stream: TextIO) -> Processor:
    # Its own way of printing exceptions would show the variables of every frame.
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
