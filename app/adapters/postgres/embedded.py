"""Starts, shares and stops the PostgreSQL that comes with Orderbridge.

One server serves every process that asks for the same folder. It listens on a unix socket in a folder nobody else can
enter, never on the network. Knows nothing of our tables, and nothing of servers given by URL.

How it is shared. ``start.lock`` is held, exclusively, by whoever starts or stops the server. ``use.lock`` is held,
shared, as long as a process uses it. Whoever ends tries to get ``use.lock`` exclusively: the one who succeeds was the
last, and stops the server. The kernel drops the locks of a process that dies, so a killed user is simply no longer one.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import socket
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from app.adapters.postgres.embedded_account import ServerAccount, account_for
from app.adapters.postgres.embedded_binaries import Choice, PostgresPrograms, find_programs, readable_programs
from app.adapters.postgres.embedded_errors import EmbeddedPostgresError
from app.adapters.postgres.embedded_keeper import kept_running
from app.adapters.postgres.embedded_postmaster import Postmaster

SUPERUSER = "postgres"
DATABASE = "orderbridge"
PORT = 5432
"""Only part of the socket's name: nothing listens on the network."""

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel takes 108 on Linux and 104 on macOS, and PostgreSQL appends ``.lock``."""

BUILTIN_LOCALES_SINCE = 17

WHEN_HOME_IS_UNREACHABLE = Path("/var/lib/orderbridge")

FAST_AND_FORGETFUL: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For databases nobody will miss: a power cut may lose everything. Never for a service."""

_RETRIED = ("pre-existing shared memory block", "lock file")
"""What a new postmaster says while the children of a killed one are still dying."""


