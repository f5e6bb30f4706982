"""A demonstration that is killed takes along what it started: ports and memory of whoever tried it are free again."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.demo.processes import DemoError, reached_here_at
from tests.acceptance.harness import scratch_folder
from tests.acceptance.processes import until
from tests.acceptance.searched import search_home
from tests.canaries.watch import Watch

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
def started(*command: str, folder: Path = CHECKOUT, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBRIDGE_")}
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env={**kept, **environment, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(CHECKOUT)},
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


def said_until(text: str, process: "subprocess.Popen[str]") -> str:
    """What it said until a line with ``text``."""
    assert process.stdout is not None
    said = ""
    while text not in said:
        line = process.stdout.readline()
        assert line, f"the demonstration ended by itself: {said}"
        said += line
    return said


def test_a_demonstration_is_reached_by_its_store_on_this_machine_alone() -> None:
    assert (reached_here_at("0.0.0.0"), reached_here_at("::")) == ("127.0.0.1", "[::1]")
    with pytest.raises(DemoError, match=r"ORDERBRIDGE_HOST is 192\.0\.2\.1"):
        reached_here_at("192.0.2.1")


@pytest.mark.long
@pytest.mark.timeout(180)
def test_a_demonstration_listens_where_it_is_told_and_leaves_the_database_of_the_settings_alone() -> None:
    with scratch_folder() as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        at, key = taken.getsockname()[1], base64.b64encode(os.urandom(32)).decode()
        # Nothing listens there: a demonstration that used it would end.
        server = f"ORDERBRIDGE_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none\nORDERBRIDGE_ENCRYPTION_KEYS={key}\n"
        (folder / ".env").write_text(f"{server}ORDERBRIDGE_HOST=0.0.0.0\nORDERBRIDGE_PORT={at}\n")

        with started("-m", "app.cli", "demo", folder=folder) as demo:
            said = said_until("set up over the API", demo)

    instead = re.search(rf"Port {at} cannot be had; (\d+) is used instead", said)
    assert instead is not None, said
    assert f"Orderbridge on http://127.0.0.1:{instead.group(1)}." in said


@pytest.mark.long
@pytest.mark.timeout(180)
def test_a_demonstration_killed_with_9_leaves_nothing_running() -> None:
    with scratch_folder() as folder, started("-m", "app.cli", "demo", ORDERBRIDGE_DATA_DIR=str(folder)) as demo:
        said_until("set up over the API", demo)
        pids = offspring(demo.pid)
        assert len(pids) >= 4

        os.kill(demo.pid, signal.SIGKILL)

        until(gone(pids), what="simulator, service, worker and database end", seconds=END_SECONDS)
        for home in folder.glob("demo-*"):
            search_home(Watch(), home)
