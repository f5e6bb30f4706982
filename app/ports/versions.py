"""The version a caller expects of what it changes (lost updates)."""

from dataclasses import dataclass

from app.ports.errors import VersionConflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the caller knew when it decided. Nothing given = anything will do."""

    versions: frozenset[int] | None = None
    """Any of these."""
    present: bool = False
    """It must exist, in whatever version."""
    absent: bool = False
    """It must not exist."""

    def check(self, current: int | None) -> None:
        """Raise ``VersionConflict`` with the current version when it is not the expected one; None = does not exist."""
        if self.absent and current is not None:
            raise VersionConflict(f"It already exists, in version {current}.", current=current)
        if (self.present or self.versions is not None) and current is None:
            raise VersionConflict("It does not exist any more, or not yet.", current=0)
        if self.versions is not None and current is not None and current not in self.versions:
            raise VersionConflict(
                f"Version {current} is the current one. Read it again and decide anew.", current=current
            )


ANY_VERSION = Expected()