class EmbeddedPostgres:
    """A user's hold on the server of one folder.

    ``home`` is the folder that is ours alone (cluster, locks, log); its parents' modes are never changed. As root, a
    ``home`` the server's account cannot reach is replaced by a folder below ``/var/lib/orderbridge``.
    ``start`` and ``stop`` block for fractions of a second; as an asynchronous context manager they run in a thread.
    """

    def __init__(
        self,
        home: Path,
        *,
        choice: Choice | None = None,
        settings: Mapping[str, str] | None = None,
        patience: float = 30.0,
        unreachable: Path = WHEN_HOME_IS_UNREACHABLE,
    ) -> None:
        self._account = account_for(home.resolve())
        self._home = _reachable_home(home.resolve(), account=self._account, otherwise=unreachable)
        self._choice = choice
        self._settings = dict(settings or {})
        self._patience = patience
        self._in_use: int | None = None
        self._start_lock = -1
        self._postmaster = Postmaster(self._home / "data")

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> str:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def home(self) -> Path:
        """Where the cluster really is."""
        return self._home

    @property
    def pid(self) -> int | None:
        """The server's process, if it is running."""
        return self._postmaster.pid()

    def url(self, *, database: str = DATABASE) -> str:
        """Where the server is reached; for asyncpg as it stands, for SQLAlchemy with its driver put in."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self._socket_folder()), safe='/')}&port={PORT}"

    def start(self) -> str:
        """Use the server, starting it if nobody has; answer its URL. Again, after it died, brings it back."""
        try:
            self._make_home()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The folder {self._home} cannot be used for PostgreSQL: {error.strerror}. "
                "Start as its owner, or set ORDERBRIDGE_DATA_DIR to a folder of your own."
            ) from error
        with self._alone():
            fresh = self._in_use is None
            if self._in_use is None:
                self._in_use = self._open("use.lock")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
            try:
                self._ensure_running()
            except BaseException:
                if fresh:
                    self._let_go()
                raise
        return self.url()

    def stop(self) -> bool:
        """Use the server no longer; True if that was its last user and the server is stopped. Harmless to repeat."""
        if self._in_use is None:
            return False
        return self._stop_unless_used()

    def stop_if_unused(self) -> bool:
        """Stop a server whose users were all killed; True if nobody uses it now, False if somebody does."""
        if self._in_use is not None:
            return False
        self._in_use = self._open("use.lock")
        return self._stop_unless_used()

    def _stop_unless_used(self) -> bool:
        assert self._in_use is not None
        try:
            with self._alone():
                if not _locked(self._in_use):
                    return False
                self._postmaster.stop(patience=self._patience)
                return True
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._in_use is not None:
            os.close(self._in_use)
            self._in_use = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._start_lock = self._open("start.lock")
        busy = f"Another process has been starting or stopping PostgreSQL in {self._home}"
        try:
            _until(lambda: _locked(self._start_lock), self._patience, busy)
            yield
        finally:
            os.close(self._start_lock)
            self._start_lock = -1

    def _open(self, name: str) -> int:
        path = self._home / name
        # Never inherited: a child that outlives us must not look like a user.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._account.take(path, mode=0o600)
        return handle

    def _make_home(self) -> None:
        for parent in reversed(self._home.parents):
            # Only what is missing; passable for the server's account when root makes it, listable for nobody.
            if not parent.exists():
                _make_folder(parent, mode=0o711 if os.geteuid() == 0 else 0o700)
        self._home.mkdir(mode=0o700, exist_ok=True)
        self._account.take(self._home, mode=0o700)

    def _ensure_running(self) -> None:
        if self._postmaster.pid() is None:
            release = self._home / "data" / "PG_VERSION"
            major = int(release.read_text()) if release.exists() else None
            found = find_programs(choice=self._choice if major is None else None, major=major)
            programs = readable_programs(found, account=self._account, folder=self._home / "programs")
            if major is None:
                self._make_cluster(programs)
            self._make_socket_folder()
            self._spawn(programs)
        else:
            self._await_ready(None)

    def _make_cluster(self, programs: PostgresPrograms) -> None:
        """Everything under another name first: a cluster that exists is whole."""
        unfinished = self._home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = [
            *("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions"),
            *(locale if programs.major >= BUILTIN_LOCALES_SINCE else ["--locale=C.UTF-8"]),
            *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
        ]
        self._run([programs.initdb, "-D", unfinished, *options])
        self._run([programs.postgres, "--single", "-D", unfinished, "postgres"], said=f"CREATE DATABASE {DATABASE}\n")
        unfinished.rename(self._home / "data")

    def _run(self, command: list[Path | str], *, said: str | None = None) -> None:
        done = subprocess.run(
            command,
            input=said or "",
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_plain_environment(),
            umask=0o077,
            timeout=120,
            # If we are killed, nobody may start over before this command has ended too.
            pass_fds=(self._start_lock,),
            **self._account.identity,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            raise EmbeddedPostgresError(
                f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}"
            )

    def _make_socket_folder(self) -> None:
        folder = self._home / "socket"
        if len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}.lock") <= LONGEST_SOCKET_PATH:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._account.take(folder, mode=0o700)
            return
        pointer = self._home / "socket-folder"
        if pointer.exists() and _is_private(Path(pointer.read_text()), self._account):
            return
        # Not TMPDIR, which may be as long as home; mkdtemp never takes over what somebody else has put there.
        folder = Path(tempfile.mkdtemp(prefix="orderbridge-", dir="/tmp"))
        self._account.take(folder, mode=0o700)
        pointer.write_text(str(folder))
        self._account.take(pointer, mode=0o600)

    def _socket_folder(self) -> Path:
        pointer = self._home / "socket-folder"
        return Path(pointer.read_text()) if pointer.exists() else self._home / "socket"

    def _spawn(self, programs: PostgresPrograms) -> None:
        log = self._home / "server.log"
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        deadline = time.monotonic() + self._patience
        while not self._await_ready(self._launch(programs, log)):
            if self._postmaster.pid() is not None:
                # Started by somebody who was killed before it had written its number down.
                self._await_ready(None)
                return
            said = log.read_text(errors="replace")
            if not any(reason in said for reason in _RETRIED) or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL did not start. It said: {said.strip()[-2000:]}")
            time.sleep(0.05)

    def _launch(self, programs: PostgresPrograms, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            self._account.take(log, mode=0o600)
            server = subprocess.Popen(
                [programs.postgres, "-D", self._home / "data", *self._arguments()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=_plain_environment() | self._postmaster.strangers_pid(),
                umask=0o077,
                # Its own session: Ctrl-C in our terminal is for us, who then stop the server in order.
                start_new_session=True,
                **self._account.identity,
            )
        # Somebody has to wait for the child, or it stays a zombie once another process has stopped it.
        threading.Thread(target=server.wait, name="embedded-postgres", daemon=True).start()
        return server

    def _arguments(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._socket_folder()}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # The details of an error quote the row it is about.
            "log_error_verbosity": "terse",
            **self._settings,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _await_ready(self, server: subprocess.Popen[bytes] | None) -> bool:
        """True once the server takes connections; False if the one we have just started gave up."""
        ended = False

        def settled() -> bool:
            nonlocal ended
            ended = server is not None and server.poll() is not None
            return ended or self._accepts()

        _until(
            settled, self._patience, f"PostgreSQL in {self._home} is running but takes no connections; see server.log"
        )
        return not ended

    def _accepts(self) -> bool:
        if not self._postmaster.is_ready():
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._socket_folder() / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True


def _reachable_home(home: Path, *, account: ServerAccount, otherwise: Path) -> Path:
    # Home itself is given to the account. Asking it, too, would let a process that looks while another one has just
    # made it, and not yet given it away, go and use a second database.
    if account.can_enter(home.parent):
        return home
    # Opening the parents would show other users what their owner has closed.
    return otherwise / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def _make_folder(folder: Path, *, mode: int) -> None:
    """Make it with this mode whatever our umask; nobody ever sees it with another."""
    made = Path(tempfile.mkdtemp(dir=folder.parent))
    made.chmod(mode)
    try:
        made.rename(folder)
    except OSError:
        made.rmdir()
        if not folder.is_dir():
            raise


def _is_private(folder: Path, account: ServerAccount) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and stat.S_IMODE(found.st_mode) == 0o700


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _until(condition: Callable[[], bool], patience: float, otherwise: str) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"{otherwise}, for {patience:g} s now.")
        time.sleep(0.01)


def _plain_environment() -> dict[str, str]:
    """Nothing of ours: PG* variables would change what the server does, and secrets are none of its business."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def provided_or_embedded(url: str | None, *, home: Path) -> Iterator[str]:
    """The server given by ``url``, else the embedded one in ``home``, kept running for as long as the block runs."""
    if url is not None:
        yield url
        return
    server = EmbeddedPostgres(home)
    with server as embedded, kept_running(is_running=lambda: server.pid is not None, start=server.start):
        yield embedded
