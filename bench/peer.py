"""F6 beside Tryton, where ``make example-tryton`` has installed it: what both do in a second of processor time."""

import shutil
import subprocess
from pathlib import Path

from bench import imports
from bench.figures import Figure
from bench.stage import Stage

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = CHECKOUT / ".cache" / "tryton"
ACTIVATED = ENVIRONMENT / "activated.sqlite"
SCRIPT = CHECKOUT / "examples" / "tryton" / "many_sales.py"


def measured(stage: Stage, *, orders: int, sales: int) -> list[Figure]:
    """Nothing where Tryton is not installed. It is given finished documents, and reads no store."""
    if not ACTIVATED.exists():
        return []
    database = stage.folder / "tryton" / "books.sqlite"
    database.parent.mkdir()
    shutil.copyfile(ACTIVATED, database)
    told = subprocess.run(
        [ENVIRONMENT / "bin" / "python", SCRIPT, database, str(sales)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        cwd=stage.folder,
    )
    theirs = float(told.stdout)
    ours = next(each.value for each in imports.measured(stage, orders=orders, name="peer") if each.name == "F6")
    return [
        Figure(
            name="F6",
            what="the same, against new customers' sales of two lines that Tryton quotes by its own API",
            value=ours / theirs,
            unit="× Tryton",
            bar=10,
            goal=100,
            less_is_better=False,
            notes=[f"{ours:.0f} orders against {theirs:.1f} sales per CPU-second; Tryton reads no store for them"],
        )
    ]
