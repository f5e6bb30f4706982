"""Who the embedded PostgreSQL runs as, and what that account can reach.

PostgreSQL refuses to run as root, so root hands the server to an ordinary account. Knows nothing of clusters or
sockets.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from app.adapters.postgres.embedded_errors import EmbeddedPostgresError

ACCOUNTS_FOR_ROOT = ("postgres", "nobody")


class Identity(TypedDict, total=False):
    """The arguments of ``subprocess`` that change who a child is."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """The operating-system account that owns the cluster and runs the server."""

    uid: int
    gid: int

    @property
    def identity(self) -> Identity:
        """What a child process needs to become this account; nothing if it is who we are already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, directory: Path) -> bool:
        """True if the account may pass through every folder down to ``directory``, by the plain mode bits."""
        return all(self._may_pass(place) for place in (directory, *directory.parents) if place.exists())

    def _may_pass(self, place: Path) -> bool:
        found = place.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)

    def take(self, path: Path, *, mode: int) -> None:
        """Make ``path``, which is ours to give, the account's alone."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account_for(home: Path) -> ServerAccount:
    """The account for the cluster in ``home``: ourselves; as root whoever owns it already, else an ordinary one."""
    uid = os.geteuid()
    found = _stat(home)
    if uid != 0:
        if found is not None and found.st_uid != uid:
            raise EmbeddedPostgresError(
                f"The embedded database in {home} belongs to {_name(found.st_uid)}, and this process is {_name(uid)}. "
                "Start as the owner, or set ORDERBRIDGE_DATA_DIR to a folder of your own."
            )
        return ServerAccount(uid=uid, gid=os.getegid())
    if found is not None and found.st_uid != 0:
        return ServerAccount(uid=found.st_uid, gid=found.st_gid)
    for name in ACCOUNTS_FOR_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerAccount(uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and neither 'postgres' nor 'nobody' exists here to run it. "
        "Start as an ordinary user, or set ORDERBRIDGE_DATABASE_URL."
    )


def _stat(home: Path) -> os.stat_result | None:
    try:
        return home.stat()
    except FileNotFoundError:
        return None
    except PermissionError:
        raise EmbeddedPostgresError(
            f"The folder {home} cannot be entered by {_name(os.geteuid())}. "
            "Set ORDERBRIDGE_DATA_DIR to a folder of your own."
        ) from None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
