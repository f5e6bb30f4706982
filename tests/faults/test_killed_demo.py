"""A demonstration that is killed takes along what it started: ports and memory of whoever tried it are free again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.harness import scratch_folder
from tests.acceptance.processes import until

CHECKOUT = Path(__file__).resolve().parents[2]
END_SECONDS = 20
STARTER = """
import sys
from pathlib import Path
from app.demo.processes import Running

started = Running(["simulator", "--port", "0"], environment={}, log=Path(sys.argv[1]))
started.address()
print(started.pid, flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def is_alive(pid: int) -> bool:
    """A zombie has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


def offspring(pid: int) -> set[int]:
    """All that a process started, and what that started."""
    found: set[int] = set()
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, tasks.read_text().split()):
            found |= {child} | offspring(child)
    return found


def gone(pids: set[int]) -> Callable[[], bool]:
    return lambda: not any(map(is_alive, pids))


@contextmanager
def started(*command: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBRIDGE_")}
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=CHECKOUT,
        env={**kept, **environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_process_of_a_demonstration_ends_when_what_started_it_is_killed(tmp_path: Path) -> None:
    with started("-c", STARTER, str(tmp_path / "simulator.log")) as starter:
        assert starter.stdout is not None
        simulator = int(starter.stdout.readline())
        assert is_alive(simulator)

        starter.kill()

        until(gone({simulator}), what="the simulator ends", seconds=END_SECONDS)


@pytest.mark.long
@pytest.mark.timeout(180)
def test_a_demonstration_killed_with_9_leaves_nothing_running() -> None:
    with scratch_folder() as folder, started("-m", "app.cli", "demo", ORDERBRIDGE_DATA_DIR=str(folder)) as demo:
        assert demo.stdout is not None
        while "set up over the API" not in (line := demo.stdout.readline()):
            assert line, "the demonstration ended by itself"
        pids = offspring(demo.pid)
        assert len(pids) >= 4

        os.kill(demo.pid, signal.SIGKILL)

        until(gone(pids), what="simulator, service, worker and database end", seconds=END_SECONDS)
