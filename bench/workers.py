"""F11: orders of several stores imported by one, two and four worker processes on one database."""

import time
from collections import Counter

from bench.figures import Figure
from bench.stage import Service, Stage, ended, generate, send_items, serving, set_up_shop, start_run

SHOPS = {f"bench-{number}": f"bench-{number}.myshopify.com" for number in range(1, 5)}
"""A worker works on a store at a time, so it takes several stores to have work for several workers."""
BARS = {2: (0.9, 1.0), 4: (0.8, 1.0)}


def measured(stage: Stage, *, orders: int, rounds: int) -> list[Figure]:
    """The best of ``rounds`` for each number of workers; each round imports new orders of all stores at once."""
    best = {workers: _best(stage, workers, orders=orders, rounds=rounds) for workers in (1, *BARS)}
    return [
        Figure(
            name="F11",
            what=f"orders a second with {workers} worker processes, against one",
            value=best[1] / best[workers],
            unit="times",
            bar=bar,
            goal=goal,
            less_is_better=False,
            notes=[
                f"{_rate(orders, best[workers])} against {_rate(orders, best[1])}, best of {rounds}",
                "each order was read and documented once",
            ],
        )
        for workers, (bar, goal) in BARS.items()
    ]


def _rate(orders: int, seconds: float) -> str:
    return f"{len(SHOPS) * orders / seconds:.0f} orders a second of {len(SHOPS)} stores"


def _best(stage: Stage, workers: int, *, orders: int, rounds: int) -> float:
    with serving(stage, f"workers_{workers}", workers=workers) as service:
        for code, domain in SHOPS.items():
            set_up_shop(service, code=code, domain=domain)
        return min(_round(service, number, orders) for number in range(rounds))


def _round(service: Service, number: int, orders: int) -> float:
    """Seconds from asking for the runs of all shops to the last one's end."""
    start = f"2025-{1 + number:02}-01T08:00:00Z"
    for domain in SHOPS.values():
        generate(service, orders, start=start, domain=domain)
        service.store.send("DELETE", f"/control/{domain}/calls")
        send_items(service, domain=domain)
    began = time.monotonic()
    parameters = {"updated_since": start, "include_closed": True}
    runs = [start_run(service, parameters, shop=code) for code in SHOPS]
    counts = [ended(service, run)["counts"] for run in runs]
    seconds = time.monotonic() - began
    if any(each["imported"] != orders or each["documents"] != orders for each in counts):
        raise RuntimeError(f"Not every order was imported and documented once: {counts}")
    for domain in SHOPS.values():
        _each_read_once(service, domain)
    return seconds


def _each_read_once(service: Service, domain: str) -> None:
    calls = service.store.send("GET", f"/control/{domain}/calls", operation="OrdersWhole")["calls"]
    read = Counter(order for call in calls for order in call["variables"]["ids"])
    if twice := [order for order, times in read.items() if times > 1]:
        raise RuntimeError(f"{len(twice)} orders of {domain} were read more than once.")
