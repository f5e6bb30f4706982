"""Where tests put databases: in memory where there is enough of it, since a database is hundreds of small files."""

import os
from pathlib import Path

ROOM_NEEDED = 2 * 1024**3
"""Bytes free for the databases of one test process."""


def fast_folder() -> Path:
    """A folder with a short name, since sockets have a limit; programs may be started from it."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        return Path("/tmp")
    facts = os.statvfs(memory)
    roomy = facts.f_bavail * facts.f_frsize >= ROOM_NEEDED
    return memory if roomy and not facts.f_flag & os.ST_NOEXEC else Path("/tmp")
