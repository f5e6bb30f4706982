"""The log, read from where things are kept anyway: events, runs that ended, calls of stores that wrote or failed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg

from app.adapters.postgres.event_levels import events_of
from app.adapters.postgres.page_keys import Conditions, key_of, moment_and_id
from app.adapters.postgres.repositories.paging import page_of
from app.domain.events import EventType
from app.domain.log_words import LogLevel, event_words
from app.ports.paging import Page, PageRequest
from app.ports.repositories.log_entries import LogEntry, LogFilter

_CONDITIONS: Final[Mapping[str, Mapping[LogLevel, str]]] = {
    "event": {level: events_of(level) for level in (LogLevel.ERROR, LogLevel.WARNING)},
    "run": {
        LogLevel.ERROR: "state = 'failed'",
        LogLevel.WARNING: "state <> 'failed' AND jsonb_array_length(errors) > 0",
    },
    "store_call": {LogLevel.ERROR: "(status >= 400 OR status IS NULL)", LogLevel.WARNING: "false"},
}
"""Which rows of a kind are troubles. Each has an index of its own, as they are few among many."""

_DETAIL = r"""CASE WHEN problem ->> 'code' LIKE 'store\_%'
                THEN regexp_replace(problem ->> 'detail', ': .*', '.') ELSE problem ->> 'detail' END"""
"""Behind its colon stand the store's own words, which may name a buyer: the run tells them, the log does not."""

SOURCES: Final[Mapping[str, str]] = {
    "event": f"""
        SELECT 'event' AS kind, id, occurred_at, shop_id, resource_type, resource_id, type AS what, NULL AS detail
            {{level}}
        FROM events WHERE type <> '{EventType.RUN_FAILED}'
    """,
    "run": f"""
        SELECT 'run' AS kind, id, finished_at AS occurred_at, shop_id, 'run' AS resource_type, id AS resource_id,
            replace(task, '_', ' ') || ': ' || state AS what,
            coalesce({_DETAIL}, nullif(jsonb_array_length(errors), 0) || ' records failed') AS detail {{level}}
        FROM runs WHERE finished_at IS NOT NULL
    """,
    "store_call": """
        SELECT 'store_call' AS kind, id, called_at AS occurred_at,
            (SELECT min(shops.id) FROM shops WHERE shops.store_id = store_calls.store_id AND {visible}) AS shop_id,
            'store' AS resource_type, store_id AS resource_id,
            operation || CASE WHEN writes THEN ' (writes)' ELSE '' END || ': '
                || coalesce('HTTP ' || status, 'no answer') AS what,
            milliseconds || ' ms' || coalesce(', ' || points || ' points', '') || ', attempt ' || attempt AS detail
            {level}
        FROM store_calls WHERE true
    """,
}
"""By kind; each is read backwards by an index on its time."""


def _source(kind: str, wanted: LogFilter, visible: Conditions) -> str:
    """The rows of a kind with their levels, or those of the wanted level only."""
    troubles = _CONDITIONS[kind]
    told = " ".join(f"WHEN {condition} THEN '{level}'" for level, condition in troubles.items())
    source = SOURCES[kind].format(level=f", CASE {told} ELSE '{LogLevel.INFO}' END AS level", visible=visible)
    if wanted.kind not in (None, kind):
        return f"{source} AND false"
    if wanted.level is None:
        return source
    if wanted.level in troubles:
        return f"{source} AND {troubles[wanted.level]}"
    return source + "".join(f" AND NOT ({condition})" for condition in troubles.values())


_NO = """CASE page.resource_type
    WHEN 'order' THEN (SELECT name FROM orders WHERE id = page.resource_id)
    WHEN 'refund' THEN
        (SELECT orders.name FROM refunds JOIN orders ON orders.id = order_id WHERE refunds.id = page.resource_id)
    WHEN 'sales_document' THEN (SELECT number FROM sales_documents WHERE id = page.resource_id)
    WHEN 'shipment' THEN (SELECT erp_shipment_no FROM shipments WHERE id = page.resource_id)
END AS no"""

_PURGE = """
DELETE FROM store_calls WHERE id IN (SELECT id FROM store_calls WHERE called_at < $1 ORDER BY called_at LIMIT $2)
"""


def page_statement(wanted: LogFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    visible = Conditions()
    visible.parameters = where.parameters
    visible.add_given("shops.id = ANY({0}::text[])", None if wanted.shop_ids is None else sorted(wanted.shop_ids))
    visible.add_given("shops.code = {0}", wanted.shop)
    where.add_written(f"shop_id IN (SELECT shops.id FROM shops WHERE {visible})")
    where.add_given("resource_id = {0}", wanted.resource_id)
    if request.after is not None:
        where.add("(occurred_at, id) < ({0}, {1})", *moment_and_id(request.after))
    chosen = " UNION ALL ".join(
        f"(SELECT * FROM ({_source(kind, wanted, visible)}) AS found WHERE {where}"
        " ORDER BY occurred_at DESC, id DESC LIMIT $1)"
        for kind in SOURCES
    )
    page = f"SELECT * FROM ({chosen}) AS entries ORDER BY occurred_at DESC, id DESC LIMIT $1"
    shown = f"SELECT page.*, shops.code AS shop, {_NO} FROM ({page}) AS page JOIN shops ON shops.id = page.shop_id"
    return f"{shown} ORDER BY page.occurred_at DESC, page.id DESC", where.parameters


class PostgresLogEntries:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: LogFilter, request: PageRequest) -> Page[LogEntry]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        return page_of(rows, request, shape=_entry, key=lambda row: key_of(row["occurred_at"], row["id"]))

    async def purge(self, *, before: datetime, limit: int) -> int:
        return int((await self._driver.execute(_PURGE, before, limit)).rpartition(" ")[2])


def _entry(row: asyncpg.Record) -> LogEntry:
    return LogEntry(
        id=row["id"],
        occurred_at=row["occurred_at"],
        shop=row["shop"],
        level=LogLevel(row["level"]),
        kind=row["kind"],
        resource_type=row["resource_type"],
        resource_id=row["resource_id"],
        message=_message(row),
    )


def _message(row: Mapping[str, Any]) -> str:
    if row["kind"] == "event":
        return event_words(row["what"], row["no"])
    what = str(row["what"])
    what = what[:1].upper() + what[1:]
    return f"{what}. {row['detail']}" if row["detail"] else f"{what}."
