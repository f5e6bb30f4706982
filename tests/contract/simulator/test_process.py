"""The simulator as a process of its own."""

import re
import subprocess
import sys
from pathlib import Path

import httpx

CHECKOUT = Path(__file__).parents[3]


def test_it_says_where_it_listens_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "app.store_simulator", "--port", "0"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = re.findall(r"simulator listening on (http://\S+)", process.stdout.readline())[0]
        assert httpx.get(f"{address}/control/health").json() == {"status": "ok"}
        assert httpx.get(f"{address}/control/stores").json() == {"stores": []}
        process.terminate()
        process.wait(10)


def test_the_package_imports_nothing_else_of_the_project() -> None:
    code = (
        "import sys, app.store_simulator.server; ours = [name for name in sys.modules if name.startswith('app.')]; "
        "print([name for name in ours if not name.startswith('app.store_simulator')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
