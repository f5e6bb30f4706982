"""The processes of a demonstration: the simulated store and the service, each started as its user would."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 25.0
_LISTENING = re.compile(r"listening on (http://\S+)")


class DemoError(Exception):
    """The demonstration cannot go on; the message says why and what to do."""


def free_port(preferred: int) -> int:
    """The preferred port if nobody listens there, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("No TCP port of this machine is free.")


@contextmanager
def running(arguments: list[str], *, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """An ``orderbridge`` process for as long as the block runs; yields the address it says it listens on."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _address(process, arguments[0], log)
        finally:
            _stop(process)


def _address(process: "subprocess.Popen[bytes]", name: str, log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        if found := _LISTENING.search(said):
            return found.group(1)
        if process.poll() is not None:
            raise DemoError(f"`orderbridge {name}` ended before it was ready:\n{said[-2000:]}")
        time.sleep(0.05)
    raise DemoError(f"`orderbridge {name}` was not ready within {START_SECONDS:.0f} s; see {log}.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
