"""Which versions of the Admin API exist at a moment, and which one answers a request.

A new version each quarter, each accessible for at least twelve months and a fortnight; a version that is no longer
accessible is answered by the oldest one that is, without an error.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VERSION = re.compile(r"^(\d{4})-(01|04|07|10)$")
GRACE = timedelta(days=15, hours=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiVersion:
    handle: str
    supported: bool

    @property
    def display_name(self) -> str:
        return self.handle if self.supported else f"{self.handle} (Release candidate)"


def _released(year: int, quarter: int) -> datetime:
    return datetime(year, quarter * 3 - 2, 1, 17, tzinfo=UTC)


def _handle(year: int, quarter: int) -> str:
    return f"{year}-{quarter * 3 - 2:02d}"


def api_versions(now: datetime) -> list[ApiVersion]:
    """Accessible versions, oldest first, then the next release candidate and unstable."""
    accessible: list[ApiVersion] = []
    candidate: ApiVersion | None = None
    for year in range(now.year - 2, now.year + 2):
        for quarter in range(1, 5):
            released = _released(year, quarter)
            if released <= now < _released(year + 1, quarter).replace(hour=0) + GRACE:
                accessible.append(ApiVersion(handle=_handle(year, quarter), supported=True))
            elif released > now and candidate is None:
                candidate = ApiVersion(handle=_handle(year, quarter), supported=False)
    extra = [candidate] if candidate else []
    return [*accessible, *extra, ApiVersion(handle="unstable", supported=False)]


def answering_version(asked: str, now: datetime) -> str | None:
    """The version that answers; None for something that never was a version."""
    versions = api_versions(now)
    if any(version.handle == asked for version in versions):
        return asked
    return versions[0].handle if VERSION.match(asked) else None
