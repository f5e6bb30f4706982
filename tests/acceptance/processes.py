"""Processes of the product as its user starts them, with what a test needs on top: their death.

Knows command lines, addresses and signals. Does not know what the processes do.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tests.canaries.watch import Watch

START_SECONDS = 90.0
STOP_SECONDS = 25.0
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.02
_LISTENING = re.compile(r"listening on (http://\S+)")

Found = TypeVar("Found")


def until(condition: Callable[[], Found | None], *, what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """The first true answer of ``condition``; fails, saying what was waited for, when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(PAUSE_SECONDS)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class OrderbridgeProcess:
    """A running ``orderbridge`` command, in a process group of its own."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self._name = " ".join(arguments)
        self._log = log
        with log.open("ab") as output:
            self._began_at = output.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *arguments],
                env={**_clean_environment(), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    @property
    def said(self) -> str:
        """Everything this process wrote."""
        return self._log.read_bytes()[self._began_at :].decode(errors="replace")

    def address(self) -> str:
        """Where it listens, once it says so."""
        return until(self._address, what=f"`orderbridge {self._name}` listens", seconds=START_SECONDS)

    def wait_until_said(self, text: str) -> None:
        """Wait until ``text`` stands in what it wrote."""
        until(
            lambda: text in self._running_said(),
            what=f"`orderbridge {self._name}` says {text!r}",
            seconds=START_SECONDS,
        )

    def kill(self) -> None:
        """``kill -9`` of this process alone."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM, and what it ended with; whatever outlives that is killed."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_SECONDS)
        finally:
            self._kill_group()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _address(self) -> str | None:
        found = _LISTENING.search(self._running_said())
        return found.group(1) if found else None

    def _running_said(self) -> str:
        said = self.said
        assert self._process.poll() is None, f"`orderbridge {self._name}` ended by itself:\n{said[-3000:]}"
        return said


def command(*arguments: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """A short command, run to its end; a key that it is to show stands in its output, and nowhere else."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env={**_clean_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    Watch().said({" ".join(arguments): done.stderr.encode()})
    return done


def workers_of(pid: int) -> list[int]:
    """The worker processes among the children of a service; its database server is one of them too."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text().split()]
    return [child for child in children if b"\0-m\0app." in Path(f"/proc/{child}/cmdline").read_bytes()]


def _clean_environment() -> dict[str, str]:
    """Ours without settings of Orderbridge: a developer's own must not change what is tested."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBRIDGE_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}
