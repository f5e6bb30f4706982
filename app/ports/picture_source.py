"""Where the ERP's pictures are read: at addresses that anybody could reach, never at a place inside the network."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBefore:
    """What the place said about a picture when it was last read; by it, it says whether that changed."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPicture:
    content: bytes = field(repr=False)
    read: ReadBefore


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The place says that it is what was read before."""


@dataclass(frozen=True, slots=True)
class NotFetched:
    """Why it could not be had, in words. ``unanswered``: its place gave none, or none in time."""

    detail: str
    unanswered: bool = False


Fetched = FetchedPicture | Unchanged | NotFetched


class PictureSource(Protocol):
    async def refusal(self, url: str) -> str | None:
        """What is wrong with an address, in words."""
        ...

    async def fetch(self, url: str, before: ReadBefore) -> Fetched:
        """The picture at an address, 20 MB of it at most. Never raises for what the other side does."""
        ...
