"""Reads what PostgreSQL itself says about its running server, and asks it to stop.

Trusts ``postmaster.pid`` only together with the living process: a killed server leaves the file behind, and its number
may belong to somebody else by now.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from app.adapters.postgres.embedded_errors import EmbeddedPostgresError

_STATE_LINE = 7
"""Counted from zero: the eighth line says starting, ready, stopping or standby."""


class Postmaster:
    """The server process of one cluster, whoever started it."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def pid(self) -> int | None:
        """The living server of this cluster; None if there is none."""
        pid = self._recorded_pid()
        return pid if pid is not None and _is_alive(pid) and self._serves_this_cluster(pid) else None

    def is_ready(self) -> bool:
        """True if the server lives and says that it takes connections."""
        lines = self._lines()
        return self.pid() is not None and len(lines) > _STATE_LINE and lines[_STATE_LINE].strip() == "ready"

    def strangers_pid(self) -> dict[str, str]:
        """The environment that tells a new server to ignore the number a dead one left, if a stranger has it now.

        PostgreSQL would take the stranger for its predecessor and refuse to start; in a container, where numbers are
        small and come back, that is not rare. Removing the file instead would also remove its check for orphans.
        """
        pid = self._recorded_pid()
        if pid is None or not _is_alive(pid) or self._serves_this_cluster(pid):
            return {}
        return {"PG_GRANDPARENT_PID": str(pid)}

    def stop(self, *, patience: float) -> None:
        """Stop in order (sessions are ended, a checkpoint is written), then with force; return when it is gone."""
        for how, share in ((signal.SIGINT, 0.75), (signal.SIGQUIT, 0.25)):
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, how)
            deadline = time.monotonic() + patience * share
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(0.01)
        if (pid := self.pid()) is not None:
            raise EmbeddedPostgresError(
                f"PostgreSQL (process {pid}) in {self._data} did not stop within {patience:g} s."
            )

    def _lines(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _recorded_pid(self) -> int | None:
        lines = self._lines()
        # The file is empty for a moment while a server writes it.
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _serves_this_cluster(self, pid: int) -> bool:
        # The command line is readable by everyone; the working folder, in a container, not even by root.
        return str(self._data) in _command_line(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A zombie has no command line; it has ended and only waits for its parent to notice.
    return bool(_command_line(pid))


def _command_line(pid: int) -> list[str]:
    try:
        return [os.fsdecode(part) for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if part]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return []
    command = [shutil.which("ps") or "/bin/ps", "-o", "command=", "-p", str(pid)]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return asked.stdout.split()
