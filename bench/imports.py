"""F1, F3, F6 and F7: orders come in, are documented, and are listed again, by a service as it is shipped."""

import time
from collections import Counter

from bench.figures import Figure
from bench.stage import CONTROL, Json, Service, Stage, generate, import_everything, send_items, serving, set_up_shop

LISTED_A_PAGE = 250


def measured(stage: Stage, *, orders: int, name: str = "imports") -> list[Figure]:
    """All four from one catch-up and one repetition, in a database of this name."""
    with serving(stage, name) as service:
        set_up_shop(service)
        generate(service, orders)
        send_items(service)
        before, began = service.cpu_seconds(), time.monotonic()
        run, calls = _run(service)
        seconds, cpu = time.monotonic() - began, service.cpu_seconds() - before
        again, calls_again = _run(service)
    counts = run["counts"]
    if counts.get("imported") != orders or counts.get("documents") != orders or again["counts"].get("imported"):
        raise RuntimeError(f"Not every order was imported and documented once: {counts}, then {again['counts']}")
    return [_points(calls, orders), _relisting(calls_again, orders), *_speed(orders, seconds=seconds, cpu=cpu)]


def _run(service: Service) -> tuple[Json, Json]:
    service.store.send("DELETE", f"{CONTROL}/calls")
    run = import_everything(service)
    return run, service.store.send("GET", f"{CONTROL}/calls")


def _points(calls: Json, orders: int) -> Figure:
    points = calls["totals"]["requestedQueryCost"]
    return Figure(
        name="F1",
        what=f"points requested per order, catch-up of {orders} typical orders",
        value=points / orders,
        unit="points",
        bar=20,
        goal=7,
        notes=[f"{calls['totals']['calls']} calls, {points} points: {_by_operation(calls)}"],
    )


def _relisting(calls: Json, orders: int) -> Figure:
    reads = sum(1 for call in calls["calls"] if call["operation"] == "OrdersWhole")
    pages = -(-orders // LISTED_A_PAGE)
    return Figure(
        name="F3",
        what=f"reads of orders when {orders} unchanged orders are listed again",
        value=reads,
        unit="reads",
        bar=0,
        goal=0,
        notes=[f"{_by_operation(calls)}; the goal is also one listing page per {LISTED_A_PAGE}, which makes {pages}"],
    )


def _speed(orders: int, *, seconds: float, cpu: float) -> list[Figure]:
    return [
        Figure(
            name="F6",
            what="orders imported and documented per CPU-second of our processes",
            value=orders / cpu,
            unit="orders/CPU-s",
            bar=60,
            goal=600,
            less_is_better=False,
            notes=[f"{cpu:.2f} CPU-seconds of API and worker for {orders} orders"],
        ),
        Figure(
            name="F7",
            what="orders per second end to end, database and simulated store included",
            value=orders / seconds,
            unit="orders/s",
            bar=50,
            goal=300,
            less_is_better=False,
            notes=[f"{seconds:.2f} s from asking for the run to reading its end"],
        ),
    ]


def _by_operation(calls: Json) -> str:
    counted = Counter(call["operation"] for call in calls["calls"])
    return ", ".join(f"{number}× {operation}" for operation, number in counted.most_common())
