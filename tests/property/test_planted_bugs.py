"""The proof of random orders is worth something only if it fails when the arithmetic is wrong.

A fault is planted into the source of a copy of the domain, and the same orders are judged by a process that runs on
that copy. Nothing of the running tests is touched.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.property.documented_orders import WRONG

CHECKOUT = Path(__file__).resolve().parents[2]
SEED, ORDERS = "20260115", "150"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One fault: in which module of the domain, and what there becomes what."""

    module: str
    right: str
    wrong: str


SHARES_LOSE_THEIR_REMAINDER = Plant(
    module="money.py", right="        shares[place] += step\n        rest -= step\n", wrong="        rest -= step\n"
)
HALVES_ARE_CUT_OFF = Plant(
    module="money.py",
    right="return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)",
    wrong="return amount.quantize(minor_unit(currency), rounding=ROUND_DOWN)",
)
EVERY_CURRENCY_HAS_CENTS = Plant(module="money.py", right="return _MINOR_DIGITS.get(currency, 2)", wrong="return 2")
CREDITED_PIECES_ARE_LOST = Plant(
    module="documents/quantities.py",
    right="each.current_quantity + credited.get(each.shopify_id, 0)",
    wrong="each.current_quantity",
)


@pytest.mark.long
def test_the_copy_without_a_fault_is_judged_right(tmp_path: Path) -> None:
    judged = judged_on_a_copy(tmp_path, None)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert str(tmp_path) in judged.stderr


@pytest.mark.long
def test_shares_that_lose_their_remainder_are_found_out(tmp_path: Path) -> None:
    judged = judged_on_a_copy(tmp_path, SHARES_LOSE_THEIR_REMAINDER)
    assert judged.returncode == WRONG, judged.stdout + judged.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    "plant",
    [HALVES_ARE_CUT_OFF, EVERY_CURRENCY_HAS_CENTS, CREDITED_PIECES_ARE_LOST],
    ids=["halves are cut off", "every currency has cents", "credited pieces are lost"],
)
def test_other_faults_are_found_out_too(plant: Plant, tmp_path: Path) -> None:
    judged = judged_on_a_copy(tmp_path, plant)
    assert judged.returncode == WRONG, judged.stdout + judged.stderr


def judged_on_a_copy(folder: Path, plant: Plant | None) -> subprocess.CompletedProcess[str]:
    """The judgement of a process whose ``app`` is ours but for a copy of the domain, with a fault or without."""
    copy = folder / "app"
    copy.mkdir()
    for part in (CHECKOUT / "app").iterdir():
        if part.name == "domain":
            shutil.copytree(part, copy / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif part.name != "__pycache__":
            (copy / part.name).symlink_to(part)
    if plant is not None:
        source = copy / "domain" / plant.module
        text = source.read_text()
        assert text.count(plant.right) == 1, f"{plant.module} is written otherwise now; plant the fault anew"
        source.write_text(text.replace(plant.right, plant.wrong))
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{CHECKOUT}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "tests.property.documented_orders", SEED, ORDERS],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
