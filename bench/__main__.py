"""``python -m bench``: measures, and prints each figure with its first bar and its goal."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from bench import backfill, door, freshness, great, imports, life, peer, scale, starting, statements, stock, workers
from bench.figures import Figure, table
from bench.stage import Stage, staged

LIBRARIES = ("asyncpg", "fastapi", "uvicorn", "uvloop", "httpx", "msgspec", "pydantic", "sqlalchemy", "pgqueuer")


def measurements(*, quick: bool, large: bool) -> Mapping[str, Callable[[Stage], list[Figure]]]:
    """By the figures they yield, the quickest first."""
    return {
        "F8": lambda stage: [statements.measured(stage)],
        "F1 F3 F6 F7": lambda stage: imports.measured(stage, orders=200 if quick else 1000),
        "tryton": lambda stage: peer.measured(stage, orders=200 if quick else 1000, sales=5 if quick else 50),
        "F4": lambda stage: backfill.measured(stage, sizes=_backfills(quick=quick, large=large)),
        "F5": lambda stage: door.measured(stage, seconds=2 if quick else 6),
        "F9": lambda stage: scale.measured(stage, orders=_stored(quick=quick, large=large)),
        "F11": lambda stage: workers.measured(stage, orders=50 if quick else 400, rounds=2 if quick else 5),
        "F10": great.measured,
        "F2": lambda stage: [life.measured(stage)],
        "F12": lambda stage: [freshness.measured(stage, orders=5 if quick else 40)],
        "F14": lambda stage: [stock.measured(stage, levels=2_500 if quick else 50_000)],
        "F13": lambda stage: [starting.measured(stage.folder)],
    }


def _backfills(*, quick: bool, large: bool) -> tuple[int, ...]:
    if large:
        return 1_000, 100_000
    return (200, 1_000) if quick else (1_000, 10_000)


def _stored(*, quick: bool, large: bool) -> int:
    if large:
        return 1_000_000
    return 50_000 if quick else 100_000


def main() -> int:
    """The number of figures below their first bar is not an error: this measures, the tests judge."""
    asked, machine = _asked(), _machine()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="orderbridge-bench-") as name:
        folder = Path(name)
        # The database's account must be able to pass through.
        folder.chmod(0o711)
        with staged(folder) as stage:
            for names, measure in measurements(quick=asked.quick, large=asked.large).items():
                if asked.only and not set(names.split()) & set(asked.only.split(",")):
                    continue
                print(f"measuring {names} …", file=sys.stderr, flush=True)
                figures += measure(stage)
    figures.sort(key=lambda figure: int(figure.name[1:]))
    if asked.json:
        print(json.dumps({"machine": machine, "figures": [figure.as_json() for figure in figures]}, indent=2))
    else:
        print(", ".join(f"{name} {value}" for name, value in machine.items()))
        print(table(figures))
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="The figures of docs/performance.md.")
    parser.add_argument("--quick", action="store_true", help="fewer orders and seconds, for CI; under a minute")
    parser.add_argument(
        "--large", action="store_true", help="a backfill of 100,000 orders, a million in the database; an hour"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--only", default="", help="comma-separated, for example F1,F5 or tryton")
    return parser.parse_args()


def _machine() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


if __name__ == "__main__":
    raise SystemExit(main())
