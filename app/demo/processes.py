"""The processes of a demonstration: the simulated store and the service, each started as its user would."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 25.0
STARTED = "ORDERBRIDGE_ENDS_WITH_STANDARD_INPUT"
"""Set for what a demonstration starts, which is to end with it, however that ends."""
_LISTENING = re.compile(r"listening on (http://\S+)")
COMMAND = [sys.executable, "-m", "app.cli"]
_HERE = {
    "127.0.0.1": "127.0.0.1",
    "localhost": "localhost",
    "0.0.0.0": "127.0.0.1",  # noqa: S104 - whoever sets it wants all addresses
    "::1": "[::1]",
    "::": "[::1]",
}
"""How this machine reaches what listens there."""
CODE = Path(__file__).parents[2]


class DemoError(Exception):
    """The demonstration cannot go on; the message says why and what to do."""


def _its_own(environment: Mapping[str, str]) -> dict[str, str]:
    """What a process of the demonstration is given, to find our code from a folder without ``.env``."""
    found = [str(CODE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **environment, "PYTHONPATH": os.pathsep.join(found)}


def reached_here_at(host: str) -> str:
    """How the store on this machine reaches a service that listens there. Raises DemoError where it cannot."""
    if (found := _HERE.get(host)) is None:
        raise DemoError(
            f"ORDERBRIDGE_HOST is {host}, where the demonstration's store may not deliver without TLS."
            " Leave it out, or make it 0.0.0.0 to be reached from elsewhere, too."
        )
    return found


def free_port(preferred: int, *, host: str = "127.0.0.1") -> int:
    """The preferred port if nobody listens there, else any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (preferred, 0):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("No TCP port of this machine is free.")


class Running:
    """A started ``orderbridge`` command, beside its log: a ``.env`` where the person stands is not its own."""

    def __init__(self, arguments: list[str], *, environment: Mapping[str, str], log: Path) -> None:
        self._name = arguments[0]
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                COMMAND + arguments,
                cwd=log.parent,
                env={**_its_own(environment), "PYTHONUNBUFFERED": "1", STARTED: "1"},
                # Nothing is ever written: it is closed by our end, even by kill -9.
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def address(self) -> str:
        """Where it listens, once it says so."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            said = self._log.read_text(errors="replace")
            if found := _LISTENING.search(said):
                return found.group(1)
            if self._process.poll() is not None:
                raise DemoError(f"`orderbridge {self._name}` ended before it was ready:\n{said[-2000:]}")
            time.sleep(0.02)
        raise DemoError(f"`orderbridge {self._name}` was not ready within {START_SECONDS:.0f} s; see {self._log}.")

    def ask_to_end(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def ended(self) -> None:
        """Wait for its end; make it when it takes too long."""
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def said(folder: Path, environment: Mapping[str, str], *command: str) -> str:
    """What a command of ``orderbridge`` prints. Raises DemoError with its own words when it fails."""
    made = subprocess.run(
        [*COMMAND, *command], cwd=folder, env=_its_own(environment), capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise DemoError(f"`orderbridge {' '.join(command[:2])}` failed:\n{made.stderr[-1500:]}")
    return made.stdout.strip()


@contextmanager
def together(*processes: Running) -> Iterator[None]:
    """End all of them when the block ends, each while the others do."""
    try:
        yield
    finally:
        for process in processes:
            process.ask_to_end()
        for process in processes:
            process.ended()


def end_with_standard_input() -> None:
    """In a started process: be told to stop when whoever started it is gone."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-standard-input", daemon=True).start()
