"""A process that uses the embedded PostgreSQL, for tests that need several, killed ones, or other accounts.

Run as ``python -m tests.integration.postgres_user HOME [ACCOUNT]``. Prints one JSON object when the server is there (or
the refusal), and stops its use when its input is closed.
"""

import json
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.adapters.postgres.embedded import FAST_AND_FORGETFUL, EmbeddedPostgres
from app.adapters.postgres.embedded_errors import EmbeddedPostgresError

CHECKOUT = Path(__file__).resolve().parents[2]


class PostgresUser:
    """The process, seen from the test that starts it."""

    def __init__(self, home: Path, *, account: str | None = None, first_on_path: Path | None = None) -> None:
        command = [sys.executable, "-m", "tests.integration.postgres_user", str(home), *([account] if account else [])]
        self.process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | ({"PYTHONPATH": str(first_on_path)} if first_on_path else {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.end()

    def says(self) -> dict[str, Any]:
        """What it prints once it has the server."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> bool:
        """Let it end in order; True if it was the last user and stopped the server."""
        output, errors = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, errors
        return bool(json.loads(output.splitlines()[-1])["stopped"])

    def kill(self) -> None:
        """Kill -9: no chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=30)


def _become(account: str) -> None:
    # After every import: the new account may not be able to read the interpreter's own folder.
    entry = pwd.getpwnam(account)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _main(home: str, account: str | None = None) -> None:
    if account is not None:
        _become(account)
    try:
        server = EmbeddedPostgres(Path(home), settings=FAST_AND_FORGETFUL)
        url = server.start()
    except EmbeddedPostgresError as error:
        print(json.dumps({"refused": str(error)}), flush=True)
        return
    print(json.dumps({"url": url, "pid": server.pid, "home": str(server.home)}), flush=True)
    sys.stdin.read()
    print(json.dumps({"stopped": server.stop()}), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
