"""P91's proof: a real Tryton collects, books and ships by the example adapter, which knows the REST surface alone."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.missing_tools import needs, require

CHECKOUT = Path(__file__).resolve().parents[2]
READY = ".cache/tryton/ready"
MINUTES = 60
MONEY = r"(-?\d+\.\d\d)"
ROW = re.compile(rf"^(\w+) +(#\d+) +(\S+) +{MONEY} +{MONEY} +(\S+) +{MONEY} +{MONEY} +{MONEY}$", re.MULTILINE)


def prepare() -> None:
    """Tryton's environment from its lock; without a way to PyPI there is nothing to try, unless CI asks."""
    made = subprocess.run(["make", READY], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if made.returncode:
        print(made.stderr[-2000:])
        require("Tryton")
    assert made.returncode == 0


@pytest.mark.long
@pytest.mark.timeout(14 * MINUTES)
@needs("make")
def test_a_real_erp_books_every_document_to_the_cent_ships_and_does_nothing_twice() -> None:
    prepare()

    done = subprocess.run(
        [sys.executable, "-u", "examples/tryton/stage.py"],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )

    # The play itself compares what is in Tryton, in Orderbridge and in the store, and ends with 1 where they differ.
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    rows = ROW.findall(done.stdout)
    assert sorted((kind, order) for kind, order, *_ in rows) == [
        ("credit_memo", "#5001"),
        ("sales_invoice", "#5003"),
        ("sales_order", "#5001"),
        ("sales_order", "#5002"),
    ]
    for kind, _, _, charged, tax, _, total, theirs, _ in rows:
        sign = "-" if kind == "credit_memo" else ""
        assert (total, theirs) == (sign + charged, sign + tax)
    assert done.stdout.count("is told as shp_") == 2
    assert "nothing is booked, acknowledged or told twice" in done.stdout
