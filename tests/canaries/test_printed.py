"""S10, S11: what a test prints or logs is searched as well, and every process of a run says what it searched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PRINTING = """
import logging
import pytest

def test_prints_a_token():
    print("got shpat_0123456789abcdef")

def test_logs_a_person():
    logging.getLogger("app").warning("who is %s?", "Anna Buyer")

@pytest.mark.prints_canaries("here it is the subject")
def test_may_print():
    print("Anna Buyer")

def test_prints_nothing_worth_mentioning():
    print("shpat_[redacted]")
"""

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_who_prints_a_secret_or_a_person_fails_and_is_named(tmp_path: Path, processes: tuple[str, ...]) -> None:
    (tmp_path / "test_printing.py").write_text(PRINTING)

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.canaries.plugin", "--rootdir", tmp_path, *processes, tmp_path],
        cwd=CHECKOUT,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert "test_prints_a_token (Captured stdout call) holds a secret: 'got shpat_0123456789abcdef" in run.stdout
    assert "test_logs_a_person (Captured log call) holds a person: " in run.stdout
    assert "4 passed, 2 errors" in run.stdout
    assert "0 databases (0 columns with 0 bytes), 3 outputs" in run.stdout
