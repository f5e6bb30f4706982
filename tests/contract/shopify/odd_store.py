"""A store that answers what no simulator would: bytes of a test's choosing, once per request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class OddStore:
    """``answers`` are sent in turn, the last one for ever; ``requests`` are the heads and bodies that came."""

    url: str
    answers: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def next_answer(self) -> bytes:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def answer(body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP answer."""
    told = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


@asynccontextmanager
async def odd_store() -> AsyncIterator[OddStore]:
    store = OddStore(url="")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(each.split(b":")[1]) for each in head.split(b"\r\n") if each.lower().startswith(b"content-length")), 0
        )
        store.requests.append(head + await reader.readexactly(length))
        writer.write(store.next_answer())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    store.url = f"http://{host}:{port}"
    async with server:
        yield store
