"""A file system of its own that can be full. Needs to be allowed to mount one; knows nothing of what is kept there."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILLS_THE_LOG_OF_CHANGES = (
    "SELECT pg_logical_emit_message(false, 'x', repeat('x', 4000000)) FROM generate_series(1, 200)"
)
"""A statement for which PostgreSQL needs room sooner or later."""


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file:
            facts = os.statvfs(self.folder)
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, facts.f_bavail * facts.f_frsize)
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, room: str) -> Iterator[SmallDisk | None]:
    """Mounted at a folder; None = nobody here may mount a file system."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={room},mode=711", "orderbridge", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
