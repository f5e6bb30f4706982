"""The audit in the database: triggers and ``deed_statement`` write it, here it is read and ended.

Knows nothing of what is audited: that is ``app.adapters.postgres.audited_tables``.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg

from app.adapters.postgres.page_keys import Conditions
from app.adapters.postgres.repositories.paging import page_of
from app.ports.acting import Actor, Deed
from app.ports.paging import Page, PageRequest
from app.ports.repositories.audit_entries import AuditEntry, AuditFilter

_SHOWN = """
SELECT audit.seq, audit.occurred_at, audit.actor_kind, audit.actor_id, audit.actor_name, audit.operation, audit.change,
    audit.resource, audit.resource_id, shops.code AS shop, audit.before, audit.after, audit.withheld
FROM audit_entries AS audit LEFT JOIN shops ON shops.id = audit.of_shop
"""

_OF_SHOP: Final[Mapping[str, str]] = {
    name: f"SELECT shop_id FROM {name} WHERE id = $6"
    for name in ("orders", "refunds", "sales_documents", "shipments", "runs")
} | {"lines": "SELECT shop_id FROM orders WHERE id = 'ord_' || split_part($6::text, '_', 2)"}
"""Whose shop the resource of a deed is."""

_DEED = """
INSERT INTO audit_entries
    (actor_kind, actor_id, actor_name, operation, change, resource, resource_id, of_shop, withheld)
SELECT $1, $2, $3, $4, 'done', $5, $6, coalesce((SELECT id FROM shops WHERE code = $7), ({of_shop})), '{{}}'
WHERE current_setting('orderbridge.audited', true) IS DISTINCT FROM 'yes'
"""


async def write_deed(driver: asyncpg.Connection, actor: Actor, deed: Deed) -> None:
    """Tell of what was asked for, unless a trigger told of it in this transaction."""
    await driver.execute(
        _DEED.format(of_shop=_OF_SHOP.get(deed.resource, "NULL")),
        actor.kind.value,
        actor.id,
        actor.name,
        actor.operation,
        deed.resource,
        deed.resource_id,
        deed.shop,
    )


class PostgresAuditEntries:
    """Bound to the connection of one unit of work."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    async def page(self, wanted: AuditFilter, request: PageRequest) -> Page[AuditEntry]:
        statement, parameters = page_statement(wanted, request)
        rows = await self._driver.fetch(statement, *parameters)
        return page_of(rows, request, shape=_entry, key=lambda row: (row["seq"],))

    async def purge(self, *, before: datetime, limit: int) -> int:
        # With the rights of whoever owns the table: the role that serves may not have them.
        number: int = await self._driver.fetchval("SELECT purge_audit($1, $2)", before, limit)
        return number


def page_statement(wanted: AuditFilter, request: PageRequest) -> tuple[str, list[object]]:
    """The statement of a page and its parameters. One row more than asked for tells whether another page follows."""
    where = Conditions(request.limit + 1)
    where.add_given("audit.of_shop = ANY({0}::text[])", None if wanted.shop_ids is None else sorted(wanted.shop_ids))
    where.add_given("audit.of_shop = (SELECT id FROM shops WHERE code = {0})", wanted.shop)
    where.add_given("audit.resource = {0}", wanted.resource)
    where.add_given("audit.resource_id = {0}", wanted.resource_id)
    where.add_given("audit.actor_name = {0}", wanted.actor)
    if request.after is not None:
        where.add("audit.seq < {0}", int(request.after[0]))
    return f"{_SHOWN} WHERE {where} ORDER BY audit.seq DESC LIMIT $1", where.parameters


def _entry(row: asyncpg.Record) -> AuditEntry:
    facts = dict(row)
    seq = facts.pop("seq")
    return AuditEntry(
        **facts
        | {
            "id": f"aud_{seq:012}",
            "before": _values(row["before"]),
            "after": _values(row["after"]),
            "withheld": tuple(row["withheld"]),
        }
    )


def _values(text: str | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if text else {}
    return found
