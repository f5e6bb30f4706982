"""F9: the same work with a million orders in the database as with a thousand, and what pages of lists read of them."""

import asyncio
import time
from collections.abc import Iterator

import asyncpg

from bench.copies import copy_everything
from bench.figures import Figure
from bench.stage import SHOP, Json, Service, Stage, generate, run_of_orders, send_items, serving, set_up_shop

FEW = 1_000
BATCH = 500
ROUNDS = 3
STARTS = [f"2025-{month:02}-01T08:00:00Z" for month in range(1, 2 + 2 * ROUNDS)]
"""Each batch lies in a month of its own, so that a run lists no other."""
PAGE = 50
TOLD_WITHIN_SECONDS = 12
"""Of what it did in its last second before a rest, a process of the server tells ten seconds later."""
LARGE_TABLES = ("orders", "sales_documents", "customers", "store_customer_links", "events")
_READ = """
SELECT relname, seq_tup_read, seq_tup_read + coalesce(idx_tup_fetch, 0) AS looked_at
FROM pg_stat_user_tables WHERE relname = ANY($1)
"""
_FILTERS = {"shop": SHOP, "search": "buyer72", "name": "#1500", "updated_from": "2026-11-01T00:00:00Z"}


def measured(stage: Stage, *, orders: int) -> list[Figure]:
    """Imports before and after the copying, best of each; then every list, by each of its filters."""
    with serving(stage, "scale") as service:
        set_up_shop(service)
        generate(service, FEW, start=STARTS[0])
        send_items(service)
        _imported(service, FEW, STARTS[0])
        before = min(_round(service, start) for start in STARTS[1 : 1 + ROUNDS])
        few_pages = _pages(service)
        began = time.monotonic()
        copies = orders // (FEW + ROUNDS * BATCH)
        asyncio.run(copy_everything(service.database, times=copies))
        copying = time.monotonic() - began
        read_before = asyncio.run(_rows_read(service.database))
        after = min(_round(service, start) for start in STARTS[1 + ROUNDS :])
        read = asyncio.run(_rows_read(service.database))
        pages = _pages(service)
        read_then = asyncio.run(_rows_read(service.database))
    looked_at = max((read_then[table][1] - read[table][1]) / len(pages) for table in LARGE_TABLES)
    in_sequence = {table: read_then[table][0] - read[table][0] for table in LARGE_TABLES}
    by_imports = sum(read[table][0] - read_before[table][0] for table in LARGE_TABLES)
    slowest = sorted(pages, key=lambda page: pages[page], reverse=True)[:3]
    return [
        Figure(
            name="F9",
            what=f"time of an import of {BATCH} orders beside {orders:,} others, against {FEW:,} others",
            value=after / before,
            unit="times",
            bar=1.5,
            goal=1.1,
            notes=[
                f"{BATCH / before:.0f} and {BATCH / after:.0f} orders a second, best of {ROUNDS}",
                f"the others were made by SQL in {copying:.0f} s",
                f"{by_imports:,} rows of large tables were read in sequence by the imports beside them",
            ],
        ),
        Figure(
            name="F9",
            what=f"rows of large tables read in sequence by {len(pages)} pages of lists",
            value=sum(in_sequence.values()),
            unit="rows",
            bar=FEW,
            goal=0,
            notes=[
                *(f"{rows:,} rows of {table}" for table, rows in in_sequence.items() if rows),
                f"rows looked at by a page of {PAGE}, at most of one table, on average: {looked_at:.0f}",
                *(f"{page}: {pages[page] * 1000:.0f} ms, before {few_pages[page] * 1000:.0f} ms" for page in slowest),
            ],
        ),
    ]


def _round(service: Service, start: str) -> float:
    """Seconds of an import of new orders."""
    generate(service, BATCH, start=start)
    return _imported(service, BATCH, start)


def _imported(service: Service, orders: int, start: str) -> float:
    began = time.monotonic()
    run = run_of_orders(service, {"updated_since": start, "include_closed": True})
    seconds = time.monotonic() - began
    if run["counts"].get("imported") != orders or run["counts"].get("documents") != orders:
        raise RuntimeError(f"Not every order was imported and documented once: {run['counts']}")
    return seconds


def _pages(service: Service) -> dict[str, float]:
    """Seconds of the first page of every list, as it is and by each of its filters."""
    took: dict[str, float] = {}
    for path, filters in _lists(service.api.send("GET", "/openapi.json")):
        began = time.monotonic()
        service.api.send("GET", path, None, limit=PAGE, **filters)
        name = " ".join([path, *(f"{name}={value}" for name, value in filters.items())])
        took[name] = time.monotonic() - began
    return took


def _lists(document: Json) -> Iterator[tuple[str, dict[str, str]]]:
    """Every list that is about no single thing but a shop."""
    for path, operations in document["paths"].items():
        given = [_resolved(document, each) for each in operations.get("get", {}).get("parameters", [])]
        known = {each["name"]: each for each in given}
        address = path.replace("{shop}", SHOP)
        if "limit" not in known or "{" in address:
            continue
        yield address, {}
        for name, each in known.items():
            value = _FILTERS.get(name) or _value(document, each)
            if each["in"] == "query" and name not in ("limit", "cursor", "wait", "after", "include") and value:
                yield address, {name: value}


def _value(document: Json, parameter: Json) -> str | None:
    """One of a filter's words, where it has some."""
    for shape in (parameter["schema"], *parameter["schema"].get("anyOf", [])):
        found = _resolved(document, shape)
        if "enum" in found:
            return str(found["enum"][0])
        if found.get("type") == "boolean":
            return "true"
    return None


def _resolved(document: Json, node: Json) -> Json:
    """What a reference leads to, or the node itself."""
    found = document
    for part in node.get("$ref", "#/").removeprefix("#/").split("/"):
        found = found[part] if part else node
    return found


async def _rows_read(database: str) -> dict[str, tuple[int, int]]:
    """By table: rows read in sequence, and all rows read."""
    await asyncio.sleep(TOLD_WITHIN_SECONDS)
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch(_READ, list(LARGE_TABLES))
    finally:
        await connection.close()
    return {row["relname"]: (row["seq_tup_read"], row["looked_at"]) for row in rows}
