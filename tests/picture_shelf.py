"""The ERP's pictures at a place of this machine, and small pictures to put there."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from tests.webhook_receiver import Received, Receiver, Reply, receiving


def a_png(shade: int = 0, *, width: int = 1, height: int = 1, broken: bool = False) -> bytes:
    """One shade of grey; ``broken`` = its end is missing, which only who draws it sees."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + bytes([shade]) * width) * height)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", rows)]
    return b"".join(parts if broken else [*parts, chunk(b"IEND", b"")])


class PictureShelf:
    """Serves what lies on it, with entity tags unless ``tags`` is off; 404 for everything else."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.contents: dict[str, bytes] = {}
        self.status = 200
        self.tags = True
        receiver.behave = self._answer

    def url(self, name: str) -> str:
        return f"{self._receiver.url}/{name}"

    def put(self, name: str, content: bytes) -> str:
        self.contents[name] = content
        return self.url(name)

    @property
    def asked(self) -> list[str]:
        """The names that were asked for."""
        return [each.path.lstrip("/") for each in self._receiver.received]

    def forget(self) -> None:
        self._receiver.received.clear()

    def _answer(self, received: Received) -> Reply:
        content = self.contents.get(received.path.partition("?")[0].lstrip("/"))
        if self.status != 200 or content is None:
            return Reply(status=404 if content is None else self.status)
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if self.tags and received.headers.get("if-none-match") == tag:
            return Reply(status=304)
        return Reply(headers={"Content-Type": "image/png"} | ({"ETag": tag} if self.tags else {}), body=content)


@contextmanager
def picture_shelf() -> Iterator[PictureShelf]:
    with receiving() as receiver:
        yield PictureShelf(receiver)
