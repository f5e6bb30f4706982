"""F4: what a backfill by bulk operation costs the store by the order, and a worker in memory, few orders or many."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench.figures import Figure
from bench.stage import CONTROL, Stage, generate, peak_of, run_of_orders, send_items, serving, set_up_shop

FLAT = 1.15
"""The most that memory may grow by from the fewest orders to the most and still be called flat."""
RANGE = {"created_from": "2025-01-01T00:00:00Z", "include_closed": True, "bulk": True}
FIRST = datetime(2025, 1, 1, 8, tzinfo=UTC)
PAGE = 1_000
"""Orders the simulated store makes at a time: it answers within seconds, on a busy machine too."""


def measured(stage: Stage, *, sizes: Sequence[int]) -> list[Figure]:
    """Points of a fresh service for each number of orders, and the most that its worker ever had resident."""
    found = [(size, *_backfilled(stage, size)) for size in sizes]
    (fewest, few_points, _few_peak, _), (most, most_points, _, _) = found[0], found[-1]
    growth = found[-1][2] / found[0][2]
    told = [
        f"{size} orders: {points} points at the store, {peak / 1024:.0f} MiB in the worker, {size / seconds:.0f}"
        " orders a second"
        for size, points, peak, seconds in found
    ]
    return [
        Figure(
            name="F4",
            what=f"points by which each further order of a backfill adds to its cost, {fewest} to {most} orders",
            value=(most_points - few_points) / (most - fewest),
            unit="points",
            bar=0.005,
            goal=0,
            notes=told,
        ),
        Figure(
            name="F4",
            what=f"most memory of the worker at {most} orders against {fewest}",
            value=growth,
            unit="times",
            bar=FLAT,
            goal=1.05,
        ),
    ]


def _backfilled(stage: Stage, orders: int) -> tuple[int, int, float]:
    """Points, kibibytes and seconds of one backfill."""
    with serving(stage, f"backfill_{orders}") as service:
        set_up_shop(service)
        for start in range(0, orders, PAGE):
            at = FIRST + timedelta(minutes=start)
            generate(service, min(PAGE, orders - start), start=f"{at:%Y-%m-%dT%H:%M:%SZ}")
        send_items(service)
        service.store.send("DELETE", f"{CONTROL}/calls")
        began = time.monotonic()
        run = run_of_orders(service, RANGE)
        seconds = time.monotonic() - began
        calls = service.store.send("GET", f"{CONTROL}/calls")["calls"]
        peak = max(peak_of(pid) for pid in service.workers())
    if run["counts"].get("imported") != orders or run["counts"].get("documents") != orders:
        raise RuntimeError(f"Not every order was imported and documented once: {run['counts']}")
    # Looks at the operation while it works are paid by the minute, not by the order.
    points = sum(int(call["requestedQueryCost"] or 0) for call in calls if call["operation"] != "BulkStatus")
    return points, peak, seconds
